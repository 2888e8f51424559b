#include "models/analog/thermal_crosstalk.h"

#include <algorithm>
#include <cmath>

#include "models/core/elementary.h"

namespace aimc::analog {
namespace {

constexpr std::uint16_t kMostWrites = 65535;

}  // namespace

ThermalCrosstalk::ThermalCrosstalk(std::size_t rows, std::size_t columns, double shift,
                                   double g_max_us)
    : rows_(rows),
      columns_(columns),
      log_factor_(static_cast<float>(std::log1p(shift))),
      g_max_us_(static_cast<float>(g_max_us)),
      writes_(shift != 0.0 ? rows * columns : 0) {}

void ThermalCrosstalk::add(std::size_t row, std::size_t column) {
  std::uint16_t& writes = writes_[column * rows_ + row];
  if (writes < kMostWrites) ++writes;
}

void ThermalCrosstalk::write(const Region& region) {
  if (!active()) return;
  const std::size_t end_row = std::size_t{region.first_row} + region.rows;
  const std::size_t end_column = std::size_t{region.first_column} + region.columns;
  // Of its neighbours in the region a cell is moved by those that are written after it.
  for (std::size_t column = region.first_column; column < end_column; ++column) {
    for (std::size_t row = region.first_row; row < end_row; ++row) {
      writes_[column * rows_ + row] = static_cast<std::uint16_t>((row + 1 < end_row ? 1 : 0) +
                                                                 (column + 1 < end_column ? 1 : 0));
    }
    if (region.first_row > 0) add(region.first_row - 1, column);
    if (end_row < rows_) add(end_row, column);
  }
  for (std::size_t row = region.first_row; row < end_row; ++row) {
    if (region.first_column > 0) add(row, region.first_column - 1);
    if (end_column < columns_) add(row, end_column);
  }
}

void ThermalCrosstalk::apply(std::size_t start, std::size_t n, float* mean_us,
                             float* variance_us2) const {
  if (!active()) return;
  for (std::size_t i = 0; i < n; ++i) {
    const float limit = mean_us[i] > g_max_us_ ? mean_us[i] : g_max_us_;
    const float moved =
        mean_us[i] * core::det_exp(log_factor_ * static_cast<float>(writes_[start + i]));
    const float next = moved < limit ? moved : limit;
    const float factor = mean_us[i] > 0.0F ? next / mean_us[i] : 1.0F;
    mean_us[i] = next;
    variance_us2[i] *= factor * factor;
  }
}

}  // namespace aimc::analog
