#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "models/analog/circuit/ir_drop.h"
#include "models/analog/circuit/nodal.h"
#include "models/analog/device_array.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;
using test::kSecond;
using test::run;

constexpr unsigned kRows = 64;
constexpr unsigned kColumns = 32;
constexpr Region kAll{0, kRows, 0, kColumns};
constexpr std::size_t kCells = std::size_t{kRows} * kColumns;

CrossbarConfig perfect() {
  CrossbarConfig config = test::quiet_config(kRows, kColumns);
  config.device.programming_noise = 0.0;
  config.device.read_noise = 0.0;
  config.device.drift_mean = config.device.drift_sigma = LevelCurve{};
  config.adc.full_scale_current_ua = 200.0;
  return config;
}

CrossbarConfig resistive(double ohm) {
  CrossbarConfig config = perfect();
  config.wires.wordline_ohm = ohm;
  config.wires.bitline_ohm = 2.0 * ohm;
  return config;
}

// The network of a crossbar of perfect devices: bitlines of G+ and G- side by side. Inputs drive
// the rows of a region, lines outside of it are left to the caller.
CrossbarCircuit network(const CrossbarConfig& config, const std::vector<std::int8_t>& weights,
                        const std::vector<std::int8_t>& inputs, const Region& region) {
  std::vector<double> siemens(2 * kCells);
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    const double us = config.device.g_max_us * std::abs(+weights[cell]) / 127.0;
    siemens[2 * cell + (weights[cell] < 0 ? 1 : 0)] = us * 1e-6;
  }
  std::vector<double> volts(kRows);
  for (std::size_t i = 0; i < region.rows; ++i) volts[region.first_row + i] = inputs[i] / 256.0;
  CrossbarCircuit circuit = CrossbarCircuit::driven(kRows, 2 * kColumns, siemens, volts);
  circuit.wordline_ohm = config.wires.wordline_ohm;
  circuit.bitline_ohm = config.wires.bitline_ohm;
  return circuit;
}

// Counts an exact network gives: its currents for volts in units of the full window.
std::vector<double> counts_of(const CrossbarConfig& config, const CrossbarCircuit& circuit) {
  std::vector<double> counts = solve_nodal(circuit).bitline_a;
  for (double& count : counts) {
    count *= 1e6 * config.read_voltage_v / config.adc.full_scale_current_ua *
             config.adc.full_scale_counts;
  }
  return counts;
}

struct Sample {
  std::vector<std::int8_t> weights;
  std::vector<std::int8_t> inputs;
  explicit Sample(int low, int high) {
    Dice dice(4, "circuit");
    weights = dice.codes(kCells);
    inputs = dice.codes(kRows, low, high);
  }
};

TEST(CircuitEffects, IrDropOfAnMvmIsThatOfTheNetwork) {
  for (const double ohm : {1.0, 10.0}) {
    const CrossbarConfig config = resistive(ohm);
    const Sample sample(0, 127);
    Crossbar crossbar(config, 1, "tile0");
    crossbar.program(sample.weights.data(), kAll, 0);
    const Counts counts = run(crossbar, sample.inputs, 0, kAll, {8, false, 0}, kSecond);
    const auto exact = counts_of(config, network(config, sample.weights, sample.inputs, kAll));
    const auto ideal =
        counts_of(perfect(), network(perfect(), sample.weights, sample.inputs, kAll));
    double drop = 0.0;
    for (std::size_t j = 0; j < kColumns; ++j) {
      EXPECT_NEAR(counts.cp[j], exact[2 * j], 1.0 + 2e-4 * ohm * exact[2 * j]);
      EXPECT_NEAR(counts.cn[j], exact[2 * j + 1], 1.0 + 2e-4 * ohm * exact[2 * j + 1]);
      drop = std::max(drop, ideal[2 * j] - exact[2 * j]);
    }
    EXPECT_GT(drop, ohm * 5.0);
  }
}

