#include "models/analog/crossbar.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "models/analog/adc.h"
#include "models/analog/column_sums.h"
#include "models/analog/config_check.h"
#include "models/analog/device_array.h"
#include "models/analog/effects.h"
#include "models/analog/programmed_map.h"
#include "models/analog/write_pulses.h"
#include "models/core/random.h"

namespace aimc::analog {
namespace {

constexpr double kEnergyWindowNs =
    128.0;  // the converter energies of the configuration are those of this window
constexpr double kMaxWeight = 127.0;
constexpr int kMaxSquare = 32767;  // squares of inputs beyond this are halved, see squared_inputs

double window_ns(const CrossbarConfig& config, const ReadMode& mode) {
  return config.dac.lsb_ns * static_cast<double>(1U << mode.magnitude_bits);
}

unsigned phases(const ReadMode& mode) {
  return mode.four_phase ? 4 : 1;
}

unsigned full_scale(const CrossbarConfig& config, const ReadMode& mode) {
  return mode.four_phase ? config.adc.full_scale_counts_four : config.adc.full_scale_counts;
}

// Counts per (uS times input LSB).
double counts_per_us(const CrossbarConfig& config, const ReadMode& mode) {
  const double current_ua =
      config.adc.full_scale_current_ua / static_cast<double>(1U << mode.range);
  return full_scale(config, mode) * config.read_voltage_v /
         (current_ua * static_cast<double>(1U << mode.magnitude_bits));
}

double weight_span_us(const CrossbarConfig& config) {
  return config.device.g_max_us - config.device.g_min_us;
}

// Where a converter ends; without saturation that is the width of its word.
unsigned count_limit(const CrossbarConfig& config, const ReadMode& mode) {
  constexpr unsigned kWidestCount = 4095;
  return config.circuit_effects.adc_saturation ? full_scale(config, mode) : kWidestCount;
}

enum class Sign : std::uint8_t { kBoth, kPositive, kNegative };

}  // namespace

struct Crossbar::State {
  State(const CrossbarConfig& configuration, std::uint64_t seed, std::string_view path)
      : config(configuration),
        pulse_stream(seed, path, "pulses"),
        read_stream(seed, path, "read"),
        pulses(configuration.device.pulses_mean, configuration.device.pulses_max),
        adc(configuration, seed, path),
        programmed(configuration.rows, configuration.columns),
        wear(std::size_t{configuration.rows} * configuration.columns),
        words(configuration.columns),
        inputs(configuration.rows),
        phase_inputs(configuration.rows),
        squares(configuration.rows),
        sums(configuration.columns),
        variances(configuration.columns),
        counts_p(configuration.columns),
        counts_n(configuration.columns),
        normals(2 * (std::size_t{configuration.columns} + 1)) {
    if (config.mode == AnalogMode::kPhysical) {
      devices.emplace(config, seed, path);
    } else {
      ideal = ConductanceCodes(config.rows, config.columns);
    }
  }

  ProgramResult apply_pulses(const std::int8_t* weights, const Region& region);
  void store_ideal(const std::int8_t* weights, const Region& region);
  unsigned load_inputs(const std::int8_t* values, std::int8_t zero_point, const Region& region,
                       const ReadMode& mode);
  void convert(const Region& region, const ReadMode& mode, Sign sign, core::TimePs now_ps);
  void convert_ideal(const Region& region, const ReadMode& mode);
  void convert_physical(const Region& region, const ReadMode& mode, const InputCodes& driven);
  double squared_inputs(const InputCodes& driven, std::size_t rows);
  double reference_charge(const Region& region, const InputCodes& driven) const;

  CrossbarConfig config;
  core::RandomStream pulse_stream;
  core::RandomStream read_stream;
  WritePulses pulses;
  AdcBanks adc;
  ConductanceCodes ideal;              // ideal mode: weights
  std::optional<DeviceArray> devices;  // physical mode
  ProgrammedMap programmed;
  std::vector<std::uint32_t> wear;  // write cycles, row-major
  std::uint32_t wear_max = 0;
  std::uint64_t reads = 0;  // numbers the read noise: one a conversion of both polarities

