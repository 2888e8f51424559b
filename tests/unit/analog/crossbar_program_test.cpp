#include <gtest/gtest.h>

#include "models/analog/write_pulses.h"
#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

using test::Dice;

TEST(WritePulses, HaveTheMeanAskedForAndKeepTheMaximum) {
  struct Case {
    double mean;
    unsigned maximum;
  };
  constexpr std::size_t kSamples = 200'000;
  std::vector<std::uint32_t> words(kSamples);
  core::RandomStream(5, "test", "pulses").words(0, words.data(), kSamples);
  for (const Case& c : {Case{10.0, 30}, Case{1.0, 30}, Case{1.5, 2}, Case{25.0, 30}, Case{30.0, 30},
                        Case{1.0, 1}, Case{100.0, 1000}}) {
    const WritePulses pulses(c.mean, c.maximum);
    std::vector<unsigned> samples(kSamples);
    for (std::size_t i = 0; i < kSamples; ++i) samples[i] = pulses.draw(words[i]);
    const test::Moments moments(samples);
    EXPECT_NEAR(moments.mean, c.mean, 4.0 * moments.mean_error() + 1e-6)
        << c.mean << " of " << c.maximum;
    EXPECT_LE(*std::max_element(samples.begin(), samples.end()), c.maximum);
    EXPECT_GE(*std::min_element(samples.begin(), samples.end()), 1U);
    EXPECT_LE(pulses.draw(0xFFFFFFFF), c.maximum);
    EXPECT_GE(pulses.draw(0), 1U);
  }
}

