#include "models/analog/per_device_column.h"

#include <algorithm>
#include <cmath>

namespace aimc::analog {
namespace {

// Mean of max(0, X) of a normal X.
double limited_mean(const DeviceRead& read) {
  if (read.sigma_us <= 0.0) return std::max(0.0, read.mean_us);
  constexpr double kInverseSqrtTwoPi = 0.3989422804014327;
  const double a = read.mean_us / read.sigma_us;
  return read.mean_us * 0.5 * std::erfc(-a / std::sqrt(2.0)) +
         read.sigma_us * kInverseSqrtTwoPi * std::exp(-0.5 * a * a);
}

}  // namespace

PerDeviceColumn::PerDeviceColumn(const DeviceArray& array, unsigned rows, unsigned column,
                                 double time_ratio) {
  devices_.reserve(std::size_t{2} * rows);
  for (unsigned row = 0; row < rows; ++row) {
    for (const bool positive : {true, false}) {
      const DeviceRead read =
          array.model().unlimited_read(time_ratio, array.words(row, column, positive));
      const double stored =
          array.conductance().get(row, column, positive) * array.conductance_step_us();
      devices_.push_back({read.mean_us, read.sigma_us, stored - limited_mean(read)});
    }
  }
}

double PerDeviceColumn::Device::read(float normal) const {
  return std::max(0.0, mean_us + sigma_us * static_cast<double>(normal)) + shift_us;
}

double PerDeviceColumn::sum(const InputCodes& inputs, const float* normals, bool positive) const {
  double total = 0.0;
  for (std::size_t row = 0; 2 * row < devices_.size(); ++row) {
    const std::size_t device = 2 * row + ((inputs.value[row] > 0) == positive ? 0 : 1);
    total += inputs.magnitude[row] * devices_[device].read(normals[device]);
  }
  return total;
}

double PerDeviceColumn::positive(const InputCodes& inputs, const float* normals) const {
  return sum(inputs, normals, true);
}

double PerDeviceColumn::negative(const InputCodes& inputs, const float* normals) const {
  return sum(inputs, normals, false);
}

bool PerDeviceColumn::silent() const {
  return std::all_of(devices_.begin(), devices_.end(),
                     [](const Device& device) { return device.sigma_us <= 0.0; });
}

}  // namespace aimc::analog
