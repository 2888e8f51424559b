// What user mode may do, and machine mode under locks: fetches, loads, stores and atomics under
// physical memory protection.

#include <gtest/gtest.h>

#include <random>

#include "models/riscv/pmp.h"
#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

constexpr unsigned kUserMode = 0;
constexpr unsigned kMachineMode = 3;
constexpr std::uint32_t kR = 1, kW = 2, kX = 4, kTor = 0x08, kNa4 = 0x10, kNapot = 0x18, kL = 0x80;
constexpr std::uint32_t kMprv = 1U << 17U;
constexpr std::uint32_t kCode = kRamBase;  // 4 KiB of code
constexpr std::uint32_t kCodeSize = 0x1000;

class Protection : public ::testing::Test {
 protected:
  Protection() {
    machine_.put_word(kHandler, jal(0, 0));
    hart().poke_csr(csrs::kMtvec, kHandler);
    hart().set_reg(kS0, kData);
    hart().set_reg(kA0, 0x12345678);
  }
  Hart& hart() { return machine_.hart; }

  void set_entry(unsigned entry, std::uint32_t address, std::uint32_t config) {
    hart().poke_csr(csrs::kPmpaddr0 + entry, address);
    const unsigned shift = 8 * (entry % 4);
    const Word number = csrs::kPmpcfg0 + entry / 4;
    hart().poke_csr(number, (machine_.csr(number) & ~(0xFFU << shift)) | config << shift);
  }
  void set_napot(unsigned entry, std::uint32_t base, std::uint32_t size, std::uint32_t config) {
    set_entry(entry, base >> 2U | (size / 8 - 1), config | kNapot);
  }
  void allow_code(unsigned entry = 15) { set_napot(entry, kCode, kCodeSize, kX); }
  void run_user(std::initializer_list<Word> words, unsigned steps, std::uint32_t pc = kCode) {
    machine_.put(pc, words);
    hart().invalidate(pc, static_cast<std::uint32_t>(4 * words.size()));
    hart().set_pc(pc);
    hart().set_privilege(kUserMode);
    machine_.step(steps);
  }
  void expect_trap(std::uint32_t cause, std::uint32_t epc, std::uint32_t value) {
    EXPECT_EQ(hart().pc(), kHandler);
    EXPECT_EQ(hart().privilege(), kMachineMode);
    EXPECT_EQ(machine_.csr(csrs::kMcause), cause);
    EXPECT_EQ(machine_.csr(csrs::kMepc), epc);
    EXPECT_EQ(machine_.csr(csrs::kMtval), value);
  }
  void expect_no_trap() {
    EXPECT_EQ(machine_.csr(csrs::kMcause), 0U);
    EXPECT_EQ(hart().privilege(), kUserMode);
  }
  Machine machine_;
};

TEST_F(Protection, UserModeStartsWithNothing) {
  run_user({nop()}, 1);
  expect_trap(1, kCode, kCode);
}

TEST_F(Protection, WithoutEntriesUserModeIsFree) {
  HartConfig config = Machine::default_config();
  config.pmp_entries = 0;
  Machine machine(config);
  machine.hart.set_reg(kS0, kData);
  machine.put(kCode, {sw(kA0, 0, kS0), lw(kA1, 0, kS0)});
  machine.hart.set_privilege(kUserMode);
  machine.step(2);
  EXPECT_EQ(machine.hart.instructions(), 2U);
}

TEST_F(Protection, RefusesMoreThanSixteenEntries) {
  HartConfig config = Machine::default_config();
  config.pmp_entries = 17;
  EXPECT_THROW(Machine{config}, std::invalid_argument);
}

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

struct DataCase {
  const char* name;
  Word instruction;
  std::uint32_t needs;
  std::uint32_t cause;
};
const DataCase kDataCases[] = {
    {"lb", lb(kA1, 4, kS0), kR, 5},
    {"lhu", lhu(kA1, 4, kS0), kR, 5},
    {"lw", lw(kA1, 4, kS0), kR, 5},
    {"sb", sb(kA0, 4, kS0), kR | kW, 7},
    {"sh", sh(kA0, 4, kS0), kR | kW, 7},
    {"sw", sw(kA0, 4, kS0), kR | kW, 7},
    {"lr", lr_w(kA1, kS1), kR, 5},
    {"sc", sc_w(kA1, kA0, kS1), kR | kW, 7},
    {"amo", amoadd_w(kA1, kA0, kS1), kR | kW, 7},
};

