// The tile's data path with an ideal crossbar: results are exact integers that the test computes on
// its own.
#include "models/tile/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "models/core/jobs.h"

namespace aimc::tile {
namespace {

constexpr std::uint32_t region(std::uint32_t first, std::uint32_t number) {
  return first | number << 16U;
}

TileConfig ideal_config() {
  TileConfig config;
  config.crossbar.rows = 32;
  config.crossbar.columns = 16;
  config.crossbar.mode = analog::AnalogMode::kIdeal;
  return config;
}

class Engine : public ::testing::Test {
 protected:
  explicit Engine(const TileConfig& config = ideal_config())
      : config_(config),
        engine_(config, nmpu::make_model(config.nmpu_format()), 1, "tile0", energy_, probe_) {}

  /// Runs one command; returns its duration.
  core::TimePs run(const CommandWords& words) {
    const Decoded decoded = decode(words, engine_.geometry());
    EXPECT_FALSE(decoded.refusal.has_value());
    const TileEngine::Start start = engine_.start(decoded.command, now_, execution_);
    EXPECT_FALSE(start.refusal.has_value());
    now_ += start.duration_ps;
    engine_.finish(execution_, now_, engine_.queue_track());
    return start.duration_ps;
  }

  void program_random(unsigned seed) {
    std::mt19937 generator(seed);
    for (std::size_t i = 0; i < engine_.weight_bytes(); ++i) {
      engine_.weights()[i] = static_cast<std::int8_t>(static_cast<int>(generator() % 255U) - 127);
    }
    run({0x01, 0, 0, 0, 0, 0, region(0, 32), region(0, 16)});
  }

  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, engine_.sram() + address, sizeof value);
    return value;
  }
  std::int16_t half(std::uint32_t address) const {
    std::int16_t value = 0;
    std::memcpy(&value, engine_.sram() + address, sizeof value);
    return value;
  }

  /// Exact sums of |x| |w| of both polarities of a column.
  std::pair<int, int> sums(std::uint32_t inputs, int zero_point, unsigned column) {
    int positive = 0;
    int negative = 0;
    for (unsigned row = 0; row < 32; ++row) {
      const int x = static_cast<std::int8_t>(engine_.sram()[inputs + row]) - zero_point;
      const int product = x * engine_.weights()[row * 16 + column];
      (product > 0 ? positive : negative) += std::abs(product);
    }
    return {positive, negative};
  }

  TileConfig config_;
  core::EnergyMeter energy_;
  core::Probe probe_;
  TileEngine engine_;
  Execution execution_;
  core::TimePs now_ = 0;
};

TEST_F(Engine, MvmGivesTheNominalCountsOfExactSums) {
  program_random(3);
  for (unsigned row = 0; row < 32; ++row) engine_.sram()[row] = static_cast<std::uint8_t>(row * 7);
  run({0x02 | 0x80U << 8U, 0, 0x100, 1, 0, 0, region(0, 32), region(0, 16)});
  for (unsigned column = 0; column < 16; ++column) {
    const auto [positive, negative] = sums(0, -128, column);
    const auto count = [&](int sum) {
      return std::min(420U, static_cast<unsigned>(std::floor(sum * engine_.count_scale() + 0.5)));
    };
    EXPECT_EQ(word(0x100 + 4 * column), count(positive) | count(negative) << 16U) << column;
  }
}

TEST_F(Engine, RepeatedMvmEqualsSingleOnesAndOverlapsTransfers) {
  program_random(4);
  for (unsigned i = 0; i < 96; ++i) engine_.sram()[i] = static_cast<std::uint8_t>(i * 5);
  core::TimePs single = 0;
  for (unsigned i = 0; i < 3; ++i) {
    single += run({0x02, 32 * i, 0x200 + 64 * i, 1, 0, 0, region(0, 32), region(0, 16)});
  }
  const core::TimePs repeated = run({0x02, 0, 0x400, 3, 32, 64, region(0, 32), region(0, 16)});
  EXPECT_EQ(std::memcmp(engine_.sram() + 0x200, engine_.sram() + 0x400, 3 * 64), 0);
  EXPECT_LT(repeated, single);
  EXPECT_EQ(engine_.counters().mvms, 6U);
  EXPECT_EQ(engine_.counters().macs, 6U * 32 * 16);
}

