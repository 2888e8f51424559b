#pragma once

#include <cstddef>
#include <vector>

#include "models/analog/circuit/cell_law.h"

namespace aimc::analog {

/// The part of a passive array that is read: the other wordlines and bitlines float.
struct ReadWindow {
  std::size_t first_row = 0;
  std::size_t rows = 0;
  std::size_t first_column = 0;
  std::size_t columns = 0;
};

/// What conducts, besides the cells themselves, between the wordlines and bitlines of a window in a
/// passive array with ideal wires: from a driven wordline to a floating bitline, on to a floating
/// wordline, and from there to the bitline that is read. Without floating lines of both kinds there
/// are no such paths: every line that is held takes what reaches it.
///
/// Exact for ohmic cells. With selectors, cells are replaced by their secant conductances at the
/// voltages the three steps of a path have in an array of equal cells with all rows of the window
/// at the reference voltage of `cell`; that is exact for equal cells.
/// @param siemens column by column: cell (i, j) is siemens[j * rows + i]
/// @return S, of row i and column j of the window at [j * window.rows + i]
std::vector<double> sneak_conductances(std::size_t rows, std::size_t columns,
                                       const std::vector<double>& siemens, const ReadWindow& window,
                                       const CellLaw& cell);

}  // namespace aimc::analog
