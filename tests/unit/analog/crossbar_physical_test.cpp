#include <gtest/gtest.h>

#include <string>

#include "models/analog/adc.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::kSecond;
using test::Moments;

TEST(CrossbarPhysical, WithoutNoiseItIsTheIdealOneToACount) {
  Dice dice(10, "quiet");
  for (const bool four_phase : {false, true}) {
    CrossbarConfig config = test::quiet_config(200, 60);
    config.device.programming_noise = 0.0;
    config.device.read_noise = 0.0;
    CrossbarConfig ideal_config = config;
    ideal_config.mode = AnalogMode::kIdeal;
    Crossbar physical(config, 1, "tile0");
    Crossbar ideal(ideal_config, 1, "tile0");
    const auto weights = dice.codes(200 * 60);
    const auto inputs = dice.codes(200, -128, 127);
    const Region all{0, 200, 0, 60};
    const core::TimePs now = physical.program(weights.data(), all, 0).duration_ps;
    ideal.program(weights.data(), all, 0);
    const ReadMode mode{8, four_phase, 0};
    const Counts a = test::run(physical, inputs, -5, all, mode, now);
    const Counts b = test::run(ideal, inputs, -5, all, mode, now);
    for (unsigned i = 0; i < 60; ++i) {
      ASSERT_NEAR(a.cp[i], b.cp[i], 1.0);
      ASSERT_NEAR(a.cn[i], b.cn[i], 1.0);
    }
  }
}

// Through inputs and counts alone: one row, so that every column is one pair of devices.
TEST(CrossbarPhysical, ProgrammingNoiseSeenThroughTheConverters) {
  constexpr unsigned kColumns = 1024;
  const ReadMode mode{8, false, 3};
  for (const int weight : {25, 80, 127}) {
    SCOPED_TRACE(weight);
    CrossbarConfig config = test::quiet_config(1, kColumns);
    config.device.read_noise = 0.0;
    std::vector<double> conductance;
    for (int tile = 0; tile < 100; ++tile) {
      Crossbar crossbar(config, 3, "tile" + std::to_string(tile));
      const std::vector<std::int8_t> weights(kColumns, static_cast<std::int8_t>(weight));
      const Region all{0, 1, 0, kColumns};
      const core::TimePs now = crossbar.program(weights.data(), all, 0).duration_ps;
      const double step = 25.0 / 127.0 / (crossbar.count_scale(mode) * 255.0);
      for (const std::uint16_t count : test::run(crossbar, {127}, -128, all, mode, now).cp) {
        conductance.push_back(count * step);
      }
    }
    const double r = weight / 127.0;
    const double sigma = 0.26348 + 1.9650 * r - 1.1731 * r * r;
    const Moments moments(conductance);
    EXPECT_NEAR(moments.mean, 25.0 * r, 4.0 * moments.mean_error() + 25.0 * r * 3e-5);
    EXPECT_NEAR(moments.sigma(), sigma, 4.0 * moments.sigma_error());
  }
}

TEST(AdcBanks, GainIsATruncatedNormalAndOffsetANormal) {
  CrossbarConfig config;
  config.columns = 1024;
  config.adc.offset_sigma_counts = 1.5;
  std::vector<double> gains_p, gains_n, offsets_p, offsets_n;
  for (int tile = 0; tile < 100; ++tile) {
    const AdcBanks banks(config, 1, "tile" + std::to_string(tile));
    gains_p.insert(gains_p.end(), banks.positive.gain.begin(), banks.positive.gain.end());
    gains_n.insert(gains_n.end(), banks.negative.gain.begin(), banks.negative.gain.end());
    offsets_p.insert(offsets_p.end(), banks.positive.offset.begin(), banks.positive.offset.end());
    offsets_n.insert(offsets_n.end(), banks.negative.offset.begin(), banks.negative.offset.end());
  }
  // Variance of a normal cut at +-a sigma: 1 - 2 a phi(a) / (1 - 2 tail(a)).
  const double a = 0.21 / 0.0709;
  const double phi = 0.3989422804014327 * std::exp(-0.5 * a * a);
  const double expected = 0.0709 * std::sqrt(1.0 - 2.0 * a * phi / std::erf(a / std::sqrt(2.0)));
  for (const auto& gains : {gains_p, gains_n}) {
    const Moments moments(gains);
    EXPECT_NEAR(moments.mean, 1.0, 4.0 * moments.mean_error());
    EXPECT_NEAR(moments.sigma(), expected, 4.0 * moments.sigma_error());
    EXPECT_GE(*std::min_element(gains.begin(), gains.end()), 0.79);
    EXPECT_LE(*std::max_element(gains.begin(), gains.end()), 1.21);
  }
  for (const auto& offsets : {offsets_p, offsets_n}) {
    const Moments moments(offsets);
    EXPECT_NEAR(moments.mean, 0.0, 4.0 * moments.mean_error());
    EXPECT_NEAR(moments.sigma(), 1.5, 4.0 * moments.sigma_error());
  }
  double product = 0.0;
  for (std::size_t i = 0; i < gains_p.size(); ++i)
    product += (gains_p[i] - 1.0) * (gains_n[i] - 1.0);
  EXPECT_LT(std::fabs(product),
            4.0 * 0.0709 * 0.0709 * std::sqrt(static_cast<double>(gains_p.size())));
}

