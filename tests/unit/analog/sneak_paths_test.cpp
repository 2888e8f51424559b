#include "models/analog/circuit/sneak_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/analog/circuit_sample.h"

namespace aimc::analog {
namespace {

using test::by_columns;
using test::conductances;
using test::uniform;

constexpr double kRead = 0.2;
constexpr double kSiemens = 1e-5;

// A passive array whose lines outside a window float; rows of the window are at `volts`.
CrossbarCircuit floating(std::size_t rows, std::size_t columns, const ReadWindow& window,
                         const std::vector<double>& siemens, const std::vector<double>& volts,
                         const CellLaw& cell) {
  CrossbarCircuit circuit =
      CrossbarCircuit::driven(rows, columns, siemens, std::vector<double>(rows, 0.0));
  circuit.cell = cell;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool held = i >= window.first_row && i < window.first_row + window.rows;
    circuit.wordlines[i] = {held, held ? volts[i - window.first_row] : 0.0};
  }
  for (std::size_t j = 0; j < columns; ++j)
    circuit.bitlines[j].held = j >= window.first_column && j < window.first_column + window.columns;
  return circuit;
}

// Currents into the window's bitlines with sneak paths, by sneak_conductances and ohmic cells.
std::vector<double> with_paths(std::size_t rows, const ReadWindow& window,
                               const std::vector<double>& siemens, const std::vector<double>& volts,
                               const CellLaw& cell) {
  const std::size_t columns = siemens.size() / rows;
  const std::vector<double> paths =
      sneak_conductances(rows, columns, by_columns(siemens, rows), window, cell);
  std::vector<double> currents(window.columns);
  for (std::size_t j = 0; j < window.columns; ++j) {
    for (std::size_t i = 0; i < window.rows; ++i) {
      const double own =
          siemens[(window.first_row + i) * columns + window.first_column + j] * volts[i];
      currents[j] += own + paths[j * window.rows + i] * volts[i];
    }
  }
  return currents;
}

TEST(SneakPaths, EqualTheNodalSolutionOfFloatingLines) {
  const ReadWindow windows[] = {{3, 5, 4, 6}, {0, 1, 0, 1}, {7, 13, 0, 15}, {0, 19, 2, 3}};
  for (const ReadWindow& window : windows) {
    const std::vector<double> siemens = conductances(20, 16);
    const std::vector<double> volts = uniform(window.rows, "volts");
    const std::vector<double> currents = with_paths(20, window, siemens, volts, {});
    const NodalSolution exact = solve_nodal(floating(20, 16, window, siemens, volts, {}));
    for (std::size_t j = 0; j < window.columns; ++j)
      EXPECT_NEAR(currents[j] / exact.bitline_a[window.first_column + j], 1.0, 1e-10);
  }
}

// One of equal cells: (columns - 1) in parallel, then (rows - 1)(columns - 1), then (rows - 1).
TEST(SneakPaths, OneOfEqualCellsIsReadWithThreeResistorsBesideIt) {
  const std::vector<double> siemens(40 * 30, kSiemens);
  const double paths = sneak_conductances(40, 30, siemens, {5, 1, 7, 1}, {}).front();
  const double expected = kSiemens / (1.0 / 29 + 1.0 / (29.0 * 39.0) + 1.0 / 39);
  EXPECT_NEAR(paths / expected, 1.0, 1e-12);
}

TEST(SneakPaths, ThereAreNoneUnlessLinesOfBothKindsFloat) {
  const std::vector<double> siemens = by_columns(conductances(20, 16), 20);
  for (const ReadWindow& window : {ReadWindow{0, 20, 3, 5}, ReadWindow{4, 6, 0, 16}}) {
    for (const double path : sneak_conductances(20, 16, siemens, window, {})) EXPECT_EQ(path, 0.0);
    // What floats is at the potential of what is held, or feeds back into rows that are.
    const std::vector<double> volts(window.rows, kRead);
    const NodalSolution exact =
        solve_nodal(floating(20, 16, window, conductances(20, 16), volts, {}));
    const std::vector<double> currents = with_paths(20, window, conductances(20, 16), volts, {});
    for (std::size_t j = 0; j < window.columns; ++j)
      EXPECT_NEAR(currents[j] / exact.bitline_a[window.first_column + j], 1.0, 1e-12);
  }
}

TEST(SneakPaths, GroundedLinesHaveNone) {
  const std::vector<double> siemens = conductances(20, 16);
  CrossbarCircuit circuit = floating(20, 16, {3, 1, 4, 1}, siemens, {kRead}, {});
  for (LineEnd& end : circuit.wordlines) end.held = true;
  for (LineEnd& end : circuit.bitlines) end.held = true;
  const NodalSolution grounded = solve_nodal(circuit);
  EXPECT_NEAR(grounded.bitline_a[4] / (kRead * siemens[3 * 16 + 4]), 1.0, 1e-12);
}

// A cell among those that wait at half the voltage: both lines of it carry (n - 1) I(V / 2), the
// definition of the half-bias ratio.
TEST(SneakPaths, HalfSelectedCellsConductByTheHalfBiasRatio) {
  constexpr std::size_t kSize = 24;
  for (const double ratio : {2.0, 10.0, 1000.0}) {
    CrossbarCircuit circuit =
        CrossbarCircuit::driven(kSize, kSize, std::vector<double>(kSize * kSize, kSiemens),
                                std::vector<double>(kSize, 0.5 * kRead));
    circuit.cell = CellLaw::half_bias(ratio, kRead);
    for (LineEnd& end : circuit.bitlines) end.volt = 0.5 * kRead;
    circuit.wordlines[2].volt = kRead;
    circuit.bitlines[3].volt = 0.0;
    const NodalSolution s = solve_nodal(circuit);
    const double full = kSiemens * kRead;
    EXPECT_NEAR(s.bitline_a[3] / (full * (1.0 + (kSize - 1) / ratio)), 1.0, 1e-12);
    EXPECT_NEAR(s.device_a[0], 0.0, 1e-12 * full);  // not selected at all
  }
}

// In a large square array one cell's paths have half of the voltage at each end of them.
TEST(SneakPaths, SelectorsOfALargeArrayAreAtHalfTheVoltage) {
  for (const double ratio : {10.0, 100.0}) {
    const CellLaw cell = CellLaw::half_bias(ratio, kRead);
    const std::vector<double> siemens(500 * 500, kSiemens);
    const double path = sneak_conductances(500, 500, siemens, {0, 1, 0, 1}, cell).front();
    // The middle step takes a little of the voltage, the less the larger the array.
    EXPECT_NEAR(path / (499.0 * kSiemens / ratio), 0.97, 0.03);
  }
}

TEST(SneakPaths, SelectorsEqualTheNodalSolutionOfEqualCells) {
  for (const ReadWindow& window : {ReadWindow{0, 1, 0, 1}, ReadWindow{2, 6, 3, 5}}) {
    for (const double ratio : {4.0, 50.0, 1e4}) {
      const CellLaw cell = CellLaw::half_bias(ratio, kRead);
      const std::vector<double> siemens(14 * 18, kSiemens);
      const std::vector<double> volts(window.rows, kRead);
      const NodalSolution exact = solve_nodal(floating(14, 18, window, siemens, volts, cell));
      const std::vector<double> currents = with_paths(14, window, siemens, volts, cell);
      for (std::size_t j = 0; j < window.columns; ++j)
        EXPECT_NEAR(currents[j] / exact.bitline_a[window.first_column + j], 1.0, 1e-7) << ratio;
    }
  }
}

// Sneak currents of the model over exact ones, random cells.
double ratio_of_sneak(double half_bias_ratio, const ReadWindow& window) {
  const CellLaw cell = CellLaw::half_bias(half_bias_ratio, kRead);
  const std::vector<double> siemens = conductances(32, 32);
  const std::vector<double> volts(window.rows, kRead);
  const NodalSolution exact = solve_nodal(floating(32, 32, window, siemens, volts, cell));
  const std::vector<double> currents = with_paths(32, window, siemens, volts, cell);
  double model = 0.0;
  double wanted = 0.0;
  for (std::size_t j = 0; j < window.columns; ++j) {
    double own = 0.0;
    for (std::size_t i = 0; i < window.rows; ++i)
      own += kRead * siemens[(window.first_row + i) * 32 + window.first_column + j];
    model += currents[j] - own;
    wanted += exact.bitline_a[window.first_column + j] - own;
  }
  return model / wanted;
}

TEST(SneakPaths, SelectorsOfRandomCellsAreCloseToTheNodalSolution) {
  for (const ReadWindow& window : {ReadWindow{0, 16, 0, 16}, ReadWindow{4, 8, 6, 20}}) {
    EXPECT_NEAR(ratio_of_sneak(2.0, window), 1.0, 1e-9);
    for (const double ratio : {4.0, 10.0, 100.0, 1000.0})
      EXPECT_NEAR(ratio_of_sneak(ratio, window), 1.0, 0.02) << ratio;
  }
}

TEST(SneakPaths, CellsThatDoNotConductAreNoTrouble) {
  std::vector<double> siemens(12 * 10, 0.0);
  for (const double path : sneak_conductances(12, 10, siemens, {2, 4, 3, 3}, {}))
    EXPECT_EQ(path, 0.0);
  // Two floating lines tied to each other alone.
  siemens[0] = kSiemens;
  for (const double path : sneak_conductances(12, 10, siemens, {2, 4, 3, 3}, {}))
    EXPECT_EQ(path, 0.0);
}

}  // namespace
}  // namespace aimc::analog
