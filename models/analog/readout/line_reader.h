#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "models/analog/cell_array.h"
#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"
#include "models/analog/readout/readout.h"

namespace aimc::analog {

/// Takes the sums of a linear readout's lines through its transfer function.
class LineReader {
 public:
  /// @param seed, path key the stream "sharing": ratio of the sharing capacitors of each line
  LineReader(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// What the lines show of `sums`, in the unit of the sums: equal to them where nothing is lost.
  const ColumnSums& lines(const CellArray& array, const ColumnSums& sums, const InputCodes& driven,
                          const Region& region, const ReadMode& mode);
  /// Standard deviation of a line's own noise, in counts.
  double noise_counts(unsigned rows, const ReadMode& mode) const;

 private:
  void share_bits(const CellArray& array, const InputCodes& driven, const Region& region,
                  const ReadMode& mode);
  void load(const CellArray& array, const InputCodes& driven, const Region& region);

  CrossbarConfig config_;
  std::unique_ptr<Readout> readout_;
  std::vector<double> sharing_error_;  // two a column: of the positive and of the negative line
  InputCodes plane_;                   // one bit, or the signs, of the inputs
  ColumnSums bit_sums_;
  ColumnSums loading_;
  ColumnSums lines_;
};

}  // namespace aimc::analog