// Negative inputs read the same bitlines one after the other in four phases: exact as well.
TEST(CircuitEffects, FourPhasesDropLikeTheirNetworks) {
  const CrossbarConfig config = resistive(10.0);
  const Sample sample(-127, 127);
  Crossbar crossbar(config, 1, "tile0");
  crossbar.program(sample.weights.data(), kAll, 0);
  const Counts counts = run(crossbar, sample.inputs, 0, kAll, {8, true, 0}, kSecond);
  std::vector<std::int8_t> up = sample.inputs;
  std::vector<std::int8_t> down = sample.inputs;
  for (std::size_t i = 0; i < kRows; ++i) {
    up[i] = std::max<std::int8_t>(up[i], 0);
    down[i] = static_cast<std::int8_t>(-std::min<std::int8_t>(down[i], 0));
  }
  const auto first = counts_of(config, network(config, sample.weights, up, kAll));
  const auto second = counts_of(config, network(config, sample.weights, down, kAll));
  for (std::size_t j = 0; j < kColumns; ++j) {
    const double p = first[2 * j] + second[2 * j + 1];
    const double n = first[2 * j + 1] + second[2 * j];
    EXPECT_NEAR(counts.cp[j], p, 1.5 + 2e-3 * p);
    EXPECT_NEAR(counts.cn[j], n, 1.5 + 2e-3 * n);
  }
}

// In one phase negative inputs swap the devices of their rows' pairs, which bitlines' own devices
// stand for.
TEST(CircuitEffects, InputsOfBothSignsDropNearlyLikeTheirNetwork) {
  const CrossbarConfig config = resistive(5.0);
  const Sample sample(-127, 127);
  Crossbar crossbar(config, 1, "tile0");
  crossbar.program(sample.weights.data(), kAll, 0);
  const Counts counts = run(crossbar, sample.inputs, 0, kAll, {8, false, 0}, kSecond);
  Sample swapped = sample;
  for (std::size_t i = 0; i < kRows; ++i) {
    if (sample.inputs[i] >= 0) continue;
    swapped.inputs[i] = static_cast<std::int8_t>(-sample.inputs[i]);
    for (std::size_t j = 0; j < kColumns; ++j) {
      std::int8_t& weight = swapped.weights[i * kColumns + j];
      weight = static_cast<std::int8_t>(-weight);
    }
  }
  const auto exact = counts_of(config, network(config, swapped.weights, swapped.inputs, kAll));
  const auto ideal =
      counts_of(perfect(), network(perfect(), swapped.weights, swapped.inputs, kAll));
  double drop = 0.0;
  double left = 0.0;
  for (std::size_t j = 0; j < kColumns; ++j) {
    drop += std::pow(ideal[2 * j] - exact[2 * j], 2.0);
    left += std::pow(counts.cp[j] - exact[2 * j], 2.0);
  }
  EXPECT_LT(std::sqrt(left / drop), 0.12);
}

TEST(CircuitEffects, DiodesMakeDropsLarger) {
  const Sample sample(0, 127);
  const auto total = [&](const CrossbarConfig& config) {
    Crossbar crossbar(config, 1, "tile0");
    crossbar.program(sample.weights.data(), kAll, 0);
    const Counts counts = run(crossbar, sample.inputs, 0, kAll, {8, false, 0}, kSecond);
    return std::accumulate(counts.cp.begin(), counts.cp.end(), 0.0);
  };
  CrossbarConfig config = resistive(0.5);
  const double ohmic = total(perfect()) - total(config);
  config.wires.selector = Selector::kDiode;
  config.wires.half_bias_ratio = 10.0;  // sensitivity 4.6
  const double behind_diodes = total(perfect()) - total(config);
  EXPECT_GT(behind_diodes / ohmic, 3.5);
  EXPECT_LT(behind_diodes / ohmic, 4.6);
}

TEST(CircuitEffects, SmallResistancesDropInProportion) {
  const Sample sample(0, 127);
  const auto sum = [&](double ohm) {
    DeviceArray array(resistive(ohm), 1, "tile0");
    array.program(sample.weights.data(), kAll, std::vector<std::uint32_t>(kCells), 0);
    array.prepare(kAll, 0);
    double total = 0.0;
    for (std::size_t i = 0; i < kCells; ++i) total += array.conductance().sum(i % kRows, i / kRows);
    return total;
  };
  const double ideal = sum(0.0);
  EXPECT_NEAR((ideal - sum(0.5)) / (ideal - sum(0.25)), 2.0, 0.03);
}

