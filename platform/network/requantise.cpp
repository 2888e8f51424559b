#include "platform/network/requantise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace aimc::network {
namespace {

constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();

std::int32_t saturate(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, kLeast, kMost));
}

/// The stored value of a real one, kept well within 32 bits whatever the scale.
std::int32_t quantised(float value, float scale, std::int32_t zero_point) {
  constexpr float kFar = 1e6F;
  return zero_point + static_cast<std::int32_t>(std::clamp(std::round(value / scale), -kFar, kFar));
}

}  // namespace

Multiplier make_multiplier(double factor) {
  if (!(factor >= 0.0)) throw std::out_of_range("a factor that is negative or no number");
  if (factor == 0.0) return {};
  if (!std::isfinite(factor)) throw std::out_of_range("a factor that is not finite");
  Multiplier multiplier;
  const double mantissa = std::frexp(factor, &multiplier.shift);
  auto fraction = static_cast<std::int64_t>(std::round(mantissa * 2147483648.0));
  if (fraction == std::int64_t{1} << 31U) {
    fraction /= 2;
    ++multiplier.shift;
  }
  if (multiplier.shift < -31) return {};
  if (multiplier.shift > 30) throw std::out_of_range("a factor of 2^30 and more");
  multiplier.fraction = static_cast<std::int32_t>(fraction);
  return multiplier;
}

std::int32_t high_half_of_doubled_product(std::int32_t a, std::int32_t b) {
  if (a == kLeast && b == kLeast) return kMost;
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t half = std::int64_t{1} << 30U;
  // Division truncates towards zero, so half (just less below zero) is added away from it.
  return static_cast<std::int32_t>((product + (product >= 0 ? half : 1 - half)) /
                                   (std::int64_t{1} << 31U));
}

std::int32_t divide_by_power_of_two(std::int32_t value, int exponent) {
  const std::int64_t half = exponent == 0 ? 0 : std::int64_t{1} << (exponent - 1);
  const std::int64_t magnitude = std::abs(std::int64_t{value});
  const std::int64_t rounded = (magnitude + half) >> exponent;
  return static_cast<std::int32_t>(value < 0 ? -rounded : rounded);
}

std::int32_t saturating_shift_left(std::int32_t value, int exponent) {
  return saturate(std::int64_t{value} * (std::int64_t{1} << exponent));
}

std::int32_t multiply(std::int32_t value, const Multiplier& factor, Rounding rounding) {
  if (rounding == Rounding::kSingle) {
    const int shift = 31 - factor.shift;
    const std::int64_t half = std::int64_t{1} << (shift - 1);
    return saturate((std::int64_t{value} * factor.fraction + half) >> shift);
  }
  const std::int32_t raised = factor.shift > 0 ? saturating_shift_left(value, factor.shift) : value;
  const std::int32_t product = high_half_of_doubled_product(raised, factor.fraction);
  return factor.shift < 0 ? divide_by_power_of_two(product, -factor.shift) : product;
}

std::pair<std::int32_t, std::int32_t> activation_range(Activation activation, float scale,
                                                       std::int32_t zero_point) {
  std::int32_t least = std::numeric_limits<std::int8_t>::min();
  std::int32_t most = std::numeric_limits<std::int8_t>::max();
  switch (activation) {
    case Activation::kNone:
      break;
    case Activation::kRelu:
      least = std::max(least, zero_point);
      break;
    case Activation::kRelu6:
      least = std::max(least, zero_point);
      most = std::min(most, quantised(6.0F, scale, zero_point));
      break;
    case Activation::kReluN1To1:
      least = std::max(least, quantised(-1.0F, scale, zero_point));
      most = std::min(most, quantised(1.0F, scale, zero_point));
      break;
  }
  return {least, most};
}

}  // namespace aimc::network
