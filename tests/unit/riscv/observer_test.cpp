// What observers of the hart are told.

#include "models/riscv/observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)
using ::testing::ElementsAre;

class Recorder : public StepObserver, public StretchObserver {
 public:
  bool wants(std::uint32_t pc) const override { return pc >= first && pc < end; }
  bool begins(std::uint32_t /*pc*/) const override { return false; }
  void executed(const Step& step) override { steps.push_back(step); }
  void executed(const Stretch& stretch) override {
    stretches.push_back(stretch);
    classes.push_back(stretch.classes());
  }
  void trapped(const TrapEntry& trap) override { traps.push_back(trap); }
  void waited(std::uint64_t cycle) override { waits.push_back(cycle); }
  void reset() override { ++resets; }

  std::vector<std::uint32_t> pcs() const {
    std::vector<std::uint32_t> all;
    for (const Step& step : steps) all.push_back(step.pc);
    return all;
  }

  std::uint32_t first = 0;
  std::uint32_t end = ~0U;
  std::vector<Step> steps;
  std::vector<Stretch> stretches;
  std::vector<Stretch::Classes> classes;  // of each
  std::vector<TrapEntry> traps;
  std::vector<std::uint64_t> waits;
  unsigned resets = 0;
};

class Observed : public ::testing::Test {
 protected:
  Machine machine_;
  Recorder seen_;
};

TEST_F(Observed, RegistersAndMemory) {
  machine_.hart.observe_steps(&seen_);
  machine_.hart.set_reg(kS0, kData);
  machine_.hart.set_reg(kA0, 0xFFFFFF80U);
  machine_.run_program({sb(kA0, 1, kS0), lb(kA1, 1, kS0), lw(kZero, 0, kS0), sc_w(kA2, kA0, kS0),
                        lr_w(kA3, kS0), sc_w(kA0, kA0, kS0), amoadd_w(kA4, kS0, kS0)});
  ASSERT_EQ(seen_.steps.size(), 7U);
  const Step& store = seen_.steps[0];
  EXPECT_EQ(store.rd, 0);
  EXPECT_TRUE(store.writes_memory && !store.reads_memory);
  EXPECT_EQ(store.address, kData + 1);
  EXPECT_EQ(store.bytes, 1);
  EXPECT_EQ(store.written_value, 0x80U);
  const Step& load = seen_.steps[1];
  EXPECT_EQ(load.rd, kA1);
  EXPECT_EQ(load.rd_value, 0xFFFFFF80U);
  EXPECT_TRUE(load.reads_memory && !load.writes_memory);
  EXPECT_EQ(load.read_value, 0x80U);
  EXPECT_EQ(seen_.steps[2].rd, 0);
  EXPECT_EQ(seen_.steps[2].read_value, 0x8000U);
  EXPECT_FALSE(seen_.steps[3].writes_memory) << "without a reservation";
  EXPECT_EQ(seen_.steps[3].rd_value, 1U);
  EXPECT_TRUE(seen_.steps[4].reads_memory);
  EXPECT_TRUE(seen_.steps[5].writes_memory);
  EXPECT_EQ(seen_.steps[5].written_value, 0xFFFFFF80U) << "though rd is rs2";
  EXPECT_TRUE(seen_.steps[6].reads_memory && seen_.steps[6].writes_memory);
  EXPECT_EQ(seen_.steps[6].read_value, 0xFFFFFF80U);
  EXPECT_EQ(seen_.steps[6].written_value, 0xFFFFFF80U + kData);
  ASSERT_EQ(seen_.traps.size(), 1U);  // of the EBREAK at the end
}

