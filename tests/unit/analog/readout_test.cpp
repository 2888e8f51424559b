#include "models/analog/readout/readout.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "models/analog/readout/compatibility.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::Moments;

constexpr double kBoltzmann = 1.380649e-23;
constexpr double kRoomK = 298.15;

/// A crossbar without device statistics and converter errors, with the finest counts there are.
CrossbarConfig plain(ReadoutKind kind, unsigned rows, unsigned columns) {
  CrossbarConfig config = test::quiet_config(rows, columns);
  config.device.programming_noise = 0.0;
  config.device.read_noise = 0.0;
  config.device.drift_mean = LevelCurve{};
  config.device.drift_sigma = LevelCurve{};
  config.readout.kind = kind;
  config.adc.full_scale_current_ua = rows * config.device.g_max_us * config.read_voltage_v;
  return config;
}

CrossbarConfig lossless(ReadoutKind kind, unsigned rows, unsigned columns) {
  CrossbarConfig config = plain(kind, rows, columns);
  config.circuit_effects.readout_loss = false;
  config.circuit_effects.readout_noise = false;
  config.circuit_effects.charge_injection = false;
  config.circuit_effects.sharing_mismatch = false;
  return config;
}

/// What the closed form of a readout says of a column, in its own unit, from inputs and weights.
struct ClosedForm {
  double positive = 0.0;
  double negative = 0.0;
};

// Written from the circuits, with voltages and capacitors, and not from the models' code.
ClosedForm closed_form(const CrossbarConfig& c, const std::vector<int>& x,
                       const std::vector<int>& w, unsigned bits) {
  const double range = std::ldexp(1.0, static_cast<int>(bits));
  const double span_us = c.device.g_max_us - c.device.g_min_us;
  ClosedForm out;
  double all_us = 0.0;
  double all_ff = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double fraction = std::abs(w[i]) / 127.0;
    const double conductance_us = fraction * span_us;
    const double input_v = c.read_voltage_v * std::abs(x[i]) / range;
    double& own = (x[i] < 0) == (w[i] < 0) ? out.positive : out.negative;
    all_us += conductance_us + 2.0 * c.device.g_min_us;
    all_ff += c.readout.unit_capacitance_ff;
    switch (c.readout.kind) {
      case ReadoutKind::kCurrent:
      case ReadoutKind::kResistiveDivision:
        own += conductance_us * input_v;  // uA
        break;
      case ReadoutKind::kCharge:
      case ReadoutKind::kCapacitiveDivision:
        own += fraction * c.readout.unit_capacitance_ff * c.readout.swing_v * std::abs(x[i]) /
               range;  // fC
        break;
      case ReadoutKind::kChargeRedistribution: {
        // V <- (V + v) / 2 for each bit, lowest first.
        double shared = 0.0;
        for (unsigned bit = 0; bit < bits; ++bit) {
          const double driven = (std::abs(x[i]) >> bit & 1) != 0 ? c.readout.swing_v : 0.0;
          shared = 0.5 * (shared + driven * fraction);
        }
        own += shared * c.readout.unit_capacitance_ff;
        break;
      }
      case ReadoutKind::kTime:
        own += conductance_us * input_v / c.adc.full_scale_current_ua * c.adc.full_scale_counts *
               c.readout.time_lsb_ps * 1e-3;  // ns
        break;
    }
  }
  const bool capacitive = c.readout.kind == ReadoutKind::kCharge ||
                          c.readout.kind == ReadoutKind::kChargeRedistribution ||
                          c.readout.kind == ReadoutKind::kCapacitiveDivision;
  if (capacitive) {
    out.positive /= all_ff;
    out.negative /= all_ff;
  }
  if (c.readout.kind == ReadoutKind::kResistiveDivision) {
    out.positive = (out.positive - out.negative) / all_us;
    out.negative = 0.0;
  }
  return out;
}