TEST(CrossbarPhysical, CountsAreGainTimesIdealPlusOffset) {
  CrossbarConfig config;
  config.rows = 64;
  config.columns = 50;
  config.device.programming_noise = 0.0;
  config.device.read_noise = 0.0;
  config.adc.full_scale_counts = 4095;
  config.adc.full_scale_counts_four = 4000;
  config.adc.offset_sigma_counts = 10.0;
  const Region all{0, 64, 0, 50};
  Crossbar crossbar(config, 1, "tile0");
  const AdcBanks banks(config, 1, "tile0");
  const auto weights = Dice(1, "weights").codes(64 * 50);
  const auto inputs = Dice(1, "inputs").codes(64);
  const core::TimePs now = crossbar.program(weights.data(), all, 0).duration_ps;
  for (const bool four_phase : {false, true}) {
    const ReadMode mode{8, four_phase, 0};
    const Counts counts = test::run(crossbar, inputs, 0, all, mode, now);
    const Counts again = test::run(crossbar, inputs, 0, all, mode, now);
    EXPECT_TRUE(counts == again);  // mismatch is static
    unsigned saturated = 0;
    for (unsigned column = 0; column < 50; ++column) {
      double ideal[2][2] = {{0, 0}, {0, 0}};  // [polarity][input sign]
      for (unsigned row = 0; row < 64; ++row) {
        const int product = inputs[row] * weights[row * 50 + column];
        ideal[product < 0 ? 1 : 0][inputs[row] < 0 ? 1 : 0] +=
            std::abs(product) * crossbar.count_scale(mode);
      }
      const auto expected = [&](const AdcBank& bank, const double* parts) {
        const double gain = bank.gain[column];
        const double offset = bank.offset[column];
        if (!four_phase) return std::clamp(gain * (parts[0] + parts[1]) + offset, 0.0, 4095.0);
        return std::min(4000.0, std::max(0.0, gain * parts[0] + offset) +
                                    std::max(0.0, gain * parts[1] + offset));
      };
      const double p = expected(banks.positive, ideal[0]);
      const double n = expected(banks.negative, ideal[1]);
      ASSERT_NEAR(counts.cp[column], p, four_phase ? 1.5 : 1.0);
      ASSERT_NEAR(counts.cn[column], n, four_phase ? 1.5 : 1.0);
      saturated += (counts.cp[column] == (four_phase ? 4000 : 4095) ? 1U : 0U) +
                   (counts.cn[column] == (four_phase ? 4000 : 4095) ? 1U : 0U);
    }
    EXPECT_EQ(counts.result.saturated, saturated);
  }
}

TEST(CrossbarPhysical, SaturatesAtFullScale) {
  CrossbarConfig config;
  config.rows = 256;
  config.columns = 4;
  Crossbar crossbar(config, 1, "tile0");
  const std::vector<std::int8_t> weights(1024, 127);
  const Region all{0, 256, 0, 4};
  const core::TimePs now = crossbar.program(weights.data(), all, 0).duration_ps;
  const Counts counts =
      test::run(crossbar, std::vector<std::int8_t>(256, 127), 0, all, {8, false, 3}, now);
  EXPECT_EQ(counts.cp, std::vector<std::uint16_t>(4, 420));
  EXPECT_GE(counts.result.saturated, 4U);
}

struct Script {
  std::vector<std::int8_t> weights = Dice(12, "weights").codes(48 * 32);
  std::vector<std::int8_t> inputs = Dice(12, "inputs").codes(48);

  static CrossbarConfig config() {
    CrossbarConfig config;
    config.rows = 48;
    config.columns = 32;
    return config;
  }
  std::vector<std::uint16_t> step(Crossbar& crossbar, int number) const {
    const Region all{0, 48, 0, 32};
    const core::TimePs now = static_cast<core::TimePs>(number) * kSecond;
    if (number % 4 == 0) crossbar.program(weights.data(), all, now);
    const Counts counts =
        test::run(crossbar, inputs, 3, all, {8, number % 3 == 0, 0}, now + kSecond / 2);
    std::vector<std::uint16_t> result = counts.cp;
    result.insert(result.end(), counts.cn.begin(), counts.cn.end());
    return result;
  }
};

