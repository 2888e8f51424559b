#include "models/riscv/direct_map.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace aimc::riscv {
namespace {

[[noreturn]] void refuse(const DirectMemory& memory, const char* why) {
  std::ostringstream text;
  text << "direct memory at 0x" << std::hex << memory.base << " of 0x" << memory.size
       << " bytes: " << why;
  throw std::invalid_argument(text.str());
}

}  // namespace

void DirectMap::add(const DirectMemory& memory) {
  if (memory.bytes == nullptr) refuse(memory, "no storage given");
  if (memory.size == 0) refuse(memory, "must not be empty");
  if (memory.base % 4 != 0 || memory.size % 4 != 0)
    refuse(memory, "base and size must be multiples of 4");
  const std::uint64_t end = std::uint64_t{memory.base} + memory.size;
  if (end > (std::uint64_t{1} << 32U)) refuse(memory, "must end within 32 bits of address");
  for (const auto& region : regions_) {
    if (memory.base < std::uint64_t{region->base} + region->size && region->base < end) {
      refuse(memory, "overlaps memory that is already there");
    }
  }
  auto region = std::make_unique<Region>();
  region->base = memory.base;
  region->size = memory.size;
  region->bytes = memory.bytes;
  region->writable = memory.writable;
  region->has_code.resize(((memory.size - 1) >> kGranuleShift) + 1);
  regions_.push_back(std::move(region));
}

Region* DirectMap::find(std::uint32_t address, std::uint32_t count) {
  for (const auto& region : regions_) {
    if (region->contains(address, count)) return region.get();
  }
  return nullptr;
}

Region* DirectMap::largest_writable() {
  Region* largest = nullptr;
  for (const auto& region : regions_) {
    if (region->writable && (largest == nullptr || region->size > largest->size))
      largest = region.get();
  }
  return largest;
}

}  // namespace aimc::riscv
