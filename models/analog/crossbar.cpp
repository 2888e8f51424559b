#include "models/analog/crossbar.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/analog/config_check.h"
#include "models/analog/converters/quantise.h"
#include "models/analog/converters/slicing.h"
#include "models/analog/converters/timing.h"
#include "models/analog/effects.h"
#include "models/analog/input_stage.h"
#include "models/analog/output_stage.h"
#include "models/analog/programmed_map.h"
#include "models/analog/slice.h"

namespace aimc::analog {
namespace {

void check_weights(const std::int8_t* weights, const CrossbarConfig& config, const Region& region) {
  for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
    const std::int8_t* first = weights + std::size_t{row} * config.columns + region.first_column;
    if (std::find(first, first + region.columns, std::int8_t{-128}) != first + region.columns) {
      throw std::invalid_argument("analog: weight in row " + std::to_string(row) +
                                  " is -128, expected -127 .. 127");
    }
  }
}

}  // namespace

struct Crossbar::State {
  State(const CrossbarConfig& configuration, std::uint64_t seed, std::string_view path)
      : config(configuration),
        inputs(configuration),
        readout(make_readout(configuration)),
        programmed(configuration.rows, configuration.columns),
        exact(configuration.columns) {
    for (unsigned i = 0; i < config.weights.slices(); ++i) {
      const std::string own = i == 0 ? "" : "/slice" + std::to_string(i);
      slices.push_back(std::make_unique<Slice>(config, seed, std::string(path) + own));
    }
    if (slices.size() > 1) digits.resize(std::size_t{config.rows} * config.columns);
  }

  // One conversion of both polarities of a region.
  void convert(const Region& region, const ReadMode& mode, Sign sign, core::TimePs now_ps) {
    if (slices.size() > 1 && config.mode == AnalogMode::kIdeal) {
      convert_exact(region, mode, sign, now_ps);
      return;
    }
    for (const auto& slice : slices) slice->convert(inputs, region, mode, sign, now_ps);
  }
  void convert_exact(const Region& region, const ReadMode& mode, Sign sign, core::TimePs now_ps);
  void add_slices(const Region& region, const ReadMode& mode, std::uint16_t* cp, std::uint16_t* cn,
                  unsigned& saturated) const;

  // The conversions of the MVM whose inputs are loaded are to come.
  void announce(const Region& region, const ReadMode& mode) {
    for (const auto& slice : slices) {
      if (mode.four_phase) {
        slice->announce(inputs.driven(Sign::kPositive, region));
        slice->announce(inputs.driven(Sign::kNegative, region));
      } else {
        slice->announce(inputs.driven(Sign::kBoth, region));
      }
    }
  }
  // Where what is summed is the inputs themselves, once.
  bool announces() const {
    return config.dac.kind == DacKind::kPwm && config.dac.nonlinearity == 0.0;
  }

  CrossbarConfig config;
  InputStage inputs;
  std::unique_ptr<Readout> readout;
  std::vector<std::unique_ptr<Slice>> slices;  // from the lowest digits
  ProgrammedMap programmed;
  std::vector<std::int8_t> digits;  // scratch: weights of one slice
  ColumnSums exact;                 // scratch: sums over all slices, ideal mode
};

// Without devices the sums of products are put together before they are rounded.
void Crossbar::State::convert_exact(const Region& region, const ReadMode& mode, Sign sign,
                                    core::TimePs now_ps) {
  std::fill_n(exact.positive.begin(), region.columns, 0.0);
  std::fill_n(exact.negative.begin(), region.columns, 0.0);
  double weight = 1.0 / slice_unit(config.weights);
  for (const auto& slice : slices) {
    const ColumnSums& sums = slice->exact_sums(inputs, region, mode, sign, now_ps);
    for (std::size_t i = 0; i < region.columns; ++i) {
      exact.positive[i] += weight * sums.positive[i];
      exact.negative[i] += weight * sums.negative[i];
    }
    weight *= double(1U << config.weights.slice_bits);
  }
  // Whole numbers of |x| |w|: the division by the unit leaves no remainder.
  for (std::size_t i = 0; i < region.columns; ++i) {
    exact.positive[i] = std::round(exact.positive[i]);
    exact.negative[i] = std::round(exact.negative[i]);
  }
  slices.front()->convert_exact(exact, inputs, region, mode, sign, now_ps);
}

// Counts of the slices, shifted and added.
void Crossbar::State::add_slices(const Region& region, const ReadMode& mode, std::uint16_t* cp,
                                 std::uint16_t* cn, unsigned& saturated) const {
  const CountRange range = count_range(config, mode);
  const bool whole = slices.size() == 1 || config.mode == AnalogMode::kIdeal;
  const auto limit = static_cast<std::int32_t>(whole ? range.sum : range.slice);
  for (const bool positive : {true, false}) {
    std::uint16_t* out = positive ? cp : cn;
    const auto counts_of = [&](std::size_t slice) -> const std::vector<std::int32_t>& {
      const OutputStage& output = slices[slice]->output();
      return positive ? output.positive() : output.negative();
    };
    if (whole) {
      const std::vector<std::int32_t>& counts = counts_of(0);
      for (std::size_t i = 0; i < region.columns; ++i) {
        saturated += counts[i] >= limit ? 1U : 0U;
        out[i] = static_cast<std::uint16_t>(std::min(limit, counts[i]));
      }
      continue;
    }
    const unsigned shift = slice_shift(config.weights, built_range(config, mode).slice);
    for (std::size_t i = 0; i < region.columns; ++i) {
      std::int64_t sum = 0;
      for (std::size_t k = 0; k < slices.size(); ++k) {
        const std::int32_t count = counts_of(k)[i];
        saturated += count >= limit ? 1U : 0U;
        sum += std::int64_t{std::min(limit, count)} << (config.weights.slice_bits * k);
      }
      out[i] = static_cast<std::uint16_t>(
          std::min(static_cast<std::int32_t>(range.sum), shifted_down(sum, shift)));
    }
  }
}

