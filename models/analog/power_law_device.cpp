#include "models/analog/power_law_device.h"

#include <algorithm>
#include <cmath>

#include "models/analog/rectified.h"
#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

constexpr double kMostSigma = 6.0;  // normals of RandomStream stay below
/// Drift exponents up to here are told apart: six sigma out at r = 0 of the published fits.
constexpr double kLeastDriftRange = 0.1 + kMostSigma * 0.045;

std::uint16_t word(float value) {
  return static_cast<std::uint16_t>(value < 65534.5F ? value + 0.5F : 65535.0F);
}

/// How stored devices are to be read at one age.
struct Readout {
  float conductance_step_us;
  float drift_step;
  float inverse_g_max;
  float log_time_ratio;
  float noise_scale;
};

// A function of the level as it is needed for every device: `log_level` is not computed where it is
// not used.
struct PowerFraction {
  float scale, exponent, high;
  explicit PowerFraction(const CurvePiece& piece)
      : scale(static_cast<float>(piece.c[0])),
        exponent(static_cast<float>(-piece.c[1])),
        high(static_cast<float>(piece.c[3])) {}
  float at(float level) const {
    const float power = core::det_exp(exponent * core::det_log(level > 1e-7F ? level : 1e-7F));
    const float fraction = scale / (power > 1e-3F ? power : 1e-3F);
    return fraction < high ? fraction : high;
  }
};

// clip(a ln r + b, low, high) below a split, a polynomial from there on.
struct SplitFraction {
  float split, a, b, low, high;
  std::array<float, CurvePiece::kMost> c{};
  explicit SplitFraction(const LevelCurve& curve)
      : split(static_cast<float>(curve.split)),
        a(static_cast<float>(curve.low.c[0])),
        b(static_cast<float>(curve.low.c[1])),
        low(static_cast<float>(curve.low.c[2])),
        high(static_cast<float>(curve.low.c[3])) {
    for (std::size_t k = 0; k < c.size(); ++k) c[k] = static_cast<float>(curve.high.c[k]);
  }
  float at(float level) const {
    const float line = a * core::det_log(level > 1e-7F ? level : 1e-7F) + b;
    const float clipped = line < low ? low : line > high ? high : line;
    float sum = c[5];
    for (std::size_t k = 5; k-- > 0;) sum = sum * level + c[k];
    const float polynomial = sum > 0.0F ? sum : 0.0F;
    return level < split ? clipped : polynomial;
  }
};

// Any other curve; not for speed.
struct AnyFraction {
  const LevelCurve& curve;
  float at(float level) const {
    return static_cast<float>(std::max(0.0, curve.at(static_cast<double>(level))));
  }
};

template <typename Fraction>
void read_all(const Readout& readout, const Fraction& fraction, const std::uint16_t* conductance,
              const std::uint16_t* drift, std::size_t n, float* mean_us, float* variance_us2) {
  const Readout k = readout;
  const Fraction f = fraction;
  for (std::size_t i = 0; i < n; ++i) {
    const float programmed =
        k.conductance_step_us * static_cast<float>(static_cast<std::int32_t>(conductance[i]));
    const float exponent = k.drift_step * static_cast<float>(static_cast<std::int32_t>(drift[i]));
    const float drifted = programmed * core::det_exp(-exponent * k.log_time_ratio);
    const float q = f.at(programmed * k.inverse_g_max);
    const Rectified read = rectified_moments(q * k.noise_scale);
    mean_us[i] = drifted * read.mean;
    variance_us2[i] = drifted * drifted * read.variance;
  }
}

bool is_power(const LevelCurve& curve) {
  return curve.split == 0.0 && curve.high.form == CurvePiece::Form::kPower &&
         curve.high.c[2] == 0.0;
}

bool is_split(const LevelCurve& curve) {
  return (curve.split == 0.0 || curve.low.form == CurvePiece::Form::kLog) &&
         curve.high.form == CurvePiece::Form::kPolynomial;
}

double largest_drift(const DeviceConfig& config) {
  double largest = kLeastDriftRange;
  for (unsigned magnitude = 0; magnitude < kDeviceLevels; ++magnitude) {
    const double r = device_level(config, magnitude);
    largest = std::max(largest, std::fabs(config.drift_mean.at(r)) +
                                    kMostSigma * std::fabs(config.drift_sigma.at(r)));
  }
  return largest;
}

}  // namespace

