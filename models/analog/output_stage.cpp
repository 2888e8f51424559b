#include "models/analog/output_stage.h"

#include <algorithm>

namespace aimc::analog {
namespace {

constexpr double kMaxWeight = 127.0;

}  // namespace

unsigned full_scale(const CrossbarConfig& config, const ReadMode& mode) {
  return mode.four_phase ? config.adc.full_scale_counts_four : config.adc.full_scale_counts;
}

unsigned count_limit(const CrossbarConfig& config, const ReadMode& mode) {
  constexpr unsigned kWidestCount = 4095;
  return config.circuit_effects.adc_saturation ? full_scale(config, mode) : kWidestCount;
}

double counts_per_us(const CrossbarConfig& config, const ReadMode& mode) {
  const double current_ua =
      config.adc.full_scale_current_ua / static_cast<double>(1U << mode.range);
  return full_scale(config, mode) * config.read_voltage_v /
         (current_ua * static_cast<double>(1U << mode.magnitude_bits));
}

double nominal_count_scale(const CrossbarConfig& config, const ReadMode& mode) {
  return counts_per_us(config, mode) * (config.device.g_max_us - config.device.g_min_us) /
         kMaxWeight;
}

OutputStage::OutputStage(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config),
      read_stream_(seed, path, "read"),
      adc_(config, seed, path),
      line_variances_(config.columns),
      counts_p_(config.columns),
      counts_n_(config.columns),
      normals_(2 * (std::size_t{config.columns} + 1)) {
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
                          const Region& region, const ReadMode& mode) {
  if (array.devices() != nullptr) {
    convert_physical(array, sums, driven, region, mode);
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
AdcReading OutputStage::noise_of(const CellArray& array, const Region& region,
                                 const ReadMode& mode) {
  const double per_us = counts_per_us(config_, mode);
  AdcReading reading;
  reading.columns = region.columns;
  reading.set = instructions_;
  reading.scale = per_us * array.devices()->conductance_step_us();
  reading.limit = count_limit(config_, mode);
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
  if (!silent || line > 0.0 || divider_) {
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
                                   const ReadMode& mode) {
  AdcReading reading = noise_of(array, region, mode);
  if (divider_) {
    saturated_ += divider_->convert(array, sums, *variances_, reading, adc_.positive, region, mode,
                                    counts_p_.data(), counts_n_.data());
    return;
  }
  const ColumnSums& lines = reader_ ? reader_->lines(array, sums, driven, region, mode) : sums;
  adc_.positive.add_counts(reading, region.first_column, lines.positive.data(),
                           variances_->positive.data(), counts_p_.data());
  if (reading.normals != nullptr) ++reading.normals;
  adc_.negative.add_counts(reading, region.first_column, lines.negative.data(),
                           variances_->negative.data(), counts_n_.data());
}

}  // namespace aimc::analog
