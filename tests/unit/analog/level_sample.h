#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/analog/device_model.h"
#include "models/analog/power_law_device.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog::test {

/// Mean and spread of a sampled quantity with their standard errors.
struct Sampled {
  double mean, sigma, mean_error, sigma_error;
};

inline Sampled sampled(const std::vector<double>& values) {
  const Moments moments(values);
  return {moments.mean, moments.sigma(), moments.mean_error(), moments.sigma_error()};
}

/// Many devices programmed to one level, as an array keeps them.
class LevelSample {
 public:
  /// @param r a multiple of 0.01
  LevelSample(DeviceConfig config, double r) {
    config.levels = 101;
    const auto magnitude = static_cast<unsigned>(std::lround(127.0 * r));
    EXPECT_NEAR(device_level(config, magnitude), r, 1e-12);
    config_ = config;
    model_ = make_device_model(config);
    std::vector<float> z(2 * kDevices);
    core::RandomStream(1, "reference", "level " + std::to_string(magnitude))
        .normals(0, z.data(), z.size());
    for (std::size_t i = 0; i < kDevices; ++i) {
      const DeviceWords words = model_->program(magnitude, z[2 * i], z[2 * i + 1]);
      first_.push_back(words.first);
      second_.push_back(words.second);
    }
  }

  Sampled programmed() const {
    return each([&](DeviceWords words) { return model_->programmed_us(words); });
  }
  Sampled drift() const {
    const auto& model = dynamic_cast<const PowerLawDevice&>(*model_);
    return each([&](DeviceWords words) { return model.drift_exponent(words); });
  }

  // Total variance of a read: that of the means over the devices, and the mean of the variances.
  Sampled read(double age_s) const {
    std::vector<float> mean(kDevices);
    std::vector<float> variance(kDevices);
    model_->read_moments((age_s + config_.t0_s) / config_.t0_s, first_.data(), second_.data(),
                         kDevices, mean.data(), variance.data());
    Sampled result = sampled({mean.begin(), mean.end()});
    const double noise = sampled({variance.begin(), variance.end()}).mean;
    result.sigma = std::sqrt(result.sigma * result.sigma + noise);
    return result;
  }

 private:
  static constexpr std::size_t kDevices = 400'000;

  template <typename Value>
  Sampled each(Value value) const {
    std::vector<double> values;
    values.reserve(kDevices);
    for (std::size_t i = 0; i < kDevices; ++i) values.push_back(value({first_[i], second_[i]}));
    return sampled(values);
  }

  DeviceConfig config_;
  std::unique_ptr<DeviceModel> model_;
  std::vector<std::uint16_t> first_, second_;
};

/// Within four standard errors of both samples.
inline void expect_equal(const Sampled& ours, const nlohmann::json& reference, double samples,
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

}  // namespace aimc::analog::test
