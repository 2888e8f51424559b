// What instructions cost beyond their class, to the cycle. The expected counts are those of the
// CV32E40P user manual, chapter "Pipeline Details".

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

// Cycles of a program of `count` instructions from the start of RAM.
std::uint64_t cycles_of(Machine& machine, std::initializer_list<Word> words, unsigned count) {
  machine.hart.set_reg(kS0, kData);
  machine.put(kRamBase, words);
  machine.step(count);
  return machine.hart.cycle();
}

std::uint64_t cycles_of(std::initializer_list<Word> words,
                        HartConfig config = Machine::default_config()) {
  Machine machine(config);
  return cycles_of(machine, words, static_cast<unsigned>(words.size()));
}

TEST(LoadUse, TakesACycleWhenTheNextInstructionNeedsTheValue) {
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), nop(), nop()}), 3U);
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), add(kA1, kA0, kA2), nop()}), 4U) << "first source";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), add(kA1, kA2, kA0), nop()}), 4U) << "second source";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), add(kA1, kA0, kA0), nop()}), 4U) << "both: one wait";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), sw(kA0, 4, kS0), nop()}), 4U) << "value of a store";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), bne(kA0, kZero, 64), nop()}), 4U) << "branch";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), csrw(csrs::kMscratch, kA0)}), 3U) << "CSR";
}

TEST(LoadUse, NotFurtherAwayAndNotForOtherRegisters) {
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), nop(), add(kA1, kA0, kA0)}), 3U);
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), addi(kA0, kA1, 1)}), 2U) << "a destination is no use";
  EXPECT_EQ(cycles_of({lw(kZero, 0, kS0), add(kA1, kZero, kZero)}), 2U) << "x0 waits for nobody";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), lui(kA1, kA0 << 3U)}), 2U)
      << "an immediate where others have a source";
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), csrrwi(0, csrs::kMscratch, kA0)}), 2U);
  EXPECT_EQ(cycles_of({lw(kA0, 0, kS0), addi(kA1, kZero, kA0)}), 2U);
}

TEST(LoadUse, OfADeviceAndOfAMisalignedLoadToo) {
  Machine machine;
  machine.access_cycles = 10;
  machine.hart.set_reg(kS1, kDevice);
  EXPECT_EQ(cycles_of(machine, {lw(kA0, 0, kS1), add(kA1, kA0, kA0)}, 2), 10U + 1 + 1 + 1);
  EXPECT_EQ(cycles_of({lw(kA0, 2, kS0), add(kA1, kA0, kA0)}), 2U + 1 + 1);
}

TEST(LoadUse, DoesNotDependOnWhereABlockEnds) {
  // The load is the 30th to the 35th instruction: a block holds 32.
  for (unsigned before = 29; before < 35; ++before) {
    Machine machine;
    machine.hart.set_reg(kS0, kData);
    for (unsigned i = 0; i < before; ++i) machine.put_word(kRamBase + 4 * i, nop());
    machine.put(kRamBase + 4 * before, {lw(kA0, 0, kS0), add(kA1, kA0, kA0), ebreak()});
    machine.hart.run(before + 2);
    EXPECT_EQ(machine.hart.cycle(), before + 2) << before;
    machine.step();
    EXPECT_EQ(machine.hart.cycle(), before + 3) << before;
  }
}

TEST(LoadUse, FollowsAChangeOfTheNextInstruction) {
  // The load ends a block of 32; the instruction behind it is outside.
  Machine machine;
  machine.hart.set_reg(kS0, kData);
  for (unsigned i = 0; i < 31; ++i) machine.put_word(kRamBase + 4 * i, nop());
  machine.put(kRamBase + 124, {lw(kA0, 0, kS0), nop()});
  machine.hart.run(33);
  EXPECT_EQ(machine.hart.cycle(), 33U);
  machine.put_word(kRamBase + 128, add(kA1, kA0, kA0));
  machine.hart.invalidate(kRamBase + 128, 4);
  machine.hart.set_pc(kRamBase);
  machine.step(33);
  EXPECT_EQ(machine.hart.cycle(), 33U + 34U);
}

TEST(LoadUse, ABreakpointChangesNothing) {
  Machine machine;
  machine.hart.set_reg(kS0, kData);
  machine.put(kRamBase, {lw(kA0, 0, kS0), add(kA1, kA0, kA0)});
  machine.hart.set_breakpoints({kRamBase + 4});
  EXPECT_EQ(machine.hart.run(100), StopReason::kBreakpoint);
  EXPECT_EQ(machine.hart.cycle(), 2U);
}

