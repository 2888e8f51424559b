#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/analog/converters/code_errors.h"
#include "models/analog/crossbar.h"
#include "models/core/simd.h"

namespace aimc::analog {

/// What the converters of an MVM are given beside the sums of their columns.
struct AdcReading {
  std::size_t columns = 0;
  double scale = 0.0;              ///< nominal counts per unit of a sum
  float variance_scale = 0.0F;     ///< counts squared per unit of a variance
  double limit = 0.0;              ///< full scale, counts
  const float* normals = nullptr;  ///< every second one is used; not read when variance_scale is 0
                                   ///< and thermal_variance too
  core::InstructionSet set = core::InstructionSet::kPortable;  ///< to compute with
  double full_scale = 0.0;                                     ///< counts of the full-scale current
  float thermal_variance = 0.0F;                               ///< counts squared
  const float* flicker = nullptr;  ///< counts, every second one, of all converters; none: nullptr
};

/// Adds min(limit, floor(sum * scale + 0.5)) to each count: a converter without error.
void add_ideal_counts(const double* sums, std::size_t columns, double scale, double limit,
                      std::int32_t* counts);

/// The converters of one polarity: static errors, of each column those of the converter it shares.
struct AdcBank {
  std::vector<double> gain;         ///< relative, mean 1
  std::vector<double> offset;       ///< counts
  std::optional<CodeErrors> codes;  ///< none: a code is the nearest whole number
  double compression = 0.0;         ///< at full scale
  unsigned shared_columns = 1;      ///< columns to a converter

  /// Adds clamp(floor(gain (sum scale + sqrt(variance variance_scale) z) + offset + 0.5), 0, limit)
  /// to each count; with thermal and 1/f noise, compression and code errors where there are any.
  void add_counts(const AdcReading& reading, std::size_t first_column, const double* sums,
                  const double* variances, std::int32_t* counts) const;

 private:
  void add_erroneous_counts(const AdcReading& reading, std::size_t first_column, const double* sums,
                            const double* variances, std::int32_t* counts) const;
};

/// The converters of both polarities. Gains are normal (1, gain_sigma), drawn again while |gain -
/// 1| > gain_limit (64 times, then limited), offsets normal (0, offset_sigma_counts); drawn once
/// from the stream "adc". Columns that share a converter have the same.
struct AdcBanks {
  AdcBank positive;
  AdcBank negative;

  /// In ideal mode all gains are 1 and all offsets 0.
  AdcBanks(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);
};

}  // namespace aimc::analog
