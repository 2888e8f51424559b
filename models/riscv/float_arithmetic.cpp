#include "models/riscv/float_arithmetic.h"

namespace aimc::riscv {
namespace {

constexpr int kFractionBits = 23;
constexpr int kBias = 127;
constexpr int kMinExponent = -126;  // of normal numbers
constexpr int kMaxExponent = 127;
constexpr std::uint32_t kLargest = 0x7F7FFFFFU;
constexpr unsigned kRoundedBits = 63 - kFractionBits;  // below the 24 bits of a packed significand

unsigned leading_zeros(std::uint64_t value) {
  unsigned count = 0;
  for (unsigned step = 32; step != 0; step /= 2) {
    if (value >> (64U - step) == 0) {
      count += step;
      value <<= step;
    }
  }
  return count;
}

// value >> amount, the lowest bit set if anything that is not zero was shifted out.
std::uint64_t shift_right_sticky(std::uint64_t value, unsigned amount) {
  if (amount == 0) return value;
  if (amount >= 64) return value != 0 ? 1 : 0;
  return value >> amount | ((value << (64U - amount)) != 0 ? 1U : 0U);
}

bool is_negative(std::uint32_t a) {
  return (a & kFloatSign) != 0;
}
bool is_infinite(std::uint32_t a) {
  return float_magnitude(a) == kFloatInfinity;
}
bool is_zero(std::uint32_t a) {
  return float_magnitude(a) == 0;
}
std::uint32_t sign_bit(bool negative) {
  return negative ? kFloatSign : 0;
}

// A finite number other than zero: significand * 2^(exponent - 23), bit 23 of it set.
struct Finite {
  std::int32_t exponent;
  std::uint64_t significand;
};

Finite unpack(std::uint32_t a) {
  const std::uint32_t magnitude = float_magnitude(a);
  const auto biased = static_cast<std::int32_t>(magnitude >> kFractionBits);
  const std::uint64_t fraction = magnitude & 0x007FFFFFU;
  if (biased != 0) return {biased - kBias, fraction | 0x00800000U};
  const unsigned shift = leading_zeros(fraction) - (63U - kFractionBits);
  return {kMinExponent - static_cast<std::int32_t>(shift), fraction << shift};
}

// A term of a sum. The exponents of two of them belong to the same bit of their significands, which
// are below 2^62.
struct Term {
  bool negative;
  std::int32_t exponent;
  std::uint64_t significand;
};

// The sum with its lowest bit sticky; significand 0 where the terms cancel. Terms that nearly
// cancel lie so close that nothing is shifted out.
Term sum_of(Term a, Term b) {
  if (a.exponent < b.exponent) {
    const Term swap = a;
    a = b;
    b = swap;
  }
  b.significand = shift_right_sticky(b.significand, static_cast<unsigned>(a.exponent - b.exponent));
  if (a.negative == b.negative) {
    a.significand += b.significand;
  } else if (a.significand >= b.significand) {
    a.significand -= b.significand;
  } else {
    a = {b.negative, a.exponent, b.significand - a.significand};
  }
  return a;
}

}  // namespace

std::uint32_t SoftFloat::nan_result(bool signalling) {
  if (signalling) flags_ |= kFloatInvalid;
  return kFloatNan;
}

// Whether a magnitude is rounded away from zero: `rest` of 2 * half was cut off below `kept`.
bool SoftFloat::rounds_up(std::uint64_t kept, std::uint64_t rest, std::uint64_t half,
                          bool negative) const {
  switch (rounding_) {
    case Rounding::kNearestEven:
      return rest > half || (rest == half && (kept & 1U) != 0);
    case Rounding::kNearestMaxMagnitude:
      return rest >= half;
    case Rounding::kDown:
      return negative && rest != 0;
    case Rounding::kUp:
      return !negative && rest != 0;
    case Rounding::kTowardsZero:
      break;
  }
  return false;
}

std::uint32_t SoftFloat::pack_overflow(bool negative) {
  flags_ |= kFloatOverflow | kFloatInexact;
  const bool to_largest = rounding_ == Rounding::kTowardsZero ||
                          (rounding_ == Rounding::kDown && !negative) ||
                          (rounding_ == Rounding::kUp && negative);
  return sign_bit(negative) | (to_largest ? kLargest : kFloatInfinity);
}

// Rounds significand * 2^(exponent - 63), whose lowest bit is sticky, to a number. The significand
// is not zero.
std::uint32_t SoftFloat::pack(bool negative, std::int32_t exponent, std::uint64_t significand) {
  const unsigned zeros = leading_zeros(significand);
  significand <<= zeros;
  exponent -= static_cast<std::int32_t>(zeros);

  const auto rounded = [this, negative](std::uint64_t value) {
    constexpr std::uint64_t kHalf = std::uint64_t{1} << (kRoundedBits - 1U);
    const std::uint64_t kept = value >> kRoundedBits;
    const std::uint64_t rest = value & (2 * kHalf - 1U);
    return kept + (rounds_up(kept, rest, kHalf, negative) ? 1U : 0U);
  };
  const auto is_inexact = [](std::uint64_t value) {
    return (value & ((std::uint64_t{1} << kRoundedBits) - 1U)) != 0;
  };

  if (exponent < kMinExponent) {
    // Tiny, unless it reaches the smallest normal number when rounded to 24 bits.
    const bool tiny = exponent < kMinExponent - 1 || rounded(significand) >> 24U == 0;
    significand = shift_right_sticky(significand, static_cast<unsigned>(kMinExponent - exponent));
    if (is_inexact(significand)) flags_ |= kFloatInexact | (tiny ? kFloatUnderflow : 0U);
    // A carry into bit 23 makes it the smallest normal number.
    return sign_bit(negative) | static_cast<std::uint32_t>(rounded(significand));
  }
  const std::uint64_t kept = rounded(significand);
  if (exponent > kMaxExponent || (exponent == kMaxExponent && kept >> 24U != 0)) {
    return pack_overflow(negative);
  }
  if (is_inexact(significand)) flags_ |= kFloatInexact;
  // Bit 23 of `kept` adds one to the exponent, a carry into bit 24 another one.
  const auto biased = static_cast<std::uint32_t>(exponent + kBias - 1);
  return sign_bit(negative) | ((biased << kFractionBits) + static_cast<std::uint32_t>(kept));
}

// The sign of an exact zero that is the sum of numbers of unlike signs.
std::uint32_t SoftFloat::zero_of_difference() const {
  return sign_bit(rounding_ == Rounding::kDown);
}

std::uint32_t SoftFloat::add(std::uint32_t a, std::uint32_t b) {
  if (is_float_nan(a) || is_float_nan(b)) {
    return nan_result(is_float_signalling(a) || is_float_signalling(b));
  }
  if (is_infinite(a)) {
    return is_infinite(b) && a != b ? raise(kFloatInvalid, kFloatNan) : a;
  }
  if (is_infinite(b)) return b;
  if (is_zero(a)) return !is_zero(b) ? b : a == b ? a : zero_of_difference();
  if (is_zero(b)) return a;
  constexpr unsigned kShift = 61 - kFractionBits;  // the sum stays below 2^63
  const Finite left = unpack(a);
  const Finite right = unpack(b);
  const Term sum = sum_of({is_negative(a), left.exponent, left.significand << kShift},
                          {is_negative(b), right.exponent, right.significand << kShift});
  if (sum.significand == 0) return zero_of_difference();
  return pack(sum.negative, sum.exponent + (63 - 61), sum.significand);
}

std::uint32_t SoftFloat::multiply(std::uint32_t a, std::uint32_t b) {
  if (is_float_nan(a) || is_float_nan(b)) {
    return nan_result(is_float_signalling(a) || is_float_signalling(b));
  }
  const bool negative = is_negative(a ^ b);
  if (is_infinite(a) || is_infinite(b)) {
    if (is_zero(a) || is_zero(b)) return raise(kFloatInvalid, kFloatNan);
    return sign_bit(negative) | kFloatInfinity;
  }
  if (is_zero(a) || is_zero(b)) return sign_bit(negative);
  const Finite left = unpack(a);
  const Finite right = unpack(b);
  // The product's exponent is that of bit 46.
  return pack(negative, left.exponent + right.exponent + (63 - 46),
              left.significand * right.significand);
}

std::uint32_t SoftFloat::fused(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  const bool no_product = (is_infinite(a) && is_zero(b)) || (is_zero(a) && is_infinite(b));
  if (is_float_nan(a) || is_float_nan(b) || is_float_nan(c) || no_product) {
    return nan_result(no_product || is_float_signalling(a) || is_float_signalling(b) ||
                      is_float_signalling(c));
  }
  const bool negative = is_negative(a ^ b);
  if (is_infinite(a) || is_infinite(b)) {
    if (is_infinite(c) && is_negative(c) != negative) return raise(kFloatInvalid, kFloatNan);
    return sign_bit(negative) | kFloatInfinity;
  }
  if (is_infinite(c)) return c;
  if (is_zero(a) || is_zero(b)) {
    if (!is_zero(c)) return c;
    return is_negative(c) == negative ? c : zero_of_difference();
  }
  const Finite left = unpack(a);
  const Finite right = unpack(b);
  const std::int32_t exponent = left.exponent + right.exponent;
  const std::uint64_t product = left.significand * right.significand;
  if (is_zero(c)) return pack(negative, exponent + (63 - 46), product);
  const Finite addend = unpack(c);
  // Bit 46 of the product and bit 23 of the addend become bit 60: the sum stays below 2^63.
  const Term sum = sum_of({negative, exponent, product << 14U},
                          {is_negative(c), addend.exponent, addend.significand << 37U});
  if (sum.significand == 0) return zero_of_difference();
  return pack(sum.negative, sum.exponent + (63 - 60), sum.significand);
}

std::uint32_t SoftFloat::divide(std::uint32_t a, std::uint32_t b) {
  if (is_float_nan(a) || is_float_nan(b)) {
    return nan_result(is_float_signalling(a) || is_float_signalling(b));
  }
  const bool negative = is_negative(a ^ b);
  if (is_infinite(a)) {
    return is_infinite(b) ? raise(kFloatInvalid, kFloatNan) : sign_bit(negative) | kFloatInfinity;
  }
  if (is_zero(b)) {
    if (is_zero(a)) return raise(kFloatInvalid, kFloatNan);
    return raise(kFloatDivideByZero, sign_bit(negative) | kFloatInfinity);
  }
  if (is_infinite(b) || is_zero(a)) return sign_bit(negative);
  const Finite dividend = unpack(a);
  const Finite divisor = unpack(b);
  constexpr unsigned kShift =
      39;  // the dividend stays below 2^63, the quotient has 39 bits or more
  const std::uint64_t numerator = dividend.significand << kShift;
  const std::uint64_t quotient = numerator / divisor.significand;
  const bool sticky = quotient * divisor.significand != numerator;
  return pack(negative, dividend.exponent - divisor.exponent + (63 - static_cast<int>(kShift)),
              quotient | (sticky ? 1U : 0U));
}

std::uint32_t SoftFloat::square_root(std::uint32_t a) {
  if (is_float_nan(a)) return nan_result(is_float_signalling(a));
  if (is_zero(a)) return a;
  if (is_negative(a)) return raise(kFloatInvalid, kFloatNan);
  if (is_infinite(a)) return a;
  const Finite number = unpack(a);
  // With an even exponent the significand lies in [1, 4); its root, with 31 bits, in [1, 2).
  const bool odd = (number.exponent & 1) != 0;
  const std::uint64_t square = number.significand << (odd ? 38U : 37U);  // below 2^62
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 30U; bit != 0; bit >>= 1U) {
    if ((root | bit) * (root | bit) <= square) root |= bit;
  }
  const bool sticky = root * root != square;
  const std::int32_t exponent = (number.exponent - (odd ? 1 : 0)) / 2;
  return pack(false, exponent + (63 - 30) - 1, root << 1U | (sticky ? 1U : 0U));
}