TEST(JalrUse, TakesACycleBehindTheProducer) {
  const auto offset = [](unsigned instructions) {
    return static_cast<std::int32_t>(4 * instructions);
  };
  EXPECT_EQ(cycles_of({auipc(kA0, 0), jalr(kRa, kA0, offset(2))}), 1U + 1 + 2);
  EXPECT_EQ(cycles_of({auipc(kA0, 0), nop(), jalr(kRa, kA0, offset(3))}), 1U + 1 + 2);
  Machine machine;
  machine.put_word(kData, kRamBase + 0x100);
  EXPECT_EQ(cycles_of(machine, {lw(kA0, 0, kS0), jalr(kRa, kA0, 0)}, 2), 1U + 2 + 2)
      << "a load's value and a jump's register: both";
  EXPECT_EQ(cycles_of({jal(kRa, 4), jalr(kA0, kRa, 4)}), 4U) << "hidden behind the jump";
}

TEST(UnalignedTarget, OfA32BitInstructionTakesACycle) {
  const auto jump_to = [](std::uint32_t offset, bool compressed, Word jump) {
    Machine machine;
    machine.put_word(kRamBase, jump);
    machine.put_half(kRamBase + offset, compressed ? 0x0001U : nop() & 0xFFFFU);
    machine.put_half(kRamBase + offset + 2, compressed ? 0x0001U : nop() >> 16U);
    machine.step(1);
    const std::uint64_t known_to_be_new = machine.hart.cycle();
    machine.hart.set_pc(kRamBase);
    machine.step(1);
    EXPECT_EQ(machine.hart.cycle(), 2 * known_to_be_new) << "decoded or not";
    return known_to_be_new;
  };
  EXPECT_EQ(jump_to(0x40, false, jal(kZero, 0x40)), 2U);
  EXPECT_EQ(jump_to(0x42, true, jal(kZero, 0x42)), 2U);
  EXPECT_EQ(jump_to(0x42, false, jal(kZero, 0x42)), 3U);
  EXPECT_EQ(jump_to(0x42, false, beq(kZero, kZero, 0x42)), 4U);
  EXPECT_EQ(jump_to(0x42, true, beq(kZero, kZero, 0x42)), 3U);
  EXPECT_EQ(jump_to(0x42, false, bne(kZero, kZero, 0x42)), 1U) << "not taken";
}

TEST(UnalignedTarget, BehindAFence) {
  Machine machine;
  machine.put(kRamBase, {0x00010001U, 0, 0});
  const Word fence_word = fence_i();
  for (const std::uint32_t offset : {0x102U, 0x202U}) {  // NOP.C, FENCE.I, then 16 or 32 bits
    machine.put_half(kRamBase + offset, fence_word & 0xFFFFU);
    machine.put_half(kRamBase + offset + 2, fence_word >> 16U);
    machine.put_half(kRamBase + offset + 4, offset == 0x102U ? 0x0001U : nop() & 0xFFFFU);
    machine.put_half(kRamBase + offset + 6, offset == 0x102U ? 0x0001U : nop() >> 16U);
    const std::uint64_t before = machine.hart.cycle();
    machine.hart.set_pc(kRamBase + offset);
    machine.step();
    EXPECT_EQ(machine.hart.cycle() - before, offset == 0x102U ? 2U : 3U);
  }
}

TEST(Division, TakesACycleForEachLeadingZeroOfTheDivisor) {
  const struct {
    Word funct3;
    std::uint32_t divisor;
    unsigned cycles;
  } cases[] = {
      {5, 0, 35},          {5, 1, 34},          {5, 2, 33},           {5, 0x80000000U, 3},
      {7, 0xFFFFFFFFU, 3}, {7, 0x00010000, 18}, {4, 0, 35},           {4, 1, 34},
      {4, 0x7FFFFFFF, 4},  {4, 0x80000000U, 3}, {4, 0xFFFFFFFFU, 34}, {6, 0xFFFFFFFEU, 33},
      {6, 0xC0000000U, 4},
  };
  for (const auto& c : cases) {
    Machine machine;
    machine.hart.set_reg(kA1, 12345);
    machine.hart.set_reg(kA2, c.divisor);
    EXPECT_EQ(cycles_of(machine, {r_type(0x33, c.funct3, 1, kA0, kA1, kA2)}, 1), c.cycles)
        << c.funct3 << " 0x" << std::hex << c.divisor;
  }
}

TEST(Division, StopsAtTheLimitItReaches) {
  Machine machine;
  machine.put(kRamBase, {div(kA0, kA1, kA2), nop(), nop()});
  EXPECT_EQ(machine.hart.run(10), StopReason::kLimit);
  EXPECT_EQ(machine.hart.cycle(), 35U);
  EXPECT_EQ(machine.hart.instructions(), 1U);
}

