#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "models/nmpu/backend.h"

namespace aimc::nmpu::test {

/// What one column must give, written down from the published formats in real numbers: counts,
/// scales in 1/128, offsets in halves. All values are multiples of 2^-7 far below 2^45, so double
/// holds them exactly.
inline int reference_column(unsigned cp, unsigned cn, int psum, const ColumnParams& params,
                            const VectorConfig& config) {
  double value =
      cp * (params.scale_p / 128.0) - cn * (params.scale_n / 128.0) + params.offset / 2.0;
  if (config.addend == Addend::kBias) value += params.bias;
  if (config.addend == Addend::kPsum) value += psum;
  if (config.psum_out) {
    return static_cast<int>(std::clamp(std::floor(value + 0.5), -32768.0, 32767.0));
  }
  const double truncated = std::floor(std::ldexp(value, 7 - config.cut_pre));
  const double half = config.cut_post > 0 ? std::ldexp(1.0, config.cut_post - 1) : 0.0;
  const double zero_point = config.zero_point;
  double y = std::floor(std::ldexp(truncated + half, -int{config.cut_post})) + zero_point;
  if (config.relu) y = std::max(y, zero_point);
  return static_cast<int>(std::clamp(y, -128.0, 127.0));
}

/// Counts and partial sums of a vector, and where its results go.
struct Data {
  explicit Data(unsigned columns) : cp(columns), cn(columns), psum(columns), out(columns) {}

  [[nodiscard]] Vector vector(unsigned first_column, const VectorConfig& config) const {
    return {first_column, static_cast<unsigned>(cp.size()), cp.data(), cn.data(), psum.data(),
            config};
  }

  std::vector<std::uint16_t> cp;
  std::vector<std::uint16_t> cn;
  std::vector<std::int16_t> psum;
  std::vector<std::int16_t> out;
};

/// Random operands with many extremes among them. The engine's output is fixed by the C++ standard,
/// so a seed means the same numbers everywhere; the standard distributions are not used because
/// theirs is not.
class Stimulus {
 public:
  explicit Stimulus(std::uint32_t seed) : engine_(seed) {}

  /// 0 .. limit - 1
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }

  std::uint16_t count() { return static_cast<std::uint16_t>(edge(4096)); }
  std::int16_t psum() { return static_cast<std::int16_t>(static_cast<int>(edge(65536)) - 32768); }

  ColumnParams params() {
    return {static_cast<std::uint8_t>(edge(256)), static_cast<std::uint8_t>(edge(256)),
            static_cast<std::int8_t>(static_cast<int>(edge(256)) - 128), psum()};
  }

  VectorConfig config() {
    VectorConfig config;
    if (chance(2)) {
      config.cut_pre = static_cast<std::uint8_t>(below(16));
      config.cut_post = static_cast<std::uint8_t>(below(16));
    } else {
      // Together about as many bits as an accumulator has beyond eight: most results are not
      // saturated, and a wrong bit shows.
      config.cut_pre = static_cast<std::uint8_t>(below(8));
      config.cut_post = static_cast<std::uint8_t>(11 + below(5) - config.cut_pre);
    }
    config.relu = chance(2);
    config.zero_point = static_cast<std::int8_t>(static_cast<int>(edge(256)) - 128);
    config.psum_out = chance(3);
    config.addend = static_cast<Addend>(below(3));
    return config;
  }

  void fill(Data& data) {
    for (auto& v : data.cp) v = count();
    for (auto& v : data.cn) v = count();
    for (auto& v : data.psum) v = psum();
  }

 private:
  /// 0 .. limit - 1, one in eight of them an extreme or the middle.
  unsigned edge(unsigned limit) {
    switch (below(24)) {
      case 0:
        return 0;
      case 1:
        return limit - 1;
      case 2:
        return limit / 2;
      default:
        return below(limit);
    }
  }

  std::mt19937 engine_;
};

}  // namespace aimc::nmpu::test