Crossbar::Crossbar(const CrossbarConfig& config, std::uint64_t seed, std::string_view path) {
  check_config(config);
  state_ = std::make_unique<State>(without_disabled_effects(config), seed, path);
}

Crossbar::~Crossbar() = default;

ProgramResult Crossbar::program(const std::int8_t* weights, const Region& region,
                                core::TimePs now_ps) {
  State& s = *state_;
  check_region(s.config, region);
  check_weights(weights, s.config, region);
  ProgramResult result;
  for (unsigned i = 0; i < s.slices.size(); ++i) {
    const std::int8_t* values = weights;
    if (s.slices.size() > 1) {
      slice_weights(s.config.weights, i, weights, region, s.config.columns, s.digits);
      values = s.digits.data();
    }
    const ProgramResult part = s.slices[i]->program(values, region, now_ps + result.duration_ps);
    result.duration_ps += part.duration_ps;
    result.pulses += part.pulses;
    result.energy_j += part.energy_j;
  }
  s.programmed.mark(region);
  return result;
}

MvmResult Crossbar::mvm(const std::int8_t* inputs, std::int8_t zero_point, const Region& region,
                        const ReadMode& mode, core::TimePs now_ps, std::uint16_t* cp,
                        std::uint16_t* cn) {
  State& s = *state_;
  check_region(s.config, region);
  check_mode(s.config, mode);
  MvmResult result;
  result.clipped_inputs = s.inputs.load(inputs, zero_point, region, mode);
  result.duration_ps = mvm_duration_ps(mode);

  if (mode.four_phase && s.announces() && !s.slices.front()->any_ahead()) {
    for (const auto& slice : s.slices) slice->start_ahead(region, now_ps);
    s.announce(region, mode);  // both conversions in one pass
    for (const auto& slice : s.slices) slice->compute_ahead();
  }
  for (const auto& slice : s.slices) slice->clear(region);
  if (mode.four_phase) {
    s.convert(region, mode, Sign::kPositive, now_ps);
    s.convert(region, mode, Sign::kNegative, now_ps);
  } else {
    s.convert(region, mode, Sign::kBoth, now_ps);
  }
  s.add_slices(region, mode, cp, cn, result.saturated);

  const MvmTiming timing = mvm_timing(s.config, mode);
  double charge_us = 0.0;
  for (const auto& slice : s.slices) {
    result.saturated += slice->output().saturated();
    charge_us += slice->array().charge() * slice->array().step_us();
  }
  const double lines =
      double(s.slices.size() * lines_per_column(s.config.readout.kind)) * double(region.columns);
  result.dac_energy_j = s.inputs.energy_j(region, mode);
  result.array_energy_j = s.readout->array_energy_j(charge_us, phases(mode) * timing.drives, mode);
  const double conversion_pj = conversion_energy_pj(s.config, mode) + s.config.readout.energy_pj;
  result.adc_energy_j = conversion_pj * 1e-12 * lines * timing.conversions;
  return result;
}

unsigned Crossbar::most_ahead(const ReadMode& mode) const {
  return static_cast<unsigned>(kMaxSumInputs) / (mode.four_phase ? 2 : 1);
}

void Crossbar::announce(const std::int8_t* inputs, std::size_t stride, unsigned count,
                        std::int8_t zero_point, const Region& region, const ReadMode& mode,
                        core::TimePs now_ps) {
  State& s = *state_;
  check_region(s.config, region);
  check_mode(s.config, mode);
  if (!s.announces()) return;
  for (const auto& slice : s.slices) slice->start_ahead(region, now_ps);
  for (unsigned i = 0; i < std::min(count, most_ahead(mode)); ++i) {
    s.inputs.load(inputs + i * stride, zero_point, region, mode);
    s.announce(region, mode);
  }
  for (const auto& slice : s.slices) slice->compute_ahead();
}

double Crossbar::count_scale(const ReadMode& mode) const {
  check_mode(state_->config, mode);
  return nominal_count_scale(state_->config, mode);
}

unsigned Crossbar::full_scale_counts(const ReadMode& mode) const {
  check_mode(state_->config, mode);
  return built_range(state_->config, mode).sum;
}

core::TimePs Crossbar::mvm_duration_ps(const ReadMode& mode) const {
  const CrossbarConfig& config = state_->config;
  check_mode(config, mode);
  const MvmTiming timing = mvm_timing(config, mode);
  const double settling_ns = timing.conversions * state_->readout->settle_ns(mode);
  return static_cast<core::TimePs>(std::llround((timing.total_ns + settling_ns) * 1e3));
}

bool Crossbar::programmed(const Region& region) const {
  check_region(state_->config, region);
  return state_->programmed.all(region);
}

std::uint32_t Crossbar::wear_max() const {
  std::uint32_t most = 0;
  for (const auto& slice : state_->slices) most = std::max(most, slice->wear_max());
  return most;
}

void Crossbar::use(core::InstructionSet set) {
  set = std::min(set, core::widest_instruction_set());
  for (const auto& slice : state_->slices) slice->use(set);
}

const CrossbarConfig& Crossbar::config() const {
  return state_->config;
}

}  // namespace aimc::analog
