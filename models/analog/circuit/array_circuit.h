#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/circuit/cell_law.h"
#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"

namespace aimc::analog {

/// What wires and sneak paths make of the devices of a crossbar. Its bitlines are numbered from
/// the drivers on: 2 * column is that of G+, 2 * column + 1 that of G-.
///
/// Resistive wires: all wordlines are held, at a voltage or at zero, all bitlines are read; a cell
/// counts with the share IrDrop finds for it. Sneak paths: of arrays without transistors whose
/// lines outside the region of an MVM float, with ideal wires.
class ArrayCircuit {
 public:
  explicit ArrayCircuit(const CrossbarConfig& config);

  /// True where conductances have to be attenuated.
  bool attenuates() const { return attenuates_; }
  /// True where reading a part of the array has sneak paths.
  bool sneaks() const { return sneaks_; }

  /// Takes the conductances of all devices, uS: cell (row, bitline) at bitline * rows + row.
  void update(const std::vector<double>& conductance_us);
  /// Share of its conductance a cell counts with, as shares() of row 0 .. rows - 1 of a bitline
  /// over kFullShare.
  const std::uint16_t* shares(std::size_t bitline) const { return &shares_[bitline * rows_]; }
  static constexpr float kFullShare = 65535.0F;

  /// Makes ready for MVMs over a region, after update() or where the region is another one.
  void select(const Region& region);
  /// Adds what flows through the sneak paths of the selected region.
  /// @param step_us unit of the sums' conductances
  void add_sneak(const InputCodes& driven, double step_us, ColumnSums& sums) const;

 private:
  std::size_t rows_;
  std::size_t bitlines_;
  WireConfig wires_;
  CellLaw cell_;
  bool attenuates_;
  bool sneaks_;
  std::vector<std::uint16_t> shares_;
  std::vector<double> siemens_;  // kept for sneak paths
  Region selected_;
  bool fresh_ = false;  // `sneak_us_` is that of `selected_`
  std::vector<double> sneak_us_;
};

}  // namespace aimc::analog
