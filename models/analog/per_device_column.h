#pragma once

#include <vector>

#include "models/analog/device_array.h"

namespace aimc::analog {

/// One column read in such a way that every device draws its own noise: the golden of the crossbar,
/// which draws once per output from the sum of the variances. Two normals a row and read, so for
/// tests and analysis.
///
/// Conductances are centred on what is stored for the crossbar (14 bits a device), so that the two
/// differ in nothing but the way the noise is drawn. Temperature, read disturb and wires act on the
/// stored conductances, not on the noise.
class PerDeviceColumn {
 public:
  /// @param array prepared for the time of the reads
  /// @param time_ratio t / t0 at that time
  PerDeviceColumn(const DeviceArray& array, unsigned rows, unsigned column, double time_ratio);

  /// Sum of x+ G+ + x- G- over the rows, uS times input LSB.
  /// @param normals two a row: of G+ and of G-
  double positive(const InputCodes& inputs, const float* normals) const;
  /// Sum of x+ G- + x- G+.
  double negative(const InputCodes& inputs, const float* normals) const;
  /// True if no device has read noise.
  bool silent() const;

 private:
  struct Device {
    double mean_us, sigma_us;  // of a read before its limit at zero
    double shift_us;           // from the mean of a read to what is stored
    double read(float normal) const;
  };
  double sum(const InputCodes& inputs, const float* normals, bool positive) const;

  std::vector<Device> devices_;  // G+ and G- of each row
};

}  // namespace aimc::analog
