#pragma once

#include <cstdint>

namespace aimc::riscv {

/// A register value taken as two's complement.
constexpr std::int32_t sgn(std::uint32_t value) {
  return static_cast<std::int32_t>(value);
}

/// Copies of bit `width - 1` in all bits at and above `width` (1..32).
constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned width) {
  const std::uint32_t sign = 1U << (width - 1U);
  return ((value & (sign | (sign - 1U))) ^ sign) - sign;
}

/// Number of bits that are one.
constexpr std::uint32_t count_ones(std::uint32_t value) {
  value -= value >> 1U & 0x55555555U;
  value = (value & 0x33333333U) + (value >> 2U & 0x33333333U);
  value = (value + (value >> 4U)) & 0x0F0F0F0FU;
  return value * 0x01010101U >> 24U;
}

/// Number of zero bits above the highest one; 32 for zero.
constexpr std::uint32_t count_leading_zeros(std::uint32_t value) {
  for (unsigned shift = 1; shift < 32; shift *= 2) value |= value >> shift;
  return 32U - count_ones(value);
}

/// Number of zero bits below the lowest one; 32 for zero.
constexpr std::uint32_t count_trailing_zeros(std::uint32_t value) {
  return count_ones(~value & (value - 1U));
}

/// Rotation right by the low five bits of `amount`.
constexpr std::uint32_t rotate_right(std::uint32_t value, std::uint32_t amount) {
  return value >> (amount & 31U) | value << ((0U - amount) & 31U);
}

/// Each byte becomes 0xFF, or stays zero.
constexpr std::uint32_t or_combine_bytes(std::uint32_t value) {
  value |= value >> 1U & 0x7F7F7F7FU;
  value |= value >> 2U & 0x3F3F3F3FU;
  value |= value >> 4U & 0x0F0F0F0FU;
  return (value & 0x01010101U) * 0xFFU;
}

/// The bytes in reverse order.
constexpr std::uint32_t reverse_bytes(std::uint32_t value) {
  value = (value & 0x00FF00FFU) << 8U | (value >> 8U & 0x00FF00FFU);
  return value << 16U | value >> 16U;
}

/// Arithmetic shift right by 0..31 bits.
constexpr std::uint32_t shift_right_signed(std::uint32_t value, std::uint32_t amount) {
  return static_cast<std::uint32_t>(sgn(value) >> amount);
}

/// Upper 32 bits of the signed product.
constexpr std::uint32_t multiply_high(std::uint32_t a, std::uint32_t b) {
  const std::int64_t product = std::int64_t{sgn(a)} * std::int64_t{sgn(b)};
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(product) >> 32U);
}

/// Upper 32 bits of signed a times unsigned b.
constexpr std::uint32_t multiply_high_signed_unsigned(std::uint32_t a, std::uint32_t b) {
  const std::int64_t product = std::int64_t{sgn(a)} * static_cast<std::int64_t>(b);
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(product) >> 32U);
}

/// Upper 32 bits of the unsigned product.
constexpr std::uint32_t multiply_high_unsigned(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>((std::uint64_t{a} * b) >> 32U);
}

/// Signed quotient towards zero; all ones for b = 0, the dividend on overflow (manual, table
/// "semantics for division by zero and division overflow").
constexpr std::uint32_t divide(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return ~0U;
  if (a == 0x80000000U && b == ~0U) return a;
  return static_cast<std::uint32_t>(sgn(a) / sgn(b));
}

/// Signed remainder with the sign of the dividend; the dividend for b = 0, zero on overflow.
constexpr std::uint32_t remainder(std::uint32_t a, std::uint32_t b) {
  if (b == 0) return a;
  if (a == 0x80000000U && b == ~0U) return 0;
  return static_cast<std::uint32_t>(sgn(a) % sgn(b));
}

}  // namespace aimc::riscv
