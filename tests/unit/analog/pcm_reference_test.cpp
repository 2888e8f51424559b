#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "models/analog/pcm_model.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Moments;

// Mean and spread of a sampled quantity with their standard errors.
struct Sampled {
  double mean, sigma, mean_error, sigma_error;
};

Sampled sampled(const std::vector<double>& values) {
  const Moments moments(values);
  return {moments.mean, moments.sigma(), moments.mean_error(), moments.sigma_error()};
}

// Many devices programmed to one level, stored as an array stores them.
class LevelSample {
 public:
  explicit LevelSample(double r) {
    const PcmConfig config;
    const PcmEncoding encoding(config);
    const PcmLevel level = pcm_level(config, r);
    std::vector<float> z(2 * kDevices);
    core::RandomStream(1, "reference", "level " + std::to_string(r)).normals(0, z.data(), z.size());
    for (std::size_t i = 0; i < kDevices; ++i) {
      const PcmDevice device = pcm_device(level, z[2 * i], z[2 * i + 1]);
      conductance_.push_back(encoding.conductance(device));
      drift_.push_back(encoding.drift(device));
    }
  }

  Sampled programmed() const {
    return stored(conductance_, PcmEncoding(PcmConfig{}).conductance_step_us);
  }
  Sampled drift() const { return stored(drift_, PcmEncoding(PcmConfig{}).drift_step); }

  // Total variance of a read: that of the means over the devices, and the mean of the variances.
  Sampled read(double age_s) const {
    const PcmConfig config;
    std::vector<float> mean(kDevices);
    std::vector<float> variance(kDevices);
    const PcmReadout readout(config, (age_s + config.t0_s) / config.t0_s);
    pcm_read_moments(readout, conductance_.data(), drift_.data(), kDevices, mean.data(),
                     variance.data());
    Sampled result = sampled({mean.begin(), mean.end()});
    const double noise = sampled({variance.begin(), variance.end()}).mean;
    result.sigma = std::sqrt(result.sigma * result.sigma + noise);
    return result;
  }

 private:
  static constexpr std::size_t kDevices = 400'000;

  static Sampled stored(const std::vector<std::uint16_t>& codes, float step) {
    std::vector<double> values;
    values.reserve(codes.size());
    for (const std::uint16_t code : codes) values.push_back(code * static_cast<double>(step));
    return sampled(values);
  }

  std::vector<std::uint16_t> conductance_, drift_;
};

void expect_equal(const Sampled& ours, const nlohmann::json& reference, double samples,
                  const std::string& what) {
  const double mean = reference.at("mean");
  const double sigma = reference.at("std");
  EXPECT_NEAR(ours.mean, mean, 4.0 * std::hypot(ours.mean_error, sigma / std::sqrt(samples)))
      << what;
  // The standard error of a spread is 0.11 % for a normal distribution; heavier tails have our own
  // estimate.
  EXPECT_NEAR(ours.sigma, sigma,
              4.0 * std::hypot(ours.sigma_error, std::max(ours.sigma_error, 0.0011 * sigma)))
      << what;
}

// Means and spreads over 400,000 devices, made with the tool the equations come from.
TEST(PcmReference, MomentsAgreeWithAihwkitAtEveryLevelAndTime) {
  const char* folder = std::getenv("AIMC_SHARED");
  if (folder == nullptr)
    GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
  std::ifstream file(std::string(folder) + "/refs/aimc/device_moments.json");
  if (!file) GTEST_SKIP() << "no refs/aimc/device_moments.json in " << folder;
  const auto reference = nlohmann::json::parse(file);
  const double samples = reference.at("samples");
  int compared = 0;
  for (const auto& row : reference.at("rows")) {
    if (row.at("model") != "aihwkit.PCMLike(g_max=25)") continue;
    const double r = row.at("g_rel");
    const LevelSample devices(r);
    const std::string level = "level " + std::to_string(r);
    expect_equal(devices.programmed(), row.at("programmed"), samples, level);
    expect_equal(devices.drift(), row.at("nu"), samples, level + " drift");
    for (const auto& [age, moments] : row.at("t").items()) {
      expect_equal(devices.read(std::stod(age)), moments, samples,
                   std::string(level).append(" age ").append(age));
      ++compared;
    }
  }
  EXPECT_GE(compared, 60);
}

}  // namespace
}  // namespace aimc::analog
