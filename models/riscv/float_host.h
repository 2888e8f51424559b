#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "models/riscv/float_arithmetic.h"

namespace aimc::riscv {

/// The common part of SoftFloat by the host's floating-point unit: round to nearest even (for the
/// conversion to integers: towards zero), results that are neither tiny nor beyond the largest
/// number. Everything else it leaves to SoftFloat, which it equals wherever done() is true.
///
/// The host must be in its default floating-point environment (to nearest, subnormals kept), as
/// every thread starts. Its exception flags are not used: inexactness follows from the error of an
/// operation, which is computed exactly, and only while it has not accrued yet.
///
/// Error of a sum: Moller and Knuth (Knuth, The Art of Computer Programming, vol. 2, section 4.2.2,
/// theorem B). Products of two singles are exact in double precision.
class HostFloat {
 public:
  /// `rounding` is a value of Rounding, or any other to leave everything to SoftFloat.
  HostFloat(std::uint8_t rounding, std::uint32_t& flags) : rounding_(rounding), flags_(flags) {}

  /// True when the last result counts; flags are as before otherwise.
  bool done() const { return done_; }

  std::uint32_t add(std::uint32_t a, std::uint32_t b) {
    const float x = number(a);
    const float y = number(b);
    const float sum = x + y;
    // A sum that is tiny is exact.
    if (to_nearest() && is_finite(bits(sum))) {
      finish([=] { return sum_error(x, y, sum) != 0.0F; });
    }
    return bits(sum);
  }

  std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
    const float x = number(a);
    const float y = number(b);
    const float product = x * y;
    if (to_nearest() && (is_plain(bits(product)) || (product == 0 && (x == 0 || y == 0)))) {
      finish([=] { return double{x} * double{y} != double{product}; });
    }
    return bits(product);
  }

  std::uint32_t fused(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    const double product = double{number(a)} * double{number(b)};
    const auto addend = double{number(c)};
    const double sum = product + addend;
    const auto result = static_cast<float>(sum);
    if (to_nearest() && (is_plain(bits(result)) || sum == 0) &&
        (!is_tie(sum) || sum_error(product, addend, sum) == 0)) {
      finish([=] { return double{result} != sum || sum_error(product, addend, sum) != 0; });
    }
    return bits(result);
  }

  std::uint32_t divide(std::uint32_t a, std::uint32_t b) {
    const float x = number(a);
    const float y = number(b);
    const float quotient = x / y;
    if (to_nearest() && y != 0 && (is_plain(bits(quotient)) || (quotient == 0 && x == 0))) {
      finish([=] { return x != 0 && double{quotient} * double{y} != double{x}; });
    }
    return bits(quotient);
  }

  std::uint32_t square_root(std::uint32_t a) {
    const float x = number(a);
    const float root = std::sqrt(x);
    if (to_nearest() && is_finite(bits(root))) {  // a root is never tiny
      finish([=] { return double{root} * double{root} != double{x}; });
    }
    return bits(root);
  }

  std::uint32_t to_signed(std::uint32_t a) {
    constexpr std::uint32_t kTooLarge = 0x4F000000U;  // 2^31
    if (!towards_zero() || float_magnitude(a) >= kTooLarge) return 0;
    const auto value = static_cast<std::int32_t>(number(a));
    finish([=] { return static_cast<float>(value) != number(a); });
    return static_cast<std::uint32_t>(value);
  }

  std::uint32_t to_unsigned(std::uint32_t a) {
    constexpr std::uint32_t kTooLarge = 0x4F800000U;  // 2^32; negative ones are above it
    if (!towards_zero() || a >= kTooLarge) return 0;
    const auto value = static_cast<std::int64_t>(number(a));
    finish([=] { return static_cast<float>(value) != number(a); });
    return static_cast<std::uint32_t>(value);
  }

  std::uint32_t from_signed(std::uint32_t a) { return from(static_cast<std::int32_t>(a)); }
  std::uint32_t from_unsigned(std::uint32_t a) { return from(std::int64_t{a}); }

 private:
  // Where singles are computed in another format there is no fast path.
  static constexpr bool kUsable = std::numeric_limits<float>::is_iec559 &&
                                  std::numeric_limits<double>::is_iec559 && FLT_EVAL_METHOD == 0;

  bool to_nearest() const { return kUsable && rounding_ == 0; }
  bool towards_zero() const {
    return kUsable && rounding_ == static_cast<std::uint8_t>(Rounding::kTowardsZero);
  }

  static float number(std::uint32_t a) {
    float value = 0;
    std::memcpy(&value, &a, sizeof value);
    return value;
  }
  static std::uint32_t bits(float value) {
    std::uint32_t result = 0;
    std::memcpy(&result, &value, sizeof result);
    return result;
  }
  static bool is_finite(std::uint32_t a) { return float_magnitude(a) < kFloatInfinity; }
  // Above the smallest normal number, so not tiny before it was rounded either, and finite.
  static bool is_plain(std::uint32_t a) {
    constexpr std::uint32_t kFirst = 0x00800001U;
    return float_magnitude(a) - kFirst < kFloatInfinity - kFirst;
  }
  // Half way between two singles: the one case in which rounding to double first may go wrong.
  static bool is_tie(double value) {
    std::uint64_t pattern = 0;
    std::memcpy(&pattern, &value, sizeof pattern);
    return (pattern & 0x1FFFFFFFU) == 0x10000000U;
  }
  template <typename T>
  static T sum_error(T x, T y, T sum) {
    const T part = sum - x;
    return (x - (sum - part)) + (y - part);
  }

  template <typename Inexact>
  void finish(const Inexact& inexact) {
    if ((flags_ & kFloatInexact) == 0 && inexact()) flags_ |= kFloatInexact;
    done_ = true;
  }

  template <typename Integer>
  std::uint32_t from(Integer value) {
    const auto result = static_cast<float>(value);
    if (to_nearest()) {
      finish([=] { return double{result} != static_cast<double>(value); });
    }
    return bits(result);
  }

  std::uint8_t rounding_;
  bool done_ = false;
  std::uint32_t& flags_;
};

}  // namespace aimc::riscv
