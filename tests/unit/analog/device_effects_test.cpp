#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>

#include "models/analog/device_array.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::kSecond;
using test::Moments;
using test::run;

constexpr unsigned kRows = 256;
constexpr unsigned kColumns = 64;
constexpr Region kAll{0, kRows, 0, kColumns};
constexpr std::size_t kCells = std::size_t{kRows} * kColumns;

CrossbarConfig base() {
  CrossbarConfig config;
  config.rows = kRows;
  config.columns = kColumns;
  return config;
}

// A device without any imperfection.
CrossbarConfig perfect() {
  CrossbarConfig config = base();
  config.device.programming_noise = 0.0;
  config.device.read_noise = 0.0;
  config.device.drift_mean = config.device.drift_sigma = LevelCurve{};
  return config;
}

// Prefers a device of its own: conductance of every G+ of an array all of whose weights are alike.
std::vector<double> conductances(const CrossbarConfig& config, int weight, std::uint32_t cycle,
                                 core::TimePs now = 0, unsigned reads = 0) {
  DeviceArray array(without_disabled_effects(config), 1, "tile0");
  const std::vector<std::int8_t> weights(kCells, static_cast<std::int8_t>(weight));
  array.program(weights.data(), kAll, std::vector<std::uint32_t>(kCells, cycle), 0);
  for (unsigned i = 0; i < reads; ++i) array.disturb(kAll);
  array.prepare(kAll, now);
  const ConductanceCodes& codes = array.conductance();
  std::vector<double> values;
  for (std::size_t i = 0; i < kCells; ++i) {
    values.push_back(codes.get(i % kRows, i / kRows, true) * array.conductance_step_us());
  }
  return values;
}

double mean(const std::vector<double>& values) {
  return Moments(values).mean;
}

double share_near(const std::vector<double>& values, double target_us) {
  const auto near = std::count_if(values.begin(), values.end(), [&](double value) {
    return std::fabs(value - target_us) < 0.01;
  });
  return static_cast<double>(near) / static_cast<double>(values.size());
}

// A switch that is off equals parameters without the effect, bit by bit, and nothing else changes.
struct Switch {
  const char* name;
  std::function<void(CrossbarConfig&)> off;
  std::function<void(CrossbarConfig&)> neutral;
};

std::vector<Switch> switches() {
  using C = CrossbarConfig;
  return {
      {"programming_noise", [](C& c) { c.device_effects.programming_noise = false; },
       [](C& c) { c.device.programming_noise = 0.0; }},
      {"cycle_to_cycle", [](C& c) { c.device_effects.cycle_to_cycle = false; },
       [](C& c) { c.device.cycle_fraction = 0.0; }},
      {"read_noise", [](C& c) { c.device_effects.read_noise = false; },
       [](C& c) { c.device.read_noise = 0.0; }},
      {"drift", [](C& c) { c.device_effects.drift = false; },
       [](C& c) { c.device.drift_mean = c.device.drift_sigma = LevelCurve{}; }},
      {"stuck", [](C& c) { c.device_effects.stuck = false; },
       [](C& c) { c.device.stuck_low = c.device.stuck_high = c.device.stuck_level = 0.0; }},
      {"wear", [](C& c) { c.device_effects.wear = false; },
       [](C& c) { c.device.prior_cycles = 0.0; }},
      {"read_disturb", [](C& c) { c.device_effects.read_disturb = false; },
       [](C& c) { c.device.disturb_per_read = 0.0; }},
      {"iv_nonlinearity", [](C& c) { c.device_effects.iv_nonlinearity = false; },
       [](C& c) { c.device.iv_scale_v = 0.0; }},
      {"temperature", [](C& c) { c.device_effects.temperature = false; },
       [](C& c) { c.temperature_c = 25.0; }},
      {"adc_gain", [](C& c) { c.circuit_effects.adc_gain = false; },
       [](C& c) { c.adc.gain_sigma = 0.0; }},
      {"adc_offset", [](C& c) { c.circuit_effects.adc_offset = false; },
       [](C& c) { c.adc.offset_sigma_counts = 0.0; }},
      {"adc_inl", [](C& c) { c.circuit_effects.adc_inl = false; },
       [](C& c) { c.adc.inl_lsb = 0.0; }},
      {"adc_dnl", [](C& c) { c.circuit_effects.adc_dnl = false; },
       [](C& c) { c.adc.dnl_lsb = 0.0; }},
      {"adc_compression", [](C& c) { c.circuit_effects.adc_compression = false; },
       [](C& c) { c.adc.compression = 0.0; }},
      {"adc_thermal_noise", [](C& c) { c.circuit_effects.adc_thermal_noise = false; },
       [](C& c) { c.adc.thermal_noise_counts = 0.0; }},
      {"adc_flicker_noise", [](C& c) { c.circuit_effects.adc_flicker_noise = false; },
       [](C& c) { c.adc.flicker_noise_counts = 0.0; }},
      {"dac_resolution", [](C& c) { c.circuit_effects.dac_resolution = false; },
       [](C& c) { c.dac.bits = 8; }},
      {"dac_nonlinearity", [](C& c) { c.circuit_effects.dac_nonlinearity = false; },
       [](C& c) { c.dac.nonlinearity = 0.0; }},
  };
}

