#include "models/riscv/guest_memory.h"

#include <array>

#include "models/riscv/direct_map.h"

namespace aimc::riscv {

std::optional<std::uint32_t> GuestMemory::read_word(std::uint32_t address) {
  std::array<std::uint8_t, 4> bytes{};
  if (!read(address, bytes.data(), bytes.size())) return std::nullopt;
  return read_little<std::uint32_t>(bytes.data());
}

bool GuestMemory::write_word(std::uint32_t address, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  write_little<std::uint32_t>(bytes.data(), value);
  return write(address, bytes.data(), bytes.size());
}

}  // namespace aimc::riscv
