// Weights over several devices, and around the middle of one.

#include "models/analog/converters/slicing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::kSecond;
using test::Moments;

constexpr unsigned kRows = 64;
constexpr unsigned kColumns = 64;
constexpr Region kAll{0, kRows, 0, kColumns};
constexpr ReadMode kMode{7, false, 0};

CrossbarConfig sliced(unsigned bits, AnalogMode mode = AnalogMode::kPhysical) {
  CrossbarConfig config;
  config.rows = kRows;
  config.columns = kColumns;
  config.mode = mode;
  config.weights.slice_bits = bits;
  config.device.programming_noise = 0.0;
  config.device.read_noise = 0.0;
  config.device.drift_mean = config.device.drift_sigma = LevelCurve{};
  config.device.iv_scale_v = 0.0;
  config.adc.gain_sigma = config.adc.offset_sigma_counts = 0.0;
  return config;
}

struct Read {
  explicit Read(const CrossbarConfig& config, ReadMode mode = kMode)
      : crossbar(config, 1, "tile0"),
        weights(Dice(1, "weights").codes(std::size_t{kRows} * kColumns)),
        inputs(Dice(2, "inputs").codes(kRows)),
        program(crossbar.program(weights.data(), kAll, 0)),
        counts(test::run(crossbar, inputs, 0, kAll, mode, kSecond)),
        scale(crossbar.count_scale(mode)) {}

  // Sums of |x| |w| of a column whose products have one sign.
  double sum(unsigned column, bool positive) const {
    double total = 0.0;
    for (unsigned row = 0; row < kRows; ++row) {
      const double product = weights[row * kColumns + column] * inputs[row];
      if ((product > 0.0) == positive) total += std::fabs(product);
    }
    return total;
  }
  std::vector<double> errors() const {  // of products, in units of |x| |w|
    std::vector<double> result;
    for (unsigned i = 0; i < kColumns; ++i) {
      result.push_back(counts.cp[i] / scale - sum(i, true));
      result.push_back(counts.cn[i] / scale - sum(i, false));
    }
    return result;
  }

  Crossbar crossbar;
  std::vector<std::int8_t> weights;
  std::vector<std::int8_t> inputs;
  ProgramResult program;
  Counts counts;
  double scale;
};

TEST(Slicing, DigitsPutTogetherAreTheWeight) {
  std::vector<std::int8_t> weights;
  for (int w = -127; w <= 127; ++w) weights.push_back(static_cast<std::int8_t>(w));
  const Region row{0, 1, 0, 255};
  for (unsigned bits = 1; bits <= 7; ++bits) {
    const WeightConfig config{bits, SignScheme::kDifferential};
    std::vector<int> sums(255, 0);
    for (unsigned slice = 0; slice < config.slices(); ++slice) {
      std::vector<std::int8_t> digits(255);
      slice_weights(config, slice, weights.data(), row, 255, digits);
      for (std::size_t i = 0; i < 255; ++i) {
        EXPECT_EQ(digits[i] % static_cast<int>(slice_unit(config)), 0);
        sums[i] += digits[i] * (1 << (bits * slice));
      }
    }
    for (std::size_t i = 0; i < 255; ++i) {
      EXPECT_EQ(sums[i], weights[i] * static_cast<int>(slice_unit(config)));
    }
  }
}

TEST(Slicing, IdealCountsAreThoseOfExactSums) {
  for (unsigned bits = 1; bits <= 7; ++bits) {
    const Read read(sliced(bits, AnalogMode::kIdeal));
    const double limit = read.crossbar.full_scale_counts(kMode);
    for (unsigned i = 0; i < kColumns; ++i) {
      EXPECT_EQ(read.counts.cp[i],
                std::min(limit, std::floor(read.sum(i, true) * read.scale + 0.5)));
      EXPECT_EQ(read.counts.cn[i],
                std::min(limit, std::floor(read.sum(i, false) * read.scale + 0.5)));
    }
  }
}

// Each slice is rounded to a count of its own: (1 + 4^b + ...) / 12 / unit^2 and the last rounding.
TEST(Slicing, RoundingOfSlicesAddsUp) {
  for (const unsigned bits : {1U, 2U, 3U, 4U}) {
    CrossbarConfig config = sliced(bits);
    config.adc.full_scale_current_ua = 200.0;
    const Read read(config);
    double variance = 0.0;
    for (unsigned slice = 0; slice < config.weights.slices(); ++slice) {
      variance += std::pow(4.0, bits * slice) / 12.0;
    }
    const double shift = slice_shift(config.weights, 420);
    variance /= std::pow(4.0, shift);
    if (shift > 0.0) variance += 1.0 / 12.0;
    const Moments moments(read.errors());
    const double expected = std::sqrt(variance) / read.scale;
    EXPECT_NEAR(moments.mean, 0.0, 0.5 / read.scale + 4.0 * moments.mean_error()) << bits;
    EXPECT_NEAR(moments.sigma() / expected, 1.0, 0.3) << bits;
  }
}

