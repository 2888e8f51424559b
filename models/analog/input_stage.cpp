#include "models/analog/input_stage.h"

#include <algorithm>
#include <bitset>

namespace aimc::analog {

unsigned phases(const ReadMode& mode) {
  return mode.four_phase ? 4 : 1;
}

InputStage::InputStage(const CrossbarConfig& config)
    : energy_pj_(config.dac.energy_pj),
      lsb_ns_(config.dac.lsb_ns),
      bit_by_bit_(config.readout.kind == ReadoutKind::kChargeRedistribution),
      inputs_(config.rows),
      phase_inputs_(config.rows) {}

unsigned InputStage::load(const std::int8_t* values, std::int8_t zero_point, const Region& region,
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

const InputCodes& InputStage::driven(Sign sign, const Region& region) {
  if (sign == Sign::kBoth) return inputs_;
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int value = inputs_.value[i];
    phase_inputs_.set(i, (value > 0) == (sign == Sign::kPositive) ? value : 0);
  }
  return phase_inputs_;
}

double InputStage::energy_j(const Region& region, const ReadMode& mode) const {
  double pulse_lsb = 0.0;
  for (unsigned i = 0; i < region.rows; ++i) {
    const auto magnitude = static_cast<unsigned>(inputs_.magnitude[i]);
    pulse_lsb += bit_by_bit_ ? static_cast<double>(std::bitset<16>(magnitude).count())
                             : static_cast<double>(magnitude);
  }
  return energy_pj_ * 1e-12 * pulse_lsb * (lsb_ns_ * phases(mode)) / kEnergyWindowNs;
}

}  // namespace aimc::analog
