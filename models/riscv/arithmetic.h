#pragma once

#include <cstdint>

namespace aimc::riscv {

/// A register value taken as two's complement.
constexpr std::int32_t sgn(std::uint32_t value) {
  return static_cast<std::int32_t>(value);
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