TEST(Readout, TransferIsTheClosedForm) {
  Dice dice(31, "readout");
  for (const ReadoutKind kind : kReadouts) {
    for (int trial = 0; trial < 20; ++trial) {
      SCOPED_TRACE(static_cast<int>(kind) * 100 + trial);
      const auto rows = static_cast<unsigned>(dice.between(1, 300));
      const auto bits = static_cast<unsigned>(dice.between(1, 8));
      CrossbarConfig config = lossless(kind, rows, 1);
      config.device.g_min_us = kind == ReadoutKind::kResistiveDivision ? 2.0 : 0.0;
      config.readout.losses = 0.0;
      config.readout.injection_fc = 0.0;
      config.readout.unit_capacitance_ff = dice.between(1, 50) * 0.1;
      config.readout.swing_v = dice.between(2, 20) * 0.1;
      const auto readout = make_readout(config);
      std::vector<int> x(rows);
      std::vector<int> w(rows);
      double sum_p = 0.0;
      double sum_n = 0.0;
      double loading_us = 0.0;
      const double unit_us = (config.device.g_max_us - config.device.g_min_us) / 127.0;
      for (unsigned i = 0; i < rows; ++i) {
        x[i] = dice.between(-(1 << bits) + 1, (1 << bits) - 1);
        w[i] = dice.between(-127, 127);
        ((x[i] < 0) == (w[i] < 0) ? sum_p : sum_n) += std::abs(x[i] * w[i]);
        loading_us += std::abs(w[i]) * unit_us + 2.0 * config.device.g_min_us;
      }
      const ReadMode mode{bits, false, 0};
      const ClosedForm expected = closed_form(config, x, w, bits);
      const double signal = kind == ReadoutKind::kResistiveDivision ? sum_p - sum_n : sum_p;
      const double found = readout->transfer({signal * unit_us, loading_us}, mode);
      EXPECT_NEAR(found, expected.positive, 1e-9 * std::fabs(expected.positive) + 1e-15);
      if (!is_linear(kind)) continue;
      const double other = readout->transfer({sum_n * unit_us, loading_us}, mode);
      EXPECT_NEAR(other, expected.negative, 1e-9 * expected.negative + 1e-15);
      // In counts, every linear readout has the scale the crossbar tells.
      Crossbar crossbar(config, 1, "tile0");
      const double counts =
          config.adc.full_scale_counts * expected.positive / readout->full_scale(mode);
      EXPECT_NEAR(counts, sum_p * crossbar.count_scale(mode), 1e-9 * counts + 1e-12);
    }
  }
}

// --analog ideal: exact integers whatever the linear readout.
TEST(Readout, IdealCountsDoNotDependOnALinearReadout) {
  Dice dice(32, "readout");
  const unsigned rows = 200;
  const unsigned columns = 33;
  const auto weights = dice.codes(std::size_t{rows} * columns);
  const auto inputs = dice.codes(rows, -128, 127);
  const Region region{3, 190, 1, 31};
  for (const bool four_phase : {false, true}) {
    const ReadMode mode{8, four_phase, 1};
    CrossbarConfig config = plain(ReadoutKind::kCurrent, rows, columns);
    config.mode = AnalogMode::kIdeal;
    Crossbar current(config, 1, "tile0");
    current.program(weights.data(), {0, rows, 0, columns}, 0);
    const std::vector<std::int8_t> driven(inputs.begin(), inputs.begin() + region.rows);
    const Counts expected = test::run(current, driven, 3, region, mode, 0);
    for (const ReadoutKind kind : kReadouts) {
      if (!is_linear(kind)) continue;
      SCOPED_TRACE(static_cast<int>(kind));
      config.readout.kind = kind;
      Crossbar crossbar(config, 1, "tile0");
      crossbar.program(weights.data(), {0, rows, 0, columns}, 0);
      const Counts counts = test::run(crossbar, driven, 3, region, mode, 0);
      EXPECT_EQ(counts.cp, expected.cp);
      EXPECT_EQ(counts.cn, expected.cn);
    }
  }
}

