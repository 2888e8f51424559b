#include "models/analog/circuit/ir_drop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/analog/circuit_sample.h"

namespace aimc::analog {
namespace {

using test::by_columns;
using test::random_crossbar;
using test::uniform;

struct Errors {
  double drop = 0.0;  // root mean square over the columns of what wires take away, relative
  double left = 0.0;  // of what is left with attenuated conductances
};

IrDrop model_of(const CrossbarCircuit& circuit) {
  IrDrop model(circuit.rows, circuit.columns, {circuit.wordline_ohm, circuit.bitline_ohm});
  model.factor(by_columns(circuit.siemens, circuit.rows));
  return model;
}

// `idle` is the share of wordlines at zero.
Errors errors_of(const CrossbarCircuit& circuit, double idle) {
  IrDrop model = model_of(circuit);
  const std::vector<double> share = model.attenuation();
  const std::vector<double> siemens = by_columns(circuit.siemens, circuit.rows);
  Errors errors;
  double squares = 0.0;
  for (unsigned trial = 0; trial < 4; ++trial) {
    std::vector<double> volts = uniform(circuit.rows, ("input" + std::to_string(trial)).c_str());
    const std::vector<double> chance =
        uniform(circuit.rows, ("idle" + std::to_string(trial)).c_str());
    for (std::size_t i = 0; i < volts.size(); ++i) volts[i] = chance[i] < idle ? 0.0 : volts[i];
    const std::vector<double> exact = model.currents(volts, 1e-10);
    for (std::size_t j = 0; j < circuit.columns; ++j) {
      double ideal = 0.0;
      double attenuated = 0.0;
      for (std::size_t i = 0; i < circuit.rows; ++i) {
        const std::size_t k = j * circuit.rows + i;
        ideal += siemens[k] * volts[i];
        attenuated += siemens[k] * share[k] * volts[i];
      }
      squares += ideal * ideal;
      errors.drop += (exact[j] - ideal) * (exact[j] - ideal);
      errors.left += (exact[j] - attenuated) * (exact[j] - attenuated);
    }
  }
  return {std::sqrt(errors.drop / squares), std::sqrt(errors.left / squares)};
}

TEST(IrDrop, RelaxationEqualsTheNodalSolution) {
  for (const double ohm : {0.1, 2.0, 50.0}) {
    CrossbarCircuit circuit = random_crossbar(40, 56, ohm);
    circuit.bitline_ohm *= 1.5;
    std::vector<double> volts;
    for (const LineEnd& end : circuit.wordlines) volts.push_back(end.volt);
    IrDrop model = model_of(circuit);
    const std::vector<double> currents = model.currents(volts, 1e-12);
    const NodalSolution exact = solve_nodal(circuit);
    for (std::size_t j = 0; j < circuit.columns; ++j)
      EXPECT_NEAR(currents[j] / exact.bitline_a[j], 1.0, 1e-9) << ohm;
  }
}

TEST(IrDrop, AttenuationIsExactWhereOneKindOfLineIsIdeal) {
  for (const bool words : {true, false}) {
    CrossbarCircuit circuit = random_crossbar(64, 48, 5.0);
    (words ? circuit.bitline_ohm : circuit.wordline_ohm) = 0.0;
    const Errors errors = errors_of(circuit, 0.5);
    EXPECT_GT(errors.drop, 0.03);
    EXPECT_LT(errors.left, 1e-8);
  }
}

TEST(IrDrop, AttenuationIsExactForEqualVoltages) {
  const CrossbarCircuit circuit = random_crossbar(64, 48, 5.0);
  IrDrop model = model_of(circuit);
  const std::vector<double> share = model.attenuation();
  const std::vector<double> siemens = by_columns(circuit.siemens, circuit.rows);
  const std::vector<double> exact = model.currents(std::vector<double>(64, 0.2), 1e-12);
  for (std::size_t j = 0; j < 48; ++j) {
    double sum = 0.0;
    for (std::size_t k = j * 64; k < (j + 1) * 64; ++k) sum += 0.2 * siemens[k] * share[k];
    EXPECT_NEAR(sum / exact[j], 1.0, 1e-6);
  }
}

// What is left grows with the square of the resistance: nothing of first order is missed.
TEST(IrDrop, AttenuationIsRightToFirstOrderForEveryInput) {
  const double small = errors_of(random_crossbar(48, 48, 0.1), 0.3).left;
  const double large = errors_of(random_crossbar(48, 48, 1.0), 0.3).left;
  EXPECT_GT(small, 0.0);
  EXPECT_NEAR(std::log10(large / small), 2.0, 0.1);
}

// The table of docs/models_analog.md.
TEST(IrDrop, AttenuationLeavesLittleOfTheDrop) {
  struct Case {
    std::size_t size;
    double ohm, drop, left;
  };
  const Case cases[] = {{64, 1.0, 0.03, 5e-5},  {64, 5.0, 0.14, 1e-3},   {128, 1.0, 0.11, 5e-4},
                        {128, 5.0, 0.38, 4e-3}, {256, 0.35, 0.15, 6e-4}, {256, 1.0, 0.33, 3e-3},
                        {256, 5.0, 0.69, 8e-3}};
  for (const Case& c : cases) {
    for (const double idle : {0.0, 0.5}) {
      const Errors errors = errors_of(random_crossbar(c.size, c.size, c.ohm), idle);
      EXPECT_GT(errors.drop, c.drop) << c.size << " " << c.ohm;
      EXPECT_LT(errors.left, c.left) << c.size << " " << c.ohm << " " << idle;
    }
  }
}

std::vector<double> selector_currents(const CrossbarCircuit& circuit) {
  const std::vector<double> share = model_of(circuit).attenuation(circuit.cell);
  const std::vector<double> siemens = by_columns(circuit.siemens, circuit.rows);
  std::vector<double> currents(circuit.columns);
  for (std::size_t k = 0; k < share.size(); ++k)
    currents[k / circuit.rows] += siemens[k] * share[k] * circuit.wordlines[k % circuit.rows].volt;
  return currents;
}

TEST(IrDrop, SelectorsWithAllRowsOnAreThoseOfTheNodalSolution) {
  for (const double ratio : {3.0, 100.0, 1e6}) {
    for (const double ohm : {0.5, 5.0, 50.0}) {
      CrossbarCircuit circuit = random_crossbar(32, 40, ohm);
      circuit.cell = CellLaw::half_bias(ratio, 0.2);
      for (LineEnd& end : circuit.wordlines) end.volt = 0.2;
      const NodalSolution exact = solve_nodal(circuit);
      const std::vector<double> currents = selector_currents(circuit);
      for (std::size_t j = 0; j < circuit.columns; ++j)
        EXPECT_NEAR(currents[j] / exact.bitline_a[j], 1.0, 1e-3) << ratio << " " << ohm;
    }
  }
}

TEST(IrDrop, SelectorsMultiplySmallDropsByTheirSensitivity) {
  CrossbarCircuit circuit = random_crossbar(32, 32, 0.02);
  for (LineEnd& end : circuit.wordlines) end.volt = 0.2;
  const auto lost = [&] {
    double sum = 0.0;
    const std::vector<double> currents = solve_nodal(circuit).bitline_a;
    for (const double current : currents) sum -= current;
    for (const double siemens : circuit.siemens) sum += 0.2 * siemens;
    return sum;
  };
  const double ohmic = lost();
  for (const double ratio : {4.0, 1000.0}) {
    circuit.cell = CellLaw::half_bias(ratio, 0.2);
    EXPECT_NEAR(lost() / ohmic / circuit.cell.sensitivity(), 1.0, 0.01) << ratio;
  }
  EXPECT_NEAR(circuit.cell.sensitivity(), 2.0 * std::acosh(500.0), 1e-3);
}

TEST(IrDrop, SelectorsWithFewerRowsOnDropLess) {
  CrossbarCircuit circuit = random_crossbar(48, 48, 1.0);
  circuit.cell = CellLaw::half_bias(1000.0, 0.2);
  for (std::size_t i = 0; i < 48; ++i) circuit.wordlines[i].volt = i % 2 == 0 ? 0.2 : 0.0;
  const NodalSolution exact = solve_nodal(circuit);
  const std::vector<double> currents = selector_currents(circuit);
  double modelled = 0.0;
  double wanted = 0.0;
  double ideal = 0.0;
  for (std::size_t j = 0; j < 48; ++j) {
    modelled += currents[j];
    wanted += exact.bitline_a[j];
    for (std::size_t i = 0; i < 48; i += 2) ideal += 0.2 * circuit.siemens[i * 48 + j];
  }
  EXPECT_GT((ideal - modelled) / (ideal - wanted), 1.0);
  EXPECT_LT((ideal - modelled) / (ideal - wanted), 1.3);
}

TEST(IrDrop, CellsThatDoNotConductAreNoTrouble) {
  CrossbarCircuit circuit = random_crossbar(8, 4, 5.0);
  for (std::size_t i = 0; i < 8; ++i) circuit.siemens[i * 4 + 2] = 0.0;
  IrDrop model = model_of(circuit);
  for (const double share : model.attenuation()) {
    EXPECT_GT(share, 0.99);
    EXPECT_LE(share, 1.0);
  }
}

}  // namespace
}  // namespace aimc::analog