TEST_F(Observed, CsrsAndPrivilege) {
  // User mode may do anything anywhere.
  machine_.hart.poke_csr(0x3B0, ~0U);
  machine_.hart.poke_csr(0x3A0, 0x1F);
  machine_.hart.observe_steps(&seen_);
  machine_.hart.set_reg(kA0, kRamBase + 24);
  machine_.run_program({csrrwi(kA1, csrs::kMstatus, 8), csrr(kA2, csrs::kMstatus),
                        csrw(csrs::kMepc, kA0), csrrwi(kZero, csrs::kMstatus, 0), mret(), nop(),
                        nop()});
  ASSERT_EQ(seen_.steps.size(), 6U);
  EXPECT_TRUE(seen_.steps[0].writes_csr);
  EXPECT_EQ(seen_.steps[0].csr, csrs::kMstatus);
  EXPECT_EQ(seen_.steps[0].csr_value, 8U);
  EXPECT_EQ(seen_.steps[0].rd_value, 0U);
  EXPECT_FALSE(seen_.steps[1].writes_csr);
  EXPECT_EQ(seen_.steps[4].privilege, Privilege::kMachine);
  EXPECT_EQ(seen_.steps[5].privilege, Privilege::kUser);
  EXPECT_EQ(seen_.steps[5].pc, kRamBase + 24);
}

TEST_F(Observed, OnlyWithinTheWindow) {
  machine_.hart.observe_steps(&seen_, 2, 4);
  machine_.run_program({nop(), nop(), nop(), nop(), nop()});
  EXPECT_THAT(seen_.pcs(), ElementsAre(kRamBase + 8, kRamBase + 12));
  EXPECT_TRUE(seen_.traps.empty());
}

TEST_F(Observed, OnlyWhatIsWanted) {
  seen_.first = kRamBase + 4;
  seen_.end = kRamBase + 12;
  machine_.hart.observe_steps(&seen_);
  machine_.hart.set_reg(kA0, 3);
  // Three times round a loop, in and out of what is wanted.
  machine_.run_program({nop(), addi(kA0, kA0, -1), nop(), bne(kA0, kZero, -12)});
  EXPECT_THAT(seen_.pcs(), ElementsAre(kRamBase + 4, kRamBase + 8, kRamBase + 4, kRamBase + 8,
                                       kRamBase + 4, kRamBase + 8));
}

TEST_F(Observed, UntilNobodyLooks) {
  machine_.hart.observe_steps(&seen_);
  machine_.put(kRamBase, {nop(), nop(), nop(), jal(0, 0)});
  machine_.step(2);
  machine_.hart.observe_steps(nullptr);
  machine_.step(10);
  EXPECT_EQ(seen_.steps.size(), 2U);
}

TEST_F(Observed, BreakpointsStillStop) {
  machine_.hart.observe_steps(&seen_);
  machine_.hart.observe_stretches(&seen_);
  machine_.hart.set_breakpoints({kRamBase + 8});
  machine_.put(kRamBase, {nop(), nop(), nop(), nop()});
  EXPECT_EQ(machine_.hart.run(kForever), StopReason::kBreakpoint);
  EXPECT_EQ(machine_.hart.pc(), kRamBase + 8);
  EXPECT_EQ(seen_.steps.size(), 2U);
  EXPECT_EQ(seen_.stretches.size(), 2U);
}

TEST_F(Observed, StretchesEndInWhatLeavesTheLine) {
  machine_.hart.observe_stretches(&seen_);
  machine_.hart.set_reg(kSp, 0x1234);
  machine_.run_program(
      {nop(), nop(), jal(kRa, 12), nop(), jal(kZero, 8), jalr(kZero, kRa, 0), nop()});
  ASSERT_EQ(seen_.stretches.size(), 4U);
  const Stretch& call = seen_.stretches[0];
  EXPECT_EQ(call.pc, kRamBase);
  EXPECT_EQ(call.count, 3U);
  EXPECT_EQ(call.last, Opcode::kJal);
  EXPECT_EQ(call.rd, kRa);
  EXPECT_EQ(call.last_end_pc, kRamBase + 12);
  EXPECT_EQ(call.next_pc, kRamBase + 20);
  EXPECT_EQ(call.sp, 0x1234U);
  EXPECT_EQ(call.cycle, 4U);
  const Stretch& back = seen_.stretches[1];
  EXPECT_EQ(back.last, Opcode::kJalr);
  EXPECT_EQ(back.rs1, kRa);
  EXPECT_EQ(back.next_pc, kRamBase + 12);
  EXPECT_EQ(seen_.classes[1][static_cast<std::size_t>(InstructionClass::kJump)], 1U);
  EXPECT_EQ(seen_.stretches[3].last, Opcode::kIllegal);
  ASSERT_EQ(seen_.traps.size(), 1U);
  EXPECT_EQ(seen_.traps[0].epc, kRamBase + 28);
}

