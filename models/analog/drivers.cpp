#include "models/analog/drivers.h"

#include <algorithm>

namespace aimc::analog {

double window_ns(const CrossbarConfig& config, const ReadMode& mode) {
  return config.dac.lsb_ns * static_cast<double>(1U << mode.magnitude_bits);
}

unsigned phases(const ReadMode& mode) {
  return mode.four_phase ? 4 : 1;
}

Drivers::Drivers(const CrossbarConfig& config)
    : energy_pj_(config.dac.energy_pj),
      lsb_ns_(config.dac.lsb_ns),
      inputs_(config.rows),
      phase_inputs_(config.rows) {}

unsigned Drivers::load(const std::int8_t* values, std::int8_t zero_point, const Region& region,
                       const ReadMode& mode) {
  const int limit = (1 << mode.magnitude_bits) - 1;
  unsigned clipped = 0;
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int value = values[i] - zero_point;
    const int limited = std::clamp(value, -limit, limit);
    clipped += limited != value ? 1U : 0U;
    inputs_.set(i, limited);
  }
  return clipped;
}

const InputCodes& Drivers::driven(Sign sign, const Region& region) {
  if (sign == Sign::kBoth) return inputs_;
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int value = inputs_.value[i];
    phase_inputs_.set(i, (value > 0) == (sign == Sign::kPositive) ? value : 0);
  }
  return phase_inputs_;
}

double Drivers::energy_j(const Region& region, const ReadMode& mode) const {
  double pulse_lsb = 0.0;
  for (unsigned i = 0; i < region.rows; ++i) pulse_lsb += inputs_.magnitude[i];
  return energy_pj_ * 1e-12 * pulse_lsb * (lsb_ns_ * phases(mode)) / kEnergyWindowNs;
}

}  // namespace aimc::analog
