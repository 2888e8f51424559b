#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

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
  core::InstructionSet set = core::InstructionSet::kPortable;  ///< to compute with
};

/// Adds min(limit, floor(sum * scale + 0.5)) to each count: a converter without error.
void add_ideal_counts(const double* sums, std::size_t columns, double scale, double limit,
                      std::int32_t* counts);

/// The converters of one polarity, one a column: static gain and offset.
struct AdcBank {
  std::vector<double> gain;    ///< relative, mean 1
  std::vector<double> offset;  ///< counts

  /// Adds clamp(floor(gain (sum scale + sqrt(variance variance_scale) z) + offset + 0.5), 0, limit)
  /// to each count.
  void add_counts(const AdcReading& reading, std::size_t first_column, const double* sums,
                  const double* variances, std::int32_t* counts) const;
};

/// The converters of both polarities. Gains are normal (1, gain_sigma), drawn again while |gain -
/// 1| > gain_limit (64 times, then limited), offsets normal (0, offset_sigma_counts); drawn once
/// from the stream "adc".
struct AdcBanks {
  AdcBank positive;
  AdcBank negative;

  /// In ideal mode all gains are 1 and all offsets 0.
  AdcBanks(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);
};

}  // namespace aimc::analog
