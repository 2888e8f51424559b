#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// How often the four neighbours of a cell have been written since it was written itself, and what
/// their heat has made of it: n writes multiply its conductances by (1 + c)^n, though not beyond
/// g_max. A region is written cell by cell, row by row.
class ThermalCrosstalk {
 public:
  /// @param shift c, relative change of a neighbour by one write; 0: none, and nothing is kept
  ThermalCrosstalk(std::size_t rows, std::size_t columns, double shift, double g_max_us);

  bool active() const { return !writes_.empty(); }
  /// Notes that the cells of a region have been written.
  void write(const Region& region);
  /// Applies to means and variances of the devices of cells start .. start + n - 1, column by
  /// column.
  void apply(std::size_t start, std::size_t n, float* mean_us, float* variance_us2) const;

 private:
  void add(std::size_t row, std::size_t column);

  std::size_t rows_;
  std::size_t columns_;
  float log_factor_;
  float g_max_us_;
  std::vector<std::uint16_t> writes_;  // of the neighbours
};

}  // namespace aimc::analog
