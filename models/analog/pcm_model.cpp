#include "models/analog/pcm_model.h"

#include <algorithm>
#include <cmath>

#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

double log_level(double r) {
  return core::det_log(static_cast<float>(std::max(r, 1e-7)));
}

struct Rectified {
  float mean, variance;
};

// Moments of max(0, 1 + s xi). With a = 1/s, density p = phi(a) and tail q = 1 - Phi(a): mean = 1 +
// d, d = s p - q; variance = s^2 (1 - q) - (1 + d) d. The tail is formula 26.2.17 of Abramowitz and
// Stegun, error below 7.5e-8.
inline Rectified rectified_moments(float s) {
  const float a = 1.0F / (s > 0.1F ? s : 0.1F);  // beyond ten sigma nothing is cut off
  const float density = 0.39894228F * core::det_exp(-0.5F * a * a);
  const float t = 1.0F / (1.0F + 0.2316419F * a);
  const float polynomial =
      ((((1.330274429F * t - 1.821255978F) * t + 1.781477937F) * t - 0.356563782F) * t +
       0.319381530F) *
      t;
  const float tail = density * polynomial;
  const float shift = s * density - tail;
  const float mean = 1.0F + shift;
  return {mean, s * s * (1.0F - tail) - mean * shift};
}

}  // namespace

double pcm_programming_sigma_us(double r, double g_max_us) {
  return (0.26348 + 1.9650 * r - 1.1731 * r * r) * g_max_us / 25.0;
}

double pcm_drift_mean(double r) {
  return std::clamp(-0.0155 * log_level(r) + 0.0244, 0.049, 0.1);
}

double pcm_drift_sigma(double r) {
  return std::clamp(-0.0125 * log_level(r) - 0.0059, 0.008, 0.045);
}

double pcm_read_fraction(double r) {
  const double power = core::det_exp(static_cast<float>(0.65 * log_level(r)));
  return std::min(0.0088 / std::max(power, 1e-3), 0.2);
}

double pcm_conductance_limit_us(const PcmConfig& config) {
  return config.g_max_us +
         6.0 * config.programming_noise * pcm_programming_sigma_us(1.0, config.g_max_us);
}

double pcm_read_noise_growth(const PcmConfig& config, double t_s) {
  const double t_read_s = config.read_time_ns * 1e-9;
  const double ratio = (t_s + t_read_s) / (2.0 * t_read_s);
  return std::sqrt(std::max(0.0F, core::det_log(static_cast<float>(ratio))));
}

PcmLevel pcm_level(const PcmConfig& config, double r) {
  const double sigma_us = config.programming_noise * pcm_programming_sigma_us(r, config.g_max_us);
  return {static_cast<float>(r * config.g_max_us), static_cast<float>(sigma_us),
          static_cast<float>(pcm_drift_mean(r)), static_cast<float>(pcm_drift_sigma(r))};
}

PcmEncoding::PcmEncoding(const PcmConfig& config)
    : conductance_step_us(static_cast<float>(pcm_conductance_limit_us(config) / 65535.0)),
      drift_step(static_cast<float>(kPcmDriftMax / 65535.0)) {}

PcmReadout::PcmReadout(const PcmConfig& config, double time_ratio)
    : encoding(config),
      inverse_g_max(static_cast<float>(1.0 / config.g_max_us)),
      log_time_ratio(core::det_log(static_cast<float>(time_ratio))),
      noise_scale(static_cast<float>(config.read_noise *
                                     pcm_read_noise_growth(config, time_ratio * config.t0_s))) {}

void pcm_read_moments(const PcmReadout& readout, const std::uint16_t* conductance,
                      const std::uint16_t* drift, std::size_t n, float* mean_us,
                      float* variance_us2) {
  const PcmReadout k = readout;
  for (std::size_t i = 0; i < n; ++i) {
    const float programmed = k.encoding.conductance_step_us *
                             static_cast<float>(static_cast<std::int32_t>(conductance[i]));
    const float exponent =
        k.encoding.drift_step * static_cast<float>(static_cast<std::int32_t>(drift[i]));
    const float drifted = programmed * core::det_exp(-exponent * k.log_time_ratio);
    const float level = programmed * k.inverse_g_max;
    const float power = core::det_exp(0.65F * core::det_log(level > 1e-7F ? level : 1e-7F));
    const float fraction = 0.0088F / (power > 1e-3F ? power : 1e-3F);
    const float q = fraction < 0.2F ? fraction : 0.2F;
    const Rectified read = rectified_moments(q * k.noise_scale);
    mean_us[i] = drifted * read.mean;
    variance_us2[i] = drifted * drifted * read.variance;
  }
}

}  // namespace aimc::analog
