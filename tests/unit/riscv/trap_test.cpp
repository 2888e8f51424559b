// Exceptions, interrupts, privilege, WFI and how a run ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)
using ::testing::HasSubstr;

constexpr std::uint32_t kMie = 8;
constexpr std::uint32_t kMpie = 0x80;
constexpr std::uint32_t kMpp = 0x1800;

// A machine with mtvec set to the handler (which holds an endless loop) and MIE set.
class Trap : public ::testing::Test {
 protected:
  Trap() {
    machine_.put_word(kHandler, jal(0, 0));
    for (std::uint32_t i = 1; i < 16; ++i) machine_.put_word(kHandler + 4 * i, jal(0, 0));
    set_csr(csrs::kMtvec, kHandler);
    set_csr(csrs::kMstatus, kMie);
    set_csr(csrs::kPmpaddr0, ~0U);  // all of memory for user mode
    set_csr(csrs::kPmpcfg0, 0x1F);
    machine_.hart.set_pc(kRamBase);
  }
  void set_csr(Word number, std::uint32_t value) {
    const std::uint32_t pc = machine_.hart.pc();
    const std::uint32_t old = machine_.word(kRamBase + 0x3000);
    machine_.hart.set_reg(kT0, value);
    machine_.put_word(kRamBase + 0x3000, csrw(number, kT0));
    machine_.hart.invalidate(kRamBase + 0x3000, 4);
    machine_.hart.set_pc(kRamBase + 0x3000);
    machine_.step();
    machine_.put_word(kRamBase + 0x3000, old);
    machine_.hart.invalidate(kRamBase + 0x3000, 4);
    machine_.hart.set_pc(pc);
  }
  void enter_user(std::uint32_t pc) {
    set_csr(csrs::kMepc, pc);
    set_csr(csrs::kMstatus, (machine_.csr(csrs::kMstatus) & ~kMpp) | kMpie);
    machine_.put_word(kRamBase + 0x3004, mret());
    machine_.hart.set_pc(kRamBase + 0x3004);
    machine_.step();
  }
  void expect_trap(std::uint32_t cause, std::uint32_t epc, std::uint32_t value,
                   std::uint32_t mode = kMpp) {
    EXPECT_EQ(machine_.hart.pc(), kHandler);
    EXPECT_EQ(machine_.csr(csrs::kMcause), cause);
    EXPECT_EQ(machine_.csr(csrs::kMepc), epc);
    EXPECT_EQ(machine_.csr(csrs::kMtval), value);
    EXPECT_EQ(machine_.csr(csrs::kMstatus) & (kMie | kMpie | kMpp), kMpie | mode);
  }
  Machine machine_;
};

TEST_F(Trap, EveryException) {
  const struct {
    Word instruction;
    std::uint32_t cause;
    std::uint32_t value;
  } cases[] = {
      {0x00000000U, 2, 0},
      {0xFFFFFFFFU, 2, 0xFFFFFFFFU},
      {0x0000207FU, 2, 0x0000207FU},
      {csrw(csrs::kMhartid, kA0), 2, csrw(csrs::kMhartid, kA0)},
      {csrr(kA0, 0x123), 2, csrr(kA0, 0x123)},
      {0x10200073U, 2, 0x10200073U},  // sret: there is no supervisor mode
      {ebreak(), 3, 0},
      {lw(kA0, 1, kS0), 4, kUnmapped + 1},
      {lw(kA0, 4, kS0), 5, kUnmapped + 4},
      {sh(kA0, 1, kS0), 6, kUnmapped + 1},
      {sb(kA0, 1, kS0), 7, kUnmapped + 1},
      {ecall(), 11, 0},
  };
  machine_.hart.set_reg(kS0, kUnmapped);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.instruction);
    set_csr(csrs::kMstatus, kMie);
    machine_.put(kRamBase, {nop(), c.instruction});
    machine_.hart.invalidate(kRamBase, 8);
    machine_.hart.set_pc(kRamBase);
    const std::uint64_t before = machine_.hart.instructions();
    machine_.step(2);
    expect_trap(c.cause, kRamBase + 4, c.value);
    EXPECT_EQ(machine_.hart.instructions(), before + 1) << "the trapping one does not count";
  }
}