TEST_F(Engine, ResultsAppearOnlyWhenTheCommandIsFinished) {
  program_random(5);
  std::fill_n(engine_.sram(), 32, std::uint8_t{100});
  const Decoded decoded =
      decode({0x02, 0, 0x100, 1, 0, 0, region(0, 32), region(0, 16)}, engine_.geometry());
  const TileEngine::Start start = engine_.start(decoded.command, now_, execution_);
  EXPECT_EQ(word(0x100), 0U);
  engine_.finish(execution_, now_ + start.duration_ps, engine_.queue_track());
  EXPECT_NE(word(0x100), 0U);
}

TEST_F(Engine, PartialSumsOfSplitRowsAddUpToTheWholeLayer) {
  program_random(6);
  std::mt19937 generator(6);
  for (unsigned row = 0; row < 32; ++row)
    engine_.sram()[row] = static_cast<std::uint8_t>(generator());
  for (unsigned column = 0; column < 16; ++column) {
    ASSERT_FALSE(engine_.write_nmpu_param(2 * column, 128U | 128U << 16U));
  }
  // Upper and lower half of the rows one after the other, chained through the partial sums.
  run({0x02, 0, 0x100, 1, 0, 0, region(0, 16), region(0, 16)});
  run({0x02, 16, 0x200, 1, 0, 0, region(16, 16), region(0, 16)});
  run({0x03 | 1U << 8U, 0x100, 0x300, 1, 0, 0, 0, region(0, 16)});
  run({0x03 | 1U << 8U | 2U << 9U, 0x200, 0x400, 1, 0, 0, 0x300, region(0, 16)});
  // The same through ADD.
  run({0x03 | 1U << 8U, 0x200, 0x500, 1, 0, 0, 0, region(0, 16)});
  run({0x04, 0x300, 0x600, 16, 0, 0, 0x500, 0});
  for (unsigned column = 0; column < 16; ++column) {
    const auto difference = [&](std::uint32_t counts) {
      return static_cast<int>(word(counts + 4 * column) & 0xFFFFU) -
             static_cast<int>(word(counts + 4 * column) >> 16U);
    };
    EXPECT_EQ(half(0x400 + 2 * column), difference(0x100) + difference(0x200)) << column;
    EXPECT_EQ(half(0x600 + 2 * column), half(0x400 + 2 * column)) << column;
  }
}

TEST_F(Engine, AddSaturates) {
  const std::int16_t a[2] = {32000, -32000};
  const std::int16_t b[2] = {1000, -1000};
  std::memcpy(engine_.sram(), a, sizeof a);
  std::memcpy(engine_.sram() + 0x10, b, sizeof b);
  run({0x04, 0, 0x20, 2, 0, 0, 0x10, 0});
  EXPECT_EQ(half(0x20), 32767);
  EXPECT_EQ(half(0x22), -32768);
}

TEST_F(Engine, GatheredPatchesEqualInputsLaidSideBySide) {
  program_random(9);
  // A patch of 3 x 3 pixels of 4 channels, less its last pixel, at three places of an activation 8
  // pixels wide.
  for (unsigned i = 0; i < 0x80; ++i) engine_.sram()[i] = static_cast<std::uint8_t>(i * 11);
  for (unsigned place = 0; place < 3; ++place) {
    for (unsigned row = 0; row < 32; ++row) {
      engine_.sram()[0x100 + 32 * place + row] =
          engine_.sram()[8 * place + row / 12 * 32 + row % 12];
    }
  }
  run({0x02, 0x100, 0x400, 3, 32, 64, region(0, 32), region(0, 16)});
  run({0x02, 0, 0x800, 3 | 12U << 16U, 8 | 32U << 16U, 64, region(0, 32), region(0, 16)});
  EXPECT_EQ(std::memcmp(engine_.sram() + 0x400, engine_.sram() + 0x800, 3 * 64), 0);
  EXPECT_NE(word(0x800), word(0x840));
}

