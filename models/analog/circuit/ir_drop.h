#pragma once

#include <cstddef>
#include <vector>

#include "models/analog/circuit/cell_law.h"

namespace aimc::analog {

/// Resistance of the wires of a crossbar, laid out as in CrossbarCircuit.
struct WireResistance {
  double wordline_ohm = 0.0;  ///< of a segment, from one bitline to the next, >= 0
  double bitline_ohm = 0.0;   ///< of a segment, from one wordline to the next, >= 0
};

/// What resistive wires make of a crossbar of ohmic cells whose wordlines are all held at a voltage
/// and whose bitlines all end at zero.
///
/// Such a network is linear, so the current of column j is sum_i T_ij V_i with a matrix T in place
/// of the conductances G. Two parts of T are known in closed form: with ideal bitlines it is G_ij
/// v_ij, v the voltage along a wordline driven with one volt, and with ideal wordlines G_ij u_ij, u
/// the voltage along a bitline driven backwards (reciprocity). The approximation used here is
///   T_ij = G_ij u_ij v_ij s_j,
/// with one factor s_j a column that makes it exact when all rows are driven alike. It is exact to
/// first order in the resistances for every input, and for every input where one of the two
/// resistances is zero. docs/models_analog.md has its errors.
class IrDrop {
 public:
  IrDrop(std::size_t rows, std::size_t columns, const WireResistance& wires);

  /// Takes conductances, S, column by column: cell (i, j) is siemens[j * rows + i].
  void factor(const std::vector<double>& siemens);
  /// T_ij / G_ij of every cell, in the same order.
  std::vector<double> attenuation();
  /// The same for cells that are not ohmic: their currents over those at `cell.reference_v`, with
  /// all rows at that voltage. Exact for all rows at it; too small where fewer rows share a
  /// bitline.
  std::vector<double> attenuation(const CellLaw& cell);
  /// The exact current of every column, A, for the wordlines' voltages, by relaxation: wordlines
  /// and bitlines are solved in turn until no voltage moves by more than `tolerance` of the
  /// largest.
  std::vector<double> currents(const std::vector<double>& volts, double tolerance = 1e-7);

 private:
  void solve_wordlines(const std::vector<double>& volts);
  double solve_bitlines();

  std::size_t rows_;
  std::size_t columns_;
  WireResistance wires_;
  std::vector<double> siemens_;
  // Along a line, from its end: V_k = factor_k V_(k-1) + what the cells add.
  std::vector<double> word_factor_, bit_factor_;
  std::vector<double> word_v_, bit_v_;
};

}  // namespace aimc::analog
