#include "models/analog/cell_array.h"

#include <algorithm>

namespace aimc::analog {
namespace {

constexpr double kMaxWeight = 127.0;

}  // namespace

CellArray::CellArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : rows_(config.rows),
      columns_(config.columns),
      step_us_((config.device.g_max_us - config.device.g_min_us) / kMaxWeight),
      sums_(config.columns) {
  if (config.mode == AnalogMode::kPhysical) {
    devices_.emplace(config, seed, path);
    step_us_ = devices_->conductance_step_us();
  } else {
    ideal_ = ConductanceCodes(rows_, columns_);
  }
}

void CellArray::program(const std::int8_t* weights, const Region& region,
                        const std::vector<std::uint32_t>& generation, core::TimePs done_ps) {
  if (devices_) {
    devices_->program(weights, region, generation, done_ps);
  } else {
    store_ideal(weights, region);
  }
}

void CellArray::store_ideal(const std::int8_t* weights, const Region& region) {
  for (std::size_t column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
      const int weight = +weights[row * columns_ + column];
      ideal_.set(column * rows_ + row, std::max(weight, 0), std::max(-weight, 0));
    }
  }
}

const ColumnSums& CellArray::integrate(const InputCodes& driven, const Region& region,
                                       core::TimePs now_ps) {
  if (devices_) devices_->prepare(region, now_ps);
  column_sums(devices_ ? devices_->conductance() : ideal_, driven, region, sums_);
  for (std::size_t i = 0; i < region.columns; ++i) {
    charge_ += sums_.positive[i] + sums_.negative[i];
  }
  if (devices_) {
    charge_ += reference_charge(driven, region);
    devices_->disturb(region);
  }
  return sums_;
}

// What a reference column subtracts has flowed through the devices all the same.
double CellArray::reference_charge(const InputCodes& driven, const Region& region) const {
  if (devices_->subtracted_us() == 0.0) return 0.0;
  double driven_lsb = 0.0;
  for (std::size_t i = 0; i < region.rows; ++i) driven_lsb += driven.magnitude[i];
  return 2.0 * region.columns * driven_lsb * devices_->subtracted_us() / step_us_;
}

}  // namespace aimc::analog