// W without R does not exist, so what needs to write is allowed where both are.
TEST_F(Protection, EveryDataAccessNeedsItsPermission) {
  for (const DataCase& c : kDataCases) {
    for (const std::uint32_t permissions : {0U, kX, kR, kR | kX, kR | kW, kR | kW | kX}) {
      SCOPED_TRACE(testing::Message() << c.name << " with " << permissions);
      hart().reset();
      hart().poke_csr(csrs::kMtvec, kHandler);
      allow_code();
      set_napot(0, kData, 16, permissions);
      machine_.put_word(kData + 4, 0x11111111);
      hart().set_reg(kS0, kData);
      hart().set_reg(kS1, kData + 4);
      run_user({c.instruction}, 1);
      if ((permissions & c.needs) == c.needs) {
        expect_no_trap();
      } else {
        expect_trap(c.cause, kCode, kData + 4);
        EXPECT_EQ(machine_.word(kData + 4), 0x11111111U);
      }
    }
  }
}

TEST_F(Protection, MisalignedAccessesAreCheckedWordByWord) {
  allow_code();
  set_napot(0, kData, 16, kR | kW);
  machine_.put(kData + 12, {0x33221100, 0x77665544});
  const struct {
    Word instruction;
    std::uint32_t cause;  // 0: none
    std::uint32_t value;
  } cases[] = {
      {lw(kA1, 10, kS0), 0, 0},           {lw(kA1, 14, kS0), 5, kData + 16},
      {lhu(kA1, 15, kS0), 5, kData + 16}, {sw(kA0, 13, kS0), 7, kData + 16},
      {sh(kA0, 15, kS0), 7, kData + 16},  {lw(kA1, -2, kS0), 5, kData - 2},
      {lh(kA1, 17, kS0), 5, kData + 17},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.instruction);
    hart().poke_csr(csrs::kMcause, 0);
    run_user({c.instruction}, 1);
    if (c.cause == 0) {
      expect_no_trap();
    } else {
      expect_trap(c.cause, kCode, c.value);
    }
    EXPECT_EQ(machine_.word(kData + 12), 0x33221100U) << "no part of it is written";
  }
  set_entry(1, (kData + 16) / 4, kNa4 | kR);
  hart().poke_csr(csrs::kMcause, 0);
  run_user({lw(kA1, 14, kS0)}, 1);
  expect_no_trap();
  EXPECT_EQ(hart().reg(kA1), 0x55443322U) << "two entries, one for each part";
}

TEST_F(Protection, MisalignedAtomicsTrapAsSuch) {
  allow_code();
  hart().set_reg(kS1, kData + 2);
  run_user({amoadd_w(kA1, kA0, kS1)}, 1);
  expect_trap(6, kCode, kData + 2);
}

TEST_F(Protection, DevicesAreProtectedToo) {
  allow_code();
  hart().set_reg(kS0, kDevice);
  run_user({lw(kA1, 0, kS0)}, 1);
  expect_trap(5, kCode, kDevice);
  run_user({sw(kA0, 0, kS0)}, 1);
  expect_trap(7, kCode, kDevice);
  EXPECT_TRUE(machine_.accesses.empty());
  set_napot(0, kDevice, 64, kR | kW);
  run_user({lw(kA1, 0, kS0), sw(kA0, 0, kS0)}, 2);
  EXPECT_EQ(machine_.accesses.size(), 2U);
}

TEST_F(Protection, MprvBorrowsThePermissionsOfMpp) {
  set_napot(0, kData, 16, kR);
  machine_.put(kCode, {lw(kA1, 0, kS0), lw(kA1, 16, kS0)});
  hart().poke_csr(csrs::kMstatus, kMprv);  // MPP is U
  machine_.step();
  EXPECT_EQ(machine_.csr(csrs::kMcause), 0U) << "and code is fetched as machine mode";
  machine_.step();
  expect_trap(5, kCode + 4, kData + 16);
  EXPECT_EQ(machine_.csr(csrs::kMstatus) & 0x1800U, 0x1800U);
  machine_.put(kHandler, {lw(kA1, 16, kS0), sw(kA0, 0, kS0)});
  hart().invalidate(kHandler, 8);
  machine_.step(2);
  EXPECT_EQ(hart().pc(), kHandler + 8) << "in the handler MPP is M: MPRV is without effect";
  hart().poke_csr(csrs::kMstatus, 0);
  hart().set_pc(kCode + 4);
  machine_.step();
  EXPECT_EQ(hart().pc(), kCode + 8) << "MPRV off";
}

TEST_F(Protection, MretToUserClearsMprv) {
  allow_code();
  set_napot(0, kData, 16, kR);
  hart().poke_csr(csrs::kMstatus, kMprv);
  hart().poke_csr(csrs::kMepc, kCode);
  machine_.put_word(kCode, nop());
  machine_.put_word(kRamBase + 0x2000, mret());
  hart().set_pc(kRamBase + 0x2000);
  machine_.step();
  EXPECT_EQ(hart().privilege(), kUserMode);
  EXPECT_EQ(machine_.csr(csrs::kMstatus) & kMprv, 0U);
  hart().set_pc(kRamBase + 0x2000);
  hart().set_privilege(kMachineMode);
  hart().poke_csr(csrs::kMstatus, kMprv | 0x1800U);
  machine_.step();
  EXPECT_EQ(hart().privilege(), kMachineMode);
  EXPECT_EQ(machine_.csr(csrs::kMstatus) & kMprv, kMprv) << "to machine mode it stays";
}

