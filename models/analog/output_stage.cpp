#include "models/analog/output_stage.h"

#include <algorithm>

#include "models/analog/converters/quantise.h"
#include "models/analog/converters/slicing.h"
#include "models/analog/converters/timing.h"

namespace aimc::analog {
namespace {

constexpr double kMaxWeight = 127.0;

}  // namespace

unsigned full_scale(const CrossbarConfig& config, const ReadMode& mode) {
  return static_cast<unsigned>(count_range(config, mode).full_scale);
}

unsigned count_limit(const CrossbarConfig& config, const ReadMode& mode) {
  return count_range(config, mode).sum;
}

double counts_per_us(const CrossbarConfig& config, const ReadMode& mode) {
  const double current_ua =
      config.adc.full_scale_current_ua / static_cast<double>(1U << mode.range);
  return full_scale(config, mode) * config.read_voltage_v /
         (current_ua * static_cast<double>(1U << mode.magnitude_bits));
}

double nominal_count_scale(const CrossbarConfig& config, const ReadMode& mode) {
  const double weight_us = (config.device.g_max_us - config.device.g_min_us) / kMaxWeight;
  if (config.weights.signs == SignScheme::kOffset) {
    return counts_per_us(config, mode) * weight_us / 2.0;
  }
  const unsigned largest = built_range(config, mode).slice;
  return counts_per_us(config, mode) * weight_us * slice_gain(config.weights, largest);
}

OutputStage::OutputStage(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config),
      read_stream_(seed, path, "read"),
      adc_(config, seed, path),
      line_variances_(config.columns),
      counts_p_(config.columns),
      counts_n_(config.columns),
      normals_(2 * (std::size_t{config.columns} + 1)),
      before_p_(config.dac.kind == DacKind::kBitSerial ? config.columns : 0),
      before_n_(before_p_.size()),
      shifted_p_(before_p_.size()),
      shifted_n_(before_p_.size()) {
  const AdcConfig& adc = config.adc;
  if (config.mode == AnalogMode::kPhysical && adc.flicker_noise_counts > 0.0) {
    flicker_.emplace(adc, (config.columns - 1) / adc.shared_columns + 1, seed, path);
  }
  if (!is_linear(config.readout.kind)) {
    divider_.emplace(config);
  } else if (config.mode == AnalogMode::kPhysical && !is_transparent(config.readout)) {
    reader_.emplace(config, seed, path);
  }
}

void OutputStage::clear(const Region& region) {
  std::fill_n(counts_p_.begin(), region.columns, 0);
  std::fill_n(counts_n_.begin(), region.columns, 0);
  saturated_ = 0;
}

void OutputStage::convert(const CellArray& array, const ColumnSums& sums, const InputCodes& driven,
                          const Region& region, const ReadMode& mode, core::TimePs now_ps) {
  if (array.devices() != nullptr) {
    convert_physical(array, sums, driven, region, mode, counts_per_us(config_, mode), now_ps);
  } else if (divider_) {
    saturated_ += divider_->convert(array, sums, line_variances_, {}, adc_.positive, region, mode,
                                    counts_p_.data(), counts_n_.data());
  } else {
    convert_ideal(sums, region, mode);
  }
}

void OutputStage::convert_ideal(const ColumnSums& sums, const Region& region,
                                const ReadMode& mode) {
  const double scale = nominal_count_scale(config_, mode);
  const double limit = count_limit(config_, mode);
  add_ideal_counts(sums.positive.data(), region.columns, scale, limit, counts_p_.data());
  add_ideal_counts(sums.negative.data(), region.columns, scale, limit, counts_n_.data());
}

// How the converters are to read a conversion, with the variances of the devices' reads and of the
// lines.
AdcReading OutputStage::noise_of(const CellArray& array, const Region& region, const ReadMode& mode,
                                 double per_us, core::TimePs now_ps) {
  const CountRange range = count_range(config_, mode);
  AdcReading reading;
  reading.columns = region.columns;
  reading.set = instructions_;
  reading.scale = per_us * array.devices()->conductance_step_us();
  reading.limit = range.conversion;
  reading.full_scale = range.full_scale;
  const auto thermal = static_cast<float>(config_.adc.thermal_noise_counts);
  reading.thermal_variance = thermal * thermal;
  if (flicker_) reading.flicker = flicker_->at(now_ps);
  const double line = reader_ ? reader_->noise_counts(region.rows, mode) : 0.0;
  const bool silent = array.variances() == nullptr;
  variances_ = silent || line > 0.0 ? &line_variances_ : array.variances();
  if (silent) {
    std::fill_n(line_variances_.positive.begin(), region.columns, line * line);
    std::fill_n(line_variances_.negative.begin(), region.columns, line * line);
    reading.variance_scale = line > 0.0 ? 1.0F : 0.0F;
  } else {
    const double scale = per_us * per_us * array.variance_step_us2();
    reading.variance_scale = static_cast<float>(scale);
    if (line > 0.0) {
      const ColumnSums& reads = *array.variances();
      for (std::size_t i = 0; i < region.columns; ++i) {
        line_variances_.positive[i] = reads.positive[i] + line * line / scale;
        line_variances_.negative[i] = reads.negative[i] + line * line / scale;
      }
    }
  }
  if (!silent || line > 0.0 || thermal > 0.0F || divider_) {
    // Read number, column and polarity decide which normal: two a column, two columns a block.
    const std::uint64_t blocks_per_read = (config_.columns + 1) / 2;
    const unsigned skip = region.first_column % 2;
    read_stream_.normals(reads_ * blocks_per_read + region.first_column / 2, normals_.data(),
                         std::size_t{2} * (region.columns + skip), instructions_);
    reading.normals = normals_.data() + std::size_t{2} * skip;
  }
  ++reads_;
  return reading;
}

void OutputStage::convert_physical(const CellArray& array, const ColumnSums& sums,
                                   const InputCodes& driven, const Region& region,
                                   const ReadMode& mode, double per_us, core::TimePs now_ps) {
  AdcReading reading = noise_of(array, region, mode, per_us, now_ps);
  if (divider_) {
    saturated_ += divider_->convert(array, sums, *variances_, reading, adc_.positive, region, mode,
                                    counts_p_.data(), counts_n_.data());
    return;
  }
  const ColumnSums& lines = reader_ ? reader_->lines(array, sums, driven, region, mode) : sums;
  adc_.positive.add_counts(reading, region.first_column, lines.positive.data(),
                           variances_->positive.data(), counts_p_.data());
  if (reading.normals != nullptr) ++reading.normals;
  if (reading.flicker != nullptr) ++reading.flicker;
  adc_.negative.add_counts(reading, region.first_column, lines.negative.data(),
                           variances_->negative.data(), counts_n_.data());
}

void OutputStage::begin_bits(const Region& region) {
  before_p_.swap(counts_p_);
  before_n_.swap(counts_n_);
  std::fill_n(shifted_p_.begin(), region.columns, 0);
  std::fill_n(shifted_n_.begin(), region.columns, 0);
}

void OutputStage::convert_bit(const CellArray& array, const ColumnSums& sums,
                              const InputCodes& driven, const Region& region, const ReadMode& mode,
                              unsigned bit, core::TimePs now_ps) {
  std::fill_n(counts_p_.begin(), region.columns, 0);
  std::fill_n(counts_n_.begin(), region.columns, 0);
  const double per_us = counts_per_us(config_, mode) * double(1U << mode.magnitude_bits);
  convert_physical(array, sums, driven, region, mode, per_us, now_ps);
  const auto limit = static_cast<std::int32_t>(count_range(config_, mode).conversion);
  for (std::size_t i = 0; i < region.columns; ++i) {
    shifted_p_[i] += std::int64_t{counts_p_[i]} << bit;
    shifted_n_[i] += std::int64_t{counts_n_[i]} << bit;
    saturated_ += (counts_p_[i] >= limit ? 1U : 0U) + (counts_n_[i] >= limit ? 1U : 0U);
  }
}

void OutputStage::end_bits(const Region& region, const ReadMode& mode) {
  for (std::size_t i = 0; i < region.columns; ++i) {
    counts_p_[i] = before_p_[i] + shifted_down(shifted_p_[i], mode.magnitude_bits);
    counts_n_[i] = before_n_[i] + shifted_down(shifted_n_[i], mode.magnitude_bits);
  }
}

}  // namespace aimc::analog