// The divider's converter sees a mean, so a count is a multiple of the column's denominator: the
// difference of the polarities is that of integer arithmetic to half of it and half a count.
TEST(Readout, DividerIsMultipliedBack) {
  Dice dice(33, "readout");
  const unsigned rows = 128;
  const unsigned columns = 40;
  const auto weights = dice.codes(std::size_t{rows} * columns);
  const auto inputs = dice.codes(rows, -100, 100);
  const Region all{0, rows, 0, columns};
  const ReadMode mode{7, false, 0};
  for (const AnalogMode analog : {AnalogMode::kIdeal, AnalogMode::kPhysical}) {
    CrossbarConfig config = lossless(ReadoutKind::kResistiveDivision, rows, columns);
    config.mode = analog;
    Crossbar crossbar(config, 1, "tile0");
    crossbar.program(weights.data(), all, 0);
    const Counts counts = test::run(crossbar, inputs, 0, all, mode, 0);
    int nonzero = 0;
    for (unsigned j = 0; j < columns; ++j) {
      double sum = 0.0;
      double loading_us = 0.0;
      for (unsigned i = 0; i < rows; ++i) {
        const int w = +weights[i * columns + j];
        sum += w * inputs[i];
        loading_us += std::abs(w) * 25.0 / 127.0;
      }
      const double step = config.readout.divider_range * loading_us * config.read_voltage_v /
                          config.adc.full_scale_current_ua;
      EXPECT_NEAR(counts.cp[j] - counts.cn[j], sum * crossbar.count_scale(mode),
                  0.5 * step + 0.5 + 0.02)
          << j;
      EXPECT_TRUE(counts.cp[j] == 0 || counts.cn[j] == 0);
      nonzero += counts.cp[j] + counts.cn[j];
    }
    EXPECT_GT(nonzero, 100);
  }
}

/// Counts of one column over many columns of equal weights: a sample of the line's noise.
std::vector<double> positive_counts(const CrossbarConfig& config, int weight, int input,
                                    const ReadMode& mode, unsigned reads) {
  Crossbar crossbar(config, 7, "tile0");
  const std::vector<std::int8_t> weights(std::size_t{config.rows} * config.columns,
                                         static_cast<std::int8_t>(weight));
  const Region all{0, config.rows, 0, config.columns};
  crossbar.program(weights.data(), all, 0);
  const std::vector<std::int8_t> inputs(config.rows, static_cast<std::int8_t>(input));
  std::vector<double> sample;
  for (unsigned read = 0; read < reads; ++read) {
    const Counts counts = test::run(crossbar, inputs, 0, all, mode, 0);
    sample.insert(sample.end(), counts.cp.begin(), counts.cp.end());
  }
  return sample;
}

double mean_count(const CrossbarConfig& config, int weight, int input, const ReadMode& mode) {
  return Moments(positive_counts(config, weight, input, mode, 1)).mean;
}

/// Noise of a sample beside a formula, rounding to whole counts (1/12) taken off.
void expect_sigma(const std::vector<double>& sample, double sigma) {
  const Moments found(sample);
  EXPECT_NEAR(std::sqrt(found.variance - 1.0 / 12.0) / sigma, 1.0,
              4.0 * found.sigma_error() / sigma + 0.002);
}

constexpr ReadMode kSeven{7, false, 0};

/// Nominal counts per volt of a capacitive readout.
double counts_per_volt(const CrossbarConfig& c) {
  const double cells = c.adc.full_scale_current_ua / c.read_voltage_v / c.device.g_max_us;
  return c.adc.full_scale_counts * c.rows / (c.readout.swing_v * cells);
}

TEST(ReadoutNoise, IsKtOverCOfAllCapacitors) {
  for (const ReadoutKind kind : {ReadoutKind::kCharge, ReadoutKind::kCapacitiveDivision}) {
    CrossbarConfig config = plain(kind, 64, 200);
    config.circuit_effects.readout_loss = false;
    config.circuit_effects.charge_injection = false;
    config.readout.unit_capacitance_ff = 0.1;
    config.readout.capacitance_ff = 3.0;
    const double capacitance = (64 * 0.1 + 3.0) * 1e-15;
    const double sigma_v = std::sqrt(kBoltzmann * kRoomK / capacitance);
    expect_sigma(positive_counts(config, 10, 50, kSeven, 50), sigma_v * counts_per_volt(config));
    config.circuit_effects.readout_noise = false;
    EXPECT_NEAR(Moments(positive_counts(config, 10, 50, kSeven, 2)).variance, 0.0, 1e-12);
  }
}

