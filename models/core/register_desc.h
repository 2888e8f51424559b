#pragma once

#include <cstdint>

namespace aimc::core {

/// How software may access a register. kRw1c: writing a one clears the bit.
enum class RegisterAccess : std::uint8_t { kRo, kRw, kWo, kRw1c };

/// One register, or an array of `count` consecutive words, of a block's register map.
struct RegisterDesc {
  const char* name;       ///< upper case, as in the register map
  std::uint32_t offset;   ///< bytes from the block's base, a multiple of four
  std::uint32_t count;    ///< consecutive 32-bit words
  RegisterAccess access;  ///< what software may do
  std::uint32_t reset;    ///< value after reset
  std::uint32_t mask;     ///< bits that exist
};

/// A field of a 32-bit word.
struct RegisterField {
  unsigned low;    ///< least significant bit
  unsigned width;  ///< number of bits

  /// The field's value in `word`.
  constexpr std::uint32_t get(std::uint32_t word) const { return (word >> low) & ones(); }
  /// The field's value in `word`, taken as two's complement.
  constexpr std::int32_t get_signed(std::uint32_t word) const {
    return static_cast<std::int32_t>(word << (32U - low - width)) >> (32U - width);
  }
  /// `value` moved to the field's place; bits beyond the field are dropped.
  constexpr std::uint32_t put(std::uint32_t value) const { return (value & ones()) << low; }
  /// Bits of the word the field occupies.
  constexpr std::uint32_t mask() const { return ones() << low; }

 private:
  constexpr std::uint32_t ones() const { return width >= 32U ? ~0U : (1U << width) - 1U; }
};

}  // namespace aimc::core
