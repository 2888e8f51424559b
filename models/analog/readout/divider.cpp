#include "models/analog/readout/divider.h"

#include <algorithm>
#include <cmath>

#include "models/analog/output_stage.h"

namespace aimc::analog {

Divider::Divider(const CrossbarConfig& config)
    : config_(config),
      readout_(make_readout(config)),
      signal_(config.columns),
      silent_(config.columns),
      negative_(config.columns),
      codes_(config.columns) {}

unsigned Divider::convert(const CellArray& array, const ColumnSums& sums,
                          const ColumnSums& variances, const AdcReading& reading,
                          const AdcBank& bank, const Region& region, const ReadMode& mode,
                          std::int32_t* positive, std::int32_t* negative) {
  const double per_us = counts_per_us(config_, mode);
  const double full = full_scale(config_, mode);
  const double per_volt = full / readout_->full_scale(mode);
  // One volt of mean and one uS of denominator in nominal counts.
  const double nominal =
      per_us * static_cast<double>(1U << mode.magnitude_bits) / config_.read_voltage_v;
  const double own_noise = readout_->noise(region.rows, mode) * per_volt;
  for (unsigned i = 0; i < region.columns; ++i) {
    const double loading = array.loading_us(region.first_column + i, region);
    const double difference = (sums.positive[i] - sums.negative[i]) * array.step_us();
    double counts = per_volt * readout_->transfer({difference, loading}, mode);
    if (reading.normals != nullptr) {
      // Read noise of the devices, in nominal counts, is divided like the sum.
      const double reads = (variances.positive[i] + variances.negative[i]) *
                           static_cast<double>(reading.variance_scale);
      const double divided = loading > 0.0 ? per_volt / (nominal * loading) : 0.0;
      const auto thermal = static_cast<double>(reading.thermal_variance);
      counts += std::sqrt(reads * divided * divided + own_noise * own_noise + thermal) *
                static_cast<double>(reading.normals[2 * i]);
    }
    negative_[i] = counts < 0.0 ? 1 : 0;
    signal_[i] = std::fabs(counts);
  }
  AdcReading conversion;
  conversion.columns = region.columns;
  conversion.scale = 1.0;
  conversion.limit = full;
  conversion.full_scale = full;
  conversion.flicker = reading.flicker;
  std::fill_n(codes_.begin(), region.columns, 0);
  bank.add_counts(conversion, region.first_column, signal_.data(), silent_.data(), codes_.data());

  const double back = nominal / per_volt;
  unsigned saturated = 0;
  for (unsigned i = 0; i < region.columns; ++i) {
    const unsigned column = region.first_column + i;
    const double denominator = config_.readout.stored_denominators
                                   ? array.target_loading_us(column, region)
                                   : array.loading_us(column, region);
    saturated += codes_[i] >= full ? 1U : 0U;
    std::int32_t& count = negative_[i] != 0 ? negative[i] : positive[i];
    count += static_cast<std::int32_t>(std::min(1e6, codes_[i] * back * denominator + 0.5));
  }
  return saturated;
}

}  // namespace aimc::analog