TEST_F(Protection, LockedEntriesBindMachineMode) {
  machine_.put(kCode, {sw(kA0, 0, kS0), lw(kA1, 0, kS0), lw(kA1, 4, kS0), sw(kA0, 8, kS0)});
  hart().poke_csr(csrs::kPmpaddr0, kData / 4);
  hart().poke_csr(csrs::kPmpaddr0 + 1, (kData + 4) / 4);
  hart().poke_csr(csrs::kPmpcfg0, (kNa4 | kL) << 8U | kNa4 | kL | kR);
  machine_.step();
  expect_trap(7, kCode, kData);
  hart().set_pc(kCode + 4);
  machine_.step();
  EXPECT_EQ(hart().pc(), kCode + 8);
  machine_.step();
  expect_trap(5, kCode + 8, kData + 4);
  hart().set_pc(kCode + 12);
  machine_.step();
  EXPECT_EQ(hart().pc(), kCode + 16) << "what no entry matches is free";
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
  EXPECT_EQ(hart().run(kForever), StopReason::kTrapUnhandled);
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

// Accesses all over memory under random entries, against the rules applied word by word.
TEST_F(Protection, RandomAccessesUnderRandomEntries) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 generator(seed);
    const auto random = [&generator] { return static_cast<std::uint32_t>(generator()); };
    hart().reset();
    hart().poke_csr(csrs::kMtvec, kHandler);
    Pmp rules(16);
    const auto write_rule = [&](unsigned entry, std::uint32_t address, std::uint32_t config) {
      set_entry(entry, address, config);
      rules.write_address(entry, address);
      const unsigned shift = 8 * (entry % 4);
      rules.write_config(entry / 4,
                         (rules.config(entry / 4) & ~(0xFFU << shift)) | config << shift);
    };
    write_rule(0, kCode / 4 | (kCodeSize / 8 - 1), kNapot | kX);
    for (unsigned entry = 1; entry < 8; ++entry) {
      const std::uint32_t config = random() % 8 | (1 + random() % 3) << 3U;
      write_rule(entry, (kData + random() % 512) / 4 | ((1U << random() % 5) - 1U), config);
    }
    write_rule(15, 0xFFFFFFFF, seed % 2 == 0 ? kNapot | kR | kW : 0);
    for (unsigned probe = 0; probe < 200; ++probe) {
      const std::uint32_t address = kData - 8 + random() % 540;
      const unsigned width = random() % 3;
      const unsigned bytes = 1U << width;
      const bool write = random() % 2 == 0;
      const std::uint8_t kind = write ? Pmp::kWrite : Pmp::kRead;
      const unsigned first = std::min(bytes, 4 - address % 4);
      const bool first_ok = rules.allows(address, first, kind, Privilege::kUser);
      const bool second_ok =
          first == bytes || rules.allows(address + first, bytes - first, kind, Privilege::kUser);
      hart().set_reg(kS0, address);
      hart().poke_csr(csrs::kMcause, 0);
      run_user({write ? s_type(width, kA0, kS0, 0) : i_type(0x03, width, kA1, kS0, 0)}, 1);
      if (first_ok && second_ok) {
        expect_no_trap();
      } else {
        expect_trap(write ? 7 : 5, kCode, first_ok ? address + first : address);
      }
      ASSERT_FALSE(HasFailure()) << std::hex << address << ' ' << bytes << ' ' << write;
    }
  }
}

TEST_F(Protection, ResetTakesEverythingBack) {
  set_entry(0, kData / 4, kNa4 | kL);
  hart().reset();
  hart().poke_csr(csrs::kMtvec, kHandler);
  hart().set_reg(kS0, kData);
  machine_.put_word(kCode, lw(kA1, 0, kS0));
  machine_.step();
  EXPECT_EQ(hart().pc(), kCode + 4);
  EXPECT_EQ(machine_.csr(csrs::kPmpcfg0), 0U);
}

TEST_F(Protection, LookingDoesNotDisturb) {
  allow_code();
  set_napot(0, kData, 16, kR | kW);
  hart().set_reg(kS1, kData);
  run_user({lr_w(kA1, kS1), sc_w(kA2, kA0, kS1)}, 1);
  const std::uint64_t cycle = hart().cycle();
  std::uint32_t value = 0;
  for (unsigned number = 0; number < 4096; ++number) hart().peek_csr(number, value);
  EXPECT_FALSE(hart().set_privilege(1)) << "there is no supervisor mode";
  EXPECT_EQ(hart().cycle(), cycle);
  EXPECT_EQ(hart().privilege(), kUserMode);
  machine_.step();
  expect_no_trap();
  EXPECT_EQ(hart().reg(kA2), 0U) << "the reservation is still there";
}

}  // namespace
}  // namespace aimc::riscv
