// Fetches under physical memory protection: where code ends, and that decoded code of one mode does
// not serve the other.

#include <gtest/gtest.h>

#include "tests/unit/riscv/protection.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

TEST_F(Protection, FetchRunsUpToTheEndOfWhatIsExecutable) {
  set_entry(0, (kCode + 8) / 4, kTor | kX);
  run_user({nop(), nop(), nop()}, 0);
  hart().run(hart().cycle() + 3);
  expect_trap(1, kCode + 8, kCode + 8);
  EXPECT_EQ(hart().instructions(), 2U);
}

TEST_F(Protection, FetchOfAnInstructionAcrossTheEnd) {
  set_entry(0, (kCode + 8) / 4, kTor | kX);
  machine_.put_word(kCode, nop());
  machine_.put_half(kCode + 4, 0x0001);  // c.nop
  machine_.put_half(kCode + 6, 0x0013);  // first half of a nop
  machine_.put_half(kCode + 8, 0x0000);
  hart().set_privilege(kUserMode);
  machine_.step(3);
  expect_trap(1, kCode + 6, kCode + 8);
}

TEST_F(Protection, CompressedInstructionBeforeTheEnd) {
  set_entry(0, (kCode + 8) / 4, kTor | kX);
  machine_.put_word(kCode + 4, 0x00010001);  // two c.nop
  hart().set_pc(kCode + 6);
  hart().set_privilege(kUserMode);
  machine_.step();
  expect_no_trap();
  machine_.step();
  expect_trap(1, kCode + 8, kCode + 8);
}

TEST_F(Protection, InstructionAcrossTwoEntriesIsFetchedInParts) {
  set_entry(0, (kCode + 8) / 4, kTor | kX);
  set_entry(1, (kCode + 16) / 4, kTor | kX);
  machine_.put_half(kCode + 6, 0x0513);  // li a0, 5
  machine_.put_half(kCode + 8, 0x0050);
  hart().set_pc(kCode + 6);
  hart().set_privilege(kUserMode);
  machine_.step();
  expect_no_trap();
  EXPECT_EQ(hart().reg(kA0), 5U);
}

TEST_F(Protection, LockingCodeStopsMachineModeInTheMiddleOfIt) {
  machine_.put(kCode, {csrrw(kZero, csrs::kPmpcfg0, kA0), nop(), nop(), jal(0, -12)});
  hart().poke_csr(csrs::kPmpaddr0, (kCode + 8) / 4);
  hart().set_reg(kA0, kNa4);
  machine_.step(4);
  EXPECT_EQ(hart().pc(), kCode) << "a whole turn, everything decoded";
  hart().set_reg(kA0, kNa4 | kL | kR);
  hart().run(hart().cycle() + 8);
  expect_trap(1, kCode + 8, kCode + 8);
}

TEST_F(Protection, HandlerThatMayNotBeExecutedStopsTheRun) {
  set_entry(0, kHandler / 4, kNa4 | kL | kR);
  machine_.put_word(kCode, ecall());
  EXPECT_EQ(hart().run(1000), StopReason::kTrapUnhandled);
}

TEST_F(Protection, TakingExecutePermissionAwayIsSeenByDecodedCode) {
  allow_code();
  run_user({nop(), jal(0, -4)}, 0);
  hart().run(hart().cycle() + 30);
  expect_no_trap();
  hart().set_privilege(kMachineMode);
  set_napot(15, kCode, kCodeSize, kR);
  hart().set_privilege(kUserMode);
  hart().set_pc(kCode);
  machine_.step();
  expect_trap(1, kCode, kCode);
  hart().poke_csr(csrs::kMcause, 0);
  allow_code();
  hart().set_privilege(kUserMode);
  hart().set_pc(kCode);
  machine_.step();
  expect_no_trap();
}

