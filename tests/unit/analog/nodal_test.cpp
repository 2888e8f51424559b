#include "models/analog/circuit/nodal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <string>

#include "tests/unit/analog/circuit_sample.h"

namespace aimc::analog {
namespace {

using test::random_crossbar;

// The numbers of the reference arrays, from the seeds given with them.
std::vector<double> reference_numbers(std::uint32_t seed, std::size_t n, double low, double high) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    seed = seed * 1664525U + 1013904223U;
    values.push_back(low + (high - low) * (seed >> 16U) / 65535.0);
  }
  return values;
}

void expect_close(const std::vector<double>& values, const nlohmann::json& expected,
                  const std::string& what) {
  std::vector<double> flat;
  for (const auto& entry : expected) {
    if (entry.is_array()) {
      for (const double value : entry) flat.push_back(value);
    } else {
      flat.push_back(entry);
    }
  }
  ASSERT_EQ(values.size(), flat.size()) << what;
  for (std::size_t i = 0; i < flat.size(); ++i)
    EXPECT_NEAR(values[i] / flat[i], 1.0, 1e-6) << what << " " << i;
}

TEST(Nodal, EqualsTheReferenceArrays) {
  const char* const shared = std::getenv("AIMC_SHARED");
  if (shared == nullptr) GTEST_SKIP() << "AIMC_SHARED is not set";
  std::ifstream file(std::string(shared) + "/refs/aimc/badcrossbar_ir.json");
  if (!file) GTEST_SKIP() << "no reference arrays";
  const nlohmann::json arrays = nlohmann::json::parse(file);
  ASSERT_EQ(arrays.size(), 11U);
  for (const auto& array : arrays) {
    const std::size_t rows = array["rows"];
    const std::size_t columns = array["cols"];
    CrossbarCircuit circuit = CrossbarCircuit::driven(
        rows, columns,
        reference_numbers(array["G_seed"], rows * columns, array["gmin"], array["gmax"]),
        reference_numbers(array["V_seed"], rows, 0.0, array["vmax"]));
    circuit.wordline_ohm = array["r_word_line"];
    circuit.bitline_ohm = array["r_bit_line"];
    SCOPED_TRACE(std::to_string(rows) + " rows, " + std::to_string(circuit.wordline_ohm) + ", " +
                 std::to_string(circuit.bitline_ohm) + " ohm");
    const NodalSolution solution = solve_nodal(circuit);
    expect_close(solution.bitline_a, array["I_out"], "output");
    if (!array.contains("V_word_nodes")) continue;
    expect_close(circuit.siemens, array["G"], "conductance");
    expect_close(solution.word_v, array["V_word_nodes"], "wordline");
    expect_close(solution.bit_v, array["V_bit_nodes"], "bitline");
    expect_close(solution.device_a, array["I_device"], "device");
  }
}

// What sources give is what arrives at the ends of the bitlines, and both are what the voltages
// over the last segments say.
TEST(Nodal, CurrentIsConserved) {
  const CrossbarCircuit circuit = random_crossbar(24, 17, 3.0);
  const NodalSolution s = solve_nodal(circuit);
  const double in = std::accumulate(s.wordline_a.begin(), s.wordline_a.end(), 0.0);
  const double out = std::accumulate(s.bitline_a.begin(), s.bitline_a.end(), 0.0);
  EXPECT_NEAR(in / out, 1.0, 1e-12);
  for (std::size_t i = 0; i < circuit.rows; ++i) {
    const double first = (circuit.wordlines[i].volt - s.word_v[i * circuit.columns]) / 3.0;
    EXPECT_NEAR(first, s.wordline_a[i], 1e-10 * out);
  }
  for (std::size_t j = 0; j < circuit.columns; ++j) {
    const double last = s.bit_v[(circuit.rows - 1) * circuit.columns + j] / 3.0;
    EXPECT_NEAR(last / s.bitline_a[j], 1.0, 1e-9);
  }
}

TEST(Nodal, IdealWiresMultiplyExactly) {
  for (const double ohm : {0.0, 1e-7}) {
    const CrossbarCircuit circuit = random_crossbar(20, 12, ohm);
    const NodalSolution s = solve_nodal(circuit);
    for (std::size_t j = 0; j < circuit.columns; ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < circuit.rows; ++i)
        sum += circuit.siemens[i * circuit.columns + j] * circuit.wordlines[i].volt;
      EXPECT_NEAR(s.bitline_a[j] / sum, 1.0, ohm == 0.0 ? 1e-14 : 1e-8);
    }
  }
}

