// The program of a tile as plain C++: threads, loops, semaphores.
#include "models/tile/program.h"

#include <gtest/gtest.h>

#include <cstring>

namespace aimc::tile {
namespace {

constexpr TileGeometry kGeometry{32, 16, 16 * 1024};

CommandWords wait(std::uint32_t semaphore, std::uint32_t amount) {
  return {0x07, semaphore, 0, amount};
}
CommandWords loop(std::uint32_t counter, std::uint32_t target, std::uint32_t times) {
  return {0x09U | counter << 8U, target, 0, times};
}
Command decoded(const CommandWords& words) {
  const Decoded result = decode(words, kGeometry, CommandSource::kProgram);
  EXPECT_FALSE(result.refusal);
  return result.command;
}

class ProgramTest : public ::testing::Test {
 protected:
  void put(std::uint32_t index, const CommandWords& words) {
    std::memcpy(program.memory() + std::size_t{index} * kCommandBytes, words.data(), kCommandBytes);
  }
  Program program;
};

TEST_F(ProgramTest, NestedLoopsExecuteTheirBodiesAsOftenAsTold) {
  put(0, {0x00});  // outer body
  put(1, {0x00});  // inner body
  put(2, loop(1, 1, 3));
  put(3, loop(0, 0, 2));
  put(4, {0x0B});
  ASSERT_FALSE(program.start(0, 0));
  unsigned outer = 0;
  unsigned inner = 0;
  while (program.pc(0) != 4) {
    const Command command = program.fetch(0, kGeometry).command;
    outer += program.pc(0) == 0 ? 1 : 0;
    inner += program.pc(0) == 1 ? 1 : 0;
    if (command.opcode == Opcode::kLoop) {
      program.loop(0, command);
    } else {
      program.advance(0);
    }
  }
  EXPECT_EQ(outer, 2U);
  EXPECT_EQ(inner, 6U);
}

TEST_F(ProgramTest, ALoopOfZeroTimesNeverEnds) {
  ASSERT_FALSE(program.start(0, 5));
  for (int i = 0; i < 1000; ++i) {
    program.loop(0, decoded(loop(0, 5, 0)));
    EXPECT_EQ(program.pc(0), 5U);
  }
}

TEST_F(ProgramTest, ThreadsHaveTheirOwnCounters) {
  ASSERT_FALSE(program.start(0, 1));
  ASSERT_FALSE(program.start(1, 1));
  const Command twice = decoded(loop(0, 0, 2));
  program.loop(0, twice);
  EXPECT_EQ(program.pc(0), 0U);
  program.loop(1, twice);
  EXPECT_EQ(program.pc(1), 0U);
}

TEST_F(ProgramTest, ASemaphoreIsTakenWhenItHasEnough) {
  ASSERT_FALSE(program.start(2, 9));
  const Command three = decoded(wait(4, 3));
  EXPECT_FALSE(program.take(2, three));
  ASSERT_FALSE(program.post_semaphore(4, 2));
  EXPECT_FALSE(program.take(2, three));
  const auto waiting = program.waiting();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].thread, 2U);
  EXPECT_EQ(waiting[0].command, 9U);
  EXPECT_EQ(waiting[0].semaphore, 4U);
  EXPECT_EQ(waiting[0].wanted, 3U);
  EXPECT_EQ(waiting[0].present, 2U);
  EXPECT_EQ(program.state_word(2), 0x403U);
  ASSERT_FALSE(program.post_semaphore(4, 2));
  EXPECT_TRUE(program.take(2, three));
  EXPECT_EQ(program.semaphore(4), 1U);
  EXPECT_TRUE(program.waiting().empty());
}

TEST_F(ProgramTest, SemaphoresDoNotWrap) {
  EXPECT_FALSE(program.set_semaphore(0, 65535));
  const auto refusal = program.post_semaphore(0, 1);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, Error::kBadValue);
  EXPECT_EQ(program.semaphore(0), 65535U);
  EXPECT_TRUE(program.set_semaphore(0, 65536));
}

TEST_F(ProgramTest, StartRefusesWhatRunsAndWhatIsNotThere) {
  EXPECT_FALSE(program.start(3, 0));
  EXPECT_EQ(program.start(3, 0)->code, Error::kBusy);
  EXPECT_EQ(program.start(0, kProgramCommands)->code, Error::kBadValue);
  EXPECT_EQ(program.running_threads(), 8U);
  program.end(3, true);
  EXPECT_EQ(program.running_threads(), 0U);
  EXPECT_EQ(program.state_word(3), regs::tile::kProgramStateFault.mask());
}

TEST_F(ProgramTest, RunningOffTheEndIsRefused) {
  ASSERT_FALSE(program.start(0, kProgramCommands - 1));
  EXPECT_FALSE(program.fetch(0, kGeometry).refusal);
  program.advance(0);
  const auto refusal = program.fetch(0, kGeometry).refusal;
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, Error::kBadAddress);
  EXPECT_EQ(refusal->value, kProgramCommands);
}

TEST(ProgramCommands, AreForProgramsOnly) {
  for (const std::uint32_t opcode : {0x07U, 0x08U, 0x09U, 0x0AU, 0x0BU}) {
    const CommandWords words{opcode, 0, 0, opcode == 0x0A || opcode == 0x0B ? 0U : 1U};
    EXPECT_FALSE(decode(words, kGeometry, CommandSource::kProgram).refusal) << opcode;
    const auto refusal = decode(words, kGeometry).refusal;
    ASSERT_TRUE(refusal) << opcode;
    EXPECT_EQ(refusal->code, Error::kBadOpcode);
  }
}

TEST(ProgramCommands, AreChecked) {
  const auto refused = [](const CommandWords& words, Error code, std::uint32_t value) {
    const auto refusal = decode(words, kGeometry, CommandSource::kProgram).refusal;
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, code);
    EXPECT_EQ(refusal->value, value);
  };
  refused({0x07, 32, 0, 1}, Error::kBadLength, 32);
  refused({0x07, 0, 0, 0}, Error::kBadLength, 0);
  refused({0x07, 0, 0, 65536}, Error::kBadLength, 65536);
  refused({0x07, 0, 4, 1}, Error::kBadFlags, 4);
  refused({0x107, 0, 0, 1}, Error::kBadFlags, 0x107);
  refused({0x08, 0, 4, 1}, Error::kBadFlags, 4);   // local: no address
  refused({0x108, 1, 4, 1}, Error::kBadFlags, 1);  // remote: no semaphore
  refused({0x108, 0, 0x40000202, 1}, Error::kMisaligned, 0x40000202);
  refused({0x09, kProgramCommands, 0, 1}, Error::kBadAddress, kProgramCommands);
  refused({0x409, 0, 0, 1}, Error::kBadFlags, 0x409);
  refused({0x0B, 1}, Error::kBadFlags, 1);
}

}  // namespace
}  // namespace aimc::tile
