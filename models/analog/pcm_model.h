#pragma once

#include <cstddef>
#include <cstdint>

#include "models/analog/crossbar.h"

namespace aimc::analog {

// The equations of phase-change memory: programming noise, drift and read noise as published with
// the PCMLike model of the IBM Analog Hardware Acceleration Kit (AIHWKit), fitted to one million
// devices in 90 nm (Nandakumar et al., ICECS 2019). r = g_target / g_max, conductances in uS; every
// conductance that results is limited to >= 0.

/// Standard deviation of the conductance after programming, uS: (0.26348 + 1.9650 r - 1.1731 r^2)
/// g_max / 25.
double pcm_programming_sigma_us(double r, double g_max_us);
/// Mean of the drift exponent: clip(-0.0155 ln r + 0.0244, 0.049, 0.1), r floored at 1e-7.
double pcm_drift_mean(double r);
/// Standard deviation of the drift exponent: clip(-0.0125 ln r - 0.0059, 0.008, 0.045), r floored
/// at 1e-7.
double pcm_drift_sigma(double r);
/// Relative standard deviation of a read per unit of growth: min(0.0088 / max(r^0.65, 1e-3), 0.2),
/// with r here that of the programmed conductance.
double pcm_read_fraction(double r);
/// Largest drift exponent a device can have, six sigma out at r = 0.
constexpr double kPcmDriftMax = 0.1 + 6.0 * 0.045;
/// Largest conductance a device can have, uS: g_max plus six sigma, as normals of RandomStream stay
/// below six.
double pcm_conductance_limit_us(const PcmConfig& config);
/// Growth of the read noise with time since programming t = age + t0: sqrt(ln((t + t_read) / (2
/// t_read))).
double pcm_read_noise_growth(const PcmConfig& config, double t_s);

/// Statistics of the devices programmed to one level.
struct PcmLevel {
  float target_us, sigma_us, drift_mean, drift_sigma;
};
/// The level r of the configured devices, 0 <= r <= 1.
PcmLevel pcm_level(const PcmConfig& config, double r);

/// One device after programming.
struct PcmDevice {
  float conductance_us, drift;
};
/// The device of a level that two standard normals give: max(0, target + sigma z), |mean + sigma
/// z|.
inline PcmDevice pcm_device(const PcmLevel& level, float programming, float drift) {
  const float conductance = level.target_us + level.sigma_us * programming;
  const float exponent = level.drift_mean + level.drift_sigma * drift;
  return {conductance > 0.0F ? conductance : 0.0F, exponent < 0.0F ? -exponent : exponent};
}

/// Devices as they are stored: conductance and drift exponent in 16 bits each.
struct PcmEncoding {
  float conductance_step_us;
  float drift_step;

  explicit PcmEncoding(const PcmConfig& config);
  std::uint16_t conductance(const PcmDevice& device) const {
    return code(device.conductance_us / conductance_step_us);
  }
  std::uint16_t drift(const PcmDevice& device) const { return code(device.drift / drift_step); }

 private:
  static std::uint16_t code(float value) {
    return static_cast<std::uint16_t>(value < 65534.5F ? value + 0.5F : 65535.0F);
  }
};

/// How stored devices are to be read at one age.
struct PcmReadout {
  PcmEncoding encoding;
  float inverse_g_max;   ///< 1 / uS
  float log_time_ratio;  ///< ln(t / t0) >= 0
  float noise_scale;     ///< read-noise factor times pcm_read_noise_growth

  /// @param time_ratio t / t0 with t = age + t0, >= 1
  PcmReadout(const PcmConfig& config, double time_ratio);
};

/// Mean (uS) and variance (uS^2) of one read of each of `n` devices.
///
/// A read is max(0, g_d + g_d Q growth xi) with g_d = g_p (t/t0)^-nu and Q = min(0.0088 /
/// max((g_p/g_max)^0.65, 1e-3), 0.2); mean and variance are those of this rectified normal, in
/// closed form.
void pcm_read_moments(const PcmReadout& readout, const std::uint16_t* conductance,
                      const std::uint16_t* drift, std::size_t n, float* mean_us,
                      float* variance_us2);

}  // namespace aimc::analog
