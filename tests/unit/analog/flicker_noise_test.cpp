#include "models/analog/converters/flicker_noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Moments;

constexpr core::TimePs kShortestPs = 100'000;

AdcConfig noisy(unsigned octaves) {
  AdcConfig config;
  config.flicker_noise_counts = 2.0;
  config.flicker_octaves = octaves;
  return config;
}

TEST(FlickerNoise, HasTheRmsItIsTold) {
  FlickerNoise noise(noisy(12), 512, 1, "tile0");
  std::vector<double> values;
  for (unsigned i = 0; i < 8; ++i) {  // times so far apart that every octave is drawn anew
    const float* sample = noise.at(i * (kShortestPs << 13U));
    values.insert(values.end(), sample, sample + 1024);
  }
  const Moments moments(values);
  EXPECT_NEAR(moments.mean, 0.0, 4.0 * moments.mean_error());
  EXPECT_NEAR(moments.sigma(), 2.0, 4.0 * moments.sigma_error());
}

TEST(FlickerNoise, IsAFunctionOfTimeAlone) {
  FlickerNoise one(noisy(16), 8, 1, "tile0");
  FlickerNoise other(noisy(16), 8, 1, "tile0");
  for (unsigned i = 0; i < 1000; ++i) one.at(i * kShortestPs);
  for (const core::TimePs time : {123'456'789U, 5U, 123'400'000U}) {
    const std::vector<float> a(one.at(time), one.at(time) + 16);
    const std::vector<float> b(other.at(time), other.at(time) + 16);
    EXPECT_EQ(a, b);
  }
}

TEST(FlickerNoise, SuccessiveReadsAreAlikeAndDistantOnesAreNot) {
  FlickerNoise noise(noisy(10), 512, 1, "tile0");
  const std::vector<float> first(noise.at(0), noise.at(0) + 1024);
  const auto correlation = [&](core::TimePs time) {
    const float* sample = noise.at(time);
    double sum = 0.0;
    for (std::size_t i = 0; i < 1024; ++i) sum += static_cast<double>(first[i] * sample[i]);
    return sum / 1024.0 / 4.0;
  };
  // The next step draws the fastest octave anew, and others if it is their time.
  EXPECT_NEAR(correlation(kShortestPs), 0.85, 0.15);
  EXPECT_LT(std::fabs(correlation(kShortestPs << 12U)), 0.15);
}

// Power over frequency, averaged over columns and over a third of an octave, on a line of slope -1
// in the middle of the octaves.
TEST(FlickerNoise, SpectrumFallsWithFrequency) {
  constexpr std::size_t kSamples = 4096;
  constexpr std::size_t kSeries = 64;
  FlickerNoise noise(noisy(16), kSeries / 2, 1, "tile0");
  std::vector<std::vector<double>> series(kSeries);
  for (std::size_t i = 0; i < kSamples; ++i) {
    const float* sample = noise.at(7'000'000'000 + i * kShortestPs);
    for (std::size_t k = 0; k < kSeries; ++k) series[k].push_back(static_cast<double>(sample[k]));
  }
  const auto power = [&](double frequency) {  // cycles a series, with a Hann window
    double total = 0.0;
    for (const auto& values : series) {
      std::complex<double> sum;
      for (std::size_t i = 0; i < kSamples; ++i) {
        const double angle = 2.0 * M_PI * static_cast<double>(i) / kSamples;
        sum += values[i] * (1.0 - std::cos(angle)) * std::polar(1.0, -angle * frequency);
      }
      total += std::norm(sum);
    }
    return total;
  };
  std::vector<double> x;
  std::vector<double> y;
  for (double octave = 3.0; octave <= 9.01; octave += 0.5) {
    double sum = 0.0;
    for (int i = -1; i <= 1; ++i) sum += power(std::round(std::exp2(octave + i / 6.0)));
    x.push_back(octave);
    y.push_back(std::log2(sum));
  }
  const Moments mx(x);
  const Moments my(y);
  double product = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) product += (x[i] - mx.mean) * (y[i] - my.mean);
  const double slope = product / (mx.variance * (mx.n - 1.0));
  EXPECT_NEAR(slope, -1.0, 0.1);
}

}  // namespace
}  // namespace aimc::analog