TEST_F(Observed, WaitingIsNobodysTime) {
  machine_.hart.observe_stretches(&seen_);
  machine_.put(kRamBase, {nop(), wfi(), nop(), jal(0, 0)});
  EXPECT_EQ(machine_.hart.run(kForever), StopReason::kWfi);
  machine_.hart.advance_to(1000);
  machine_.hart.run(1002);
  EXPECT_THAT(seen_.waits, ElementsAre(1000U));
  machine_.hart.reset();
  EXPECT_EQ(seen_.resets, 1U);
}

// Sees only calls; a function is 16 bytes.
class CallsOnly : public Recorder {
 public:
  bool begins(std::uint32_t pc) const override { return pc % 16 == 0; }
  bool only_calls() const override { return true; }
  bool changes_function(std::uint32_t pc, std::uint32_t next) const override {
    return pc / 16 != next / 16;
  }
  void passed(std::uint32_t pc, std::uint64_t cycle) override { unseen.emplace_back(pc, cycle); }

  std::vector<std::pair<std::uint32_t, std::uint64_t>> unseen;
};

TEST_F(Observed, OnlyWhatLeadsToAnotherFunction) {
  CallsOnly calls;
  machine_.hart.observe_stretches(&calls);
  machine_.hart.set_reg(kA0, 3);
  machine_.put(kRamBase, {addi(kA0, kA0, -1), bne(kA0, kZero, -4), nop(), nop(),  //
                          jal(kZero, 8), nop(), wfi(), nop()});
  EXPECT_EQ(machine_.hart.run(kForever), StopReason::kWfi);
  ASSERT_EQ(calls.stretches.size(), 1U) << "the one that flows into the second function";
  const Stretch& flow = calls.stretches[0];
  EXPECT_EQ(flow.pc, kRamBase + 8);
  EXPECT_EQ(flow.next_pc, kRamBase + 16);
  EXPECT_EQ(flow.last, Opcode::kIllegal);
  const std::uint64_t end = machine_.hart.cycle();
  EXPECT_THAT(calls.unseen, ElementsAre(std::make_pair(kRamBase, flow.cycle - 2),
                                        std::make_pair(kRamBase + 16, end)));
  machine_.hart.advance_to(1000);
  machine_.hart.run(1001);
  EXPECT_THAT(calls.waits, ElementsAre(1000U)) << "what was executed before is no waiting";
  // As when the simulation ends while the hart's thread waits inside an access.
  machine_.hart.set_reg(kS1, kDevice);
  machine_.on_access = [](Machine& m, const BusAccess&) { m.hart.finish_observation(); };
  machine_.put(kRamBase + 32, {nop(), lw(kA0, 0, kS1), nop()});
  machine_.hart.set_pc(kRamBase + 32);
  machine_.hart.run(machine_.hart.cycle() + 2);
  EXPECT_EQ(calls.waits.size(), 1U);
  EXPECT_EQ(calls.unseen.back().first, kRamBase + 32);
}

TEST_F(Observed, WhatIsUnderWayCanBeReported) {
  machine_.hart.observe_stretches(&seen_);
  // As when the simulation ends while the hart's thread waits inside an access.
  machine_.hart.set_reg(kS1, kDevice);
  machine_.access_cycles = 50;
  machine_.on_access = [](Machine& m, const BusAccess&) { m.hart.finish_observation(); };
  machine_.put(kRamBase, {nop(), nop(), lw(kA0, 0, kS1)});
  machine_.step(3);
  ASSERT_FALSE(seen_.stretches.empty());
  EXPECT_EQ(seen_.stretches.back().cycle, 52U);
  std::uint32_t executed = 0;
  for (const Stretch& stretch : seen_.stretches) executed += stretch.count;
  EXPECT_EQ(executed, 2U);
}

}  // namespace
}  // namespace aimc::riscv