TEST_F(Engine, EverySegmentTakesAnAccessOfTheSram) {
  config_.sram_bytes_per_cycle = 1;
  program_random(9);
  const core::TimePs together = run({0x02, 0, 0x400, 1, 0, 0, region(0, 32), region(0, 16)});
  const core::TimePs apart =
      run({0x02, 0, 0x400, 1 | 4U << 16U, 32U << 16U, 0, region(0, 32), region(0, 16)});
  // 32 bytes are one access, eight segments are eight.
  EXPECT_EQ(apart - together, 7 * engine_.clock().time_of(1));
}

TEST_F(Engine, Add8IsTheRoundedSumOfScaledDifferences) {
  std::mt19937 generator(11);
  const auto bits = [&generator] { return static_cast<std::uint32_t>(generator()); };
  for (unsigned round = 0; round < 200; ++round) {
    for (unsigned i = 0; i < 0x100; ++i) engine_.sram()[i] = static_cast<std::uint8_t>(bits());
    const std::uint32_t factors = bits() >> bits() % 17;
    const std::uint32_t shift = 1 + bits() % 31;
    const std::uint32_t relu = bits() % 2;
    const std::uint32_t zeros = bits() & 0xFFFFFF00U;
    std::vector<double> expected;
    for (unsigned i = 0; i < 0x80; ++i) {
      const auto signed_byte = [](std::uint32_t byte) { return static_cast<std::int8_t>(byte); };
      const double sum = (signed_byte(engine_.sram()[i]) - signed_byte(zeros >> 8U)) *
                             static_cast<double>(factors & 0xFFFFU) +
                         (signed_byte(engine_.sram()[0x80 + i]) - signed_byte(zeros >> 16U)) *
                             static_cast<double>(factors >> 16U);
      const double zero = signed_byte(zeros >> 24U);
      const double value = zero + std::floor(sum / std::pow(2.0, shift) + 0.5);
      expected.push_back(std::clamp(value, relu != 0 ? zero : -128.0, 127.0));
    }
    run({0x0C | zeros, 0, 0x200, 0x80, factors, shift | relu << 8U, 0x80, 0});
    for (unsigned i = 0; i < 0x80; ++i) {
      ASSERT_EQ(static_cast<std::int8_t>(engine_.sram()[0x200 + i]), expected[i])
          << "round " << round << " element " << i;
    }
  }
}

TEST_F(Engine, MoveMayOverlap) {
  for (unsigned i = 0; i < 16; ++i) engine_.sram()[i] = static_cast<std::uint8_t>(i);
  run({0x05, 0, 4, 12, 0, 0, 0, 0});
  for (unsigned i = 0; i < 12; ++i) EXPECT_EQ(engine_.sram()[4 + i], i);
}

TEST_F(Engine, MvmOverUnprogrammedCellsIsRefusedAndChangesNothing) {
  const CommandWords words{0x02, 0, 0x100, 1, 0, 0, region(0, 32), region(0, 16)};
  const TileEngine::Start start =
      engine_.start(decode(words, engine_.geometry()).command, 0, execution_);
  ASSERT_TRUE(start.refusal.has_value());
  EXPECT_EQ(start.refusal->code, Error::kNotProgrammed);
  EXPECT_EQ(engine_.counters().mvms, 0U);
}

TEST_F(Engine, ParametersThatDoNotFitTheirFormatAreRefused) {
  EXPECT_EQ(engine_.write_nmpu_param(0, 0x01000000)->code, Error::kBadValue);  // sn 256
  EXPECT_EQ(engine_.write_nmpu_param(0, 0x00000100)->code, Error::kBadValue);  // sp 256
  EXPECT_EQ(engine_.write_nmpu_param(1, 0x00800000)->value, 0x00800000U);      // offset 128
  EXPECT_EQ(engine_.write_nmpu_param(1, 0xFF7F0000)->code, Error::kBadValue);  // offset -129
  EXPECT_EQ(engine_.read_nmpu_param(0), 0U);
  EXPECT_EQ(engine_.read_nmpu_param(1), 0U);
  EXPECT_FALSE(engine_.write_nmpu_param(0, 0x00FF00FF));
  EXPECT_FALSE(engine_.write_nmpu_param(1, 0xFF808000));  // offset -128, bias -32768
  EXPECT_EQ(engine_.read_nmpu_param(1), 0xFF808000U);
}

