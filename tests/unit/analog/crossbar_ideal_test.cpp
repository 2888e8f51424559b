#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Counts;
using test::Dice;

CrossbarConfig ideal_config(unsigned rows, unsigned columns) {
  CrossbarConfig config;
  config.rows = rows;
  config.columns = columns;
  config.mode = AnalogMode::kIdeal;
  return config;
}

// Straight from the definition, one product at a time.
struct Naive {
  std::uint16_t cp = 0;
  std::uint16_t cn = 0;
  unsigned saturated = 0;
};

Naive naive_column(const CrossbarConfig& config, const std::vector<std::int8_t>& weights,
                   unsigned column, const std::vector<std::int8_t>& inputs, int zero_point,
                   const Region& region, const ReadMode& mode, double scale) {
  std::int64_t product[2][2] = {{0, 0}, {0, 0}};  // [x < 0][w < 0]
  for (unsigned i = 0; i < region.rows; ++i) {
    const int limit = (1 << mode.magnitude_bits) - 1;
    const int x = std::clamp(inputs[i] - zero_point, -limit, limit);
    const int w = +weights[(region.first_row + i) * config.columns + column];
    product[x < 0 ? 1 : 0][w < 0 ? 1 : 0] += std::abs(x * w);
  }
  const auto count = [&](std::int64_t sum) {
    return std::floor(static_cast<double>(sum) * scale + 0.5);
  };
  const double limit =
      mode.four_phase ? config.adc.full_scale_counts_four : config.adc.full_scale_counts;
  const double p = mode.four_phase ? count(product[0][0]) + count(product[1][1])
                                   : count(product[0][0] + product[1][1]);
  const double n = mode.four_phase ? count(product[0][1]) + count(product[1][0])
                                   : count(product[0][1] + product[1][0]);
  return {static_cast<std::uint16_t>(std::min(limit, p)),
          static_cast<std::uint16_t>(std::min(limit, n)),
          (p >= limit ? 1U : 0U) + (n >= limit ? 1U : 0U)};
}

TEST(CrossbarIdeal, EqualsTheDefinitionOverRegionsAndModes) {
  constexpr std::uint64_t kSeed = 20;
  SCOPED_TRACE(kSeed);
  Dice dice(kSeed, "ideal");
  unsigned saturated = 0;
  unsigned clipped = 0;
  for (int trial = 0; trial < 300; ++trial) {
    SCOPED_TRACE(trial);
    const bool large = trial % 50 == 0;
    const auto rows = static_cast<unsigned>(dice.between(1, large ? 1024 : 80));
    const auto columns = static_cast<unsigned>(dice.between(1, large ? 300 : 40));
    Crossbar crossbar(ideal_config(rows, columns), 1, "tile0");
    const auto weights = dice.codes(std::size_t{rows} * columns);
    crossbar.program(weights.data(), {0, rows, 0, columns}, 0);
    for (int read = 0; read < 4; ++read) {
      Region region;
      region.first_row = static_cast<unsigned>(dice.between(0, static_cast<int>(rows) - 1));
      region.rows =
          static_cast<unsigned>(dice.between(1, static_cast<int>(rows - region.first_row)));
      region.first_column = static_cast<unsigned>(dice.between(0, static_cast<int>(columns) - 1));
      region.columns =
          static_cast<unsigned>(dice.between(1, static_cast<int>(columns - region.first_column)));
      const ReadMode mode{static_cast<unsigned>(dice.between(1, 8)), dice.between(0, 1) == 1,
                          static_cast<unsigned>(dice.between(0, 3))};
      const auto zero_point = static_cast<std::int8_t>(dice.between(-128, 127));
      const auto inputs = dice.codes(region.rows, -128, 127);
      const Counts counts = test::run(crossbar, inputs, zero_point, region, mode, 1000);
      unsigned expected_saturated = 0;
      for (unsigned i = 0; i < region.columns; ++i) {
        const Naive naive =
            naive_column(crossbar.config(), weights, region.first_column + i, inputs, zero_point,
                         region, mode, crossbar.count_scale(mode));
        ASSERT_EQ(counts.cp[i], naive.cp) << "column " << i;
        ASSERT_EQ(counts.cn[i], naive.cn) << "column " << i;
        expected_saturated += naive.saturated;
      }
      ASSERT_EQ(counts.result.saturated, expected_saturated);
      saturated += expected_saturated;
      clipped += counts.result.clipped_inputs;
    }
  }
  EXPECT_GT(saturated, 0U);  // the trials reach both limits
  EXPECT_GT(clipped, 0U);
}

