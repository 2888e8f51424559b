#include "models/analog/level_curve.h"

#include <algorithm>

#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

double log_level(double r) {
  return core::det_log(static_cast<float>(std::max(r, 1e-7)));
}

}  // namespace

double CurvePiece::at(double r) const {
  switch (form) {
    case Form::kPolynomial: {
      double sum = 0.0;
      for (std::size_t k = 0; k < c.size(); ++k) {
        double term = c[k];
        for (std::size_t i = 0; i < k; ++i) term *= r;
        sum += term;
      }
      return sum;
    }
    case Form::kLog:
      return std::clamp(c[0] * log_level(r) + c[1], c[2], c[3]);
    case Form::kPower:
      return std::clamp(c[0] / core::det_exp(static_cast<float>(-c[1] * log_level(r))), c[2], c[3]);
    case Form::kLogRatio:
      return std::clamp((c[0] * log_level(r) + c[1]) / std::max(r, 1e-7), c[2], c[3]);
  }
  return 0.0;
}

}  // namespace aimc::analog
