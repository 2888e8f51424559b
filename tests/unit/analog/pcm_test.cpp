#include <gtest/gtest.h>

#include "models/analog/device_array.h"
#include "models/analog/power_law_device.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Dice;
using test::kSecond;
using test::Moments;

constexpr unsigned kRows = 1024;
constexpr unsigned kColumns = 128;
constexpr Region kAll{0, kRows, 0, kColumns};

CrossbarConfig pcm_config() {
  CrossbarConfig config;
  config.rows = kRows;
  config.columns = kColumns;
  return config;
}

double sigma_us(double r, double g_max_us) {
  DeviceConfig config;
  config.g_max_us = g_max_us;
  return PowerLawDevice(config).programming_sigma_us(r);
}

double exponent(const DeviceArray& array, unsigned row, unsigned column, bool positive) {
  return dynamic_cast<const PowerLawDevice&>(array.model())
      .drift_exponent(array.words(row, column, positive));
}

// An array all of whose weights are `weight`, programmed at time zero.
DeviceArray uniform_array(const CrossbarConfig& config, int weight, std::uint64_t seed = 1) {
  DeviceArray array(config, seed, "tile0");
  const std::vector<std::int8_t> weights(std::size_t{config.rows} * config.columns,
                                         static_cast<std::int8_t>(weight));
  const std::vector<std::uint32_t> generation(weights.size(), 0);
  array.program(weights.data(), {0, config.rows, 0, config.columns}, generation, 0);
  return array;
}

template <typename Value>
std::vector<double> each_device(Value value) {
  std::vector<double> samples;
  for (unsigned row = 0; row < kRows; ++row) {
    for (unsigned column = 0; column < kColumns; ++column) samples.push_back(value(row, column));
  }
  return samples;
}

double normal_density(double x) {
  return 0.3989422804014327 * std::exp(-0.5 * x * x);
}
double normal_tail(double x) {
  return 0.5 * std::erfc(x / std::sqrt(2.0));
}

// max(0, X) and |X| of a normal variable X, in closed form.
struct Closed {
  double mean, sigma;
};
Closed rectified(double mu, double s) {
  const double a = mu / s;
  const double mean = mu * normal_tail(-a) + s * normal_density(a);
  const double square = (mu * mu + s * s) * normal_tail(-a) + mu * s * normal_density(a);
  return {mean, std::sqrt(square - mean * mean)};
}
Closed folded(double mu, double s) {
  const double a = mu / s;
  const double mean = 2.0 * s * normal_density(a) + mu * (1.0 - 2.0 * normal_tail(a));
  return {mean, std::sqrt(mu * mu + s * s - mean * mean)};
}

TEST(Pcm, EquationsAtKnownPoints) {
  EXPECT_DOUBLE_EQ(sigma_us(0.0, 25.0), 0.26348);
  EXPECT_NEAR(sigma_us(1.0, 25.0), 1.05538, 1e-12);
  EXPECT_NEAR(sigma_us(0.5, 50.0), 2.0 * 0.952705, 1e-12);  // scales with g_max
  EXPECT_DOUBLE_EQ(DeviceConfig{}.drift_mean.at(0.0), 0.1);
  EXPECT_DOUBLE_EQ(DeviceConfig{}.drift_mean.at(1.0), 0.049);
  EXPECT_NEAR(DeviceConfig{}.drift_mean.at(0.1), -0.0155 * std::log(0.1) + 0.0244, 1e-8);
  EXPECT_DOUBLE_EQ(DeviceConfig{}.drift_sigma.at(0.0), 0.045);
  EXPECT_DOUBLE_EQ(DeviceConfig{}.drift_sigma.at(1.0), 0.008);
  EXPECT_NEAR(DeviceConfig{}.drift_sigma.at(0.1), -0.0125 * std::log(0.1) - 0.0059, 1e-8);
  EXPECT_DOUBLE_EQ(DeviceConfig{}.read_fraction.at(0.0), 0.2);
  EXPECT_NEAR(DeviceConfig{}.read_fraction.at(1.0), 0.0088, 1e-9);
  EXPECT_NEAR(read_noise_growth(DeviceConfig{}, 20.0),
              std::sqrt(std::log((20.0 + 250e-9) / 500e-9)), 1e-6);
}