std::uint32_t SoftFloat::to_integer(std::uint32_t a, std::int64_t smallest, std::int64_t largest) {
  const auto low_word = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  if (is_float_nan(a)) return raise(kFloatInvalid, low_word(largest));
  if (is_zero(a)) return 0;
  const bool negative = is_negative(a);
  const std::uint32_t beyond = low_word(negative ? smallest : largest);
  if (is_infinite(a)) return raise(kFloatInvalid, beyond);
  const Finite number = unpack(a);
  if (number.exponent > 32) return raise(kFloatInvalid, beyond);
  // Bit 23 + 7 + exponent is that of the number's highest one; bit 30 is worth one.
  constexpr unsigned kPoint = 30;
  constexpr std::uint64_t kHalf = std::uint64_t{1} << (kPoint - 1U);
  const std::uint64_t aligned = number.significand << (kPoint - kFractionBits);
  const std::uint64_t fixed =
      number.exponent >= 0 ? aligned << static_cast<unsigned>(number.exponent)
                           : shift_right_sticky(aligned, static_cast<unsigned>(-number.exponent));
  std::uint64_t magnitude = fixed >> kPoint;
  const std::uint64_t rest = fixed & (2 * kHalf - 1U);
  if (rounds_up(magnitude, rest, kHalf, negative)) ++magnitude;
  const auto value =
      negative ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
  if (value < smallest || value > largest) return raise(kFloatInvalid, beyond);
  if (rest != 0) flags_ |= kFloatInexact;
  return low_word(value);
}

std::uint32_t SoftFloat::to_signed(std::uint32_t a) {
  return to_integer(a, -0x80000000LL, 0x7FFFFFFFLL);
}

std::uint32_t SoftFloat::to_unsigned(std::uint32_t a) {
  return to_integer(a, 0, 0xFFFFFFFFLL);
}

std::uint32_t SoftFloat::from_signed(std::uint32_t a) {
  if (!is_negative(a)) return from_unsigned(a);
  return pack(true, 63, 0U - a);  // the subtraction is modulo 2^32
}

std::uint32_t SoftFloat::from_unsigned(std::uint32_t a) {
  return a == 0 ? 0 : pack(false, 63, a);
}

}  // namespace aimc::riscv