TEST(WideEngine, TakesAndUses16BitParameters) {
  core::EnergyMeter energy;
  core::Probe probe;
  TileConfig config;
  config.nmpu.configuration = nmpu::Configuration::kWide;
  TileEngine engine(config, nmpu::make_model(config.nmpu_format()), 1, "tile0", energy, probe);
  EXPECT_FALSE(engine.write_nmpu_param(0, 0xC0004000U));  // sp 0.5, sn 1.5
  EXPECT_FALSE(engine.write_nmpu_param(1, 0x7FF0FFFEU));  // offset 2047, bias -2
  const std::uint32_t counts = 1000U | 100U << 16U;
  std::memcpy(engine.sram(), &counts, sizeof counts);
  const CommandWords words{0x03 | 1U << 8U | 1U << 9U, 0, 4, 1, 0, 0, 0, 1U << 16U};
  Execution execution;
  const auto start = engine.start(decode(words, engine.geometry()).command, 0, execution);
  engine.finish(execution, start.duration_ps, engine.queue_track());
  std::int16_t result = 0;
  std::memcpy(&result, engine.sram() + 4, sizeof result);
  EXPECT_EQ(result, 500 - 150 + 2047 - 2);
}

TEST_F(Engine, PostRoundsAndCountsSaturation) {
  ASSERT_FALSE(engine_.write_nmpu_param(0, 64U));  // sp 0.5
  ASSERT_FALSE(engine_.write_nmpu_param(2, 64U));
  const std::uint32_t counts[2] = {1001, 4000};
  std::memcpy(engine_.sram(), counts, sizeof counts);
  const auto post = [&](std::uint32_t flags) {
    run({0x03 | flags, 0, 0x100, 1, 0, 0, 0, region(0, 2)});
  };
  post(1U << 8U);
  EXPECT_EQ(half(0x100), 501);  // 500.5
  post(1U << 8U | 1U << 20U);
  EXPECT_EQ(half(0x100), 500);
  post(1U << 8U | 2U << 20U);
  EXPECT_EQ(half(0x100), 500);
  EXPECT_EQ(engine_.nmpu_saturated(), nmpu::Saturation{});
  post(9U << 16U);  // 125.125 and 500
  EXPECT_EQ(engine_.sram()[0x100], 125U);
  EXPECT_EQ(engine_.sram()[0x101], 127U);
  EXPECT_EQ(engine_.nmpu_saturated().activations, 1U);
  EXPECT_EQ(engine_.nmpu_saturated().psums, 0U);
  engine_.clear_nmpu_saturated();
  EXPECT_EQ(engine_.nmpu_saturated(), nmpu::Saturation{});
}

TEST_F(Engine, ReadModeOutOfRangeIsRefused) {
  const std::uint32_t before = engine_.read_mode_word();
  EXPECT_EQ(engine_.set_read_mode(0)->code, Error::kBadValue);
  EXPECT_EQ(engine_.set_read_mode(9)->code, Error::kBadValue);
  EXPECT_EQ(engine_.read_mode_word(), before);
  EXPECT_FALSE(engine_.set_read_mode(7 | 2U << 8U).has_value());
}

TEST_F(Engine, EveryActivityCostsEnergyAndBusyTimeIsTheSumOfDurations) {
  program_random(7);
  std::fill_n(engine_.sram(), 32, std::uint8_t{50});
  const core::TimePs programmed = now_;
  core::TimePs sum = programmed;
  sum += run({0x02, 0, 0x100, 1, 0, 0, region(0, 32), region(0, 16)});
  sum += run({0x03, 0x100, 0x200, 1, 0, 0, 0, region(0, 16)});
  EXPECT_EQ(engine_.counters().busy_ps, sum);
  for (const core::EnergyMeter::Entry& entry : energy_.entries()) {
    EXPECT_GT(entry.joules, 0.0) << entry.component << " " << entry.activity;
  }
}

TEST_F(Engine, ResetKeepsConductances) {
  program_random(8);
  engine_.reset();
  EXPECT_TRUE(engine_.crossbar().programmed({0, 32, 0, 16}));
  EXPECT_EQ(engine_.weights()[0], 0);
  EXPECT_EQ(engine_.counters().mvms, 0U);
}

