#pragma once

#include "models/core/elementary.h"

namespace aimc::analog {

/// Mean and variance of a quantity in units of what it would be without a limit at zero.
struct Rectified {
  float mean, variance;
};

/// Moments of max(0, 1 + s xi). With a = 1/s, density p = phi(a) and tail q = 1 - Phi(a): mean = 1
/// + d, d = s p - q; variance = s^2 (1 - q) - (1 + d) d. The tail is formula 26.2.17 of Abramowitz
/// and Stegun, error below 7.5e-8.
inline Rectified rectified_moments(float s) {
  const float a = 1.0F / (s > 0.1F ? s : 0.1F);  // beyond ten sigma nothing is cut off
  const float density = 0.39894228F * core::det_exp(-0.5F * a * a);
  const float t = 1.0F / (1.0F + 0.2316419F * a);
  const float polynomial =
      ((((1.330274429F * t - 1.821255978F) * t + 1.781477937F) * t - 0.356563782F) * t +
       0.319381530F) *
      t;
  const float tail = density * polynomial;
  const float shift = s * density - tail;
  const float mean = 1.0F + shift;
  return {mean, s * s * (1.0F - tail) - mean * shift};
}

}  // namespace aimc::analog
