#include "models/analog/cell_array.h"

#include <algorithm>
#include <cmath>

#include "models/analog/effects.h"
#include "models/analog/readout/readout.h"

namespace aimc::analog {
namespace {

constexpr int kMaxWeight = 127;

}  // namespace

CellArray::CellArray(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config),
      pulses_(config),
      rows_(config.rows),
      columns_(config.columns),
      g_min_us_(config.device.g_min_us),
      weight_us_((config.device.g_max_us - config.device.g_min_us) / kMaxWeight),
      step_us_(weight_us_),
      sums_(config.columns),
      squares_(config.rows),
      variances_(config.columns),
      voltages_(config.dac.kind == DacKind::kAmplitude ? config.rows : 0) {
  if (config.mode == AnalogMode::kPhysical) {
    devices_.emplace(config, seed, path);
    step_us_ = devices_->conductance_step_us();
  } else {
    ideal_ = ConductanceCodes(rows_, columns_);
    // Weights around the middle of a device's range have half a step of it.
    if (config.weights.signs == SignScheme::kOffset) step_us_ = weight_us_ / 2.0;
  }
  if (!is_linear(config.readout.kind)) magnitudes_.resize(rows_ * columns_);
}

void CellArray::program(const std::int8_t* weights, const Region& region,
                        const std::vector<std::uint32_t>& generation, core::TimePs done_ps) {
  if (devices_) {
    devices_->program(weights, region, generation, done_ps);
  } else {
    store_ideal(weights, region);
  }
  if (magnitudes_.empty()) return;
  for (std::size_t column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
      const int weight = +weights[row * columns_ + column];
      magnitudes_[column * rows_ + row] = static_cast<std::uint8_t>(weight < 0 ? -weight : weight);
    }
  }
}

void CellArray::sums(const InputCodes& driven, const Region& region, ColumnSums& out) const {
  column_sums(codes(), driven, region, out);
}

double CellArray::loading_us(unsigned column, const Region& region) const {
  if (!devices_) return target_loading_us(column, region);
  std::int64_t total = 0;
  for (std::size_t i = 0; i < region.rows; ++i) total += codes().sum(region.first_row + i, column);
  return static_cast<double>(total) * step_us_ + 2.0 * region.rows * devices_->subtracted_us();
}

double CellArray::target_loading_us(unsigned column, const Region& region) const {
  const std::uint8_t* magnitudes = &magnitudes_[column * rows_ + region.first_row];
  std::int64_t total = 0;
  for (std::size_t i = 0; i < region.rows; ++i) total += magnitudes[i];
  return static_cast<double>(total) * weight_us_ + 2.0 * region.rows * g_min_us_;
}

void CellArray::store_ideal(const std::int8_t* weights, const Region& region) {
  ++ideal_version_;
  for (std::size_t column = region.first_column; column < region.first_column + region.columns;
       ++column) {
    for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
      const int weight = +weights[row * columns_ + column];
      if (config_.weights.signs == SignScheme::kOffset) {
        ideal_.set(row, column, kMaxWeight + weight, kMaxWeight);
      } else {
        ideal_.set(row, column, std::max(weight, 0), std::max(-weight, 0));
      }
    }
  }
}

const ColumnSums& CellArray::integrate(const InputCodes& driven, const Region& region,
                                       unsigned magnitude_bits, core::TimePs now_ps) {
  if (devices_) devices_->prepare(region, now_ps);
  const bool voltages = devices_ && config_.dac.kind == DacKind::kAmplitude;
  const bool by_voltage = voltages && config_.device.iv_scale_v > 0.0;
  if (by_voltage || pulses_.distort()) {
    if (by_voltage) {
      integrate_voltages(driven, region, magnitude_bits);
    } else {
      pulses_.driven_sums(codes(), driven, region, magnitude_bits, sums_);
    }
    if (noisy()) {
      variance_unit_ = square_inputs(driven, region.rows, squares_);
      column_sums(devices_->variance(), squares_, region, variances_);
    }
  } else if (ahead_.take(driven, region, version(), sums_, variances_, variance_unit_)) {
    // There they are.
  } else if (noisy()) {
    variance_unit_ = square_inputs(driven, region.rows, squares_);
    const SumJob job{&driven, &sums_};
    const SumJob variance_job{&squares_, &variances_};
    column_sums(codes(), &job, devices_->variance(), &variance_job, 1, region);
  } else {
    column_sums(codes(), driven, region, sums_);
  }
  if (devices_) devices_->add_sneak(driven, sums_);
  charge_ += config_.dac.kind == DacKind::kAmplitude
                 ? pulses_.square_sum(codes(), driven, region, magnitude_bits)
                 : total(sums_, region.columns);
  if (devices_) {
    charge_ += reference_charge(driven, region, magnitude_bits);
    devices_->disturb(region);
  }
  return sums_;
}

void CellArray::start_ahead(const Region& region, core::TimePs now_ps) {
  if (devices_) devices_->prepare(region, now_ps);
  ahead_.start(region, version());
}

void CellArray::compute_ahead() {
  const VarianceCodes none;
  ahead_.compute(codes(), devices_ ? devices_->variance() : none, columns_, sums_.instructions);
}

void CellArray::integrate_voltages(const InputCodes& driven, const Region& region,
                                   unsigned magnitude_bits) {
  const auto full_scale = static_cast<double>(1U << magnitude_bits);
  for (std::size_t i = 0; i < region.rows; ++i) {
    const double lsb = pulses_.driven_lsb(driven.magnitude[i], magnitude_bits);
    voltages_[i] = {std::copysign(lsb, driven.value[i]),
                    static_cast<float>(voltage_log(config_, lsb / full_scale))};
  }
  voltage_sums(*devices_, config_.device, voltages_, region, sums_);
}

// What a reference column subtracts has flowed through the devices all the same.
double CellArray::reference_charge(const InputCodes& driven, const Region& region,
                                   unsigned magnitude_bits) const {
  if (devices_->subtracted_us() == 0.0) return 0.0;
  const double pulses = pulses_.square_time(driven, region.rows, magnitude_bits);
  return 2.0 * region.columns * pulses * devices_->subtracted_us() / step_us_;
}

}  // namespace aimc::analog
