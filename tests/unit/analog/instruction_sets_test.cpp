#include <gtest/gtest.h>

#include "tests/unit/analog/analog_test_util.h"

// What a crossbar computes must not depend on the instructions it is computed with.

namespace aimc::analog {
namespace {

using core::InstructionSet;
using test::Counts;
using test::Dice;
using test::kSecond;

Region draw_region(Dice& dice, unsigned rows, unsigned columns) {
  const auto below = [&](unsigned n) {
    return static_cast<unsigned>(dice.between(0, static_cast<int>(n) - 1));
  };
  Region region;
  region.first_row = below(rows);
  region.rows = 1 + below(rows - region.first_row);
  region.first_column = below(columns);
  region.columns = 1 + below(columns - region.first_column);
  return region;
}

TEST(InstructionSets, GiveTheSameCountsAndEnergies) {
  const InstructionSet widest = core::widest_instruction_set();
  if (widest == InstructionSet::kPortable) GTEST_SKIP() << "this processor has only one";
  Dice dice(12, "sets");
  for (int trial = 0; trial < 40; ++trial) {
    SCOPED_TRACE(trial);
    CrossbarConfig config;
    config.rows = static_cast<unsigned>(dice.between(1, 300));
    config.columns = static_cast<unsigned>(dice.between(1, 80));
    config.mode = trial % 4 == 0 ? AnalogMode::kIdeal : AnalogMode::kPhysical;
    config.device.read_noise = trial % 5 == 0 ? 0.0 : 1.0;
    config.device.subtract_off = trial % 7 == 0;
    const auto weights = dice.codes(std::size_t{config.rows} * config.columns);
    Crossbar portable(config, 1, "tile0");
    Crossbar avx2(config, 1, "tile0");
    Crossbar wide(config, 1, "tile0");
    portable.use(InstructionSet::kPortable);
    avx2.use(InstructionSet::kAvx2);
    const Region all{0, config.rows, 0, config.columns};
    core::TimePs now = 0;
    for (Crossbar* crossbar : {&portable, &avx2, &wide})
      now = crossbar->program(weights.data(), all, 0).duration_ps;
    for (int read = 0; read < 6; ++read) {
      const Region region = read == 0 ? all : draw_region(dice, config.rows, config.columns);
      const ReadMode mode{static_cast<unsigned>(dice.between(1, 8)), dice.between(0, 1) == 1,
                          static_cast<unsigned>(dice.between(0, 3))};
      const int limit = dice.between(0, 127);
      auto inputs = dice.codes(region.rows, -limit, limit);
      if (read % 2 == 0) {  // few inputs are driven
        for (auto& input : inputs) input = dice.between(0, 9) == 0 ? input : std::int8_t{0};
      }
      const auto zero_point = static_cast<std::int8_t>(read < 3 ? 0 : dice.between(-128, 127));
      now += static_cast<core::TimePs>(dice.between(0, 100)) * kSecond;
      const Counts expected = test::run(portable, inputs, zero_point, region, mode, now);
      for (Crossbar* crossbar : {&avx2, &wide}) {
        const Counts counts = test::run(*crossbar, inputs, zero_point, region, mode, now);
        ASSERT_EQ(counts.cp, expected.cp);
        ASSERT_EQ(counts.cn, expected.cn);
        ASSERT_EQ(counts.result.array_energy_j, expected.result.array_energy_j);
        ASSERT_EQ(counts.result.saturated, expected.result.saturated);
      }
    }
  }
}

// Announced MVMs are computed together. Whether what follows is what was announced, at once or
// when the devices have aged or were written: results are those of MVMs that were not announced.
TEST(Announcements, ChangeNoResult) {
  Dice dice(13, "ahead");
  for (int trial = 0; trial < 30; ++trial) {
    SCOPED_TRACE(trial);
    CrossbarConfig config;
    config.rows = static_cast<unsigned>(dice.between(1, 200));
    config.columns = static_cast<unsigned>(dice.between(1, 60));
    config.mode = trial % 4 == 0 ? AnalogMode::kIdeal : AnalogMode::kPhysical;
    config.device.disturb_per_read = trial % 5 == 0 ? 1e-3 : 0.0;
    config.device.read_noise = trial % 7 == 0 ? 0.0 : 1.0;
    Crossbar plain(config, 1, "tile0");
    Crossbar announced(config, 1, "tile0");
    const Region all{0, config.rows, 0, config.columns};
    const auto weights = dice.codes(std::size_t{config.rows} * config.columns);
    core::TimePs now = plain.program(weights.data(), all, 0).duration_ps;
    announced.program(weights.data(), all, 0);
    for (int command = 0; command < 8; ++command) {
      const Region region = draw_region(dice, config.rows, config.columns);
      const ReadMode mode{8, dice.between(0, 1) == 1, 0};
      const unsigned count = static_cast<unsigned>(dice.between(1, 6));
      auto inputs = dice.codes(std::size_t{count} * region.rows);
      announced.announce(inputs.data(), region.rows, count, 3, region, mode, now);
      const int surprise = dice.between(0, 4);
      if (surprise == 0) inputs = dice.codes(inputs.size());
      if (surprise == 1) now += 100 * kSecond;
      if (surprise == 2) {
        plain.program(weights.data(), region, now);
        announced.program(weights.data(), region, now);
      }
      for (unsigned i = 0; i < count; ++i) {
        const auto first = inputs.begin() + static_cast<std::ptrdiff_t>(i * region.rows);
        const std::vector<std::int8_t> vector(first, first + region.rows);
        if (surprise == 3) now += 3 * kSecond;
        const Counts expected = test::run(plain, vector, 3, region, mode, now);
        const Counts counts = test::run(announced, vector, 3, region, mode, now);
        ASSERT_EQ(counts.cp, expected.cp) << command;
        ASSERT_EQ(counts.cn, expected.cn) << command;
        ASSERT_EQ(counts.result.array_energy_j, expected.result.array_energy_j);
      }
    }
  }
}

}  // namespace
}  // namespace aimc::analog