// The attenuation follows from programming and age alone, not from when it was asked for.
TEST(CircuitEffects, EarlierReadsDoNotMatter) {
  CrossbarConfig config = resistive(10.0);
  config.device = DeviceConfig{};
  const Sample sample(0, 127);
  const std::vector<std::uint32_t> generation(kCells);
  DeviceArray often(config, 1, "tile0");
  DeviceArray once(config, 1, "tile0");
  often.program(sample.weights.data(), kAll, generation, kSecond);
  once.program(sample.weights.data(), kAll, generation, kSecond);
  for (core::TimePs now = 0; now < 1000 * kSecond; now += 70 * kSecond) often.prepare(kAll, now);
  often.prepare(kAll, 1000 * kSecond);
  once.prepare({3, 5, 7, 2}, 1000 * kSecond);
  once.prepare(kAll, 1000 * kSecond);
  EXPECT_TRUE(often.conductance() == once.conductance());
  EXPECT_TRUE(often.variance() == once.variance());
}

TEST(CircuitEffects, WiresTakeFromNoiseWhatTheyTakeFromConductances) {
  CrossbarConfig config = perfect();
  config.device.read_noise = 1.0;
  const auto ratio = [&](double ohm) {
    config.wires.bitline_ohm = ohm;
    DeviceArray array(config, 1, "tile0");
    const std::vector<std::int8_t> weights(kCells, 127);
    array.program(weights.data(), kAll, std::vector<std::uint32_t>(kCells), 0);
    array.prepare(kAll, 100 * kSecond);
    double variance = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < kCells; ++i) {
      variance += array.variance().get(i % kRows, i / kRows, true);
      square += std::pow(array.conductance().get(i % kRows, i / kRows, true), 2.0);
    }
    return variance / square;
  };
  EXPECT_NEAR(ratio(50.0) / ratio(0.0), 1.0, 0.03);
}

TEST(CircuitEffects, TheReferenceLosesAsMuchAsTheColumn) {
  CrossbarConfig config = resistive(20.0);
  config.device.g_min_us = 10.0;
  config.device.subtract_off = true;
  config.device.iv_scale_v = config.device.conductance_ev = 0.0;
  DeviceArray array(config, 1, "tile0");
  const std::vector<std::int8_t> weights(kCells, 0);
  array.program(weights.data(), kAll, std::vector<std::uint32_t>(kCells), 0);
  array.prepare(kAll, 0);
  for (std::size_t i = 0; i < kCells; ++i)
    ASSERT_LE(std::abs(array.conductance().sum(i % kRows, i / kRows)), 2);
}

Counts partly(const std::function<void(CrossbarConfig&)>& change, const Region& region) {
  CrossbarConfig config = perfect();
  change(config);
  const Sample sample(0, 127);
  Crossbar crossbar(config, 1, "tile0");
  crossbar.program(sample.weights.data(), kAll, 0);
  return run(crossbar, {sample.inputs.begin(), sample.inputs.begin() + region.rows}, 0, region,
             {8, false, 0}, kSecond);
}

TEST(CircuitEffects, SneakPathsOfAPartAreThoseOfTheNetwork) {
  const Region part{16, 40, 8, 16};
  const Counts counts = partly([](auto& c) { c.wires.selector = Selector::kNone; }, part);
  const Counts alone = partly([](auto&) {}, part);
  const Sample sample(0, 127);
  CrossbarCircuit circuit = network(perfect(), sample.weights, sample.inputs, part);
  for (std::size_t i = 0; i < kRows; ++i) circuit.wordlines[i].held = i >= 16 && i < 56;
  for (std::size_t j = 0; j < 2 * kColumns; ++j) circuit.bitlines[j].held = j >= 16 && j < 48;
  const auto exact = counts_of(perfect(), circuit);
  double added = 0.0;
  for (std::size_t j = 0; j < part.columns; ++j) {
    EXPECT_NEAR(counts.cp[j], exact[16 + 2 * j], 2.0);
    EXPECT_NEAR(counts.cn[j], exact[17 + 2 * j], 2.0);
    added += counts.cp[j] - alone.cp[j];
  }
  EXPECT_GT(added / part.columns, 20.0);
  EXPECT_GT(counts.result.array_energy_j, alone.result.array_energy_j);
}

