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

AdcBanks::AdcBanks(const CrossbarConfig& config, std::uint64_t seed, std::string_view path) {
  const std::size_t columns = config.columns;
  for (AdcBank* bank : {&positive, &negative}) {
    bank->gain.assign(columns, 1.0);
    bank->offset.assign(columns, 0.0);
  }
  if (config.mode == AnalogMode::kIdeal) return;
  const core::RandomStream stream(seed, path, "adc");
  for (std::size_t column = 0; column < columns; ++column) {
    positive.gain[column] = draw_gain(stream, column, columns, 0, config.adc);
    negative.gain[column] = draw_gain(stream, column, columns, 1, config.adc);
    positive.offset[column] = config.adc.offset_sigma_counts * stream.normal(4 * column + 2);
    negative.offset[column] = config.adc.offset_sigma_counts * stream.normal(4 * column + 3);
  }
}

}  // namespace aimc::analog
