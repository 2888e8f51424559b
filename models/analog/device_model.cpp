#include "models/analog/device_model.h"

#include <algorithm>
#include <cmath>

#include "models/analog/power_law_device.h"
#include "models/analog/relaxation_device.h"
#include "models/core/elementary.h"

namespace aimc::analog {

double device_level(const DeviceConfig& config, unsigned magnitude) {
  const double r = magnitude / 127.0;
  if (config.levels < 2) return r;
  const double steps = config.levels - 1.0;
  return std::floor(r * steps + 0.5) / steps;
}

double read_noise_growth(const DeviceConfig& config, double t_s) {
  if (!config.read_noise_grows) return 1.0;
  const double t_read_s = config.read_time_ns * 1e-9;
  const double ratio = (t_s + t_read_s) / (2.0 * t_read_s);
  return std::sqrt(std::max(0.0F, core::det_log(static_cast<float>(ratio))));
}

std::unique_ptr<DeviceModel> make_device_model(const DeviceConfig& config) {
  if (config.law == DeviceLaw::kPowerLaw) return std::make_unique<PowerLawDevice>(config);
  return std::make_unique<RelaxationDevice>(config);
}

}  // namespace aimc::analog
