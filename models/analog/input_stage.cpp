#include "models/analog/input_stage.h"

#include <algorithm>
#include <bitset>

#include "models/analog/converters/timing.h"

namespace aimc::analog {

unsigned phases(const ReadMode& mode) {
  return mode.four_phase ? 4 : 1;
}

InputStage::InputStage(const CrossbarConfig& config)
    : config_(config),
      pulses_(config),
      bit_by_bit_(config.readout.kind == ReadoutKind::kChargeRedistribution),
      inputs_(config.rows),
      phase_inputs_(config.rows),
      plane_(config.rows) {}

unsigned InputStage::load(const std::int8_t* values, std::int8_t zero_point, const Region& region,
                          const ReadMode& mode) {
  const int limit = (1 << mode.magnitude_bits) - 1;
  const bool coarse =
      config_.mode == AnalogMode::kPhysical && config_.dac.bits < mode.magnitude_bits;
  unsigned clipped = 0;
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int value = values[i] - zero_point;
    const int limited = std::clamp(value, -limit, limit);
    clipped += limited != value ? 1U : 0U;
    inputs_.set(i, limited);
    if (coarse) {
      const int magnitude = pulses_.resolved(inputs_.magnitude[i], mode.magnitude_bits);
      inputs_.set(i, limited < 0 ? -magnitude : magnitude);
    }
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

const InputCodes& InputStage::bit_plane(Sign sign, const Region& region, unsigned bit) {
  Pulses::bit_plane(driven(sign, region), region.rows, bit, plane_);
  return plane_;
}

double InputStage::energy_j(const Region& region, const ReadMode& mode) const {
  double pulses = 0.0;
  if (bit_by_bit_) {
    for (unsigned i = 0; i < region.rows; ++i) {
      pulses +=
          static_cast<double>(std::bitset<16>(static_cast<unsigned>(inputs_.magnitude[i])).count());
    }
  } else {
    pulses = pulses_.square_time(inputs_, region.rows, mode.magnitude_bits);
  }
  const MvmTiming timing = mvm_timing(config_, mode);
  return config_.dac.energy_pj * 1e-12 * pulses * (timing.unit_ns * phases(mode) * timing.drives) /
         kEnergyWindowNs;
}

}  // namespace aimc::analog
