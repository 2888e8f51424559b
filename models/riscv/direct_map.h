#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "models/riscv/hart.h"

namespace aimc::riscv {

/// Memory is divided into granules of this many bytes (a power of two) to know where decoded
/// instructions are.
constexpr unsigned kGranuleShift = 6;
constexpr std::uint32_t kGranuleBytes = 1U << kGranuleShift;

constexpr std::uint8_t kGranuleCode = 1;     ///< a decoded block touches the granule
constexpr std::uint8_t kGranuleWatched = 2;  ///< stores into the granule may have to be reported

/// One stretch of directly accessible memory.
struct Region {
  std::uint32_t base = 0;
  std::uint32_t size = 0;  ///< bytes, a multiple of four
  std::uint8_t* bytes = nullptr;
  bool writable = false;
  /// For each granule from the base, kGranuleCode and kGranuleWatched; 0 where a store concerns
  /// nobody.
  std::vector<std::uint8_t> has_code;

  /// True when [address, address + count) lies inside; count > 0.
  bool contains(std::uint32_t address, std::uint32_t count) const {
    const std::uint32_t offset = address - base;
    return offset < size && count <= size - offset;
  }
};

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
constexpr bool kLittleEndianHost = true;
#else
constexpr bool kLittleEndianHost = false;
#endif

/// The little-endian value of `T`'s width at `bytes`.
template <typename T>
T read_little(const std::uint8_t* bytes) {
  if constexpr (kLittleEndianHost) {
    T value{};
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  std::uint32_t value = 0;
  for (unsigned i = 0; i < sizeof(T); ++i)
    value |= static_cast<std::uint32_t>(bytes[i]) << (8U * i);
  return static_cast<T>(value);
}

/// Writes the low bytes of `value`, as many as `T` has, little-endian.
template <typename T>
void write_little(std::uint8_t* bytes, std::uint32_t value) {
  if constexpr (kLittleEndianHost) {
    const auto low = static_cast<T>(value);
    std::memcpy(bytes, &low, sizeof low);
    return;
  }
  for (unsigned i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8U * i));
}

/// All directly accessible memory of a hart.
class DirectMap {
 public:
  /// Adds a stretch of memory. std::invalid_argument when it is empty, unaligned (base and size
  /// must be multiples of four), beyond the address space or overlaps one that is there.
  void add(const DirectMemory& memory);
  /// The region that holds all of [address, address + count), or nullptr.
  Region* find(std::uint32_t address, std::uint32_t count);
  /// The largest writable region, or nullptr.
  Region* largest_writable();
  /// All regions, in the order they were added.
  const std::vector<std::unique_ptr<Region>>& regions() const { return regions_; }

 private:
  std::vector<std::unique_ptr<Region>> regions_;
};

}  // namespace aimc::riscv