// Every share halves what is there and adds kT / 2C: two bits give 1/2 (1 + 1/4) of kT/C.
TEST(ReadoutNoise, OfSharedBitsAddsUpByQuarters) {
  CrossbarConfig config = plain(ReadoutKind::kChargeRedistribution, 64, 200);
  config.circuit_effects = {};
  config.circuit_effects.readout_loss = config.circuit_effects.charge_injection = false;
  config.circuit_effects.sharing_mismatch = false;
  config.readout.unit_capacitance_ff = 0.1;
  config.readout.capacitance_ff = 3.0;
  const double unit = kBoltzmann * kRoomK / ((64 * 0.1 + 3.0) * 1e-15);
  double sum = 0.0;
  for (unsigned bits = 1; bits <= 3; ++bits) {
    sum = sum * 0.25 + 0.5 * unit;
    expect_sigma(positive_counts(config, 10, 1, {bits, false, 0}, 50),
                 std::sqrt(sum) * counts_per_volt(config));
  }
}

TEST(ReadoutNoise, OfADelayGrowsWithTheRootOfItsStages) {
  for (const unsigned rows : {16U, 64U, 256U}) {
    CrossbarConfig config = plain(ReadoutKind::kTime, rows, 200);
    config.readout.stage_jitter_ps = 40.0;
    config.readout.time_lsb_ps = 50.0;
    expect_sigma(positive_counts(config, 10, 40, kSeven, 50),
                 40.0 * std::sqrt(static_cast<double>(rows)) / 50.0);
  }
}

TEST(ReadoutNoise, OfADividerIsKtOverCOfItsLine) {
  CrossbarConfig config = plain(ReadoutKind::kResistiveDivision, 64, 200);
  config.circuit_effects.readout_loss = false;
  config.readout.capacitance_ff = 4.0;
  config.readout.divider_range = 1.0;
  const double sigma_v = std::sqrt(kBoltzmann * kRoomK / 4e-15);
  const double loading_us = 64 * 10 * 25.0 / 127.0;
  // A volt of mean is the denominator's share of the full-scale current.
  const double per_volt =
      config.adc.full_scale_counts * loading_us / config.adc.full_scale_current_ua;
  expect_sigma(positive_counts(config, 10, 60, kSeven, 50), sigma_v * per_volt);
}

// Mismatch of the cells' capacitors belongs to the devices; a column's sum has 1/sqrt(N) of it.
TEST(ReadoutError, OfCapacitorMismatchFallsWithTheRootOfTheRows) {
  for (const unsigned rows : {16U, 64U, 256U}) {
    CrossbarConfig config = lossless(ReadoutKind::kCharge, rows, 1000);
    config.device.kind = DeviceKind::kSram;
    config.device.law = DeviceLaw::kRelaxation;
    config.device.relaxation = {{1.0, LevelCurve{}, LevelCurve::polynomial({0.0, 0.02 * 25.0})}};
    config.device.programming_noise = 1.0;
    const Moments counts(positive_counts(config, 127, 120, kSeven, 1));
    const double sigma = 0.02 / std::sqrt(static_cast<double>(rows));
    EXPECT_NEAR(counts.sigma() / counts.mean / sigma, 1.0,
                4.0 * counts.sigma_error() / counts.sigma() + 0.02)
        << rows;
  }
}

TEST(ReadoutError, OfTheLinesCapacitanceIsItsShare) {
  for (const ReadoutKind kind : {ReadoutKind::kCharge, ReadoutKind::kCapacitiveDivision,
                                 ReadoutKind::kChargeRedistribution}) {
    CrossbarConfig config = plain(kind, 100, 8);
    config.circuit_effects.readout_noise = config.circuit_effects.charge_injection = false;
    config.circuit_effects.sharing_mismatch = false;
    config.readout.droop_per_us = 0.0;
    config.readout.capacitance_ff = 0.0;
    const double whole = mean_count(config, 100, 110, kSeven);
    config.readout.capacitance_ff = 2.0;
    EXPECT_NEAR(mean_count(config, 100, 110, kSeven) / whole, 1.0 / 1.02, 3e-4);
    config.circuit_effects.readout_loss = false;
    EXPECT_EQ(mean_count(config, 100, 110, kSeven), whole);
  }
}

TEST(ReadoutError, OfALeakIsTheTimeItIsHeld) {
  CrossbarConfig config = plain(ReadoutKind::kCharge, 100, 8);
  config.circuit_effects.readout_noise = config.circuit_effects.charge_injection = false;
  config.readout.capacitance_ff = config.readout.droop_per_us = 0.0;
  const double whole = mean_count(config, 100, 110, kSeven);
  config.readout.droop_per_us = 0.05;
  config.readout.settle_ns = 72.0;  // and a window of 128 ns
  EXPECT_NEAR(mean_count(config, 100, 110, kSeven) / whole, 1.0 - 0.05 * 0.2, 4e-4);
}

