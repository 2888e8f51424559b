// Code that changes under the hart, by itself or by others, and more code than the block cache
// holds.

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

TEST(SelfModifying, NextFetchSeesTheStore) {
  Machine machine;
  machine.hart.set_reg(kS0, kRamBase);
  machine.hart.set_reg(kA0, addi(kA1, kZero, 2));
  machine.put(kRamBase, {sw(kA0, 8, kS0), nop(), addi(kA1, kZero, 1)});
  machine.hart.run(3);  // as one block, were it not for the store
  EXPECT_EQ(machine.hart.reg(kA1), 2U);
}

TEST(SelfModifying, LoopOverChangingCode) {
  Machine machine;
  // The body increments the immediate of the ADDI behind it, ten times.
  machine.hart.set_reg(kS0, kRamBase);
  machine.hart.set_reg(kA2, 10);
  machine.hart.set_reg(kA3, 1U << 20U);
  machine.put(kRamBase, {lw(kA0, 16, kS0), add(kA0, kA0, kA3), sw(kA0, 16, kS0), fence_i(),
                         addi(kA1, kA1, 0), addi(kA2, kA2, -1), bne(kA2, kZero, -24), ebreak()});
  machine.hart.run(kForever);
  EXPECT_EQ(machine.hart.reg(kA1), 55U);
  EXPECT_EQ(machine.hart.instructions(), 70U);
}

TEST(SelfModifying, PartsOfAnInstruction) {
  Machine machine;
  machine.hart.set_reg(kS0, kRamBase);
  machine.hart.set_reg(kA2, 3);
  machine.hart.set_reg(kA0, 0x7F);
  machine.put(kRamBase, {addi(kA1, kZero, 0), sb(kA0, 3, kS0), addi(kA2, kA2, -1),
                         bne(kA2, kZero, -12), ebreak()});
  machine.hart.run(kForever);
  EXPECT_EQ(machine.hart.reg(kA1), 0x7F0U);
}

TEST(SelfModifying, DataBesideCodeIsNoCode) {
  Machine machine;
  machine.hart.set_reg(kS0, kRamBase);
  machine.hart.set_reg(kA2, 100);
  machine.put(kRamBase,
              {sw(kA2, 16, kS0), addi(kA2, kA2, -1), bne(kA2, kZero, -8), jal(0, 8), 0, ebreak()});
  machine.hart.run(kForever);
  EXPECT_EQ(machine.word(kRamBase + 16), 1U);
  EXPECT_EQ(machine.hart.instructions(), 301U);
}

TEST(SelfModifying, ForeignWritesAreSeenAfterInvalidate) {
  Machine machine;
  machine.put(kRamBase, {addi(kA1, kA1, 1), jal(0, -4)});
  machine.hart.run(300);
  machine.put_word(kRamBase, addi(kA2, kA2, 1));
  machine.hart.invalidate(kRamBase, 1);
  const std::uint32_t before = machine.hart.reg(kA1);
  machine.hart.run(600);
  EXPECT_EQ(machine.hart.reg(kA1), before);
  EXPECT_EQ(machine.hart.reg(kA2), 100U);
  machine.hart.invalidate(0, 0xFFFFFFFFU);  // all of the address space is fine
  machine.hart.run(900);
  EXPECT_EQ(machine.hart.reg(kA2), 200U);
}

TEST(SelfModifying, CountsSurviveDroppedBlocks) {
  Machine machine;
  machine.put(kRamBase, {addi(kA1, kA1, 1), jal(0, -4)});
  machine.hart.run(300);
  machine.hart.invalidate(kRamBase, kRamSize);
  const auto counts = machine.hart.class_counts();
  EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kAlu)], 100U);
  EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kJump)], 100U);
}

TEST(Cache, MoreCodeThanItHolds) {
  // 40,000 jumps of one instruction each, twice around: the cache is emptied on the way.
  constexpr std::uint32_t kBase = 0x20000000;
  constexpr std::uint32_t kJumps = 40000;
  std::vector<std::uint8_t> code(4 * kJumps + 4);
  const auto put = [&](std::uint32_t offset, Word word) {
    for (unsigned i = 0; i < 4; ++i) code[offset + i] = static_cast<std::uint8_t>(word >> (8 * i));
  };
  for (std::uint32_t i = 0; i < kJumps; ++i) put(4 * i, jal(kA0, 4));
  put(4 * kJumps, jal(kA1, -static_cast<std::int32_t>(4 * kJumps)));
  Machine machine;
  machine.hart.add_direct_memory({kBase, 4 * kJumps + 4, code.data(), true});
  machine.hart.set_pc(kBase);
  machine.hart.run(2 * 2 * (kJumps + 1));
  EXPECT_EQ(machine.hart.instructions(), 2 * (kJumps + 1));
  EXPECT_EQ(machine.hart.pc(), kBase);
  EXPECT_EQ(machine.hart.class_counts()[static_cast<std::size_t>(InstructionClass::kJump)],
            2 * (kJumps + 1));
}

}  // namespace
}  // namespace aimc::riscv