// Everything at once, so that every switch has something to switch.
CrossbarConfig everything() {
  CrossbarConfig config = base();
  config.temperature_c = 60.0;
  config.age_s = 1e4;
  config.read_voltage_v = 0.25;
  config.device.stuck_low = config.device.stuck_high = config.device.stuck_level = 0.02;
  config.device.endurance_cycles = 100.0;
  config.device.prior_cycles = 100.0;
  config.device.disturb_per_read = 0.05;
  config.device.retention_ev = 0.3;
  config.adc.inl_lsb = 3.0;
  config.adc.dnl_lsb = 0.5;
  config.adc.compression = 0.1;
  config.adc.thermal_noise_counts = 1.0;
  config.adc.flicker_noise_counts = 1.0;
  config.dac.bits = 4;
  config.dac.nonlinearity = 0.1;
  return config;
}

std::vector<Counts> use(const CrossbarConfig& config) {
  Crossbar crossbar(config, 3, "tile0");
  Dice dice(1, "use");
  const auto weights = dice.codes(kCells);
  const auto inputs = dice.codes(kRows, -20, 20);
  std::vector<Counts> counts;
  crossbar.program(weights.data(), kAll, 0);
  crossbar.program(weights.data(), kAll, kSecond);
  for (unsigned i = 0; i < 4; ++i)
    counts.push_back(run(crossbar, inputs, 0, kAll, {8, i % 2 == 1, 0}, (2 + i) * kSecond));
  return counts;
}

TEST(Effects, OffEqualsParametersWithoutTheEffect) {
  const std::vector<Counts> all = use(everything());
  for (const Switch& effect : switches()) {
    SCOPED_TRACE(effect.name);
    CrossbarConfig off = everything();
    effect.off(off);
    CrossbarConfig neutral = everything();
    effect.neutral(neutral);
    const std::vector<Counts> counts = use(off);
    EXPECT_TRUE(counts == use(neutral));
    EXPECT_FALSE(counts == all);
  }
}

TEST(Effects, SaturationOffCountsToTheEndOfTheWord) {
  CrossbarConfig config = perfect();
  config.adc.gain_sigma = config.adc.offset_sigma_counts = 0.0;
  for (const bool saturating : {true, false}) {
    config.circuit_effects.adc_saturation = saturating;
    Crossbar crossbar(config, 1, "tile0");
    const std::vector<std::int8_t> weights(kCells, 127);
    crossbar.program(weights.data(), kAll, 0);
    const std::vector<std::int8_t> inputs(kRows, 30);
    const Counts counts = run(crossbar, inputs, 0, kAll, {8, false, 0}, kSecond);
    const double exact = 256.0 * 30.0 * 127.0 * crossbar.count_scale({8, false, 0});
    ASSERT_GT(exact, 420.0);
    EXPECT_NEAR(counts.cp[5], saturating ? 420.0 : exact, 1.0);
  }
}

TEST(Effects, AgeIsTimeThatHasPassed) {
  CrossbarConfig young = base();
  CrossbarConfig old = base();
  old.age_s = 3600.0;
  EXPECT_EQ(conductances(young, 90, 0, 3600 * kSecond), conductances(old, 90, 0, 0));
  old.age_s = 3.1536e7;  // a year, more than 64 bits of picoseconds hold
  const double ratio = mean(conductances(old, 127, 0)) / mean(conductances(young, 127, 0));
  EXPECT_NEAR(ratio, std::pow(3.1536e7 / 20.0, -0.049), 0.01);
}