TEST_F(Trap, FetchFromNowhere) {
  machine_.hart.set_reg(kS0, kUnmapped);
  machine_.put_word(kRamBase, jalr(kRa, kS0, 2));
  machine_.step(2);
  expect_trap(1, kUnmapped + 2, kUnmapped + 2);
  EXPECT_EQ(machine_.hart.reg(kRa), kRamBase + 4) << "the jump itself is done";
}

TEST_F(Trap, FetchAcrossTheEndOfMemory) {
  const std::uint32_t end = kRamBase + kRamSize;
  machine_.put_half(end - 4, 0x0001);  // c.nop
  machine_.put_half(end - 2, 0x0013);  // first half of a long one
  machine_.hart.set_pc(end - 4);
  machine_.step(2);
  expect_trap(1, end - 2, end);
}

TEST_F(Trap, TakesTheTimeOfASystemInstruction) {
  machine_.put_word(kRamBase, ecall());
  const std::uint64_t before = machine_.hart.cycle();
  machine_.step();
  EXPECT_EQ(machine_.hart.cycle(), before + 4);
}

TEST_F(Trap, ReturnRestores) {
  machine_.put(kRamBase, {ecall(), nop()});
  machine_.put(kHandler,
               {csrrs(kA0, csrs::kMepc, 0), addi(kA0, kA0, 4), csrw(csrs::kMepc, kA0), mret()});
  machine_.hart.invalidate(kHandler, 16);
  machine_.step(5);
  EXPECT_EQ(machine_.hart.pc(), kRamBase + 4);
  EXPECT_EQ(machine_.csr(csrs::kMstatus) & (kMie | kMpie | kMpp), kMie | kMpie);
}

TEST_F(Trap, UserModeIsConfined) {
  const struct {
    Word instruction;
    std::uint32_t cause;
  } cases[] = {{ecall(), 8},
               {mret(), 2},
               {csrr(kA0, csrs::kMstatus), 2},
               {csrr(kA0, csrs::kCycle), 2},
               {csrw(csrs::kMscratch, kA0), 2}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.instruction);
    machine_.put_word(kRamBase, c.instruction);
    machine_.hart.invalidate(kRamBase, 4);
    enter_user(kRamBase);
    machine_.step();
    expect_trap(c.cause, kRamBase, c.cause == 8 ? 0 : c.instruction, 0);
    set_csr(csrs::kMstatus, kMie);
  }
  set_csr(csrs::kMcounteren, 1);
  machine_.put_word(kRamBase, csrr(kA0, csrs::kCycle));
  machine_.hart.invalidate(kRamBase, 4);
  enter_user(kRamBase);
  const std::uint64_t cycle = machine_.hart.cycle();
  machine_.step();
  EXPECT_EQ(machine_.hart.reg(kA0), cycle) << "allowed by mcounteren";
}

TEST_F(Trap, WfiInUserModeObeysTimeoutWait) {
  set_csr(csrs::kMie, 8);
  machine_.hart.set_interrupt(3, false);
  machine_.put_word(kRamBase, wfi());
  enter_user(kRamBase);
  EXPECT_EQ(machine_.hart.run(machine_.hart.cycle() + 1), StopReason::kWfi);
  machine_.hart.set_pc(kHandler);
  machine_.put_word(kHandler + 4, ecall());
  machine_.hart.set_pc(kHandler + 4);
  machine_.step();  // back to machine mode
  set_csr(csrs::kMstatus, 1U << 21U);
  enter_user(kRamBase);
  machine_.step();
  expect_trap(2, kRamBase, wfi(), 0);
}