TEST(CircuitEffects, TransistorsGroundedLinesAndWholeArraysHaveNoSneakPaths) {
  const Region part{16, 40, 8, 16};
  const Counts alone = partly([](auto&) {}, part);
  const auto none = [](CrossbarConfig& c) { c.wires.selector = Selector::kNone; };
  EXPECT_TRUE(alone == partly(
                           [&](auto& c) {
                             none(c);
                             c.wires.idle_lines = IdleLines::kGrounded;
                           },
                           part));
  EXPECT_TRUE(alone == partly(
                           [&](auto& c) {
                             none(c);
                             c.circuit_effects.sneak_paths = false;
                           },
                           part));
  EXPECT_TRUE(alone != partly(none, part));
  EXPECT_TRUE(partly([](auto&) {}, kAll) == partly(none, kAll));
}

TEST(CircuitEffects, DiodesLeaveLittleOfSneakPaths) {
  const Region part{16, 40, 8, 16};
  const Counts alone = partly([](auto&) {}, part);
  const auto added = [&](double ratio) {
    const Counts counts = partly(
        [&](auto& c) {
          c.wires.selector = Selector::kDiode;
          c.wires.half_bias_ratio = ratio;
        },
        part);
    double sum = 0.0;
    for (std::size_t j = 0; j < part.columns; ++j) sum += counts.cp[j] - alone.cp[j];
    return sum;
  };
  EXPECT_GT(added(2.0), 400.0);
  EXPECT_LT(added(10.0), 0.5 * added(2.0));
  EXPECT_LT(added(1000.0), 0.02 * added(2.0));
}

// Regions take turns on one array; none sees the paths of the one before.
TEST(CircuitEffects, EveryRegionHasItsOwnSneakPaths) {
  CrossbarConfig config = perfect();
  config.wires.selector = Selector::kNone;
  const Region first{0, 20, 0, 10};
  const Region second{30, 20, 12, 16};
  const Sample sample(0, 127);
  Crossbar crossbar(config, 1, "tile0");
  crossbar.program(sample.weights.data(), kAll, 0);
  const std::vector<std::int8_t> inputs(sample.inputs.begin(), sample.inputs.begin() + 20);
  for (const Region& region : {first, second, first}) {
    const Counts counts = run(crossbar, inputs, 0, region, {8, false, 0}, kSecond);
    EXPECT_TRUE(counts == partly([](auto& c) { c.wires.selector = Selector::kNone; }, region));
  }
}

std::vector<double> written(const std::vector<Region>& regions, double shift) {
  CrossbarConfig config = perfect();
  config.device.thermal_crosstalk = shift;
  DeviceArray array(config, 1, "tile0");
  const std::vector<std::int8_t> weights(kCells, 64);
  for (const Region& region : regions)
    array.program(weights.data(), region, std::vector<std::uint32_t>(kCells), 0);
  array.prepare(kAll, 0);
  std::vector<double> levels;
  for (std::size_t i = 0; i < kCells; ++i) {
    const double code = array.conductance().get(i % kRows, i / kRows, true);
    levels.push_back(code * array.conductance_step_us() / (25.0 * 64 / 127));
  }
  return levels;
}

double level(const std::vector<double>& levels, std::size_t row, std::size_t column) {
  return levels[column * kRows + row];
}