double PowerLawDevice::programming_sigma_us(double r) const {
  return std::max(0.0, config_.programming_sigma_us.at(r)) * config_.g_max_us /
         config_.fitted_g_max_us;
}

PowerLawDevice::PowerLawDevice(const DeviceConfig& config) : config_(config) {
  double limit = 0.0;
  for (unsigned magnitude = 0; magnitude < kDeviceLevels; ++magnitude) {
    const double r = device_level(config, magnitude);
    const double target = target_us(config, r);
    const double sigma = config.programming_noise * programming_sigma_us(r);
    limit = std::max(limit, target + kMostSigma * sigma);
    levels_[magnitude] = {static_cast<float>(target), static_cast<float>(sigma),
                          static_cast<float>(config.drift_mean.at(r)),
                          static_cast<float>(config.drift_sigma.at(r))};
  }
  conductance_limit_us_ = limit;
  conductance_step_us_ = static_cast<float>(limit / 65535.0);
  drift_step_ = static_cast<float>(largest_drift(config) / 65535.0);
}

DeviceWords PowerLawDevice::program(unsigned magnitude, float programming, float drift) const {
  const Level& level = levels_[magnitude];
  const float conductance = level.target_us + level.sigma_us * programming;
  const float exponent = level.drift_mean + level.drift_sigma * drift;
  return {word((conductance > 0.0F ? conductance : 0.0F) / conductance_step_us_),
          word((exponent < 0.0F ? -exponent : exponent) / drift_step_)};
}

void PowerLawDevice::read_moments(double time_ratio, const std::uint16_t* first,
                                  const std::uint16_t* second, std::size_t n, float* mean_us,
                                  float* variance_us2) const {
  const Readout readout{conductance_step_us_, drift_step_,
                        static_cast<float>(1.0 / config_.g_max_us),
                        core::det_log(static_cast<float>(time_ratio)),
                        static_cast<float>(config_.read_noise *
                                           read_noise_growth(config_, time_ratio * config_.t0_s))};
  const LevelCurve& curve = config_.read_fraction;
  if (is_power(curve)) {
    read_all(readout, PowerFraction(curve.high), first, second, n, mean_us, variance_us2);
  } else if (is_split(curve)) {
    read_all(readout, SplitFraction(curve), first, second, n, mean_us, variance_us2);
  } else {
    read_all(readout, AnyFraction{curve}, first, second, n, mean_us, variance_us2);
  }
}

DeviceRead PowerLawDevice::unlimited_read(double time_ratio, DeviceWords words) const {
  const double programmed = programmed_us(words);
  const double drifted = programmed * std::pow(time_ratio, -drift_exponent(words));
  const double level = std::max(programmed / config_.g_max_us, 1e-7);
  const double fraction = std::max(0.0, config_.read_fraction.at(level));
  const double growth = read_noise_growth(config_, time_ratio * config_.t0_s);
  return {drifted, drifted * fraction * config_.read_noise * growth};
}

double PowerLawDevice::programmed_us(DeviceWords words) const {
  return static_cast<double>(conductance_step_us_) * words.first;
}

double PowerLawDevice::drift_exponent(DeviceWords words) const {
  return static_cast<double>(drift_step_) * words.second;
}

double PowerLawDevice::mean_limit_us() const {
  return conductance_limit_us_;
}

double PowerLawDevice::variance_limit_us2(double age_s) const {
  if (config_.read_noise == 0.0) return 0.0;
  const double growth = read_noise_growth(config_, age_s);
  constexpr int kPoints = 64;
  const auto fraction = [&](double conductance) {
    return std::max(0.0, config_.read_fraction.at(conductance / config_.g_max_us));
  };
  // A polynomial that was fitted to levels up to one may be anything beyond. There the noise is
  // provided for as if it grew like the conductance: otherwise the few devices out there would
  // leave all others no bits.
  double highest = 0.0;
  for (int i = 1; i <= kPoints; ++i) {
    const double level = static_cast<double>(i) / kPoints;
    highest = std::max(highest, level * fraction(level * config_.g_max_us));
  }
  double largest = 0.0;
  for (int i = 1; i <= kPoints; ++i) {
    const double conductance = conductance_limit_us_ * i / kPoints;
    const double limited = std::min(fraction(conductance), highest);
    largest = std::max(largest, conductance * limited * config_.read_noise * growth);
  }
  return largest * largest;
}

}  // namespace aimc::analog