TEST(Effects, StuckDevicesAreAsManyAsAsked) {
  CrossbarConfig config = perfect();
  config.device.stuck_low = 0.05;
  config.device.stuck_high = 0.10;
  config.device.stuck_level = 0.08;
  const auto values = conductances(config, 64, 0);
  const auto error = [](double share) { return 4.0 * std::sqrt(share / kCells); };
  EXPECT_NEAR(share_near(values, 0.0), 0.05 + 0.08 / 128, error(0.05));
  EXPECT_NEAR(share_near(values, 25.0), 0.10 + 0.08 / 128, error(0.10));
  EXPECT_NEAR(share_near(values, 25.0 * 64 / 127), 0.77 + 0.08 / 128, error(0.77));
  // The same devices whatever is written, and however often.
  const auto again = conductances(config, 100, 7);
  for (std::size_t i = 0; i < kCells; ++i) {
    if (values[i] < 0.01) {
      ASSERT_LT(again[i], 0.01);
    }
  }
}

TEST(Effects, HalfTheDevicesHaveFailedAtTheMedianOfTheirLives) {
  CrossbarConfig config = perfect();
  config.device.endurance_cycles = 1000.0;
  config.device.endurance_decades = 0.5;
  config.device.worn_high = 0.25;
  const auto failed = [&](double prior) {
    config.device.prior_cycles = prior;
    return 1.0 - share_near(conductances(config, 64, 0), 25.0 * 64 / 127);
  };
  EXPECT_EQ(failed(0.0), 0.0);
  EXPECT_NEAR(failed(1000.0), 0.5, 0.02);
  EXPECT_NEAR(failed(1000.0 * std::sqrt(10.0)), 0.841, 0.02);  // one sigma on
  EXPECT_EQ(failed(1e9), 1.0);
  EXPECT_NEAR(share_near(conductances(config, 64, 0), 25.0), 0.25, 0.02);
}

TEST(Effects, WritesOfTheRunWear) {
  CrossbarConfig config = perfect();
  config.device.endurance_cycles = 3.0;
  config.device.endurance_decades = 0.0;
  EXPECT_GT(share_near(conductances(config, 64, 2), 25.0 * 64 / 127), 0.999);  // the third write
  EXPECT_LT(share_near(conductances(config, 64, 3), 25.0 * 64 / 127), 0.001);
}

TEST(Effects, RewrittenDevicesComeOutAlikeWithoutCycleToCycleVariation) {
  CrossbarConfig config = base();
  EXPECT_NE(conductances(config, 64, 0), conductances(config, 64, 1));
  config.device_effects.cycle_to_cycle = false;
  EXPECT_EQ(conductances(config, 64, 0), conductances(config, 64, 1));
  // A mixture correlates two writes by the share of the device's own part, at the same spread.
  config.device_effects = {};
  config.device.cycle_fraction = 0.3;
  const auto a = conductances(config, 64, 0);
  const auto b = conductances(config, 64, 1);
  const double ma = mean(a);
  const double mb = mean(b);
  double covariance = 0.0;
  for (std::size_t i = 0; i < kCells; ++i) covariance += (a[i] - ma) * (b[i] - mb) / kCells;
  EXPECT_NEAR(covariance / (Moments(a).sigma() * Moments(b).sigma()), 0.7, 0.02);
  EXPECT_NEAR(Moments(a).sigma() / Moments(conductances(base(), 64, 0)).sigma(), 1.0, 0.03);
}

TEST(Effects, ReadsMoveDevicesTowardsTheirGoal) {
  CrossbarConfig config = perfect();
  config.device.disturb_per_read = 0.01;
  config.device.disturb_level = 0.5;
  for (const unsigned reads : {0U, 10U, 100U}) {
    const double left = std::exp(-0.01 * reads);
    const double expected = 12.5 + (25.0 - 12.5) * left;
    EXPECT_NEAR(mean(conductances(config, 127, 0, 0, reads)), expected, 0.02) << reads;
  }
}

TEST(Effects, OffStateFollowsArrheniusAndTheOnStateDoesNot) {
  CrossbarConfig config = perfect();
  config.device.conductance_ev = 0.2;
  const auto ratio = [&](int weight) {
    config.temperature_c = 85.0;
    const double hot = mean(conductances(config, weight, 0));
    config.temperature_c = 25.0;
    return hot / mean(conductances(config, weight, 0));
  };
  const double factor = 0.2 / 8.617333262e-5 * (1.0 / 298.15 - 1.0 / 358.15);
  EXPECT_NEAR(ratio(127), 1.0, 1e-3);
  EXPECT_NEAR(ratio(64), std::exp(factor * (1.0 - 64.0 / 127.0)), 5e-3);
}