TEST(ThermalCrosstalk, AWrittenCellMovesItsFourNeighbours) {
  constexpr double kShift = 0.01;
  const auto before = written({kAll}, kShift);
  const auto after = written({kAll, {20, 1, 10, 1}}, kShift);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = 0; column < kColumns; ++column) {
      const std::size_t distance =
          (row < 20 ? 20 - row : row - 20) + (column < 10 ? 10 - column : column - 10);
      const double a = level(before, row, column);
      const double b = level(after, row, column);
      if (distance == 0) {
        ASSERT_NEAR(b, 1.0, 3e-4);  // it is what it was written to
      } else {
        ASSERT_NEAR(b / a, distance == 1 ? 1.0 + kShift : 1.0, 3e-4) << row << " " << column;
      }
    }
  }
}

// Row by row: the neighbours to the right and below are written later.
TEST(ThermalCrosstalk, WritingAllMovesInnerCellsTwice) {
  for (const double shift : {0.02, -0.02}) {
    const auto levels = written({kAll}, shift);
    EXPECT_NEAR(level(levels, 30, 15), (1.0 + shift) * (1.0 + shift), 3e-4);
    EXPECT_NEAR(level(levels, kRows - 1, 15), 1.0 + shift, 3e-4);
    EXPECT_NEAR(level(levels, 30, kColumns - 1), 1.0 + shift, 3e-4);
    EXPECT_NEAR(level(levels, kRows - 1, kColumns - 1), 1.0, 3e-4);
  }
}

TEST(ThermalCrosstalk, SmallShiftsAddUp) {
  constexpr double kShift = 1e-3;
  std::vector<Region> regions{kAll};
  for (int i = 0; i < 20; ++i) regions.push_back({20, 1, 10, 1});
  const auto levels = written(regions, kShift);
  EXPECT_NEAR(level(levels, 20, 11), 1.0 + 22 * kShift, 5e-4);
}

TEST(ThermalCrosstalk, HeatEndsAtTheLargestConductance) {
  std::vector<Region> regions{kAll};
  for (int i = 0; i < 200; ++i) regions.push_back({20, 1, 10, 1});
  EXPECT_NEAR(level(written(regions, 0.1), 20, 11), 127.0 / 64, 1e-3);
  EXPECT_NEAR(level(written(regions, -0.1), 20, 11), 0.0, 1e-3);
}

TEST(ThermalCrosstalk, SwitchedOffNothingMoves) {
  CrossbarConfig config = perfect();
  config.device.thermal_crosstalk = 0.05;
  config.device_effects.thermal_crosstalk = false;
  EXPECT_EQ(without_disabled_effects(config).device.thermal_crosstalk, 0.0);
  EXPECT_NEAR(level(written({kAll}, 0.0), 30, 15), 1.0, 3e-4);
}

TEST(CircuitEffects, BadWiresAreRefusedByName) {
  const auto refusal = [](const std::function<void(CrossbarConfig&)>& change) -> std::string {
    CrossbarConfig config = perfect();
    change(config);
    try {
      const Crossbar crossbar(config, 1, "tile0");
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  using C = CrossbarConfig;
  EXPECT_NE(refusal([](C& c) { c.wires.wordline_ohm = -1.0; }).find("wires.wordline_ohm is -1"),
            std::string::npos);
  EXPECT_NE(refusal([](C& c) { c.wires.bitline_ohm = std::nan(""); }).find("wires.bitline_ohm"),
            std::string::npos);
  EXPECT_NE(refusal([](C& c) { c.wires.bitline_ohm = 5000.0; }).find("square of the rows"),
            std::string::npos);
  EXPECT_NE(refusal([](C& c) { c.wires.half_bias_ratio = 1.0; }).find("half_bias_ratio"),
            std::string::npos);
  EXPECT_NE(refusal([](C& c) {
              c.readout.kind = ReadoutKind::kTime;
              c.wires.bitline_ohm = 1.0;
            }).find("0 unless columns are read by current"),
            std::string::npos);
  EXPECT_NE(refusal([](C& c) {
              c.readout.kind = ReadoutKind::kTime;
              c.wires.selector = Selector::kNone;
            }).find("wires.selector"),
            std::string::npos);
  EXPECT_NE(refusal([](C& c) { c.device.thermal_crosstalk = 0.5; }).find("thermal_crosstalk"),
            std::string::npos);
}

}  // namespace
}  // namespace aimc::analog