/// Two engines that do the same with physical crossbars, one of them with other threads.
class SharedEngine : public ::testing::Test {
 protected:
  static constexpr unsigned kRepetitions = 40;  // enough work to be handed over
  const CommandWords program_{0x01, 0, 0, 0, 0, 0, region(0, 32), region(0, 16)};
  const CommandWords mvm_{0x02, 0, 0x800, kRepetitions, 32, 64, region(0, 32), region(0, 16)};

  static TileConfig config() {
    TileConfig config = ideal_config();
    config.crossbar.mode = analog::AnalogMode::kPhysical;
    return config;
  }

  SharedEngine()
      : alone_(config(), nmpu::make_model({}), 1, "tile0", energy_alone_, probe_),
        shared_(config(), nmpu::make_model({}), 1, "tile0", energy_shared_, probe_) {
    shared_.use_runner(pool_);
    for (TileEngine* engine : {&alone_, &shared_}) {
      std::mt19937 generator(3);
      for (std::size_t i = 0; i < engine->weight_bytes(); ++i) {
        engine->weights()[i] = static_cast<std::int8_t>(static_cast<int>(generator() % 255U) - 127);
      }
      finish(*engine, start(*engine, program_));
      for (unsigned i = 0; i < 0x800; ++i) {
        engine->sram()[i] = static_cast<std::uint8_t>(generator());
      }
    }
  }

  static std::unique_ptr<Execution> start(TileEngine& engine, const CommandWords& words) {
    auto execution = std::make_unique<Execution>();
    EXPECT_FALSE(engine.start(decode(words, engine.geometry()).command, 0, *execution).refusal);
    return execution;
  }
  static void finish(TileEngine& engine, const std::unique_ptr<Execution>& execution) {
    engine.finish(*execution, 0, engine.queue_track());
  }
  void expect_equal() {
    EXPECT_EQ(std::memcmp(alone_.sram(), shared_.sram(), alone_.geometry().sram_bytes), 0);
    const auto& one = energy_alone_.entries();
    const auto& other = energy_shared_.entries();
    ASSERT_EQ(one.size(), other.size());
    for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].joules, other[i].joules);
    EXPECT_EQ(alone_.counters().saturated, shared_.counters().saturated);
  }

  core::JobPool pool_{3};
  core::EnergyMeter energy_alone_, energy_shared_;
  core::Probe probe_;
  TileEngine alone_, shared_;
};

TEST_F(SharedEngine, ComputesTheSameWithOtherThreads) {
  for (unsigned i = 0; i < 50; ++i) {
    for (TileEngine* engine : {&alone_, &shared_}) {
      const auto execution = start(*engine, mvm_);
      // Inputs are those of the start, whatever is written meanwhile.
      std::fill_n(engine->sram(), 0x400, static_cast<std::uint8_t>(i));
      finish(*engine, execution);
    }
    expect_equal();
  }
}

TEST_F(SharedEngine, CommandsMayOverlapAnMvmThatOthersCompute) {
  const CommandWords post{0x03 | 1U << 8U, 0x800, 0x100, 1, 0, 0, 0, region(0, 16)};
  for (TileEngine* engine : {&alone_, &shared_}) {
    const auto first = start(*engine, mvm_);
    const auto other = start(*engine, post);
    const auto second = start(*engine, mvm_);
    finish(*engine, other);
    finish(*engine, first);
    const auto programming = start(*engine, program_);
    finish(*engine, second);
    finish(*engine, programming);
  }
  expect_equal();
}

TEST_F(SharedEngine, AResetLeavesTheCrossbarAsIfTheMvmHadEnded) {
  for (TileEngine* engine : {&alone_, &shared_}) {
    std::vector<std::uint8_t> inputs(engine->sram(), engine->sram() + 0x800);
    const auto abandoned = start(*engine, mvm_);
    engine->reset();
    std::copy(inputs.begin(), inputs.end(), engine->sram());
    finish(*engine, start(*engine, mvm_));
  }
  expect_equal();
}

TEST_F(SharedEngine, MayGoWhileAnMvmIsComputed) {
  TileEngine engine(config(), nmpu::make_model({}), 1, "tile1", energy_shared_, probe_);
  engine.use_runner(pool_);
  finish(engine, start(engine, program_));
  const auto abandoned = start(engine, mvm_);
}

}  // namespace
}  // namespace aimc::tile
