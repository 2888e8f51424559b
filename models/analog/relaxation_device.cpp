#include "models/analog/relaxation_device.h"

#include <algorithm>
#include <cmath>

#include "models/analog/rectified.h"
#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

constexpr unsigned kBits = 7;
constexpr float kMostSigma = 6.0F;  // normals of RandomStream stay below
constexpr unsigned kRelaxationBits = 9;
constexpr unsigned kRelaxationCodes = 1U << kRelaxationBits;

unsigned normal_code(float z, unsigned codes) {
  const float position = (z + kMostSigma) / (2.0F * kMostSigma) * static_cast<float>(codes - 1);
  const float limit = static_cast<float>(codes) - 1.0F;
  const float code = position + 0.5F;
  return static_cast<unsigned>(code < 0.0F ? 0.0F : code > limit ? limit : code);
}

float normal_of(unsigned code, unsigned codes) {
  return static_cast<float>(code) / static_cast<float>(codes - 1) * (2.0F * kMostSigma) -
         kMostSigma;
}

float log_of(double x) {
  return core::det_log(static_cast<float>(x));
}

double between(double a, double b, double share) {
  return a + (b - a) * share;
}

}  // namespace

// What seven cells add up to: `off` and `on` are the two states' values.
double RelaxationDevice::composed(unsigned magnitude, double off, double on, bool squares) const {
  double sum = 0.0;
  for (unsigned bit = 0; bit < kBits; ++bit) {
    const double weight = static_cast<double>(1U << bit) / 127.0;
    const double value = ((magnitude >> bit) & 1U) != 0 ? on : off;
    sum += squares ? weight * weight * value * value : weight * value;
  }
  return squares ? std::sqrt(sum) : sum;
}

RelaxationDevice::Knot RelaxationDevice::curve_knot(const TimedCurve& curve) const {
  Knot knot;
  knot.log_time = static_cast<double>(log_of(curve.time_s));
  const auto mean = [&](double r) {
    return std::max(0.0, target_us(config_, r) + curve.shift_us.at(r));
  };
  const auto spread = [&](double r) { return std::max(0.0, curve.spread_us.at(r)); };
  for (unsigned magnitude = 0; magnitude < kDeviceLevels; ++magnitude) {
    const double r = device_level(config_, magnitude);
    const bool cells = config_.binary_cells;
    knot.mean_us[magnitude] = cells ? composed(magnitude, mean(0.0), mean(1.0), false) : mean(r);
    knot.spread_us[magnitude] =
        cells ? composed(magnitude, spread(0.0), spread(1.0), true) : spread(r);
  }
  return knot;
}

RelaxationDevice::Knot RelaxationDevice::table_knot(std::size_t time) const {
  const DeviceTable& table = config_.table;
  Knot knot;
  knot.log_time = static_cast<double>(log_of(table.times_s[time]));
  const double* mean = &table.mean_us[time * table.levels.size()];
  const double* spread = &table.std_us[time * table.levels.size()];
  for (unsigned magnitude = 0; magnitude < kDeviceLevels; ++magnitude) {
    const double r = device_level(config_, magnitude);
    std::size_t k = 1;
    while (k + 1 < table.levels.size() && table.levels[k] < r) ++k;
    const double share = (r - table.levels[k - 1]) / (table.levels[k] - table.levels[k - 1]);
    knot.mean_us[magnitude] = between(mean[k - 1], mean[k], share);
    knot.spread_us[magnitude] = between(spread[k - 1], spread[k], share);
  }
  return knot;
}

RelaxationDevice::RelaxationDevice(const DeviceConfig& config) : config_(config) {
  if (config.table.empty()) {
    for (const TimedCurve& curve : config.relaxation) knots_.push_back(curve_knot(curve));
  } else {
    for (std::size_t time = 0; time < config.table.times_s.size(); ++time)
      knots_.push_back(table_knot(time));
  }
  const auto noise = [&](double g) {
    const double level = std::max(g / config.g_max_us, 1e-7);
    return std::max(0.0, config.read_fraction.at(level)) * level * config.g_max_us;
  };
  const auto& mean = knots_.front().mean_us;
  for (unsigned magnitude = 0; magnitude < kDeviceLevels; ++magnitude) {
    noise_us_[magnitude] =
        config.read_noise *
        (config.binary_cells ? composed(magnitude, noise(mean.front()), noise(mean.back()), true)
                             : noise(mean[magnitude]));
  }
}