// An error of a device weighs as its digit does, over the unit of a digit: with 4 bits sqrt(1 +
// 16^2) / 8 of that of a weight in one device. More devices hold a weight finer, not better.
TEST(Slicing, DevicesErrorsWeighAsTheirDigits) {
  const auto spread = [](unsigned bits) {
    CrossbarConfig config = sliced(bits);
    config.device.g_min_us = 5.0;  // nothing is cut off at zero
    config.device.programming_noise = 1.0;
    config.device.programming_sigma_us = LevelCurve::polynomial({0.5});
    config.adc.full_scale_counts = 4095;
    config.adc.full_scale_current_ua = 400.0;
    const Read read(config);
    std::vector<double> errors;
    for (unsigned i = 0; i < kColumns; ++i) {
      const double product = read.sum(i, true) - read.sum(i, false);
      errors.push_back((read.counts.cp[i] - read.counts.cn[i]) / read.scale - product);
    }
    return Moments(errors).sigma();
  };
  EXPECT_NEAR(spread(4) / spread(7), std::sqrt(257.0) / 8.0, 0.5);
}

TEST(Slicing, CostsEnergyAndWritesForEachButNoTimeToRead) {
  const Read one(sliced(7));
  const Read two(sliced(4));
  EXPECT_EQ(two.counts.result.duration_ps, one.counts.result.duration_ps);
  EXPECT_DOUBLE_EQ(two.counts.result.dac_energy_j, one.counts.result.dac_energy_j);
  EXPECT_DOUBLE_EQ(two.counts.result.adc_energy_j, 2.0 * one.counts.result.adc_energy_j);
  EXPECT_GT(two.program.pulses, 3 * one.program.pulses / 2);
  EXPECT_GT(two.program.duration_ps, 3 * one.program.duration_ps / 2);
  // What flows is that of the digits: the same with and without devices.
  const Read ideal(sliced(4, AnalogMode::kIdeal));
  EXPECT_NEAR(two.counts.result.array_energy_j / ideal.counts.result.array_energy_j, 1.0, 1e-3);
}

CrossbarConfig around_the_middle(AnalogMode mode) {
  CrossbarConfig config = sliced(7, mode);
  config.weights.signs = SignScheme::kOffset;
  config.adc.full_scale_current_ua = 400.0;
  config.adc.full_scale_counts = config.adc.full_scale_counts_four = 4095;
  return config;
}

TEST(Offset, DifferencesOfCountsAreTheProducts) {
  const Read ideal(around_the_middle(AnalogMode::kIdeal));
  const Read real(around_the_middle(AnalogMode::kPhysical));
  double squares = 0.0;  // odd weights are half a code off: a quarter, of about half of them
  for (const int x : real.inputs) squares += x * x / 8.0 * 4.0;
  std::vector<double> errors;
  for (unsigned i = 0; i < kColumns; ++i) {
    const double product = ideal.sum(i, true) - ideal.sum(i, false);
    EXPECT_NEAR((ideal.counts.cp[i] - ideal.counts.cn[i]) / ideal.scale, product,
                1.01 / ideal.scale);
    errors.push_back((real.counts.cp[i] - real.counts.cn[i]) / real.scale - product);
  }
  const Moments moments(errors);
  const double expected = std::sqrt(squares + 2.0 / 12.0 / (real.scale * real.scale));
  EXPECT_NEAR(moments.sigma() / expected, 1.0, 0.35);
  EXPECT_NEAR(moments.mean, 0.0, 4.0 * moments.mean_error());
}

// Both columns carry the middle of the range whatever the weights.
TEST(Offset, CurrentIsThatOfTheMiddle) {
  const Read read(around_the_middle(AnalogMode::kIdeal));
  double driven = 0.0;
  for (const int x : read.inputs) driven += std::abs(x);
  EXPECT_NEAR(read.counts.result.array_energy_j / (driven * kColumns * 25e-6 * 0.04 * 1e-9), 1.0,
              0.05);
  EXPECT_GT(read.program.pulses, 2U * kRows * kColumns * 9U);
}

}  // namespace
}  // namespace aimc::analog
