// Loads, stores and atomics under physical memory protection: of user mode, and of machine mode
// under locks.

#include <gtest/gtest.h>

#include <random>

#include "models/riscv/pmp.h"
#include "tests/unit/riscv/protection.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

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

struct DataCase {
  const char* name;
  Word instruction;
  std::uint32_t needs;
  std::uint32_t cause;
};
constexpr DataCase kDataCases[] = {
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
