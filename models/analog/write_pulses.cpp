#include "models/analog/write_pulses.h"

#include <algorithm>

namespace aimc::analog {
namespace {

// Mean of the distribution with weights q^(n-1); for q > 1 counted from the other end, so that
// nothing overflows.
double mean_of(double q, unsigned maximum) {
  const bool reversed = q > 1.0;
  const double ratio = reversed ? 1.0 / q : q;
  double weight = 1.0;
  double sum = 0.0;
  double moment = 0.0;
  for (unsigned n = 1; n <= maximum; ++n) {
    sum += weight;
    moment += weight * (reversed ? maximum + 1 - n : n);
    weight *= ratio;
  }
  return moment / sum;
}

}  // namespace

WritePulses::WritePulses(double mean, unsigned maximum) {
  // The mean grows with q; u = q / (1 + q) maps 0 .. infinity to 0 .. 1.
  double low = 0.0;
  double high = 1.0;
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    (mean_of(middle / (1.0 - middle), maximum) < mean ? low : high) = middle;
  }
  const double q = low / (1.0 - low);
  const bool reversed = q > 1.0;
  std::vector<double> weights(maximum, 1.0);
  for (unsigned n = 1; n < maximum; ++n) weights[n] = weights[n - 1] * (reversed ? 1.0 / q : q);
  if (reversed) std::reverse(weights.begin(), weights.end());
  double total = 0.0;
  for (const double weight : weights) total += weight;
  double cumulative = 0.0;
  thresholds_.resize(maximum - 1);
  for (unsigned n = 0; n + 1 < maximum; ++n) {
    cumulative += weights[n];
    thresholds_[n] = static_cast<std::uint64_t>(cumulative / total * 0x1p32);
  }
  for (unsigned byte = 0; byte < guide_.size(); ++byte) {
    const std::uint64_t word = std::uint64_t{byte} << 24;
    const auto first_above = std::upper_bound(thresholds_.begin(), thresholds_.end(), word);
    guide_[byte] = static_cast<unsigned>(first_above - thresholds_.begin());
  }
}

}  // namespace aimc::analog