TEST(CrossbarProgram, ATileTakesMillisecondsAndAccountsForEveryPulse) {
  CrossbarConfig config;
  Crossbar crossbar(config, 1, "tile0");
  const Region all{0, 256, 0, 256};
  const auto weights = Dice(1, "weights").codes(65536);
  const ProgramResult result = crossbar.program(weights.data(), all, 0);
  EXPECT_GT(result.duration_ps, 1'000'000'000U);    // 1 ms
  EXPECT_LT(result.duration_ps, 110'000'000'000U);  // 110 ms
  EXPECT_EQ(result.duration_ps % 893'000, 0U);      // whole rounds of pulse and verify

  // Every device but the active ones of non-zero weights takes one pulse.
  const auto zeros = static_cast<std::uint64_t>(std::count(weights.begin(), weights.end(), 0));
  const auto iterations = static_cast<double>(result.pulses - 65536 - zeros);
  EXPECT_NEAR(iterations / static_cast<double>(65536 - zeros), 10.0, 4.0 * 8.0 / 256.0);
  EXPECT_NEAR(result.energy_j,
              (static_cast<double>(result.pulses) * 100.0 + iterations * 1.0) * 1e-12, 1e-15);
}

TEST(CrossbarProgram, BatchesLastAsLongAsTheirSlowestCell) {
  CrossbarConfig config;
  config.rows = 4;
  config.columns = 10;
  config.device.pulses_mean = 5.0;
  config.device.pulses_max = 5;  // always five
  config.device.parallel_writers = 16;
  Crossbar crossbar(config, 1, "tile0");
  const std::vector<std::int8_t> weights(40, 3);
  const ProgramResult result = crossbar.program(weights.data(), {0, 4, 0, 10}, 0);
  EXPECT_EQ(result.duration_ps, 3U * 5U * 893'000U);  // 16 + 16 + 8 cells
  EXPECT_EQ(result.pulses, 40U * (5U + 1U));
  const std::vector<std::int8_t> zeros(40, 0);
  const ProgramResult erased = crossbar.program(zeros.data(), {0, 4, 0, 10}, 0);
  EXPECT_EQ(erased.duration_ps, 3U * 893'000U);
  EXPECT_EQ(erased.pulses, 80U);
  EXPECT_NEAR(erased.energy_j, 80 * 100e-12, 1e-18);  // a RESET pulse is not verified
}

TEST(CrossbarProgram, CostsTheSameInBothModes) {
  const auto weights = Dice(1, "weights").codes(64 * 64);
  std::vector<ProgramResult> results;
  for (const AnalogMode mode : {AnalogMode::kIdeal, AnalogMode::kPhysical}) {
    CrossbarConfig config;
    config.rows = config.columns = 64;
    config.mode = mode;
    results.push_back(Crossbar(config, 1, "tile0").program(weights.data(), {0, 64, 0, 64}, 0));
  }
  EXPECT_EQ(results[0].duration_ps, results[1].duration_ps);
  EXPECT_EQ(results[0].pulses, results[1].pulses);
  EXPECT_EQ(results[0].energy_j, results[1].energy_j);
}

TEST(CrossbarProgram, KnowsWhichCellsWereProgrammedAndHowOften) {
  CrossbarConfig config;
  config.rows = 100;
  config.columns = 200;
  Crossbar crossbar(config, 1, "tile0");
  const std::vector<std::int8_t> weights(20'000, 1);
  EXPECT_FALSE(crossbar.programmed({0, 1, 0, 1}));
  crossbar.program(weights.data(), {10, 20, 60, 80}, 0);
  EXPECT_TRUE(crossbar.programmed({10, 20, 60, 80}));
  EXPECT_TRUE(crossbar.programmed({15, 1, 63, 66}));
  EXPECT_TRUE(crossbar.programmed({29, 1, 139, 1}));
  EXPECT_FALSE(crossbar.programmed({10, 20, 59, 80}));
  EXPECT_FALSE(crossbar.programmed({10, 20, 60, 81}));
  EXPECT_FALSE(crossbar.programmed({9, 20, 60, 80}));
  EXPECT_FALSE(crossbar.programmed({10, 21, 60, 80}));
  EXPECT_EQ(crossbar.wear_max(), 1U);
  crossbar.program(weights.data(), {29, 2, 139, 2}, 0);  // overlaps in one cell
  EXPECT_EQ(crossbar.wear_max(), 2U);
  crossbar.program(weights.data(), {0, 10, 0, 10}, 0);
  EXPECT_EQ(crossbar.wear_max(), 2U);
}

TEST(ProgrammedMap, AgreesWithOneFlagACell) {
  Dice dice(9, "map");
  for (int trial = 0; trial < 30; ++trial) {
    CrossbarConfig config;
    config.rows = 5;
    config.columns = static_cast<unsigned>(dice.between(1, 200));
    config.mode = AnalogMode::kIdeal;
    Crossbar crossbar(config, 1, "tile0");
    std::vector<bool> flags(5 * config.columns);
    const std::vector<std::int8_t> weights(5 * config.columns, 1);
    for (int step = 0; step < 20; ++step) {
      Region region;
      region.first_row = static_cast<unsigned>(dice.between(0, 4));
      region.rows = static_cast<unsigned>(dice.between(1, static_cast<int>(5 - region.first_row)));
      region.first_column =
          static_cast<unsigned>(dice.between(0, static_cast<int>(config.columns) - 1));
      region.columns = static_cast<unsigned>(
          dice.between(1, static_cast<int>(config.columns - region.first_column)));
      bool all = true;
      for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
        for (unsigned column = region.first_column; column < region.first_column + region.columns;
             ++column) {
          all = all && flags[row * config.columns + column];
        }
      }
      ASSERT_EQ(crossbar.programmed(region), all) << "trial " << trial << " step " << step;
      if (step % 2 == 1) continue;
      crossbar.program(weights.data(), region, 0);
      for (unsigned row = region.first_row; row < region.first_row + region.rows; ++row) {
        for (unsigned column = region.first_column; column < region.first_column + region.columns;
             ++column) {
          flags[row * config.columns + column] = true;
        }
      }
    }
  }
}

}  // namespace
}  // namespace aimc::analog
