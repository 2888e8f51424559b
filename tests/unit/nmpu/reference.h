#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "models/nmpu/backend.h"

namespace aimc::nmpu::test {

/// A real number rounded to a whole one.
inline double rounded(double value, Rounding rounding) {
  const double below = std::floor(value);
  const double rest = value - below;
  switch (rounding) {
    case Rounding::kHalfUp:
      return rest >= 0.5 ? below + 1 : below;
    case Rounding::kHalfEven:
      return rest > 0.5 || (rest == 0.5 && std::fmod(below, 2.0) != 0.0) ? below + 1 : below;
    case Rounding::kTruncate:
      break;
  }
  return below;
}

/// What one column must give, written down from the formats in real numbers. All values are
/// multiples of the scale's unit, at most 2^-15, and below 2^31, so double holds them exactly.
/// @param saturates if not null: whether the result exceeded its range
inline int reference_column(unsigned cp, unsigned cn, int psum, const ColumnParams& params,
                            const VectorConfig& config, const Format& format = {},
                            bool* saturates = nullptr) {
  const auto frac = static_cast<int>(format.scale_frac_bits);
  double value = cp * std::ldexp(params.scale_p, -frac) - cn * std::ldexp(params.scale_n, -frac) +
                 std::ldexp(params.offset, -static_cast<int>(format.offset_frac_bits));
  if (config.addend == Addend::kBias) value += params.bias;
  if (config.addend == Addend::kPsum) value += psum;
  double low = -32768.0;
  double high = 32767.0;
  double y = 0.0;
  bool by_relu = false;
  if (config.psum_out) {
    y = rounded(value, config.rounding);
  } else {
    const double truncated = std::floor(std::ldexp(value, frac - config.cut_pre));
    y = rounded(std::ldexp(truncated, -int{config.cut_post}), config.rounding) + config.zero_point;
    low = -128.0;
    high = 127.0;
    by_relu = config.relu && y < config.zero_point;
    if (by_relu) y = config.zero_point;
  }
  if (saturates != nullptr) *saturates = y < low || y > high;
  return static_cast<int>(std::clamp(y, low, high));
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
  explicit Stimulus(std::uint32_t seed, const Format& format = {})
      : engine_(seed), format_(format) {}

  /// 0 .. limit - 1
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }

  std::uint16_t count() { return static_cast<std::uint16_t>(edge(4096)); }
  std::int16_t psum() { return static_cast<std::int16_t>(static_cast<int>(edge(65536)) - 32768); }

  ColumnParams params() {
    const unsigned scales = 1U << format_.scale_bits();
    const unsigned offsets = 1U << format_.offset_bits();
    return {
        static_cast<std::uint16_t>(edge(scales)), static_cast<std::uint16_t>(edge(scales)),
        static_cast<std::int16_t>(static_cast<int>(edge(offsets)) - static_cast<int>(offsets / 2)),
        psum()};
  }

  VectorConfig config() {
    VectorConfig config;
    if (chance(2)) {
      config.cut_pre = static_cast<std::uint8_t>(below(16));
      config.cut_post = static_cast<std::uint8_t>(below(16));
    } else {
      // Together about as many bits as an accumulator has beyond eight: most results are not
      // saturated, and a wrong bit shows.
      const unsigned total = format_.acc_bits - 14 + below(5);
      const unsigned least = total > 15 ? total - 15 : 0;
      config.cut_pre = static_cast<std::uint8_t>(least + below(8));
      config.cut_post = static_cast<std::uint8_t>(total - config.cut_pre);
    }
    config.relu = chance(2);
    config.zero_point = static_cast<std::int8_t>(static_cast<int>(edge(256)) - 128);
    config.psum_out = chance(3);
    config.addend = static_cast<Addend>(below(3));
    config.rounding = static_cast<Rounding>(below(3));
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
  Format format_;
};

}  // namespace aimc::nmpu::test
