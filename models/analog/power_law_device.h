#pragma once

#include <array>

#include "models/analog/device_model.h"

namespace aimc::analog {

/// A device that drifts as a power of time: phase-change memory.
///
/// programmed  g_p = max(0, g_target + sigma_p xi), sigma_p = programming_noise
/// programming_sigma_us(r) g_max / fitted_g_max
/// drift       g_d = g_p (t / t0)^-nu, nu = |drift_mean(r) + drift_sigma(r) xi|
/// read        g = max(0, g_d (1 + read_noise read_fraction(g_p / g_max) growth(t) xi))
///
/// The words are g_p and nu. Equations and coefficients of the default: AIHWKit's PCMLike, fitted
/// to one million devices in 90 nm (Nandakumar et al., ICECS 2019).
class PowerLawDevice final : public DeviceModel {
 public:
  explicit PowerLawDevice(const DeviceConfig& config);

  DeviceWords program(unsigned magnitude, float programming, float drift) const override;
  void read_moments(double time_ratio, const std::uint16_t* first, const std::uint16_t* second,
                    std::size_t n, float* mean_us, float* variance_us2) const override;
  DeviceRead unlimited_read(double time_ratio, DeviceWords words) const override;
  double programmed_us(DeviceWords words) const override;
  double mean_limit_us() const override;
  double variance_limit_us2(double age_s) const override;

  /// Standard deviation of the conductance after programming, uS.
  double programming_sigma_us(double r) const;
  /// The drift exponent a device has.
  double drift_exponent(DeviceWords words) const;

 private:
  struct Level {
    float target_us, sigma_us, drift_mean, drift_sigma;
  };

  DeviceConfig config_;
  std::array<Level, kDeviceLevels> levels_{};
  double conductance_limit_us_;
  float conductance_step_us_;
  float drift_step_;
};

}  // namespace aimc::analog
