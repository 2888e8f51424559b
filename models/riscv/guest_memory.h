#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace aimc::riscv {

/// The guest's memory as services of the platform reach it: without simulated time, bytes in
/// little-endian order. An address that is not memory is an answer, not an error of the platform.
class GuestMemory {
 public:
  virtual ~GuestMemory() = default;
  /// Reads all of [address, address + count); false, with `bytes` unspecified, when not all of it
  /// is memory.
  virtual bool read(std::uint32_t address, std::uint8_t* bytes, std::size_t count) = 0;
  /// Writes all of it or nothing; false when not all of it is memory.
  virtual bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count) = 0;

  /// The word at `address`, of any alignment.
  std::optional<std::uint32_t> read_word(std::uint32_t address);
  /// Writes a word; false when it is not memory.
  bool write_word(std::uint32_t address, std::uint32_t value);
};

}  // namespace aimc::riscv
