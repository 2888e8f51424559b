#include "models/analog/crossbar.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/analog/cell_array.h"
#include "models/analog/cell_writer.h"
#include "models/analog/config_check.h"
#include "models/analog/effects.h"
#include "models/analog/input_stage.h"
#include "models/analog/output_stage.h"
#include "models/analog/programmed_map.h"

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
        writer(configuration, seed, path),
        inputs(configuration),
        array(configuration, seed, path),
        readout(make_readout(configuration)),
        output(configuration, seed, path),
        programmed(configuration.rows, configuration.columns) {}

  // One conversion of both polarities of a region.
  void convert(const Region& region, const ReadMode& mode, Sign sign, core::TimePs now_ps) {
    const InputCodes& driven = inputs.driven(sign, region);
    const ColumnSums& sums = array.integrate(driven, region, now_ps);
    output.convert(array, sums, driven, region, mode);
  }

  // The conversions of the MVM whose inputs are loaded are to come.
  void announce(const Region& region, const ReadMode& mode) {
    if (mode.four_phase) {
      array.announce(inputs.driven(Sign::kPositive, region));
      array.announce(inputs.driven(Sign::kNegative, region));
    } else {
      array.announce(inputs.driven(Sign::kBoth, region));
    }
  }

  CrossbarConfig config;
  CellWriter writer;
  InputStage inputs;
  CellArray array;
  std::unique_ptr<Readout> readout;
  OutputStage output;
  ProgrammedMap programmed;
};

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
  const ProgramResult result = s.writer.write(weights, region);
  s.array.program(weights, region, s.writer.cycles(), now_ps + result.duration_ps);
  s.writer.count(region);
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

  if (mode.four_phase && !s.array.any_ahead()) {  // both conversions in one pass
    s.array.start_ahead(region, now_ps);
    s.announce(region, mode);
    s.array.compute_ahead();
  }
  s.array.clear_charge();
  s.output.clear(region);
  if (mode.four_phase) {
    s.convert(region, mode, Sign::kPositive, now_ps);
    s.convert(region, mode, Sign::kNegative, now_ps);
  } else {
    s.convert(region, mode, Sign::kBoth, now_ps);
  }
  const auto limit = static_cast<std::int32_t>(count_limit(s.config, mode));
  for (unsigned i = 0; i < region.columns; ++i) {
    const std::int32_t p = s.output.positive()[i];
    const std::int32_t n = s.output.negative()[i];
    result.saturated += (p >= limit ? 1U : 0U) + (n >= limit ? 1U : 0U);
    cp[i] = static_cast<std::uint16_t>(std::min(limit, p));
    cn[i] = static_cast<std::uint16_t>(std::min(limit, n));
  }

  result.saturated += s.output.saturated();

  const double lines = double(lines_per_column(s.config.readout.kind)) * double(region.columns);
  result.dac_energy_j = s.inputs.energy_j(region, mode);
  result.array_energy_j =
      s.readout->array_energy_j(s.array.charge() * s.array.step_us(), phases(mode), mode);
  result.adc_energy_j = s.config.adc.energy_pj * 1e-12 * lines * phases(mode) *
                            window_ns(s.config, mode) / kEnergyWindowNs +
                        s.config.readout.energy_pj * 1e-12 * lines * phases(mode);
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
  s.array.start_ahead(region, now_ps);
  for (unsigned i = 0; i < std::min(count, most_ahead(mode)); ++i) {
    s.inputs.load(inputs + i * stride, zero_point, region, mode);
    s.announce(region, mode);
  }
  s.array.compute_ahead();
}

double Crossbar::count_scale(const ReadMode& mode) const {
  check_mode(state_->config, mode);
  return nominal_count_scale(state_->config, mode);
}

core::TimePs Crossbar::mvm_duration_ps(const ReadMode& mode) const {
  const CrossbarConfig& config = state_->config;
  check_mode(config, mode);
  const double integration_ns =
      phases(mode) * (window_ns(config, mode) + state_->readout->settle_ns(mode));
  const double switching_ns = (phases(mode) - 1) * config.dac.phase_switch_ns;
  return static_cast<core::TimePs>(
      std::llround((integration_ns + switching_ns + config.dac.settle_ns) * 1e3));
}

bool Crossbar::programmed(const Region& region) const {
  check_region(state_->config, region);
  return state_->programmed.all(region);
}

std::uint32_t Crossbar::wear_max() const {
  return state_->writer.most_cycles();
}

void Crossbar::use(core::InstructionSet set) {
  set = std::min(set, core::widest_instruction_set());
  state_->array.use(set);
  state_->output.use(set);
}

const CrossbarConfig& Crossbar::config() const {
  return state_->config;
}

}  // namespace aimc::analog