TEST_F(Trap, InterruptsByPriority) {
  set_csr(csrs::kMie, 0x888);
  set_csr(csrs::kMstatus, 0);
  for (const unsigned line : {3U, 7U, 11U}) machine_.hart.set_interrupt(line, true);
  for (const unsigned line : {11U, 3U, 7U}) {
    set_csr(csrs::kMstatus, kMie);
    machine_.hart.set_pc(kRamBase + 8);
    EXPECT_EQ(machine_.csr(csrs::kMip) >> line & 1U, 1U);
    machine_.step();
    expect_trap(0x80000000U | line, kRamBase + 8, 0);
    machine_.hart.set_interrupt(line, false);
  }
}

TEST_F(Trap, InterruptsVectored) {
  set_csr(csrs::kMtvec, kHandler | 1U);
  set_csr(csrs::kMie, 0x888);
  machine_.hart.set_interrupt(7, true);
  machine_.step();
  EXPECT_EQ(machine_.hart.pc(), kHandler + 28);
  machine_.hart.set_interrupt(7, false);
  machine_.put_word(kRamBase, ecall());
  machine_.hart.set_pc(kRamBase);
  machine_.step();
  EXPECT_EQ(machine_.hart.pc(), kHandler) << "exceptions go to the base";
}

TEST_F(Trap, InterruptsNeedBothEnables) {
  machine_.put(kRamBase, {nop(), nop(), nop(), nop()});
  machine_.hart.set_interrupt(7, true);
  machine_.step();
  EXPECT_EQ(machine_.hart.pc(), kRamBase + 4) << "mie is clear";
  set_csr(csrs::kMstatus, 0);
  set_csr(csrs::kMie, 0x80);
  machine_.step();
  EXPECT_EQ(machine_.hart.pc(), kRamBase + 8) << "MIE is clear";
  enter_user(kRamBase + 8);
  machine_.step();
  EXPECT_EQ(machine_.hart.pc(), kHandler) << "user mode is always interrupted";
}

TEST_F(Trap, EnablingTakesEffectWithTheNextInstruction) {
  set_csr(csrs::kMstatus, 0);
  set_csr(csrs::kMie, 0x80);
  machine_.hart.set_interrupt(7, true);
  machine_.put(kRamBase, {nop(), csrrsi(0, csrs::kMstatus, 8), nop(), nop()});
  machine_.hart.run(machine_.hart.cycle() + 20);
  expect_trap(0x80000007U, kRamBase + 8, 0);
}

TEST_F(Trap, InterruptRaisedByAnAccessIsTakenBehindIt) {
  set_csr(csrs::kMie, 0x800);
  machine_.hart.set_reg(kS0, kDevice);
  machine_.put(kRamBase, {nop(), lw(kA0, 0, kS0), nop(), nop()});
  machine_.on_access = [](Machine& machine, const BusAccess&) {
    machine.hart.set_interrupt(11, true);
  };
  machine_.hart.run(machine_.hart.cycle() + 20);
  expect_trap(0x8000000BU, kRamBase + 8, 0);
}

TEST_F(Trap, WfiStopsUntilSomethingIsPending) {
  set_csr(csrs::kMie, 0x80);
  set_csr(csrs::kMstatus, 0);
  machine_.put(kRamBase, {wfi(), nop(), wfi(), nop()});
  EXPECT_FALSE(machine_.hart.wakeup_pending());
  EXPECT_EQ(machine_.hart.run(kForever), StopReason::kWfi);
  EXPECT_EQ(machine_.hart.pc(), kRamBase + 4);
  machine_.hart.set_interrupt(11, true);
  EXPECT_FALSE(machine_.hart.wakeup_pending()) << "not enabled in mie";
  machine_.hart.set_interrupt(7, true);
  EXPECT_TRUE(machine_.hart.wakeup_pending()) << "whatever MIE says";
  EXPECT_EQ(machine_.hart.run(machine_.hart.cycle() + 6), StopReason::kLimit);
  EXPECT_EQ(machine_.hart.pc(), kRamBase + 16) << "no reason to wait: it is a no-operation";
}