// The two modes take turns on the same addresses with different permissions: what one has decoded,
// or linked to, must not serve the other.
TEST_F(Protection, ModesDoNotShareDecodedCode) {
  set_entry(0, (kCode + 8) / 4, kTor | kX);
  machine_.put(kCode, {nop(), jal(0, 4), nop(), jal(0, -12)});
  for (int turn = 0; turn < 3; ++turn) {
    hart().set_privilege(kMachineMode);
    hart().set_pc(kCode);
    hart().poke_csr(csrs::kMcause, 0);
    hart().run(hart().cycle() + 60);
    EXPECT_EQ(machine_.csr(csrs::kMcause), 0U);
    hart().set_privilege(kUserMode);
    hart().set_pc(kCode);
    hart().run(hart().cycle() + 60);
    expect_trap(1, kCode + 8, kCode + 8);
  }
}

// A jump that faulted is followed by the handler, which must not become its known successor.
TEST_F(Protection, JumpIntoTheHandlerIsNoWayIntoMachineMode) {
  allow_code();
  machine_.put_word(kCode, jalr(0, kS1, 0));
  for (const std::uint32_t target : {kData, kHandler, kData, kHandler}) {
    hart().set_reg(kS1, target);
    hart().set_pc(kCode);
    hart().poke_csr(csrs::kMcause, 0);
    hart().set_privilege(kUserMode);
    hart().run(hart().cycle() + 40);
    expect_trap(1, target, target);
  }
}

// The limit cuts blocks, and what follows the cut must be of the same mode.
TEST_F(Protection, ModesDoNotShareCutBlocks) {
  allow_code();
  machine_.put(kCode, {nop(), nop(), nop(), nop(), jal(0, -16)});
  hart().run(hart().cycle() + 2);
  hart().run(hart().cycle() + 40);
  hart().set_privilege(kUserMode);
  set_entry(0, (kCode + 8) / 4, kNa4 | kR);
  hart().set_privilege(kUserMode);
  hart().set_pc(kCode);
  hart().run(hart().cycle() + 2);
  EXPECT_EQ(hart().pc(), kCode + 8);
  hart().run(hart().cycle() + 40);
  expect_trap(1, kCode + 8, kCode + 8);
}

TEST_F(Protection, WritesIntoCodeAreSeenByBothModes) {
  allow_code();
  hart().set_reg(kS1, kCode);
  machine_.put(kCode, {addi(kA1, kZero, 1), ecall()});
  hart().set_reg(kT0, addi(kA1, kZero, 2));
  for (const unsigned mode : {kMachineMode, kUserMode}) {
    hart().set_privilege(mode);
    hart().set_pc(kCode);
    machine_.step();
    EXPECT_EQ(hart().reg(kA1), 1U);
  }
  machine_.put_word(kRamBase + 0x2000, sw(kT0, 0, kS1));
  hart().set_privilege(kMachineMode);
  hart().set_pc(kRamBase + 0x2000);
  machine_.step();
  for (const unsigned mode : {kMachineMode, kUserMode}) {
    hart().set_privilege(mode);
    hart().set_pc(kCode);
    machine_.step();
    EXPECT_EQ(hart().reg(kA1), 2U) << mode;
  }
}

// User mode writes its own code through a window that does not begin where memory does.
TEST_F(Protection, WritesIntoCodeThroughAClippedWindow) {
  const std::uint32_t code = kRamBase + 0x1234;
  set_entry(0, (kRamBase + 0x1004) / 4, kTor);
  set_entry(1, (kRamBase + 0xF000) / 4, kTor | kR | kW | kX);
  hart().set_reg(kS1, code + 8);
  hart().set_reg(kT0, addi(kA1, kZero, 2));
  run_user({sw(kZero, 0x100, kS1), sw(kT0, 0, kS1), addi(kA1, kZero, 1), nop()}, 0, code);
  hart().run(hart().cycle() + 3);
  expect_no_trap();
  EXPECT_EQ(hart().reg(kA1), 2U);
}

}  // namespace
}  // namespace aimc::riscv
