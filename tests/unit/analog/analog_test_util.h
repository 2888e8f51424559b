#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/core/random.h"

namespace aimc::analog::test {

constexpr core::TimePs kSecond = 1'000'000'000'000;

/// Numbers for tests, in the order they are asked for.
class Dice {
 public:
  Dice(std::uint64_t seed, std::string_view purpose) : stream_(seed, "test", purpose) {}
  /// Uniform in low .. high.
  int between(int low, int high) {
    const auto span = static_cast<std::uint32_t>(high - low + 1);
    return low + static_cast<int>(stream_.bits(next_++)[0] % span);
  }
  std::vector<std::int8_t> codes(std::size_t n, int low = -127, int high = 127) {
    std::vector<std::int8_t> values(n);
    for (auto& value : values) value = static_cast<std::int8_t>(between(low, high));
    return values;
  }

 private:
  core::RandomStream stream_;
  std::uint64_t next_ = 0;
};

/// Mean and spread of a sample with their standard errors.
struct Moments {
  double mean = 0.0;
  double variance = 0.0;
  double fourth = 0.0;  ///< fourth central moment
  double n = 0.0;

  template <typename Container>
  explicit Moments(const Container& samples) : n(static_cast<double>(samples.size())) {
    for (const auto sample : samples) mean += static_cast<double>(sample) / n;
    for (const auto sample : samples) {
      const double square = std::pow(static_cast<double>(sample) - mean, 2.0);
      variance += square / (n - 1.0);
      fourth += square * square / n;
    }
  }
  double sigma() const { return std::sqrt(variance); }
  double mean_error() const { return std::sqrt(variance / n); }
  double sigma_error() const {
    return std::sqrt((fourth - variance * variance) / (4.0 * n * variance));
  }
};

/// Largest distance between the distribution functions of two samples, in units that do not depend
/// on their size: above 1.95 they differ at p = 0.001 (two-sample Kolmogorov-Smirnov test).
template <typename Value>
double kolmogorov_smirnov(std::vector<Value> a, std::vector<Value> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  double distance = 0.0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const Value value = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    distance =
        std::max(distance, std::fabs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  return distance * std::sqrt(n * m / (n + m));
}

/// Counts of an MVM.
struct Counts {
  std::vector<std::uint16_t> cp;
  std::vector<std::uint16_t> cn;
  MvmResult result;
  bool operator==(const Counts& other) const { return cp == other.cp && cn == other.cn; }
  bool operator!=(const Counts& other) const { return !(*this == other); }
};

inline Counts run(Crossbar& crossbar, const std::vector<std::int8_t>& inputs,
                  std::int8_t zero_point, const Region& region, const ReadMode& mode,
                  core::TimePs now_ps) {
  Counts counts;
  counts.cp.resize(region.columns);
  counts.cn.resize(region.columns);
  counts.result = crossbar.mvm(inputs.data(), zero_point, region, mode, now_ps, counts.cp.data(),
                               counts.cn.data());
  return counts;
}

/// A crossbar without mismatch of the converters and with the finest counts there are.
inline CrossbarConfig quiet_config(unsigned rows, unsigned columns) {
  CrossbarConfig config;
  config.rows = rows;
  config.columns = columns;
  config.adc.gain_sigma = 0.0;
  config.adc.offset_sigma_counts = 0.0;
  config.adc.full_scale_counts = 4095;
  config.adc.full_scale_counts_four = 4095;
  return config;
}

}  // namespace aimc::analog::test