TEST(DeviceArray, ProgrammedConductanceHasThePublishedMoments) {
  for (const int weight : {0, 1, 13, 40, 64, 100, 127}) {
    SCOPED_TRACE(weight);
    const double r = weight / 127.0;
    const DeviceArray array = uniform_array(pcm_config(), weight);
    const Closed active = rectified(25.0 * r, sigma_us(r, 25.0));
    const Closed inactive = rectified(0.0, sigma_us(0.0, 25.0));
    const Moments p(
        each_device([&](unsigned i, unsigned j) { return array.programmed_us(i, j, true); }));
    const Moments n(
        each_device([&](unsigned i, unsigned j) { return array.programmed_us(i, j, false); }));
    EXPECT_NEAR(p.mean, active.mean, 4.0 * p.mean_error());
    EXPECT_NEAR(p.sigma(), active.sigma, 4.0 * p.sigma_error());
    EXPECT_NEAR(n.mean, inactive.mean, 4.0 * n.mean_error());
    EXPECT_NEAR(n.sigma(), inactive.sigma, 4.0 * n.sigma_error());
  }
}

TEST(DeviceArray, NegativeWeightsAreInTheOtherDevice) {
  const DeviceArray array = uniform_array(pcm_config(), -127);
  EXPECT_GT(array.programmed_us(3, 4, false), 15.0);
  EXPECT_LT(array.programmed_us(3, 4, true), 2.0);
}

TEST(DeviceArray, DriftExponentHasThePublishedMoments) {
  for (const int weight : {0, 13, 40, 127}) {
    SCOPED_TRACE(weight);
    const double r = weight / 127.0;
    const DeviceArray array = uniform_array(pcm_config(), weight);
    const Closed expected =
        folded(DeviceConfig{}.drift_mean.at(r), DeviceConfig{}.drift_sigma.at(r));
    const Moments nu(
        each_device([&](unsigned i, unsigned j) { return exponent(array, i, j, true); }));
    EXPECT_NEAR(nu.mean, expected.mean, 4.0 * nu.mean_error());
    EXPECT_NEAR(nu.sigma(), expected.sigma, 4.0 * nu.sigma_error());
  }
}