  // Scratch space of program and mvm.
  std::vector<std::uint32_t> words;
  InputCodes inputs;
  InputCodes phase_inputs;
  InputCodes squares;
  ColumnSums sums;
  ColumnSums variances;
  std::vector<std::int32_t> counts_p, counts_n;
  std::vector<float> normals;
  double charge = 0.0;  // sum of |x| (G+ + G-) in input LSB times conductance codes, over the
                        // conversions of an MVM
};

// Cells are written `parallel_writers` at a time in row-major order; a batch lasts as long as its
// slowest cell. The active device takes the iterations drawn for the cell, every other device one
// RESET pulse within the first of them.
ProgramResult Crossbar::State::apply_pulses(const std::int8_t* weights, const Region& region) {
  const DeviceConfig& device = config.device;
  std::uint64_t pulse_count = 0;
  std::uint64_t verifies = 0;
  std::uint64_t rounds = 0;
  unsigned in_batch = 0;
  unsigned slowest = 0;
  for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
    const std::size_t first = std::size_t{row} * config.columns + region.first_column;
    for (std::size_t i = 0; i < region.columns;) {
      // Cells of equal generation follow each other in the stream.
      const std::uint32_t generation = wear[first + i];
      std::size_t run = 1;
      while (i + run < region.columns && wear[first + i + run] == generation) ++run;
      pulse_stream.words(std::uint64_t{generation} * wear.size() + first + i, words.data(), run);
      for (std::size_t k = 0; k < run; ++k) {
        const bool active = weights[first + i + k] != 0;
        const unsigned iterations = active ? pulses.draw(words[k]) : 1;
        pulse_count += iterations + 1;
        verifies += active ? iterations : 0;
        slowest = std::max(slowest, iterations);
        if (++in_batch == device.parallel_writers) {
          rounds += slowest;
          in_batch = slowest = 0;
        }
      }
      i += run;
    }
  }
  rounds += slowest;
  ProgramResult result;
  const double round_ps = (device.pulse_ns + device.verify_ns) * 1e3;
  result.duration_ps =
      static_cast<core::TimePs>(std::llround(static_cast<double>(rounds) * round_ps));
  result.pulses = pulse_count;
  result.energy_j = (static_cast<double>(pulse_count) * device.pulse_energy_pj +
                     static_cast<double>(verifies) * device.verify_energy_pj) *
                    1e-12;
  return result;
}

void Crossbar::State::store_ideal(const std::int8_t* weights, const Region& region) {
  for (std::size_t column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
      const int weight = +weights[row * config.columns + column];
      ideal.set(column * config.rows + row, std::max(weight, 0), std::max(-weight, 0));
    }
  }
}

unsigned Crossbar::State::load_inputs(const std::int8_t* values, std::int8_t zero_point,
                                      const Region& region, const ReadMode& mode) {
  const int limit = (1 << mode.magnitude_bits) - 1;
  unsigned clipped = 0;
  for (std::size_t i = 0; i < region.rows; ++i) {
    const int value = values[i] - zero_point;
    const int limited = std::clamp(value, -limit, limit);
    clipped += limited != value ? 1U : 0U;
    inputs.set(i, limited);
  }
  return clipped;
}

void Crossbar::State::convert(const Region& region, const ReadMode& mode, Sign sign,
                              core::TimePs now_ps) {
  const InputCodes* driven = &inputs;
  if (sign != Sign::kBoth) {
    for (std::size_t i = 0; i < region.rows; ++i) {
      const int value = inputs.value[i];
      phase_inputs.set(i, (value > 0) == (sign == Sign::kPositive) ? value : 0);
    }
    driven = &phase_inputs;
  }
  if (devices) devices->prepare(region, now_ps);
  column_sums(devices ? devices->conductance() : ideal, *driven, region, sums);
  for (std::size_t i = 0; i < region.columns; ++i) charge += sums.positive[i] + sums.negative[i];
  if (devices) {
    charge += reference_charge(region, *driven);
    devices->disturb(region);
  }
  if (devices) {
    convert_physical(region, mode, *driven);
  } else {
    convert_ideal(region, mode);
  }
}

// What a reference column subtracts has flowed through the devices all the same.
double Crossbar::State::reference_charge(const Region& region, const InputCodes& driven) const {
  if (devices->subtracted_us() == 0.0) return 0.0;
  double driven_lsb = 0.0;
  for (std::size_t i = 0; i < region.rows; ++i) driven_lsb += driven.magnitude[i];
  return 2.0 * region.columns * driven_lsb * devices->subtracted_us() /
         devices->conductance_step_us();
}

void Crossbar::State::convert_ideal(const Region& region, const ReadMode& mode) {
  const double scale = counts_per_us(config, mode) * weight_span_us(config) / kMaxWeight;
  const double limit = count_limit(config, mode);
  add_ideal_counts(sums.positive.data(), region.columns, scale, limit, counts_p.data());
  add_ideal_counts(sums.negative.data(), region.columns, scale, limit, counts_n.data());
}

// Squares of the inputs with the inputs' signs as 15-bit codes; returns the unit of a code. Halving
// is the only case in which a square is rounded, and then the largest is above 2^15.
double Crossbar::State::squared_inputs(const InputCodes& driven, std::size_t rows) {
  int largest = 0;
  for (std::size_t i = 0; i < rows; ++i) largest = std::max<int>(largest, driven.magnitude[i]);
  const int shift = largest * largest > kMaxSquare ? 1 : 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const int square = (driven.magnitude[i] * driven.magnitude[i] + shift) >> shift;
    squares.value[i] = static_cast<std::int16_t>(driven.value[i] < 0 ? -square : square);
    squares.magnitude[i] = static_cast<std::int16_t>(square);
  }
  return shift + 1.0;
}

