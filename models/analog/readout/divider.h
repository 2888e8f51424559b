#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/analog/adc.h"
#include "models/analog/cell_array.h"
#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"
#include "models/analog/readout/readout.h"

namespace aimc::analog {

/// The signed conversion of a resistive divider: the converter sees a weighted mean, which is
/// multiplied back by the column's denominator digitally. One conversion gives the counts of the
/// polarity the mean has; the other polarity's are zero.
class Divider {
 public:
  explicit Divider(const CrossbarConfig& config);

  /// Converts a region's columns and adds to the counts.
  /// @param variances of reads, in units of `reading`.variance_scale; read where it is not zero
  /// @param bank converters: the column's only one
  /// @returns conversions that hit the converter's full scale
  unsigned convert(const CellArray& array, const ColumnSums& sums, const ColumnSums& variances,
                   const AdcReading& reading, const AdcBank& bank, const Region& region,
                   const ReadMode& mode, std::int32_t* positive, std::int32_t* negative);

 private:
  CrossbarConfig config_;
  std::unique_ptr<Readout> readout_;
  std::vector<double> signal_;          // of the converters, in counts
  std::vector<double> silent_;          // zeros: their noise is in the signal
  std::vector<std::uint8_t> negative_;  // 1 where the mean is below zero
  std::vector<std::int32_t> codes_;
};

}  // namespace aimc::analog
