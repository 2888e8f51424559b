#pragma once

#include <vector>

#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"
#include "models/analog/device_array.h"

namespace aimc::analog {

/// What a row is driven with by its voltage.
struct VoltageDrive {
  double lsb = 0.0;          ///< voltage times time in input LSB, with the input's sign
  float voltage_log = 0.0F;  ///< see voltage_log()
};

/// Sums as column_sums where every row has a voltage of its own and devices conduct by it: a device
/// of level r = g / g_max, g at the read voltage, conducts exp((1 - r) voltage_log) g.
void voltage_sums(const DeviceArray& devices, const DeviceConfig& config,
                  const std::vector<VoltageDrive>& drives, const Region& region, ColumnSums& sums);

}  // namespace aimc::analog