TEST(Csr, OnlySomeFlushThePipeline) {
  for (const Word number : {csrs::kMstatus, csrs::kMtvec, csrs::kMepc, csrs::kMcause, csrs::kMcycle,
                            csrs::kMinstret, csrs::kMcountinhibit, Word{0xB83}, Word{0x323}}) {
    EXPECT_EQ(cycles_of({csrr(kA0, number)}), 4U) << std::hex << number;
  }
  for (const Word number : {csrs::kMscratch, csrs::kMie, csrs::kMip, csrs::kMtval, csrs::kCycle,
                            csrs::kMisa, csrs::kMcounteren, Word{0xF14}}) {
    EXPECT_EQ(cycles_of({csrr(kA0, number)}), 1U) << std::hex << number;
  }
}

// RAM with `wait` cycles a fetched word; a word of two compressed NOPs is fetched at once.
HartConfig slow_fetch(unsigned wait) {
  HartConfig config = Machine::default_config();
  config.timing.ram_fetch_wait = wait;
  return config;
}

TEST(Fetch, WaitsForEachWord) {
  // The wait for a word is charged to the instruction before it; the first one after reset is free.
  EXPECT_EQ(cycles_of({nop(), nop(), nop()}, slow_fetch(0)), 3U);
  EXPECT_EQ(cycles_of({nop(), nop(), nop()}, slow_fetch(3)), 3U * (1 + 3));
  Machine compressed(slow_fetch(3));
  EXPECT_EQ(cycles_of(compressed, {0x00010001U, 0x00010001U, 0x00010001U}, 6), 6U + 3 * 3);
}

TEST(Fetch, OfAnInstructionAcrossTwoWords) {
  Machine machine(slow_fetch(3));
  machine.put_half(kRamBase, 0x0001);  // a compressed NOP, then 32-bit ones across words
  for (unsigned i = 0; i < 3; ++i) {
    machine.put_half(kRamBase + 2 + 4 * i, nop() & 0xFFFFU);
    machine.put_half(kRamBase + 4 + 4 * i, nop() >> 16U);
  }
  machine.step();
  EXPECT_EQ(machine.hart.cycle(), 1U + 3) << "half of it is there";
  machine.step();
  EXPECT_EQ(machine.hart.cycle(), 2U * (1 + 3));
  machine.put_word(kRamBase + 0x100, jal(kZero, -0x100 + 2));
  machine.hart.set_pc(kRamBase + 0x100);
  machine.step();
  EXPECT_EQ(machine.hart.cycle(), 2U * (1 + 3) + 2 + 2 * 3 + 1) << "both words, and across";
}

TEST(Fetch, JumpsAndTrapsFetchTheirDestinationOnly) {
  EXPECT_EQ(cycles_of({beq(kZero, kZero, 64)}, slow_fetch(3)), 3U + 3);
  EXPECT_EQ(cycles_of({bne(kZero, kZero, 64)}, slow_fetch(3)), 1U + 3);
  EXPECT_EQ(cycles_of({jal(kZero, 64)}, slow_fetch(3)), 2U + 3);
  EXPECT_EQ(cycles_of({csrr(kA0, csrs::kMscratch)}, slow_fetch(3)), 1U + 3);
  EXPECT_EQ(cycles_of({fence_i()}, slow_fetch(3)), 2U + 3);
  Machine machine(slow_fetch(3));
  machine.hart.poke_csr(csrs::kMtvec, kHandler);
  machine.put_word(kHandler, mret());
  EXPECT_EQ(cycles_of(machine, {ecall()}, 1), 4U + 3);
  machine.step();
  EXPECT_EQ(machine.hart.cycle(), 2 * (4U + 3));
}

TEST(Fetch, ReadOnlyMemoryHasItsOwn) {
  HartConfig config = Machine::default_config();
  config.timing.rom_fetch_wait = 5;
  Machine machine(config);
  std::vector<std::uint8_t> rom(64, 0);
  for (std::size_t i = 0; i < rom.size(); i += 2) rom[i] = 1;  // compressed NOPs
  machine.hart.add_direct_memory({0x1000, 64, rom.data(), false});
  machine.hart.set_pc(0x1000);
  machine.step(4);
  EXPECT_EQ(machine.hart.cycle(), 4U + 2 * 5);
  EXPECT_EQ(cycles_of({nop(), nop()}, config), 2U) << "RAM";
}

}  // namespace
}  // namespace aimc::riscv
