#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "models/analog/device_config.h"

namespace aimc::analog {

constexpr unsigned kDeviceLevels = 128;  ///< a device holds the magnitude of a weight, 0 .. 127

/// What is kept of a programmed device; the meaning of the words is the model's.
struct DeviceWords {
  std::uint16_t first = 0;
  std::uint16_t second = 0;
};

/// Level r of a weight's magnitude: magnitude / 127, moved to the nearest of `levels` levels.
double device_level(const DeviceConfig& config, unsigned magnitude);
/// Conductance programming aims at, uS.
inline double target_us(const DeviceConfig& config, double r) {
  return config.g_min_us + r * (config.g_max_us - config.g_min_us);
}
/// Growth of the read noise: sqrt(ln((t + t_read) / (2 t_read))), at least 0; 1 where it does not
/// grow.
double read_noise_growth(const DeviceConfig& config, double t_s);

/// One read of a device: normal, and then limited to be no less than zero.
struct DeviceRead {
  double mean_us = 0.0;
  double sigma_us = 0.0;
};

/// The statistics of one device: programming target -> what is kept of it -> mean and variance of a
/// read at any time.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;
  DeviceModel() = default;
  DeviceModel(const DeviceModel&) = delete;
  DeviceModel& operator=(const DeviceModel&) = delete;

  /// A device programmed to the level of a magnitude 0 .. 127, given two standard normals.
  virtual DeviceWords program(unsigned magnitude, float programming, float drift) const = 0;
  /// Mean (uS) and variance (uS^2) of one read of each of `n` devices.
  /// @param time_ratio t / t0 with t = age + t0, >= 1
  virtual void read_moments(double time_ratio, const std::uint16_t* first,
                            const std::uint16_t* second, std::size_t n, float* mean_us,
                            float* variance_us2) const = 0;
  /// What one read of a device is before it is limited at zero; `time_ratio` as above. In double
  /// precision, for goldens and analysis.
  virtual DeviceRead unlimited_read(double time_ratio, DeviceWords words) const = 0;
  /// Conductance at t0, uS.
  virtual double programmed_us(DeviceWords words) const = 0;
  /// No mean of a read is above this, uS.
  virtual double mean_limit_us() const = 0;
  /// No variance of a read up to this age is above this, uS^2, or so few that they may be limited
  /// to it; 0 without read noise.
  virtual double variance_limit_us2(double age_s) const = 0;
};

/// The model a configuration asks for.
std::unique_ptr<DeviceModel> make_device_model(const DeviceConfig& config);

}  // namespace aimc::analog
