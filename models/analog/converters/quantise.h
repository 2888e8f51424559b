#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/core/simd.h"

namespace aimc::analog {

/// The nearest whole number in 0 .. limit, halves upwards. Truncation is floor here, and other than
/// floor it vectorises.
AIMC_ALWAYS_INLINE std::int32_t to_code(double value, double limit) {
  value += 0.5;
  value = value > 0.0 ? value : 0.0;
  value = value < limit ? value : limit;
  return static_cast<std::int32_t>(value);
}

/// A stage whose output current flows through a resistance in its own path: v / (1 + factor |v|).
AIMC_ALWAYS_INLINE double compressed(double value, double factor) {
  return value / (1.0 + factor * std::fabs(value));
}

/// A parabola over 0 .. full scale that is `height` in its middle: 4 height u (1 - u), u = value /
/// full_scale; zero outside.
AIMC_ALWAYS_INLINE double bow(double value, double full_scale, double height) {
  const double u = std::min(1.0, std::max(0.0, value / full_scale));
  return 4.0 * height * u * (1.0 - u);
}

/// Third-order distortion of u in 0 .. 1 that keeps both ends: u + a (u^3 - u), |a| <= 0.5.
inline double third_order(double u, double a) {
  return u + a * (u * u * u - u);
}

/// Digit number `slice` (0 is the lowest) of a magnitude in base 2^bits.
constexpr unsigned slice_digit(unsigned magnitude, unsigned bits, unsigned slice) {
  return (magnitude >> (bits * slice)) & ((1U << bits) - 1U);
}

/// A sum of counts with weights of powers of two, less its lowest `shift` bits, halves upwards.
constexpr std::int32_t shifted_down(std::int64_t sum, unsigned shift) {
  return static_cast<std::int32_t>(shift == 0 ? sum
                                              : (sum + (std::int64_t{1} << (shift - 1))) >> shift);
}

}  // namespace aimc::analog
