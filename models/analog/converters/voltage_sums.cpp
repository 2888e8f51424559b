#include "models/analog/converters/voltage_sums.h"

#include <algorithm>

#include "models/core/elementary.h"

namespace aimc::analog {

void voltage_sums(const DeviceArray& devices, const DeviceConfig& config,
                  const std::vector<VoltageDrive>& drives, const Region& region, ColumnSums& sums) {
  const ConductanceCodes& codes = devices.conductance();
  const auto step_us = static_cast<float>(devices.conductance_step_us());
  const auto subtracted_us = static_cast<float>(devices.subtracted_us());
  const auto g_max_us = static_cast<float>(config.g_max_us);
  const float off = 1.0F - static_cast<float>(config.g_min_us) / g_max_us;
  // In units of a conductance code.
  const auto conducted = [&](std::int32_t code, float log, float reference) {
    const float g = static_cast<float>(code) * step_us + subtracted_us;
    const float level = std::min(1.0F, std::max(0.0F, g / g_max_us));
    return (g * core::det_exp((1.0F - level) * log) - reference) / step_us;
  };
  for (std::size_t column = 0; column < region.columns; ++column) {
    const std::size_t at = region.first_column + column;
    double positive = 0.0;
    double negative = 0.0;
    for (std::size_t i = 0; i < region.rows; ++i) {
      const VoltageDrive& drive = drives[i];
      if (drive.lsb == 0.0) continue;
      const std::int32_t one = codes.get(region.first_row + i, at, true);
      const std::int32_t other = codes.get(region.first_row + i, at, false);
      const float reference = subtracted_us * core::det_exp(off * drive.voltage_log);
      const double p = drive.lsb * conducted(one, drive.voltage_log, reference);
      const double n = drive.lsb * conducted(other, drive.voltage_log, reference);
      positive += drive.lsb > 0.0 ? p : -n;
      negative += drive.lsb > 0.0 ? n : -p;
    }
    sums.positive[column] = positive;
    sums.negative[column] = negative;
  }
}

}  // namespace aimc::analog
