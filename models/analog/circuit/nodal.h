#pragma once

#include <cstddef>
#include <vector>

#include "models/analog/circuit/cell_law.h"

namespace aimc::analog {

/// What a line is connected to at its end: a source of a voltage, or nothing.
struct LineEnd {
  bool held = true;
  double volt = 0.0;
};

/// A crossbar as a network of resistors: cell (i, j) joins wordline i and bitline j. A wordline's
/// end is left of column 0, a bitline's below the last row; one segment of wire lies between the
/// end and the first cell, and one between neighbouring cells.
struct CrossbarCircuit {
  std::size_t rows = 0;
  std::size_t columns = 0;
  double wordline_ohm = 0.0;       ///< of a segment, >= 0
  double bitline_ohm = 0.0;        ///< of a segment, >= 0
  std::vector<double> siemens;     ///< [row][column], >= 0
  std::vector<LineEnd> wordlines;  ///< one a row
  std::vector<LineEnd> bitlines;   ///< one a column
  CellLaw cell;                    ///< of every cell

  /// All wordlines at the given voltages, all bitlines at zero: how a crossbar is multiplied with.
  static CrossbarCircuit driven(std::size_t rows, std::size_t columns, std::vector<double> siemens,
                                const std::vector<double>& volts);
};

/// Voltages and currents of all nodes. A line that nothing ties to a voltage is at zero.
struct NodalSolution {
  std::vector<double> word_v;      ///< [row][column], of the wordline at a cell
  std::vector<double> bit_v;       ///< [row][column], of the bitline at a cell
  std::vector<double> device_a;    ///< [row][column], from wordline to bitline
  std::vector<double> wordline_a;  ///< into each wordline at its end
  std::vector<double> bitline_a;   ///< out of each bitline at its end
};

/// Kirchhoff's current law at every node, solved exactly: a sparse LDL^T factorisation, and
/// Newton's method around it where cells are not ohmic. Meant for reference results and small
/// arrays: 128 x 128 cells take tenths of a second.
/// @throws std::invalid_argument on a size that does not fit or a value out of range;
/// std::runtime_error where Newton's method does not converge
NodalSolution solve_nodal(const CrossbarCircuit& circuit);

}  // namespace aimc::analog
