#include "models/analog/converters/timing.h"

#include <algorithm>
#include <cmath>

#include "models/analog/converters/adc_survey.h"
#include "models/analog/converters/slicing.h"
#include "models/analog/readout/readout.h"

namespace aimc::analog {
namespace {

constexpr unsigned kWidestCount = 4095;

unsigned phases(const ReadMode& mode) {
  return mode.four_phase ? 4 : 1;
}

SurveyPoint survey_point(const CrossbarConfig& config, const ReadMode& mode) {
  const AdcConfig& adc = config.adc;
  const double codes =
      adc.kind == AdcKind::kCco ? adc.full_scale_counts + 1.0 : double(1U << adc.bits);
  return {adc.node_nm, 1e9 / mvm_timing(config, mode).conversion_ns, std::log2(codes)};
}

}  // namespace

CountRange built_range(const CrossbarConfig& config, const ReadMode& mode) {
  const AdcConfig& adc = config.adc;
  CountRange range;
  if (adc.kind == AdcKind::kCco) {
    range.conversion = mode.four_phase ? adc.full_scale_counts_four : adc.full_scale_counts;
    range.slice = range.conversion;
  } else {
    range.conversion = (1U << adc.bits) - 1;
    range.slice = std::min(kWidestCount, range.conversion * (mode.four_phase ? 2U : 1U));
  }
  range.full_scale = range.conversion;
  range.sum = slice_limit(config.weights, range.slice);
  return range;
}

CountRange count_range(const CrossbarConfig& config, const ReadMode& mode) {
  CountRange range = built_range(config, mode);
  if (!config.circuit_effects.adc_saturation) {
    range.conversion = range.slice = range.sum = kWidestCount;
  }
  return range;
}

unsigned serial_bits(const CrossbarConfig& config, const ReadMode& mode) {
  return std::min(config.dac.bits, mode.magnitude_bits);
}

MvmTiming mvm_timing(const CrossbarConfig& config, const ReadMode& mode) {
  const DacConfig& dac = config.dac;
  const AdcConfig& adc = config.adc;
  const bool modulated = dac.kind == DacKind::kPwm;
  const bool counting = adc.kind == AdcKind::kCco;
  MvmTiming timing;
  timing.conversions = phases(mode);
  if (dac.kind == DacKind::kBitSerial) timing.conversions *= serial_bits(config, mode);
  timing.drives = counting ? adc.shared_columns : 1;
  timing.unit_ns = modulated ? dac.lsb_ns : dac.pulse_ns;
  timing.window_ns = modulated ? window_ns(config, mode) : dac.pulse_ns;
  timing.conversion_ns = timing.window_ns;
  double after_ns = 0.0;
  if (!counting) {
    const unsigned cycles = adc.kind == AdcKind::kSar ? adc.bits : 1U << adc.bits;
    timing.conversion_ns = cycles * adc.cycle_ns;
    after_ns = adc.shared_columns * timing.conversion_ns;
  }
  const double busy_ns =
      timing.conversions * timing.window_ns * timing.drives + timing.conversions * after_ns;
  const double switching_ns = (timing.conversions - 1) * dac.phase_switch_ns;
  timing.total_ns = busy_ns + switching_ns + dac.settle_ns;
  return timing;
}

double conversion_energy_pj(const CrossbarConfig& config, const ReadMode& mode) {
  const AdcConfig& adc = config.adc;
  if (adc.energy_model == AdcEnergyModel::kSurvey) {
    return survey_energy_pj(survey_point(config, mode)) * adc.supply_factor;
  }
  if (adc.kind != AdcKind::kCco) return adc.energy_pj;
  return adc.energy_pj * mvm_timing(config, mode).window_ns / kEnergyWindowNs;
}

double survey_column_area_um2(const CrossbarConfig& config, unsigned magnitude_bits) {
  const ReadMode mode{magnitude_bits, false, 0};
  return 2.0 * survey_area_um2(survey_point(config, mode)) / config.adc.shared_columns;
}

}  // namespace aimc::analog