TEST(Effects, HeatAgesFaster) {
  CrossbarConfig config = base();
  config.device.read_noise = 0.0;
  config.device.conductance_ev = 0.0;
  config.device.retention_ev = 0.5;
  const double faster = std::exp(0.5 / 8.617333262e-5 * (1.0 / 298.15 - 1.0 / 328.15));
  CrossbarConfig cold = config;
  cold.age_s = 1000.0 * faster;
  config.age_s = 1000.0;
  config.temperature_c = 55.0;
  const auto hot_values = conductances(config, 90, 0);
  const auto cold_values = conductances(cold, 90, 0);
  for (std::size_t i = 0; i < kCells; ++i) ASSERT_NEAR(hot_values[i], cold_values[i], 0.02);
}

TEST(Effects, CurrentsOfTheOffStateAreThoseOfASinh) {
  CrossbarConfig config = perfect();
  config.device.iv_scale_v = 0.25;
  config.device.verify_voltage_v = 0.2;
  config.read_voltage_v = 0.4;
  const auto conductance = [](double v) { return std::sinh(v / 0.25) / v; };
  const double factor = std::log(conductance(0.4) / conductance(0.2));
  const double level = 32.0 / 127.0;
  EXPECT_NEAR(mean(conductances(config, 32, 0)), 25.0 * level * std::exp(factor * (1.0 - level)),
              0.01);
  config.read_voltage_v = 0.2;
  EXPECT_NEAR(mean(conductances(config, 32, 0)), 25.0 * level, 0.01);
}

TEST(Effects, LevelsAreAsManyAsThereAre) {
  for (const unsigned levels : {2U, 4U, 16U}) {
    CrossbarConfig config = perfect();
    config.device.levels = levels;
    for (int weight = 0; weight <= 127; weight += 9) {
      const double steps = levels - 1.0;
      const double expected = std::floor(weight / 127.0 * steps + 0.5) / steps * 25.0;
      EXPECT_NEAR(conductances(config, weight, 0).front(), expected, 0.01) << weight;
    }
  }
}

TEST(Effects, AReferenceColumnTakesTheOffStateAway) {
  CrossbarConfig config = perfect();
  config.device.g_min_us = 10.0;
  config.device.iv_scale_v = 0.0;
  config.device.conductance_ev = 0.0;
  EXPECT_NEAR(conductances(config, 0, 0).front(), 10.0, 0.01);
  Crossbar plain(config, 1, "tile0");
  config.device.subtract_off = true;
  EXPECT_NEAR(conductances(config, 0, 0).front(), 0.0, 0.01);
  EXPECT_NEAR(conductances(config, 127, 0).front(), 15.0, 0.01);
  // The current has flowed all the same.
  Crossbar referenced(config, 1, "tile0");
  const std::vector<std::int8_t> weights(kCells, 50);
  const std::vector<std::int8_t> inputs(kRows, 10);
  plain.program(weights.data(), kAll, 0);
  referenced.program(weights.data(), kAll, 0);
  const double a = run(plain, inputs, 0, kAll, {}, kSecond).result.array_energy_j;
  const double b = run(referenced, inputs, 0, kAll, {}, kSecond).result.array_energy_j;
  EXPECT_NEAR(a / b, 1.0, 1e-3);
}