DeviceWords RelaxationDevice::program(unsigned magnitude, float programming, float drift) const {
  return {static_cast<std::uint16_t>(normal_code(programming, 65536)),
          static_cast<std::uint16_t>(magnitude << kRelaxationBits |
                                     normal_code(drift, kRelaxationCodes))};
}

RelaxationDevice::PerLevel<RelaxationDevice::Level> RelaxationDevice::levels_at(double t_s) const {
  const auto time = static_cast<double>(log_of(t_s));
  std::size_t k = 0;
  while (k + 1 < knots_.size() && knots_[k + 1].log_time < time) ++k;
  const Knot& a = knots_[k];
  const Knot& b = knots_[std::min(k + 1, knots_.size() - 1)];
  const double span = b.log_time - a.log_time;
  const double share = span > 0.0 ? std::clamp((time - a.log_time) / span, 0.0, 1.0) : 0.0;
  const double growth = read_noise_growth(config_, t_s);
  PerLevel<Level> levels{};
  for (unsigned i = 0; i < kDeviceLevels; ++i) {
    const double first = knots_.front().spread_us[i];
    const double spread = between(a.spread_us[i], b.spread_us[i], share);
    const double grown = spread * spread - first * first;
    levels[i] = {static_cast<float>(between(a.mean_us[i], b.mean_us[i], share)),
                 static_cast<float>(std::min(spread, first) * config_.programming_noise),
                 static_cast<float>(grown > 0.0 ? std::sqrt(grown) : 0.0),
                 static_cast<float>(noise_us_[i] * growth)};
  }
  return levels;
}

void RelaxationDevice::read_moments(double time_ratio, const std::uint16_t* first,
                                    const std::uint16_t* second, std::size_t n, float* mean_us,
                                    float* variance_us2) const {
  constexpr float kLeastUs = 1e-4F;  // the moments of a read below are those of this
  const PerLevel<Level> levels = levels_at(time_ratio * config_.t0_s);
  for (std::size_t i = 0; i < n; ++i) {
    const Level& level = levels[second[i] >> kRelaxationBits];
    const float z1 = normal_of(first[i], 65536);
    const float z2 = normal_of(second[i] % kRelaxationCodes, kRelaxationCodes);
    const float value = level.mean_us + level.programming_us * z1 + level.relaxation_us * z2;
    const float g = value > 0.0F ? value : 0.0F;
    if (level.noise_us <= 0.0F) {
      mean_us[i] = g;
      variance_us2[i] = 0.0F;
      continue;
    }
    const float scale = g > kLeastUs ? g : kLeastUs;
    const Rectified read = rectified_moments(level.noise_us / scale);
    mean_us[i] = scale * read.mean;
    variance_us2[i] = scale * scale * read.variance;
  }
}

DeviceRead RelaxationDevice::unlimited_read(double time_ratio, DeviceWords words) const {
  const Level level = levels_at(time_ratio * config_.t0_s)[words.second >> kRelaxationBits];
  const auto z1 = static_cast<double>(normal_of(words.first, 65536));
  const auto z2 = static_cast<double>(normal_of(words.second % kRelaxationCodes, kRelaxationCodes));
  const double mean = static_cast<double>(level.mean_us) +
                      static_cast<double>(level.programming_us) * z1 +
                      static_cast<double>(level.relaxation_us) * z2;
  return {std::max(0.0, mean), static_cast<double>(level.noise_us)};
}

double RelaxationDevice::programmed_us(DeviceWords words) const {
  const unsigned magnitude = words.second >> kRelaxationBits;
  const Knot& knot = knots_.front();
  const double z = static_cast<double>(normal_of(words.first, 65536));
  return std::max(
      0.0, knot.mean_us[magnitude] + knot.spread_us[magnitude] * config_.programming_noise * z);
}

double RelaxationDevice::mean_limit_us() const {
  double limit = 0.0;
  for (const Knot& knot : knots_) {
    for (unsigned i = 0; i < kDeviceLevels; ++i) {
      const double factor = std::max(1.0, config_.programming_noise);
      // Two independent normals; their sum in quadrature stays below sqrt(2) times six sigma.
      limit = std::max(limit, knot.mean_us[i] + 8.5 * factor * knot.spread_us[i] + noise_us_[i]);
    }
  }
  return limit;
}

double RelaxationDevice::variance_limit_us2(double age_s) const {
  const double largest = *std::max_element(noise_us_.begin(), noise_us_.end());
  const double sigma = largest * read_noise_growth(config_, age_s);
  return sigma * sigma;
}

}  // namespace aimc::analog
