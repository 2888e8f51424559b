#include "models/fp16_affine/fp16.h"

#include <algorithm>
#include <cstdlib>

namespace aimc::fp16_affine {
namespace {

/// Any product plus any addend, exactly: multiples of 2^-48 below 2^33.
__extension__ using Exact = __int128;

constexpr int kExactFraction = 48;

bool negative(Half value) {
  return (value & 0x8000U) != 0;
}
bool is_nan(Half value) {
  return (value & 0x7fffU) > kInfinity;
}
bool is_infinite(Half value) {
  return (value & 0x7fffU) == kInfinity;
}
bool is_zero(Half value) {
  return (value & 0x7fffU) == 0;
}
Half infinity(bool sign) {
  return sign ? Half{0xfc00} : kInfinity;
}

/// A finite half is significand * 2^(scale - 24), significand below 2^11 and with a sign.
struct Parts {
  std::int32_t significand;
  int scale;
};

Parts parts(Half value) {
  const int exponent = value >> 10U & 31;
  const int fraction = value & 0x3ff;
  const int magnitude = exponent == 0 ? fraction : fraction | 0x400;
  return {negative(value) ? -magnitude : magnitude, exponent == 0 ? 0 : exponent - 1};
}

/// Rounds a magnitude in units of 2^-48 that is not zero.
Half round_magnitude(Exact magnitude) {
  int top = 0;
  while (magnitude >> (top + 1) != 0) {
    ++top;
  }
  // The lowest bit that stays: eleven significant bits, but never below 2^-24.
  const int lowest = std::max(top - 10, kExactFraction - 24);
  const Exact kept = magnitude >> lowest;
  const Exact rest = magnitude - (kept << lowest);
  const Exact half = Exact{1} << (lowest - 1);
  const bool up = rest > half || (rest == half && (kept & 1) != 0);
  // Hidden bit and carry both add to the exponent.
  const int pattern =
      ((lowest - (kExactFraction - 24)) << 10) + static_cast<int>(kept) + (up ? 1 : 0);
  return static_cast<Half>(std::min(pattern, int{kInfinity}));
}

}  // namespace

Half fma(Half a, Half b, Half c) {
  const bool product_sign = negative(a) != negative(b);
  const bool infinite_product = is_infinite(a) || is_infinite(b);
  if (is_nan(a) || is_nan(b) || is_nan(c) || (infinite_product && (is_zero(a) || is_zero(b))) ||
      (infinite_product && is_infinite(c) && product_sign != negative(c))) {
    return kNan;
  }
  if (infinite_product) {
    return infinity(product_sign);
  }
  if (is_infinite(c)) {
    return c;
  }
  const Parts pa = parts(a);
  const Parts pb = parts(b);
  const Parts pc = parts(c);
  const Exact product =
      Exact{pa.significand} * pb.significand * (Exact{1} << (pa.scale + pb.scale));
  const Exact addend = Exact{pc.significand} * (Exact{1} << (pc.scale + 24));
  const Exact sum = product + addend;
  if (sum == 0) {
    return product_sign && negative(c) ? kMinusZero : Half{0};
  }
  const Half magnitude = round_magnitude(sum < 0 ? -sum : sum);
  return static_cast<Half>(sum < 0 ? magnitude | 0x8000U : magnitude);
}

Half from_count(unsigned count, bool negate) {
  const Half magnitude = count == 0 ? Half{0} : round_magnitude(Exact{count} << kExactFraction);
  return static_cast<Half>(negate ? magnitude | 0x8000U : magnitude);
}

std::int8_t to_int8(Half value, bool relu, std::int8_t zero_point) {
  int integer = 0;
  if (is_infinite(value)) {
    integer = 1 << 16;
  } else if (!is_nan(value)) {
    const Parts p = parts(value);
    const std::int64_t scaled = std::int64_t{std::abs(p.significand)} << p.scale;  // 2^-24
    const std::int64_t half = std::int64_t{1} << 23;
    integer = static_cast<int>(scaled >> 24);
    const std::int64_t rest = scaled - (std::int64_t{integer} << 24);
    integer += rest > half || (rest == half && (integer & 1) != 0) ? 1 : 0;
  }
  const int moved = (negative(value) ? -integer : integer) + zero_point;
  return static_cast<std::int8_t>(std::min(std::max(moved, relu ? int{zero_point} : -128), 127));
}

Half affine(const ColumnParams& params, unsigned cp, unsigned cn, Half addend) {
  const Half branch_p = fma(from_count(cp, false), params.scale_p, params.offset);
  const Half branch_n = fma(from_count(cn, true), params.scale_n, addend);
  return fma(branch_p, kOne, branch_n);
}

}  // namespace aimc::fp16_affine