// Drop of a cell: its own row's currents over the segments they share with it, and its own
// column's likewise.
std::vector<double> first_order_drop(const CrossbarCircuit& c) {
  std::vector<double> drop(c.columns);
  const auto g = [&](std::size_t i, std::size_t j) { return c.siemens[i * c.columns + j]; };
  for (std::size_t j = 0; j < c.columns; ++j) {
    for (std::size_t i = 0; i < c.rows; ++i) {
      double volt = 0.0;
      for (std::size_t k = 0; k < c.columns; ++k) {
        const auto segments = static_cast<double>(std::min(j, k) + 1);
        volt += c.wordline_ohm * segments * g(i, k) * c.wordlines[i].volt;
      }
      for (std::size_t k = 0; k < c.rows; ++k) {
        const auto segments = static_cast<double>(c.rows - std::max(i, k));
        volt += c.bitline_ohm * segments * g(k, j) * c.wordlines[k].volt;
      }
      drop[j] += g(i, j) * volt;
    }
  }
  return drop;
}

TEST(Nodal, SmallResistancesDropByTheFirstOrderFormula) {
  std::vector<double> error;  // of the formula, relative to the drop
  for (const double ohm : {1e-1, 1e-2, 1e-3}) {
    CrossbarCircuit circuit = random_crossbar(32, 32, ohm);
    circuit.wordline_ohm *= 2.0;
    const NodalSolution s = solve_nodal(circuit);
    const std::vector<double> drop = first_order_drop(circuit);
    double largest = 0.0;
    for (std::size_t j = 0; j < circuit.columns; ++j) {
      double ideal = 0.0;
      for (std::size_t i = 0; i < circuit.rows; ++i)
        ideal += circuit.siemens[i * circuit.columns + j] * circuit.wordlines[i].volt;
      largest = std::max(largest, std::fabs((ideal - s.bitline_a[j]) / drop[j] - 1.0));
    }
    error.push_back(largest);
  }
  EXPECT_LT(error[0], 5e-3);
  EXPECT_NEAR(error[0] / error[1], 10.0, 0.5);  // what is left is of second order
  EXPECT_NEAR(error[1] / error[2], 10.0, 0.5);
}

// A bitline of equal cells is a ladder with a closed form: 2 cosh(t) = 2 + r g.
TEST(Nodal, EqualCellsOfABitlineFollowTheHyperbolicCosine) {
  constexpr std::size_t kRows = 100;
  constexpr double kSiemens = 1e-5;
  CrossbarCircuit circuit = CrossbarCircuit::driven(kRows, 1, std::vector<double>(kRows, kSiemens),
                                                    std::vector<double>(kRows, 0.2));
  circuit.bitline_ohm = 20.0;
  const NodalSolution s = solve_nodal(circuit);
  const double t = std::acosh(1.0 + 0.5 * circuit.bitline_ohm * kSiemens);
  for (std::size_t i = 0; i < kRows; ++i) {
    const double expected = 0.2 * std::cosh((static_cast<double>(i) + 0.5) * t) /
                            std::cosh((static_cast<double>(kRows) + 0.5) * t);
    EXPECT_NEAR((0.2 - s.bit_v[i]) / expected, 1.0, 1e-10);
  }
}

TEST(Nodal, LinesThatNothingTiesCarryNoCurrent) {
  CrossbarCircuit circuit = random_crossbar(4, 3, 1.0);
  circuit.wordlines[2].held = false;
  for (std::size_t j = 0; j < 3; ++j) circuit.siemens[2 * 3 + j] = 0.0;
  const NodalSolution s = solve_nodal(circuit);
  EXPECT_EQ(s.wordline_a[2], 0.0);
  EXPECT_EQ(s.word_v[2 * 3 + 1], 0.0);
  for (LineEnd& end : circuit.bitlines) end.held = false;
  for (LineEnd& end : circuit.wordlines) end.held = false;
  for (const double ampere : solve_nodal(circuit).device_a) EXPECT_EQ(ampere, 0.0);
}

TEST(Nodal, BadCircuitsAreRefused) {
  const auto refused = [](const auto& change) {
    CrossbarCircuit circuit = random_crossbar(3, 3, 1.0);
    change(circuit);
    EXPECT_THROW(solve_nodal(circuit), std::invalid_argument);
  };
  refused([](CrossbarCircuit& c) { c.siemens[4] = -1e-6; });
  refused([](CrossbarCircuit& c) { c.siemens[4] = std::numeric_limits<double>::quiet_NaN(); });
  refused([](CrossbarCircuit& c) { c.siemens.pop_back(); });
  refused([](CrossbarCircuit& c) { c.wordlines.pop_back(); });
  refused([](CrossbarCircuit& c) { c.bitline_ohm = -1.0; });
  refused([](CrossbarCircuit& c) { c.rows = 0; });
}

}  // namespace
}  // namespace aimc::analog
