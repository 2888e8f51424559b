#include <gtest/gtest.h>

#include "models/analog/relaxation_device.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Moments;

constexpr std::size_t kDevices = 40'000;

struct Reads {
  std::vector<double> mean;
  double noise_variance = 0.0;
};

Reads reads(const DeviceConfig& config, unsigned magnitude, double t_s) {
  const RelaxationDevice model(config);
  std::vector<float> z(2 * kDevices);
  core::RandomStream(1, "test", "relaxation").normals(0, z.data(), z.size());
  std::vector<std::uint16_t> first;
  std::vector<std::uint16_t> second;
  for (std::size_t i = 0; i < kDevices; ++i) {
    const DeviceWords words = model.program(magnitude, z[2 * i], z[2 * i + 1]);
    first.push_back(words.first);
    second.push_back(words.second);
  }
  std::vector<float> mean(kDevices);
  std::vector<float> variance(kDevices);
  model.read_moments(t_s / config.t0_s, first.data(), second.data(), kDevices, mean.data(),
                     variance.data());
  return {{mean.begin(), mean.end()}, Moments(variance).mean};
}

DeviceConfig relaxing() {
  DeviceConfig config;
  config.law = DeviceLaw::kRelaxation;
  config.g_max_us = 40.0;
  config.t0_s = 1.0;
  config.read_noise = 0.0;
  config.relaxation = {
      {1.0, LevelCurve{}, LevelCurve::polynomial({0.5, 1.0})},
      {10'000.0, LevelCurve::polynomial({0.0, -4.0}), LevelCurve::polynomial({1.0, 2.0})}};
  return config;
}

void expect_moments(const Reads& found, double mean, double sigma) {
  const Moments moments(found.mean);
  EXPECT_NEAR(moments.mean, mean, 4.0 * moments.mean_error());
  EXPECT_NEAR(moments.sigma(), sigma, 4.0 * moments.sigma_error());
}

TEST(Relaxation, HasTheMomentsOfItsTimesAndIsLinearInTheLogarithmBetween) {
  const DeviceConfig config = relaxing();
  expect_moments(reads(config, 127, 1.0), 40.0, 1.5);
  expect_moments(reads(config, 127, 1e4), 36.0, 3.0);
  expect_moments(reads(config, 127, 1e2), 38.0, 2.25);
  expect_moments(reads(config, 127, 1e9), 36.0, 3.0);  // held
}

TEST(Relaxation, WhatProgrammingAndTimeDoIsSwitchedApart) {
  DeviceConfig config = relaxing();
  config.programming_noise = 0.0;
  for (const double g : reads(config, 127, 1.0).mean) ASSERT_NEAR(g, 40.0, 1e-5);
  expect_moments(reads(config, 127, 1e4), 36.0, std::sqrt(9.0 - 2.25));
  config = relaxing();
  config.relaxation.resize(1);
  expect_moments(reads(config, 127, 1e4), 40.0, 1.5);
}

TEST(Relaxation, ADeviceKeepsItsPlace) {
  const DeviceConfig config = relaxing();
  const auto early = reads(config, 127, 1.0).mean;
  const auto late = reads(config, 127, 1e4).mean;
  const double a = Moments(early).mean;
  const double b = Moments(late).mean;
  double covariance = 0.0;
  for (std::size_t i = 0; i < kDevices; ++i)
    covariance += (early[i] - a) * (late[i] - b) / kDevices;
  EXPECT_NEAR(covariance / (1.5 * 3.0), 0.5, 0.02);  // 1.5 of 3 is what programming left
}

TEST(Relaxation, ReadNoiseIsThatOfTheLevel) {
  DeviceConfig config = relaxing();
  config.programming_noise = 0.0;
  config.read_noise = 2.0;
  config.read_noise_grows = false;
  config.read_fraction = LevelCurve::polynomial({0.03});
  for (const unsigned magnitude : {20U, 64U, 127U}) {
    const double sigma = 2.0 * 0.03 * 40.0 * magnitude / 127.0;
    EXPECT_NEAR(reads(config, magnitude, 1.0).noise_variance / (sigma * sigma), 1.0, 1e-4);
  }
}

TEST(Relaxation, BinaryCellsAddUpByTheirWeights) {
  DeviceConfig config = relaxing();
  config.g_min_us = 10.0;
  config.relaxation = {{1.0, LevelCurve{}, LevelCurve::polynomial({1.0, 2.0})}};
  config.binary_cells = true;
  for (const unsigned magnitude : {0U, 1U, 85U, 127U}) {
    double variance = 0.0;
    for (unsigned bit = 0; bit < 7; ++bit) {
      const double sigma = (magnitude >> bit & 1U) != 0 ? 3.0 : 1.0;
      variance += std::pow((1U << bit) / 127.0 * sigma, 2.0);
    }
    expect_moments(reads(config, magnitude, 1.0), 10.0 + 30.0 * magnitude / 127.0,
                   std::sqrt(variance));
  }
}

TEST(Relaxation, TablesAreInterpolatedInLevelAndLogarithmOfTime) {
  DeviceConfig config = relaxing();
  config.table = {{0.0, 0.5, 1.0}, {1.0, 100.0}, {2, 10, 40, 1, 8, 36}, {0, 1, 2, 0, 2, 4}};
  const auto at = [&](unsigned magnitude, double t_s) {
    const Moments moments(reads(config, magnitude, t_s).mean);
    return std::make_pair(moments.mean, moments.sigma());
  };
  EXPECT_NEAR(at(0, 1.0).first, 2.0, 1e-4);
  EXPECT_NEAR(at(127, 1.0).second, 2.0, 0.03);
  const double level = 96.0 / 127.0;
  const double early = 10.0 + (level - 0.5) * 60.0;
  const double late = 8.0 + (level - 0.5) * 56.0;
  EXPECT_NEAR(at(96, 10.0).first, (early + late) / 2.0, 0.05);
  EXPECT_NEAR(at(96, 100.0).second, 2.0 + (level - 0.5) * 4.0, 0.05);
}

}  // namespace
}  // namespace aimc::analog