void Crossbar::State::convert_physical(const Region& region, const ReadMode& mode,
                                       const InputCodes& driven) {
  const double per_us = counts_per_us(config, mode);
  AdcReading reading;
  reading.columns = region.columns;
  reading.scale = per_us * devices->conductance_step_us();
  reading.limit = count_limit(config, mode);
  if (devices->variance().sum.empty()) {
    std::fill_n(variances.positive.begin(), region.columns, 0.0);
    std::fill_n(variances.negative.begin(), region.columns, 0.0);
  } else {
    const double unit = squared_inputs(driven, region.rows);
    reading.variance_scale =
        static_cast<float>(per_us * per_us * devices->variance_step_us2() * unit);
    column_sums(devices->variance(), squares, region, variances);
    // Read number, column and polarity decide which normal: two a column, two columns a block.
    const std::uint64_t blocks_per_read = (config.columns + 1) / 2;
    const unsigned skip = region.first_column % 2;
    read_stream.normals(reads * blocks_per_read + region.first_column / 2, normals.data(),
                        std::size_t{2} * (region.columns + skip));
    reading.normals = normals.data() + std::size_t{2} * skip;
  }
  ++reads;
  adc.positive.add_counts(reading, region.first_column, sums.positive.data(),
                          variances.positive.data(), counts_p.data());
  ++reading.normals;
  adc.negative.add_counts(reading, region.first_column, sums.negative.data(),
                          variances.negative.data(), counts_n.data());
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
  for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
    const std::int8_t* first = weights + std::size_t{row} * s.config.columns + region.first_column;
    if (std::find(first, first + region.columns, std::int8_t{-128}) != first + region.columns) {
      throw std::invalid_argument("analog: weight in row " + std::to_string(row) +
                                  " is -128, expected -127 .. 127");
    }
  }
  const ProgramResult result = s.apply_pulses(weights, region);
  if (s.devices) {
    s.devices->program(weights, region, s.wear, now_ps + result.duration_ps);
  } else {
    s.store_ideal(weights, region);
  }
  for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
    std::uint32_t* wear = &s.wear[std::size_t{row} * s.config.columns + region.first_column];
    for (unsigned i = 0; i < region.columns; ++i) s.wear_max = std::max(s.wear_max, ++wear[i]);
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
  result.clipped_inputs = s.load_inputs(inputs, zero_point, region, mode);
  result.duration_ps = mvm_duration_ps(mode);

  s.charge = 0.0;
  std::fill_n(s.counts_p.begin(), region.columns, 0);
  std::fill_n(s.counts_n.begin(), region.columns, 0);
  if (mode.four_phase) {
    s.convert(region, mode, Sign::kPositive, now_ps);
    s.convert(region, mode, Sign::kNegative, now_ps);
  } else {
    s.convert(region, mode, Sign::kBoth, now_ps);
  }
  const auto limit = static_cast<std::int32_t>(count_limit(s.config, mode));
  for (unsigned i = 0; i < region.columns; ++i) {
    result.saturated += (s.counts_p[i] >= limit ? 1U : 0U) + (s.counts_n[i] >= limit ? 1U : 0U);
    cp[i] = static_cast<std::uint16_t>(std::min(limit, s.counts_p[i]));
    cn[i] = static_cast<std::uint16_t>(std::min(limit, s.counts_n[i]));
  }

  double pulse_lsb = 0.0;
  for (unsigned i = 0; i < region.rows; ++i) pulse_lsb += s.inputs.magnitude[i];
  const double lsb_ns = s.config.dac.lsb_ns * phases(mode);
  const double voltage = s.config.read_voltage_v;
  const double step_us =
      s.devices ? s.devices->conductance_step_us() : weight_span_us(s.config) / kMaxWeight;
  result.dac_energy_j = s.config.dac.energy_pj * 1e-12 * pulse_lsb * lsb_ns / kEnergyWindowNs;
  result.array_energy_j = s.charge * step_us * 1e-6 * voltage * voltage * lsb_ns * 1e-9;
  result.adc_energy_j = s.config.adc.energy_pj * 1e-12 * 2.0 * region.columns * phases(mode) *
                        window_ns(s.config, mode) / kEnergyWindowNs;
  return result;
}

double Crossbar::count_scale(const ReadMode& mode) const {
  check_mode(state_->config, mode);
  return counts_per_us(state_->config, mode) * weight_span_us(state_->config) / kMaxWeight;
}

core::TimePs Crossbar::mvm_duration_ps(const ReadMode& mode) const {
  const CrossbarConfig& config = state_->config;
  check_mode(config, mode);
  const double integration_ns = phases(mode) * window_ns(config, mode);
  const double switching_ns = (phases(mode) - 1) * config.dac.phase_switch_ns;
  return static_cast<core::TimePs>(
      std::llround((integration_ns + switching_ns + config.dac.settle_ns) * 1e3));
}

bool Crossbar::programmed(const Region& region) const {
  check_region(state_->config, region);
  return state_->programmed.all(region);
}

std::uint32_t Crossbar::wear_max() const {
  return state_->wear_max;
}

const CrossbarConfig& Crossbar::config() const {
  return state_->config;
}

}  // namespace aimc::analog