// Random legal configurations: nothing that is not a number, and no count beyond its word.
TEST(Effects, NothingThatIsNotANumberLeavesAModel) {
  Dice dice(9, "properties");
  const auto share = [&](double low, double high) {
    return low + (high - low) * dice.between(0, 1000) / 1000.0;
  };
  for (int trial = 0; trial < 150; ++trial) {
    CrossbarConfig config;
    config.rows = static_cast<unsigned>(dice.between(1, 40));
    config.columns = static_cast<unsigned>(dice.between(1, 20));
    config.temperature_c = share(-40.0, 150.0);
    config.age_s = std::pow(10.0, share(-3.0, 10.0));
    config.read_voltage_v = share(0.001, 10.0);
    DeviceConfig& device = config.device;
    device.g_max_us = std::pow(10.0, share(-3.0, 4.0));
    device.g_min_us = dice.between(0, 1) == 0 ? 0.0 : share(0.0, 0.99) * device.g_max_us;
    device.subtract_off = dice.between(0, 1) == 0;
    device.programming_noise = share(0.0, 10.0);
    device.read_noise = share(0.0, 10.0);
    device.cycle_fraction = share(0.0, 1.0);
    device.conductance_ev = share(0.0, 2.0);
    device.retention_ev = share(0.0, 3.0);
    device.iv_scale_v = dice.between(0, 1) == 0 ? 0.0 : share(0.02, 100.0);
    device.disturb_per_read = share(0.0, 1.0);
    device.stuck_level = share(0.0, 1.0);
    device.prior_cycles = share(0.0, 1e8);
    if (dice.between(0, 1) == 0) {
      device.law = DeviceLaw::kRelaxation;
      const double spread = share(0.0, 2.0) * device.g_max_us;
      device.relaxation = {
          {1.0, LevelCurve{}, LevelCurve::polynomial({spread})},
          {1e5, LevelCurve::polynomial({-spread}), LevelCurve::polynomial({0.5 * spread})}};
      device.binary_cells = dice.between(0, 1) == 0;
    }
    Crossbar crossbar(config, static_cast<std::uint64_t>(trial), "tile0");
    const Region all{0, config.rows, 0, config.columns};
    const auto weights = dice.codes(std::size_t{config.rows} * config.columns);
    const ProgramResult programmed = crossbar.program(weights.data(), all, 0);
    ASSERT_TRUE(std::isfinite(programmed.energy_j));
    for (const core::TimePs now :
         {core::TimePs{0}, kSecond, std::numeric_limits<core::TimePs>::max()}) {
      const Counts counts = run(crossbar, dice.codes(config.rows), 0, all, {8, false, 0}, now);
      ASSERT_TRUE(std::isfinite(counts.result.array_energy_j)) << trial;
      ASSERT_GE(counts.result.array_energy_j, 0.0) << trial;
      for (unsigned i = 0; i < config.columns; ++i) {
        ASSERT_LE(counts.cp[i], 420);
        ASSERT_LE(counts.cn[i], 420);
      }
    }
  }
}

TEST(Effects, BadParametersAreRefusedByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refusal = [](const std::function<void(CrossbarConfig&)>& change) -> std::string {
    CrossbarConfig config = base();
    change(config);
    try {
      const Crossbar crossbar(config, 1, "tile0");
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  using C = CrossbarConfig;
  const std::vector<std::pair<std::function<void(C&)>, const char*>> cases{
      {[&](C& c) { c.temperature_c = nan; }, "temperature_c"},
      {[](C& c) { c.age_s = -1.0; }, "age_s"},
      {[](C& c) { c.device.g_min_us = 30.0; }, "g_min_us"},
      {[](C& c) { c.device.levels = 1; }, "levels"},
      {[](C& c) { c.device.stuck_low = c.device.stuck_high = 0.6; }, "sum of device.stuck_low"},
      {[](C& c) { c.device.cycle_fraction = 1.5; }, "cycle_fraction"},
      {[](C& c) { c.device.law = DeviceLaw::kRelaxation; }, "relaxation"},
      {[](C& c) { c.device.binary_cells = true; }, "binary_cells"},
      {[&](C& c) { c.device.read_fraction.high.c[0] = nan; }, "read_fraction"},
      {[](C& c) {
         c.device.law = DeviceLaw::kRelaxation;
         c.device.relaxation = {{5.0, {}, {}}, {4.0, {}, {}}};
       },
       "ascending times"},
      {[](C& c) {
         c.device.law = DeviceLaw::kRelaxation;
         c.device.table = {{0.0, 1.0}, {1.0}, {0.0, 25.0}, {0.1, -0.1}};
       },
       "table std"},
      {[](C& c) {
         c.device.law = DeviceLaw::kRelaxation;
         c.device.table = {{0.0, 0.7, 0.5, 1.0}, {1.0}, {0, 1, 2, 3}, {0, 0, 0, 0}};
       },
       "table level"}};
  for (const auto& [change, word] : cases) {
    EXPECT_NE(refusal(change).find(word), std::string::npos) << word << ": " << refusal(change);
  }
}

}  // namespace
}  // namespace aimc::analog