TEST(CrossbarIdeal, CountScaleIsTheDocumentedFormula) {
  Crossbar crossbar(ideal_config(8, 8), 1, "tile0");
  // 420 counts * 25 uS * 0.2 V / (100 uA * 127 * 256), four-phase with 1690 counts, ranges divide
  // the current.
  EXPECT_DOUBLE_EQ(crossbar.count_scale({8, false, 0}),
                   420.0 * 25.0 * 0.2 / (100.0 * 127.0 * 256.0));
  EXPECT_DOUBLE_EQ(crossbar.count_scale({8, true, 0}),
                   1690.0 * 25.0 * 0.2 / (100.0 * 127.0 * 256.0));
  EXPECT_DOUBLE_EQ(crossbar.count_scale({7, false, 3}),
                   420.0 * 25.0 * 0.2 / (12.5 * 127.0 * 128.0));
}

TEST(CrossbarIdeal, CountsInputsThatDoNotFit) {
  Crossbar crossbar(ideal_config(4, 1), 1, "tile0");
  const std::vector<std::int8_t> weights(4, 127);
  crossbar.program(weights.data(), {0, 4, 0, 1}, 0);
  const std::vector<std::int8_t> inputs{127, -128, 100, 0};
  // Minus -128: 255, 0, 228, 128.
  EXPECT_EQ(test::run(crossbar, inputs, -128, {0, 4, 0, 1}, {8, false, 0}, 0).result.clipped_inputs,
            0U);
  const Counts seven = test::run(crossbar, inputs, -128, {0, 4, 0, 1}, {7, false, 0}, 0);
  EXPECT_EQ(seven.result.clipped_inputs, 3U);
  const double sum = 3.0 * 127.0 * 127.0;
  EXPECT_EQ(seven.cp[0],
            static_cast<int>(std::floor(sum * crossbar.count_scale({7, false, 0}) + 0.5)));
}

TEST(CrossbarIdeal, FullScaleIsReachedAndNotPassed) {
  Crossbar crossbar(ideal_config(256, 2), 1, "tile0");
  std::vector<std::int8_t> weights(512);
  for (unsigned row = 0; row < 256; ++row) {
    weights[2 * row] = 127;
    weights[2 * row + 1] = -127;
  }
  const Region all{0, 256, 0, 2};
  crossbar.program(weights.data(), all, 0);
  const std::vector<std::int8_t> inputs(256, 127);
  const Counts one = test::run(crossbar, inputs, 0, all, {8, false, 0}, 0);
  EXPECT_EQ(one.cp, (std::vector<std::uint16_t>{420, 0}));
  EXPECT_EQ(one.cn, (std::vector<std::uint16_t>{0, 420}));
  EXPECT_EQ(one.result.saturated, 2U);
  const Counts four = test::run(crossbar, inputs, 0, all, {8, true, 0}, 0);
  EXPECT_EQ(four.cp, (std::vector<std::uint16_t>{1690, 0}));
  EXPECT_EQ(four.result.saturated, 2U);
}

TEST(CrossbarIdeal, CellsNeverProgrammedCarryNothing) {
  Crossbar crossbar(ideal_config(16, 16), 1, "tile0");
  const Counts counts =
      test::run(crossbar, std::vector<std::int8_t>(16, 100), 0, {0, 16, 0, 16}, {}, 0);
  EXPECT_EQ(counts.cp, std::vector<std::uint16_t>(16, 0));
  EXPECT_EQ(counts.result.array_energy_j, 0.0);
}