TEST(ReadoutError, OfInjectedChargeIsAnOffset) {
  CrossbarConfig config = lossless(ReadoutKind::kCharge, 100, 8);
  config.readout.injection_fc = 0.01;
  const double before = mean_count(config, 20, 60, kSeven);
  config.circuit_effects.charge_injection = true;
  const double volts = 100 * 0.01 / (100 * config.readout.unit_capacitance_ff);
  EXPECT_NEAR(mean_count(config, 20, 60, kSeven) - before, volts * counts_per_volt(config), 1.0);
}

TEST(ReadoutError, OfAVirtualGroundIsItsShareOfTheDrivenConductance) {
  CrossbarConfig config = plain(ReadoutKind::kCurrent, 100, 8);
  const double whole = mean_count(config, 60, 110, kSeven);
  config.readout.input_ohm = 10.0;
  const double driven_us = 100 * 60 * 25.0 / 127.0;
  EXPECT_NEAR(1.0 - mean_count(config, 60, 110, kSeven) / whole, 10e-6 * driven_us, 8e-4);
}

TEST(ReadoutError, OfSharingIsTheFirstDerivativeOfItsWeights) {
  for (unsigned bit = 0; bit < 8; ++bit) {
    const double weight = sharing_weight(0.0, bit, 8);
    EXPECT_DOUBLE_EQ(weight, std::ldexp(1.0, static_cast<int>(bit) - 8));
    // Every later share takes a part of (1 + e) / 2 off: 1 + e - (7 - bit) e.
    const double slope = (sharing_weight(1e-6, bit, 8) / weight - 1.0) / 1e-6;
    EXPECT_NEAR(slope, 1.0 - (7.0 - bit), 1e-4);
  }
  CrossbarConfig config = lossless(ReadoutKind::kChargeRedistribution, 100, 1000);
  config.circuit_effects.sharing_mismatch = true;
  config.readout.sharing_sigma = 0.01;
  // Of 96 = 64 + 32 with seven bits: slopes 1 and 0, weights two thirds and one third.
  const Moments counts(positive_counts(config, 110, 96, kSeven, 1));
  EXPECT_NEAR(counts.sigma() / counts.mean, 0.01 * 2.0 / 3.0,
              4.0 * counts.sigma_error() / counts.mean + 1e-5);
}

TEST(ReadoutError, OfADenominatorIsRelative) {
  CrossbarConfig config = lossless(ReadoutKind::kResistiveDivision, 64, 100);
  config.device.programming_sigma_us = LevelCurve::polynomial({0.0, 2.0});
  config.device.programming_noise = 1.0;
  config.readout.divider_range = 1.0;
  const auto stored = positive_counts(config, 30, 100, kSeven, 1);
  config.circuit_effects.denominator_error = false;
  const auto actual = positive_counts(config, 30, 100, kSeven, 1);
  // All inputs are equal: the mean does not see the conductances, and what is multiplied back
  // decides. Stored denominators give every column the same, the devices' own their sum.
  EXPECT_LT(Moments(stored).sigma(), 2.0);
  const double relative = 2.0 / 25.0 / std::sqrt(64.0);
  EXPECT_NEAR(Moments(actual).sigma() / Moments(actual).mean, relative, 0.4 * relative);
}

TEST(ReadoutError, OfSettlingIsAnExponential) {
  CrossbarConfig config = plain(ReadoutKind::kResistiveDivision, 64, 8);
  config.circuit_effects.readout_noise = false;
  config.readout.capacitance_ff = 0.0;
  config.readout.divider_range = 1.0;
  const double whole = mean_count(config, 30, 100, kSeven);
  const double loading_us = 64 * 30 * 25.0 / 127.0;
  config.readout.capacitance_ff = 128.0 * loading_us / 4.0;  // four time constants in the window
  EXPECT_NEAR(mean_count(config, 30, 100, kSeven) / whole, 1.0 - std::exp(-4.0), 2e-3);
}

