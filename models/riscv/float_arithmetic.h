#pragma once

#include <cstdint>

namespace aimc::riscv {

/// Rounding modes, numbered as in frm (manual, chapter "F" extension, table of rounding modes).
enum class Rounding : std::uint8_t {
  kNearestEven = 0,         ///< RNE
  kTowardsZero = 1,         ///< RTZ
  kDown = 2,                ///< RDN, towards minus infinity
  kUp = 3,                  ///< RUP, towards plus infinity
  kNearestMaxMagnitude = 4  ///< RMM, ties away from zero
};
constexpr unsigned kRoundingModes = 5;

/// Accrued exceptions, as in fflags.
enum FloatFlag : std::uint32_t {
  kFloatInexact = 1,
  kFloatUnderflow = 2,
  kFloatOverflow = 4,
  kFloatDivideByZero = 8,
  kFloatInvalid = 16
};

/// Single-precision numbers are their bits (IEEE 754 binary32).
constexpr std::uint32_t kFloatSign = 0x80000000U;
constexpr std::uint32_t kFloatInfinity = 0x7F800000U;
constexpr std::uint32_t kFloatNan =
    0x7FC00000U;  ///< the canonical one, the result of any operation

constexpr std::uint32_t float_magnitude(std::uint32_t a) {
  return a & ~kFloatSign;
}
constexpr bool is_float_nan(std::uint32_t a) {
  return float_magnitude(a) > kFloatInfinity;
}
constexpr bool is_float_signalling(std::uint32_t a) {
  return is_float_nan(a) && (a & 0x00400000U) == 0;
}
constexpr std::uint32_t negated(std::uint32_t a) {
  return a ^ kFloatSign;
}
/// The magnitude of `a` with the sign of `b`.
constexpr std::uint32_t with_sign(std::uint32_t a, std::uint32_t b) {
  return float_magnitude(a) | (b & kFloatSign);
}

/// Single-precision arithmetic by integer operations: any rounding mode, exact flags, tininess
/// detected after rounding. Does not depend on the host's floating-point unit.
///
/// Equations: IEEE 754-2019, clauses 4.3, 5.4 and 7; results where it leaves a choice (canonical
/// NaN, conversions of what does not fit, 0 * infinity + NaN): the manual, chapter "F" extension.
class SoftFloat {
 public:
  /// Exceptions are added to `flags`.
  SoftFloat(Rounding rounding, std::uint32_t& flags) : rounding_(rounding), flags_(flags) {}

  std::uint32_t add(std::uint32_t a, std::uint32_t b);
  std::uint32_t multiply(std::uint32_t a, std::uint32_t b);
  /// a * b + c, rounded once.
  std::uint32_t fused(std::uint32_t a, std::uint32_t b, std::uint32_t c);
  std::uint32_t divide(std::uint32_t a, std::uint32_t b);
  std::uint32_t square_root(std::uint32_t a);
  /// To a 32-bit integer; what does not fit becomes the nearest one, NaN the largest, and is
  /// invalid.
  std::uint32_t to_signed(std::uint32_t a);
  std::uint32_t to_unsigned(std::uint32_t a);
  std::uint32_t from_signed(std::uint32_t a);
  std::uint32_t from_unsigned(std::uint32_t a);

 private:
  std::uint32_t raise(FloatFlag flag, std::uint32_t result) {
    flags_ |= flag;
    return result;
  }
  std::uint32_t nan_result(bool signalling);
  bool rounds_up(std::uint64_t kept, std::uint64_t rest, std::uint64_t half, bool negative) const;
  std::uint32_t pack(bool negative, std::int32_t exponent, std::uint64_t significand);
  std::uint32_t pack_overflow(bool negative);
  std::uint32_t to_integer(std::uint32_t a, std::int64_t smallest, std::int64_t largest);
  std::uint32_t zero_of_difference() const;

  Rounding rounding_;
  std::uint32_t& flags_;
};

/// True when a < b as numbers; neither is NaN. Zeros are equal.
constexpr bool float_below(std::uint32_t a, std::uint32_t b) {
  if (float_magnitude(a | b) == 0) return false;
  const bool negative_a = (a & kFloatSign) != 0;
  const bool negative_b = (b & kFloatSign) != 0;
  if (negative_a != negative_b) return negative_a;
  return negative_a ? b < a : a < b;
}

/// feq.s: a quiet comparison.
constexpr std::uint32_t float_equal(std::uint32_t a, std::uint32_t b, std::uint32_t& flags) {
  if (is_float_nan(a) || is_float_nan(b)) {
    if (is_float_signalling(a) || is_float_signalling(b)) flags |= kFloatInvalid;
    return 0;
  }
  return a == b || float_magnitude(a | b) == 0 ? 1 : 0;
}
/// flt.s: a signalling comparison.
constexpr std::uint32_t float_less(std::uint32_t a, std::uint32_t b, std::uint32_t& flags) {
  if (is_float_nan(a) || is_float_nan(b)) {
    flags |= kFloatInvalid;
    return 0;
  }
  return float_below(a, b) ? 1 : 0;
}
/// fle.s: a signalling comparison.
constexpr std::uint32_t float_less_or_equal(std::uint32_t a, std::uint32_t b,
                                            std::uint32_t& flags) {
  if (is_float_nan(a) || is_float_nan(b)) {
    flags |= kFloatInvalid;
    return 0;
  }
  return float_below(b, a) ? 0 : 1;
}

/// minimumNumber of IEEE 754-2019: a NaN loses against a number, -0 is below +0.
constexpr std::uint32_t float_minimum(std::uint32_t a, std::uint32_t b, std::uint32_t& flags) {
  if (is_float_signalling(a) || is_float_signalling(b)) flags |= kFloatInvalid;
  if (is_float_nan(a)) return is_float_nan(b) ? kFloatNan : b;
  if (is_float_nan(b)) return a;
  if (float_magnitude(a | b) == 0) return a | b;
  return float_below(a, b) ? a : b;
}
/// maximumNumber of IEEE 754-2019.
constexpr std::uint32_t float_maximum(std::uint32_t a, std::uint32_t b, std::uint32_t& flags) {
  if (is_float_signalling(a) || is_float_signalling(b)) flags |= kFloatInvalid;
  if (is_float_nan(a)) return is_float_nan(b) ? kFloatNan : b;
  if (is_float_nan(b)) return a;
  if (float_magnitude(a | b) == 0) return a & b;
  return float_below(a, b) ? b : a;
}

/// fclass.s: one bit that tells what kind of number it is (manual, table "format of result of
/// FCLASS instruction").
constexpr std::uint32_t float_class(std::uint32_t a) {
  const bool negative = (a & kFloatSign) != 0;
  const std::uint32_t magnitude = float_magnitude(a);
  if (magnitude > kFloatInfinity) return is_float_signalling(a) ? 1U << 8U : 1U << 9U;
  if (magnitude == kFloatInfinity) return negative ? 1U << 0U : 1U << 7U;
  if (magnitude >= 0x00800000U) return negative ? 1U << 1U : 1U << 6U;
  if (magnitude != 0) return negative ? 1U << 2U : 1U << 5U;
  return negative ? 1U << 3U : 1U << 4U;
}

}  // namespace aimc::riscv
