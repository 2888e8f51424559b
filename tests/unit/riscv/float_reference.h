#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "tests/unit/riscv/float_operands.h"

/// Rounding by comparison: the exact result of an operation is known as something a candidate can
/// be compared with, and the two neighbouring numbers are found by bisection. Shares nothing with
/// SoftFloat but the names; knows all rounding modes.
namespace aimc::riscv::reference {

/// A fixed-point number of 640 bits, not negative; the lowest bit is worth 2^-310.
class Wide {
 public:
  static constexpr int kLowest = -310;

  Wide() = default;
  /// significand * 2^exponent
  Wide(std::uint64_t significand, int exponent) {
    const auto at = static_cast<unsigned>(exponent - kLowest);
    words_.at(at / 64) = significand << (at % 64U);
    if (at % 64 != 0) words_.at(at / 64 + 1) = significand >> (64U - at % 64U);
  }

  int compare(const Wide& other) const {
    for (std::size_t i = words_.size(); i-- > 0;) {
      if (words_[i] != other.words_[i]) return words_[i] < other.words_[i] ? -1 : 1;
    }
    return 0;
  }
  bool is_zero() const { return compare(Wide{}) == 0; }
  Wide plus(const Wide& other) const {
    Wide sum;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::uint64_t part = words_[i] + carry;
      carry = part < carry ? 1 : 0;
      sum.words_[i] = part + other.words_[i];
      carry += sum.words_[i] < part ? 1U : 0U;
    }
    return sum;
  }
  /// This minus something that is not larger.
  Wide minus(const Wide& other) const {
    Wide difference;
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::uint64_t part = words_[i] - other.words_[i];
      const bool under = words_[i] < other.words_[i];
      difference.words_[i] = part - borrow;
      borrow = (under || part < borrow) ? 1 : 0;
    }
    return difference;
  }

 private:
  std::array<std::uint64_t, 10> words_{};
};

/// significand * 2^exponent
struct Dyadic {
  std::uint64_t significand;
  int exponent;
};

inline Dyadic dyadic(std::uint32_t bits) {
  const std::uint32_t field = bits >> 23U & 0xFFU;
  const std::uint32_t fraction = bits & 0x7FFFFFU;
  if (field == 0) return {fraction, -149};
  return {fraction + 0x800000U, static_cast<int>(field) - 150};
}
inline Wide product(const Dyadic& x, const Dyadic& y) {
  return {x.significand * y.significand, x.exponent + y.exponent};
}
inline Wide wide(const Dyadic& x) {
  return {x.significand, x.exponent};
}

/// Rounds a magnitude that is not zero; `above(x)` is the sign of x minus it.
template <typename Above>
FloatResult round(bool negative, Rounding mode, const Above& above) {
  const std::uint32_t sign = negative ? 0x80000000U : 0U;
  const bool away = (mode == Rounding::kUp && !negative) || (mode == Rounding::kDown && negative);
  // Which of two neighbours, of which the lower one is even or odd; `middle` lies between them.
  const auto upper = [&](const Dyadic& middle, bool lower_is_odd) {
    if (mode == Rounding::kNearestEven || mode == Rounding::kNearestMaxMagnitude) {
      const int side = above(middle);
      return side < 0 || (side == 0 && (mode == Rounding::kNearestMaxMagnitude || lower_is_odd));
    }
    return away;
  };
  std::uint32_t low = 0;  // the largest number not above the magnitude; infinity stands for 2^128
  for (std::uint32_t bit = 0x40000000U; bit != 0; bit >>= 1U) {
    if ((low | bit) <= 0x7F800000U && above(dyadic(low | bit)) <= 0) low |= bit;
  }
  if (low == 0x7F800000U) {
    const bool largest = mode == Rounding::kTowardsZero ||
                         (!away && (mode == Rounding::kUp || mode == Rounding::kDown));
    return {sign | (largest ? 0x7F7FFFFFU : low), kFloatOverflow | kFloatInexact};
  }
  if (above(dyadic(low)) == 0) return {sign | low, 0};
  const Dyadic below = dyadic(low);
  const bool up = upper({2 * below.significand + 1, below.exponent - 1}, (low & 1U) != 0);
  if (low == 0x7F7FFFFFU && up) return {sign | 0x7F800000U, kFloatOverflow | kFloatInexact};
  std::uint32_t flags = kFloatInexact;
  if (low < 0x00800000U) {
    // With 24 bits and any exponent, the number below 2^-126 is 2^-126 - 2^-150.
    const Dyadic neighbour{0xFFFFFF, -150};
    const bool normal = above(neighbour) < 0 && upper({0x1FFFFFF, -151}, true);
    if (!normal) flags |= kFloatUnderflow;
  }
  return {sign | (low + (up ? 1U : 0U)), flags};
}