TEST(DeviceArray, EveryDeviceDriftsByItsOwnPowerOfTime) {
  CrossbarConfig config = pcm_config();
  config.device.read_noise = 0.0;
  DeviceArray array = uniform_array(config, 90);
  for (const core::TimePs age_s : {0U, 1U, 20U, 3600U, 86'400U, 2'592'000U, 18'000'000U}) {
    SCOPED_TRACE(age_s);
    array.prepare(kAll, age_s * kSecond);
    const double ratio = (static_cast<double>(age_s) + 20.0) / 20.0;
    for (unsigned column = 0; column < kColumns; column += 7) {
      for (unsigned row = 0; row < kRows; ++row) {
        for (const bool positive : {true, false}) {
          const double expected = array.programmed_us(row, column, positive) *
                                  std::pow(ratio, -exponent(array, row, column, positive));
          const double read =
              array.conductance().get(row, column, positive) * array.conductance_step_us();
          // Half a code, and half a step of age: 2^-11 times an exponent below 0.37.
          ASSERT_NEAR(read, expected, 0.51 * array.conductance_step_us() + 2e-4 * expected);
        }
      }
    }
  }
}

TEST(DeviceArray, MeanConductanceFollowsTheMeanExponent) {
  CrossbarConfig config = pcm_config();
  config.device.read_noise = 0.0;
  DeviceArray array = uniform_array(config, 127);
  const auto mean_at = [&](core::TimePs age_s) {
    array.prepare(kAll, age_s * kSecond);
    double sum = 0.0;
    for (std::size_t i = 0; i < std::size_t{kRows} * kColumns; ++i)
      sum += array.conductance().get(i % kRows, i / kRows, true);
    return sum;
  };
  const double slope = std::log(mean_at(2'592'000) / mean_at(0)) / std::log(2'592'020.0 / 20.0);
  // E[T^-nu] of a normal nu is exp(-mu ln T + s^2 (ln T)^2 / 2).
  const double log_ratio = std::log(2'592'020.0 / 20.0);
  EXPECT_NEAR(slope, -0.049 + 0.008 * 0.008 * log_ratio / 2.0,
              4.0 * 0.008 / std::sqrt(kRows * kColumns) + 1e-5);
}

TEST(DeviceArray, ReadVarianceIsThatOfTheRectifiedReadNoise) {
  for (const int weight : {1, 6, 20, 64, 127}) {
    SCOPED_TRACE(weight);
    DeviceArray array = uniform_array(pcm_config(), weight);
    array.prepare(kAll, 3600 * kSecond);
    const double growth = read_noise_growth(DeviceConfig{}, 3620.0);
    double expected_mean = 0.0;
    double expected_variance = 0.0;
    double mean = 0.0;
    double variance = 0.0;
    for (unsigned column = 0; column < kColumns; ++column) {
      for (unsigned row = 0; row < kRows; ++row) {
        const double programmed = array.programmed_us(row, column, true);
        const double drifted =
            programmed * std::pow(3620.0 / 20.0, -exponent(array, row, column, true));
        const Closed read = rectified(
            drifted, drifted * DeviceConfig{}.read_fraction.at(programmed / 25.0) * growth);
        if (drifted > 0.0) {
          expected_mean += read.mean;
          expected_variance += read.sigma * read.sigma;
        }
        mean += array.conductance().get(row, column, true) * array.conductance_step_us();
        variance += array.variance().get(row, column, true) * array.variance_step_us2();
      }
    }
    EXPECT_NEAR(mean / expected_mean, 1.0, 2e-3);
    EXPECT_NEAR(variance / expected_variance, 1.0, 5e-3);  // the dither leaves no bias
  }
}

TEST(DeviceArray, ErasedDevicesWithoutNoiseConductNothing) {
  CrossbarConfig config = pcm_config();
  config.device.programming_noise = 0.0;
  DeviceArray array = uniform_array(config, 0);
  array.prepare(kAll, kSecond);
  EXPECT_TRUE(array.conductance() == ConductanceCodes(kRows, kColumns));
  EXPECT_TRUE(array.variance() == VarianceCodes(kRows, kColumns));
}

TEST(AgeStep, StepsTileTheTimeAxis) {
  Dice dice(2, "age");
  for (const double t0_s : {1.0, 20.0, 300.0}) {
    for (int trial = 0; trial < 2000; ++trial) {
      core::TimePs age = 0;
      const int bits = dice.between(0, 63);
      for (int bit = 0; bit < bits; ++bit)
        age = age * 2 + static_cast<core::TimePs>(dice.between(0, 1));
      const AgeStep step = age_step(age, t0_s);
      ASSERT_LE(step.from_ps, age);
      ASSERT_GT(step.until_ps, age);
      const double ratio = 1.0 + static_cast<double>(age) * 1e-12 / t0_s;
      ASSERT_NEAR(step.time_ratio / ratio, 1.0, 0x1p-11 + 1e-12);
      // The picoseconds at both ends belong to this step and to no other.
      ASSERT_EQ(age_step(step.from_ps, t0_s).time_ratio, step.time_ratio);
      ASSERT_EQ(age_step(step.until_ps - 1, t0_s).time_ratio, step.time_ratio);
      ASSERT_EQ(age_step(step.until_ps, t0_s).from_ps, step.until_ps);
      if (step.from_ps > 0) {
        ASSERT_EQ(age_step(step.from_ps - 1, t0_s).until_ps, step.from_ps);
      }
    }
  }
  EXPECT_EQ(age_step(0, 20.0).from_ps, 0U);
}

TEST(DeviceArray, CodesDependOnTheTimeAndNotOnEarlierReads) {
  CrossbarConfig config;
  config.rows = 100;
  config.columns = 30;
  const Region all{0, 100, 0, 30};
  Dice dice(4, "times");
  const auto weights = dice.codes(3000);
  std::vector<std::uint32_t> generation(3000, 0);
  const auto program_all = [&](DeviceArray& array) {
    // Three pieces at three times, one cell rewritten.
    array.program(weights.data(), {0, 50, 0, 30}, generation, 5 * kSecond);
    array.program(weights.data(), {50, 50, 0, 10}, generation, 90 * kSecond);
    array.program(weights.data(), {50, 50, 10, 20}, generation, 100 * kSecond);
    std::vector<std::uint32_t> next(3000, 1);
    array.program(weights.data(), {20, 1, 20, 1}, next, 150 * kSecond);
  };
  DeviceArray often(config, 1, "tile0");
  program_all(often);
  for (int trial = 0; trial < 100; ++trial) {
    const core::TimePs now = static_cast<core::TimePs>(dice.between(0, 400'000)) * (kSecond / 1000);
    often.prepare({0, 1, static_cast<unsigned>(dice.between(0, 29)), 1}, now);
    often.prepare(all, now);
    DeviceArray once(config, 1, "tile0");
    program_all(once);
    once.prepare(all, now);
    ASSERT_TRUE(often.conductance() == once.conductance()) << now;
    ASSERT_TRUE(often.variance() == once.variance()) << now;
  }
}

TEST(DeviceArray, DevicesDependOnCellAndWriteCycleAlone) {
  CrossbarConfig config;
  config.rows = 40;
  config.columns = 20;
  const auto weights = Dice(4, "weights").codes(800);
  std::vector<std::uint32_t> generation(800, 0);
  const auto conductances = [&](const DeviceArray& array) {
    std::vector<double> values;
    for (unsigned row = 0; row < 40; ++row) {
      for (unsigned column = 0; column < 20; ++column) {
        values.push_back(array.programmed_us(row, column, true));
        values.push_back(exponent(array, row, column, false));
      }
    }
    return values;
  };
  DeviceArray whole(config, 1, "tile0");
  whole.program(weights.data(), {0, 40, 0, 20}, generation, 0);
  DeviceArray pieces(config, 1, "tile0");
  pieces.program(weights.data(), {13, 27, 0, 20}, generation, 0);
  pieces.program(weights.data(), {0, 13, 7, 13}, generation, 0);
  pieces.program(weights.data(), {0, 13, 0, 7}, generation, 0);
  EXPECT_EQ(conductances(whole), conductances(pieces));

  // A mixture of cycles within a column: each cell gets what it would get on its own.
  Dice dice(5, "cycles");
  for (auto& cycle : generation) cycle = static_cast<std::uint32_t>(dice.between(0, 1));
  DeviceArray mixed(config, 1, "tile0");
  mixed.program(weights.data(), {0, 40, 0, 20}, generation, 0);
  DeviceArray second(config, 1, "tile0");
  second.program(weights.data(), {0, 40, 0, 20}, std::vector<std::uint32_t>(800, 1), 0);
  const auto first_values = conductances(whole);
  const auto second_values = conductances(second);
  const auto mixed_values = conductances(mixed);
  for (std::size_t i = 0; i < mixed_values.size(); ++i) {
    ASSERT_EQ(mixed_values[i], (generation[i / 2] == 0 ? first_values : second_values)[i]);
  }
  EXPECT_NE(first_values, second_values);
}

TEST(DeviceArray, SeedAndPathSelectTheDevices) {
  const auto devices = [](std::uint64_t seed, const char* path) {
    CrossbarConfig config;
    config.rows = config.columns = 8;
    DeviceArray array(config, seed, path);
    const std::vector<std::int8_t> weights(64, 100);
    array.program(weights.data(), {0, 8, 0, 8}, std::vector<std::uint32_t>(64, 0), 0);
    return array.programmed_us(2, 3, true);
  };
  EXPECT_EQ(devices(1, "tile0"), devices(1, "tile0"));
  EXPECT_NE(devices(1, "tile0"), devices(2, "tile0"));
  EXPECT_NE(devices(1, "tile0"), devices(1, "tile1"));
}

}  // namespace
}  // namespace aimc::analog