TEST(CrossbarPhysical, IsAFunctionOfSeedPathAndItsOwnCalls) {
  const Script script;
  std::vector<std::vector<std::uint16_t>> alone;
  {
    Crossbar crossbar(Script::config(), 1, "tile0");
    for (int i = 0; i < 12; ++i) alone.push_back(script.step(crossbar, i));
  }
  Crossbar first(Script::config(), 1, "tile0");
  Crossbar second(Script::config(), 1, "tile1");
  Crossbar other_seed(Script::config(), 2, "tile0");
  for (int i = 0; i < 12; ++i) {
    const auto of_second = script.step(second, i);
    ASSERT_EQ(script.step(first, i), alone[static_cast<std::size_t>(i)]) << i;
    EXPECT_NE(of_second, alone[static_cast<std::size_t>(i)]);
    EXPECT_NE(script.step(other_seed, i), alone[static_cast<std::size_t>(i)]);
  }
}

TEST(CrossbarPhysical, ReprogrammingDrawsAnew) {
  CrossbarConfig config = test::quiet_config(48, 32);
  config.device.read_noise = 0.0;
  const Script script;
  const Region all{0, 48, 0, 32};
  Crossbar crossbar(config, 1, "tile0");
  crossbar.program(script.weights.data(), all, 0);
  const Counts before = test::run(crossbar, script.inputs, 0, all, {}, kSecond);
  crossbar.program(script.weights.data(), all, kSecond);
  EXPECT_TRUE(test::run(crossbar, script.inputs, 0, all, {}, 2 * kSecond) != before);
}

TEST(CrossbarPhysical, DriftLowersTheCountsAndTheEnergy) {
  CrossbarConfig config = test::quiet_config(48, 32);
  const Script script;
  const Region all{0, 48, 0, 32};
  Crossbar crossbar(config, 1, "tile0");
  const core::TimePs done = crossbar.program(script.weights.data(), all, 0).duration_ps;
  const auto total = [&](core::TimePs age_s) {
    double sum = 0.0;
    for (int i = 0; i < 50; ++i) {
      const Counts counts = test::run(crossbar, script.inputs, 0, all, {}, done + age_s * kSecond);
      for (unsigned column = 0; column < 32; ++column) sum += counts.cp[column] + counts.cn[column];
    }
    return sum;
  };
  const double fresh = total(0);
  EXPECT_NEAR(total(86'400) / fresh, std::pow(86'420.0 / 20.0, -0.05), 0.03);
  const double young = test::run(crossbar, script.inputs, 0, all, {}, done).result.array_energy_j;
  const double old =
      test::run(crossbar, script.inputs, 0, all, {}, done + 86'400 * kSecond).result.array_energy_j;
  EXPECT_NEAR(old / young, std::pow(86'420.0 / 20.0, -0.05), 0.03);
}

// Extreme but legal settings: counts stay in range, every energy and time is a finite number.
TEST(CrossbarPhysical, NoSettingGivesNonsense) {
  Dice dice(13, "extremes");
  const double factors[] = {0.0, 1e-3, 1.0, 10.0};
  for (int trial = 0; trial < 200; ++trial) {
    SCOPED_TRACE(trial);
    CrossbarConfig config;
    config.rows = static_cast<unsigned>(dice.between(1, 40));
    config.columns = static_cast<unsigned>(dice.between(1, 20));
    config.device.programming_noise = factors[dice.between(0, 3)];
    config.device.read_noise = factors[dice.between(0, 3)];
    config.device.g_max_us = dice.between(0, 1) == 1 ? 1e-3 : 1e4;
    config.device.read_time_ns = dice.between(0, 1) == 1 ? 1e-2 : 1e6;
    config.device.t0_s = dice.between(0, 1) == 1 ? 1.0 : 1e6;
    config.adc.gain_sigma = factors[dice.between(0, 2)];
    config.adc.offset_sigma_counts = dice.between(0, 1) == 1 ? 0.0 : 4095.0;
    config.adc.full_scale_current_ua = dice.between(0, 1) == 1 ? 1e-3 : 1e6;
    Crossbar crossbar(config, static_cast<std::uint64_t>(trial), "tile0");
    const Region all{0, config.rows, 0, config.columns};
    const auto weights = dice.codes(std::size_t{config.rows} * config.columns);
    const auto inputs = dice.codes(config.rows, -128, 127);
    crossbar.program(weights.data(), all, 0);
    for (const core::TimePs now : {core::TimePs{0}, kSecond, ~core::TimePs{0}}) {
      for (const bool four_phase : {false, true}) {
        const Counts counts = test::run(crossbar, inputs, -128, all, {8, four_phase, 3}, now);
        const unsigned limit = four_phase ? 1690 : 420;
        for (unsigned i = 0; i < config.columns; ++i) {
          ASSERT_LE(counts.cp[i], limit);
          ASSERT_LE(counts.cn[i], limit);
        }
        for (const double energy : {counts.result.dac_energy_j, counts.result.array_energy_j,
                                    counts.result.adc_energy_j}) {
          ASSERT_TRUE(std::isfinite(energy) && energy >= 0.0);
        }
      }
    }
  }
}

}  // namespace
}  // namespace aimc::analog