inline bool is_nan(std::uint32_t a) {
  return (a & 0x7F800000U) == 0x7F800000U && (a & 0x7FFFFFU) != 0;
}
inline bool is_quiet(std::uint32_t a) {
  return (a & 0x400000U) != 0;
}
inline bool is_infinite(std::uint32_t a) {
  return (a & 0x7FFFFFFFU) == 0x7F800000U;
}
inline bool is_zero(std::uint32_t a) {
  return (a & 0x7FFFFFFFU) == 0;
}

constexpr FloatResult kInvalid{0x7FC00000U, kFloatInvalid};

/// The sum of two exact terms; `x` and `y` are zero where they are exactly zero.
inline FloatResult sum(bool x_negative, const Wide& x, bool y_negative, const Wide& y,
                       Rounding mode) {
  const int order = x.compare(y);
  if (x_negative != y_negative && order == 0) {
    return {mode == Rounding::kDown ? 0x80000000U : 0U, 0};
  }
  const Wide total = x_negative == y_negative ? x.plus(y) : order > 0 ? x.minus(y) : y.minus(x);
  const bool negative = order > 0 ? x_negative : y_negative;
  if (total.is_zero()) return {negative ? 0x80000000U : 0U, 0};
  return round(negative, mode, [&](const Dyadic& c) { return wide(c).compare(total); });
}

inline FloatResult add(std::uint32_t a, std::uint32_t b, Rounding mode) {
  if (is_infinite(a) && is_infinite(b) && a != b) return kInvalid;
  if (is_infinite(a)) return {a, 0};
  if (is_infinite(b)) return {b, 0};
  return sum(a >> 31U != 0, wide(dyadic(a)), b >> 31U != 0, wide(dyadic(b)), mode);
}

inline FloatResult fused(std::uint32_t a, std::uint32_t b, std::uint32_t c, Rounding mode) {
  const bool negative = (a ^ b) >> 31U != 0;
  if (is_infinite(a) || is_infinite(b)) {
    const std::uint32_t infinity = negative ? 0xFF800000U : 0x7F800000U;
    return is_infinite(c) && c != infinity ? kInvalid : FloatResult{infinity, 0};
  }
  if (is_infinite(c)) return {c, 0};
  return sum(negative, product(dyadic(a), dyadic(b)), c >> 31U != 0, wide(dyadic(c)), mode);
}

inline FloatResult divide(std::uint32_t a, std::uint32_t b, Rounding mode) {
  const bool negative = (a ^ b) >> 31U != 0;
  const std::uint32_t sign = negative ? 0x80000000U : 0U;
  if ((is_infinite(a) && is_infinite(b)) || (is_zero(a) && is_zero(b))) return kInvalid;
  if (is_infinite(a)) return {sign | 0x7F800000U, 0};
  if (is_zero(b)) return {sign | 0x7F800000U, kFloatDivideByZero};
  if (is_infinite(b) || is_zero(a)) return {sign, 0};
  return round(negative, mode, [&](const Dyadic& candidate) {
    return product(candidate, dyadic(b)).compare(wide(dyadic(a)));
  });
}