TEST(Crossbar, RefusesBadCallsInWords) {
  Crossbar crossbar(ideal_config(16, 8), 1, "tile0");
  std::vector<std::int8_t> weights(128, 1);
  std::vector<std::int8_t> inputs(16);
  std::vector<std::uint16_t> cp(8), cn(8);
  const auto mvm = [&](const Region& region, const ReadMode& mode) {
    crossbar.mvm(inputs.data(), 0, region, mode, 0, cp.data(), cn.data());
  };
  EXPECT_THROW(mvm({0, 0, 0, 8}, {}), std::invalid_argument);
  EXPECT_THROW(mvm({0, 17, 0, 8}, {}), std::invalid_argument);
  EXPECT_THROW(mvm({16, 1, 0, 8}, {}), std::invalid_argument);
  EXPECT_THROW(mvm({0, 16, 4, 5}, {}), std::invalid_argument);
  EXPECT_THROW(mvm({0, 16, 0xFFFFFFFF, 2}, {}), std::invalid_argument);
  EXPECT_THROW(mvm({0, 16, 0, 8}, {0, false, 0}), std::invalid_argument);
  EXPECT_THROW(mvm({0, 16, 0, 8}, {9, false, 0}), std::invalid_argument);
  EXPECT_THROW(mvm({0, 16, 0, 8}, {8, false, 4}), std::invalid_argument);
  weights[9] = -128;
  EXPECT_THROW(crossbar.program(weights.data(), {0, 16, 0, 8}, 0), std::invalid_argument);
  EXPECT_EQ(crossbar.wear_max(), 0U);                  // and nothing was written
  crossbar.program(weights.data(), {2, 14, 0, 8}, 0);  // outside the region it does not matter
  try {
    mvm({3, 16, 0, 8}, {});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "analog: region rows is 3 + 16, expected at least one, within 16");
  }
}

TEST(Crossbar, RefusesBadConfigurations) {
  const auto refused = [](auto change) {
    CrossbarConfig config;
    change(config);
    EXPECT_THROW(Crossbar(config, 1, "tile0"), std::invalid_argument);
  };
  refused([](CrossbarConfig& c) { c.rows = 0; });
  refused([](CrossbarConfig& c) { c.columns = 1025; });
  refused([](CrossbarConfig& c) { c.read_voltage_v = std::nan(""); });
  refused([](CrossbarConfig& c) { c.device.g_max_us = 0.0; });
  refused([](CrossbarConfig& c) { c.device.programming_noise = -1.0; });
  refused([](CrossbarConfig& c) { c.device.pulses_mean = 31.0; });
  refused([](CrossbarConfig& c) { c.device.parallel_writers = 0; });
  refused([](CrossbarConfig& c) { c.adc.full_scale_counts = 4096; });
  refused([](CrossbarConfig& c) { c.adc.gain_limit = 1.0; });
  refused([](CrossbarConfig& c) { c.dac.lsb_ns = INFINITY; });
  refused([](CrossbarConfig& c) { c.dac.bits = 0; });
  refused([](CrossbarConfig& c) { c.dac.nonlinearity = 0.6; });
  refused([](CrossbarConfig& c) { c.weights.slice_bits = 8; });
  refused([](CrossbarConfig& c) {
    c.weights.slice_bits = 4;
    c.weights.signs = SignScheme::kOffset;
  });
  refused([](CrossbarConfig& c) {
    c.dac.kind = DacKind::kBitSerial;
    c.readout.kind = ReadoutKind::kTime;
  });
  refused([](CrossbarConfig& c) { c.adc.bits = 0; });
  refused([](CrossbarConfig& c) { c.adc.bits = 13; });
  refused([](CrossbarConfig& c) { c.adc.shared_columns = 0; });
  refused([](CrossbarConfig& c) { c.adc.inl_lsb = -1.0; });
  refused([](CrossbarConfig& c) { c.adc.thermal_noise_counts = NAN; });
  refused([](CrossbarConfig& c) { c.adc.flicker_octaves = 41; });
  refused([](CrossbarConfig& c) {
    c.adc.kind = AdcKind::kSar;
    c.adc.bits = 3;
    c.adc.energy_model = AdcEnergyModel::kSurvey;
  });
}

}  // namespace
}  // namespace aimc::analog