TEST(Stop, UnhandledTrapIsDescribed) {
  Machine machine;
  machine.hart.set_reg(kS0, kUnmapped);
  machine.put(kRamBase, {nop(), lw(kA0, 4, kS0)});
  EXPECT_EQ(machine.hart.run(kForever), StopReason::kTrapUnhandled);
  EXPECT_EQ(machine.hart.trap_description(),
            "load access fault (exception 5) without a handler: mepc 0x80000004, mtval 0x50000004, "
            "no instruction can be fetched from the handler's address 0x0");
}

TEST(Stop, UnhandledInterruptIsDescribed) {
  Machine machine;
  machine.put(kRamBase, {csrrwi(0, csrs::kMie, 8), csrrsi(0, csrs::kMstatus, 8), nop()});
  machine.hart.set_interrupt(3, true);
  EXPECT_EQ(machine.hart.run(kForever), StopReason::kTrapUnhandled);
  EXPECT_THAT(machine.hart.trap_description(),
              HasSubstr("machine software interrupt (interrupt 3)"));
}

TEST(Stop, RequestEndsBehindTheInstruction) {
  Machine machine;
  machine.hart.set_reg(kS0, kDevice);
  machine.put(kRamBase, {nop(), sw(kA0, 0, kS0), nop()});
  machine.on_access = [](Machine& m, const BusAccess&) { m.hart.request_stop(); };
  EXPECT_EQ(machine.hart.run(2), StopReason::kStopRequested) << "before the limit's word";
  EXPECT_EQ(machine.hart.pc(), kRamBase + 8);
  EXPECT_EQ(machine.hart.instructions(), 2U);
  EXPECT_EQ(machine.hart.run(3), StopReason::kLimit) << "one request, one stop";
}

TEST(Stop, LimitOfThePast) {
  Machine machine;
  machine.put(kRamBase, {div(kA0, kA0, kA0), nop()});
  EXPECT_EQ(machine.hart.run(0), StopReason::kLimit);
  EXPECT_EQ(machine.hart.instructions(), 0U);
  EXPECT_EQ(machine.hart.run(1), StopReason::kLimit);
  EXPECT_EQ(machine.hart.cycle(), 35U) << "one that starts is finished";
  EXPECT_EQ(machine.hart.run(35), StopReason::kLimit);
  EXPECT_EQ(machine.hart.instructions(), 1U) << "none starts at the limit";
}

TEST(Reset, BringsEverythingBack) {
  Machine machine;
  machine.hart.set_reg(kT0, kHandler);
  machine.put(kRamBase, {csrw(csrs::kMtvec, kT0), csrrwi(0, csrs::kMie, 8), addi(kA0, kZero, 1)});
  machine.hart.run(20);
  const std::uint64_t cycle = machine.hart.cycle();
  const std::uint64_t instructions = machine.hart.instructions();
  const auto counts = machine.hart.class_counts();
  machine.hart.reset();
  EXPECT_EQ(machine.hart.pc(), kRamBase);
  EXPECT_EQ(machine.hart.cycle(), cycle) << "time goes on";
  EXPECT_EQ(machine.hart.instructions(), instructions);
  EXPECT_EQ(machine.hart.class_counts(), counts) << "what was spent stays spent";
  EXPECT_EQ(machine.csr(csrs::kMcycle), 0U);
  EXPECT_EQ(machine.csr(0xB02), 0U) << "minstret";
  EXPECT_EQ(machine.hart.reg(kA0), 0U);
  EXPECT_EQ(machine.csr(csrs::kMtvec), 0U);
  EXPECT_EQ(machine.csr(csrs::kMie), 0U);
  machine.step(3);
  EXPECT_EQ(machine.hart.reg(kA0), 1U) << "memory is still there";
}

TEST(Lines, OnlyThreeExist) {
  Machine machine;
  EXPECT_THROW(machine.hart.set_interrupt(5, true), std::invalid_argument);
  EXPECT_THROW(machine.hart.set_interrupt(40, true), std::invalid_argument);
}

}  // namespace
}  // namespace aimc::riscv