inline FloatResult square_root(std::uint32_t a, Rounding mode) {
  if (is_zero(a)) return {a, 0};
  if (a >> 31U != 0) return kInvalid;
  if (is_infinite(a)) return {a, 0};
  return round(false, mode, [&](const Dyadic& candidate) {
    return product(candidate, candidate).compare(wide(dyadic(a)));
  });
}

inline FloatResult to_integer(std::uint32_t a, bool is_signed, Rounding mode) {
  const std::int64_t least = is_signed ? -2147483648LL : 0;
  const std::int64_t most = is_signed ? 2147483647LL : 4294967295LL;
  const bool negative = a >> 31U != 0;
  const auto word = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  if (is_nan(a)) return {word(most), kFloatInvalid};
  if ((a & 0x7FFFFFFFU) >= 0x50000000U) return {word(negative ? least : most), kFloatInvalid};
  const Wide exact = wide(dyadic(a));
  std::uint64_t whole = 0;  // the largest integer not above the magnitude
  for (std::uint64_t bit = std::uint64_t{1} << 34U; bit != 0; bit >>= 1U) {
    if (Wide(whole | bit, 0).compare(exact) <= 0) whole |= bit;
  }
  const bool inexact = Wide(whole, 0).compare(exact) != 0;
  if (inexact) {
    const int side = exact.compare(Wide(2 * whole + 1, -1));
    const bool up = mode == Rounding::kNearestEven ? side > 0 || (side == 0 && whole % 2 == 1)
                    : mode == Rounding::kNearestMaxMagnitude
                        ? side >= 0
                        : mode == (negative ? Rounding::kDown : Rounding::kUp);
    if (up) ++whole;
  }
  const std::int64_t value =
      negative ? -static_cast<std::int64_t>(whole) : static_cast<std::int64_t>(whole);
  if (value < least || value > most) return {word(negative ? least : most), kFloatInvalid};
  return {word(value), inexact ? kFloatInexact : 0U};
}

inline FloatResult from_integer(std::int64_t a, Rounding mode) {
  if (a == 0) return {0, 0};
  const Wide exact(static_cast<std::uint64_t>(a < 0 ? -a : a), 0);
  return round(a < 0, mode, [&](const Dyadic& c) { return wide(c).compare(exact); });
}

/// What `operation` has to give.
inline FloatResult result(FloatOperation operation, const FloatOperands& x, Rounding mode) {
  using Operation = FloatOperation;
  switch (operation) {
    case Operation::kToSigned:
      return to_integer(x.a, true, mode);
    case Operation::kToUnsigned:
      return to_integer(x.a, false, mode);
    case Operation::kFromSigned:
      return from_integer(static_cast<std::int32_t>(x.a), mode);
    case Operation::kFromUnsigned:
      return from_integer(x.a, mode);
    default:
      break;
  }
  const bool has_b = operation != Operation::kSquareRoot;
  const bool has_c = operation == Operation::kFused;
  const bool no_product =
      (operation == Operation::kFused || operation == Operation::kMultiply) &&
      ((is_zero(x.a) && is_infinite(x.b)) || (is_infinite(x.a) && is_zero(x.b)));
  bool nan = false;
  bool signalling = no_product;
  for (const auto& [value, used] : {std::pair{x.a, true}, {x.b, has_b}, {x.c, has_c}}) {
    if (!used || !is_nan(value)) continue;
    nan = true;
    if (!is_quiet(value)) signalling = true;
  }
  if (nan || no_product) return {0x7FC00000U, signalling ? kFloatInvalid : 0U};
  switch (operation) {
    case Operation::kAdd:
      return add(x.a, x.b, mode);
    case Operation::kMultiply:  // plus a zero of the product's sign
      return fused(x.a, x.b, (x.a ^ x.b) & 0x80000000U, mode);
    case Operation::kFused:
      return fused(x.a, x.b, x.c, mode);
    case Operation::kDivide:
      return divide(x.a, x.b, mode);
    default:
      return square_root(x.a, mode);
  }
}

}  // namespace aimc::riscv::reference