TEST(Readout, TakesItsTimeAndEnergy) {
  const auto run = [](const CrossbarConfig& config, const ReadMode& mode) {
    Crossbar crossbar(config, 1, "tile0");
    const std::vector<std::int8_t> weights(std::size_t{config.rows} * config.columns, 127);
    const Region all{0, config.rows, 0, config.columns};
    crossbar.program(weights.data(), all, 0);
    return test::run(crossbar, std::vector<std::int8_t>(config.rows, 64), 0, all, mode, 0).result;
  };
  CrossbarConfig config = lossless(ReadoutKind::kCharge, 10, 4);
  config.readout.settle_ns = 3.0;
  config.readout.energy_pj = 2.0;
  config.adc.energy_pj = 0.0;
  MvmResult result = run(config, kSeven);
  EXPECT_EQ(result.duration_ps, 1000U * (128 + 3 + 5));
  EXPECT_NEAR(result.adc_energy_j, 2e-12 * 2 * 4, 1e-20);
  // Half the swing into ten capacitors a line, one line a column.
  EXPECT_NEAR(result.array_energy_j, 0.5 * 40 * 1e-15 * 0.64, 0.002 * 40 * 1e-15);
  EXPECT_EQ(run(config, {7, true, 0}).duration_ps, 1000U * (4 * 131 + 3 + 5));

  config.readout.kind = ReadoutKind::kChargeRedistribution;  // a pulse and a share a bit
  result = run(config, kSeven);
  EXPECT_EQ(result.duration_ps, 1000U * (7 + 7 * 3 + 5));
  EXPECT_NEAR(result.dac_energy_j, 10 * 9.2e-12 / 128.0, 1e-18);  // one bit of 64 is on

  config.readout.kind = ReadoutKind::kTime;
  config.readout.time_lsb_ps = 10.0;
  EXPECT_EQ(run(config, kSeven).duration_ps, 1000U * (128 + 3 + 5) + 10U * 4095);

  config.readout.kind = ReadoutKind::kResistiveDivision;  // one line a column
  EXPECT_NEAR(run(config, kSeven).adc_energy_j, 2e-12 * 4, 1e-20);
}

TEST(Readout, ADividersConverterSaturatesOnItsOwn) {
  CrossbarConfig config = lossless(ReadoutKind::kResistiveDivision, 8, 2);
  Crossbar crossbar(config, 1, "tile0");
  const Region all{0, 8, 0, 2};
  const std::vector<std::int8_t> weights(16, 10);
  crossbar.program(weights.data(), all, 0);
  // A mean of 100/128 of the read voltage, with a full scale of an eighth.
  const Counts counts = test::run(crossbar, std::vector<std::int8_t>(8, 100), 0, all, kSeven, 0);
  EXPECT_EQ(counts.result.saturated, 2U);
  EXPECT_LT(counts.cp[0], config.adc.full_scale_counts);
}

TEST(Readout, RefusesParametersOutOfRange) {
  const auto refused = [](auto change) {
    CrossbarConfig config;
    change(config.readout);
    EXPECT_THROW(Crossbar(config, 1, "tile0"), std::invalid_argument);
  };
  refused([](ReadoutConfig& r) { r.unit_capacitance_ff = 0.0; });
  refused([](ReadoutConfig& r) { r.capacitance_ff = -1.0; });
  refused([](ReadoutConfig& r) { r.swing_v = std::nan(""); });
  refused([](ReadoutConfig& r) { r.divider_range = 0.0; });
  refused([](ReadoutConfig& r) { r.time_lsb_ps = 0.0; });
  refused([](ReadoutConfig& r) { r.sharing_sigma = 0.5; });
}

TEST(Readout, EveryDeviceCanBeReadAndEveryRefusalSaysWhy) {
  for (const DeviceKind device : {DeviceKind::kPcm, DeviceKind::kReram, DeviceKind::kMram,
                                  DeviceKind::kFlash, DeviceKind::kSram, DeviceKind::kOther}) {
    unsigned allowed = 0;
    for (const ReadoutKind kind : kReadouts) {
      const char* why = why_not(device, kind);
      allowed += why == nullptr ? 1U : 0U;
      EXPECT_TRUE(why == nullptr || std::string_view(why).size() > 20U);
    }
    EXPECT_GE(allowed, device == DeviceKind::kOther ? 6U : 3U);
  }
}

}  // namespace
}  // namespace aimc::analog
