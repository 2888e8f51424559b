#include "models/analog/adc.h"

#include <algorithm>
#include <cmath>

#include "models/analog/converters/quantise.h"
#include "models/core/random.h"

namespace aimc::analog {
namespace {

// Four normals a column: gain of G+, gain of G-, offset of G+, offset of G-; further attempts lie
// `columns` blocks on.
double draw_gain(const core::RandomStream& stream, std::uint64_t column, std::uint64_t columns,
                 unsigned lane, const AdcConfig& config) {
  constexpr unsigned kAttempts = 64;
  double error = 0.0;
  for (unsigned attempt = 0; attempt < kAttempts; ++attempt) {
    error = config.gain_sigma * stream.normal(4 * (attempt * columns + column) + lane);
    if (std::fabs(error) <= config.gain_limit) break;
  }
  return 1.0 + std::clamp(error, -config.gain_limit, config.gain_limit);
}

AIMC_ALWAYS_INLINE void convert(const AdcReading& reading, const double* gains,
                                const double* offsets, const double* sums, const double* variances,
                                std::int32_t* counts) {
  const AdcReading r = reading;
  if (r.variance_scale == 0.0F) {
    for (std::size_t i = 0; i < r.columns; ++i) {
      counts[i] += to_code(gains[i] * (sums[i] * r.scale) + offsets[i], r.limit);
    }
    return;
  }
  for (std::size_t i = 0; i < r.columns; ++i) {
    const float noise =
        std::sqrt(static_cast<float>(variances[i]) * r.variance_scale) * r.normals[2 * i];
    const double current = sums[i] * r.scale + static_cast<double>(noise);
    counts[i] += to_code(gains[i] * current + offsets[i], r.limit);
  }
}

#ifdef AIMC_HAS_AVX2_DISPATCH
AIMC_TARGET_AVX2 void convert_avx2(const AdcReading& reading, const double* gains,
                                   const double* offsets, const double* sums,
                                   const double* variances, std::int32_t* counts) {
  convert(reading, gains, offsets, sums, variances, counts);
}
AIMC_TARGET_AVX512 void convert_avx512(const AdcReading& reading, const double* gains,
                                       const double* offsets, const double* sums,
                                       const double* variances, std::int32_t* counts) {
  convert(reading, gains, offsets, sums, variances, counts);
}
#endif

}  // namespace

void add_ideal_counts(const double* sums, std::size_t columns, double scale, double limit,
                      std::int32_t* counts) {
  for (std::size_t i = 0; i < columns; ++i) counts[i] += to_code(sums[i] * scale, limit);
}

void AdcBank::add_counts(const AdcReading& reading, std::size_t first_column, const double* sums,
                         const double* variances, std::int32_t* counts) const {
  if (codes || compression > 0.0 || reading.thermal_variance > 0.0F || reading.flicker != nullptr) {
    add_erroneous_counts(reading, first_column, sums, variances, counts);
    return;
  }
  const double* gains = &gain[first_column];
  const double* offsets = &offset[first_column];
#ifdef AIMC_HAS_AVX2_DISPATCH
  if (reading.set == core::InstructionSet::kAvx512) {
    convert_avx512(reading, gains, offsets, sums, variances, counts);
    return;
  }
  if (reading.set == core::InstructionSet::kAvx2) {
    convert_avx2(reading, gains, offsets, sums, variances, counts);
    return;
  }
#endif
  convert(reading, gains, offsets, sums, variances, counts);
}

void AdcBank::add_erroneous_counts(const AdcReading& reading, std::size_t first_column,
                                   const double* sums, const double* variances,
                                   std::int32_t* counts) const {
  const AdcReading& r = reading;
  const bool noisy = r.variance_scale > 0.0F || r.thermal_variance > 0.0F;
  for (std::size_t i = 0; i < r.columns; ++i) {
    const std::size_t converter = (first_column + i) / shared_columns;
    double value = sums[i] * r.scale;
    if (noisy) {
      const float read_variance = static_cast<float>(variances[i]) * r.variance_scale;
      value +=
          static_cast<double>(std::sqrt(read_variance + r.thermal_variance) * r.normals[2 * i]);
    }
    if (r.flicker != nullptr) value += static_cast<double>(r.flicker[2 * converter]);
    value = compressed(value, compression / r.full_scale);
    value = gain[first_column + i] * value + offset[first_column + i];
    counts[i] +=
        codes ? codes->code(converter, value, r.full_scale, r.limit) : to_code(value, r.limit);
  }
}

AdcBanks::AdcBanks(const CrossbarConfig& config, std::uint64_t seed, std::string_view path) {
  const std::size_t columns = config.columns;
  for (AdcBank* bank : {&positive, &negative}) {
    bank->gain.assign(columns, 1.0);
    bank->offset.assign(columns, 0.0);
  }
  if (config.mode == AnalogMode::kIdeal) return;
  const AdcConfig& adc = config.adc;
  const core::RandomStream stream(seed, path, "adc");
  for (std::size_t column = 0; column < columns; ++column) {
    const std::size_t converter = column / adc.shared_columns;
    positive.gain[column] = draw_gain(stream, converter, columns, 0, adc);
    negative.gain[column] = draw_gain(stream, converter, columns, 1, adc);
    positive.offset[column] = adc.offset_sigma_counts * stream.normal(4 * converter + 2);
    negative.offset[column] = adc.offset_sigma_counts * stream.normal(4 * converter + 3);
  }
  const core::RandomStream code_stream(seed, path, "adc_codes");
  const std::size_t converters = (columns + adc.shared_columns - 1) / adc.shared_columns;
  unsigned polarity = 0;
  for (AdcBank* bank : {&positive, &negative}) {
    bank->shared_columns = adc.shared_columns;
    bank->compression = adc.compression;
    if (adc.inl_lsb > 0.0 || adc.dnl_lsb > 0.0) {
      bank->codes.emplace(adc, converters, code_stream, polarity);
    }
    ++polarity;
  }
}

}  // namespace aimc::analog
