// Every trap from both modes with both kinds of mtvec, the stack of enables and modes, nesting,
// priorities, WFI, and what ends a reservation.

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

constexpr unsigned kUserMode = 0;
constexpr unsigned kMachineMode = 3;
constexpr std::uint32_t kMie = 8, kMpie = 0x80, kMpp = 0x1800, kTw = 1U << 21U;
constexpr std::uint32_t kInterrupt = 0x80000000U;
constexpr std::uint32_t kOutside = 0x60000000;  // nothing there, and open to user mode

class Modes : public ::testing::Test {
 protected:
  Modes() {
    for (std::uint32_t i = 0; i < 16; ++i) machine_.put_word(kHandler + 4 * i, jal(0, 0));
    restart();
  }
  Hart& hart() { return machine_.hart; }
  void restart() {
    hart().reset();
    hart().poke_csr(csrs::kMtvec, kHandler);
    hart().poke_csr(csrs::kPmpaddr0, 0xFFFFFFFF);
    hart().poke_csr(csrs::kPmpcfg0, 0x1F);
    hart().poke_csr(csrs::kMie, 0x888);
    for (const unsigned line : {3U, 7U, 11U}) hart().set_interrupt(line, false);
  }
  std::uint32_t stack() const { return machine_.csr(csrs::kMstatus) & (kMie | kMpie | kMpp); }
  void put(std::initializer_list<Word> words, std::uint32_t pc = kRamBase) {
    machine_.put(pc, words);
    hart().invalidate(pc, static_cast<std::uint32_t>(4 * words.size()));
    hart().set_pc(pc);
  }
  Machine machine_;
};

TEST_F(Modes, EveryExceptionFromBothModesAndWithBothKindsOfVector) {
  const struct {
    const char* name;
    Word instruction;
    std::uint32_t cause_in_machine;
    std::uint32_t cause_in_user;
    std::uint32_t value;
  } cases[] = {
      {"illegal", 0xFFFFFFFF, 2, 2, 0xFFFFFFFF},
      {"illegal CSR", csrr(kA0, 0x5C0), 2, 2, csrr(kA0, 0x5C0)},
      {"breakpoint", ebreak(), 3, 3, 0},
      {"load misaligned", lh(kA0, 1, kS0), 4, 4, kOutside + 1},
      {"reservation misaligned", lr_w(kA0, kS1), 4, 4, kData + 2},
      {"load access", lw(kA0, 4, kS0), 5, 5, kOutside + 4},
      {"store misaligned", sw(kA0, 2, kS0), 6, 6, kOutside + 2},
      {"atomic misaligned", amoadd_w(kA0, kA0, kS1), 6, 6, kData + 2},
      {"store access", sw(kA0, 8, kS0), 7, 7, kOutside + 8},
      {"atomic access", amoadd_w(kA0, kA0, kS0), 7, 7, kOutside},
      {"call", ecall(), 11, 8, 0},
  };
  for (const auto& c : cases) {
    for (const unsigned mode : {kMachineMode, kUserMode}) {
      for (const std::uint32_t vectored : {0U, 1U}) {
        for (const std::uint32_t enabled : {0U, kMie}) {
          SCOPED_TRACE(testing::Message() << c.name << " in " << mode << ", vectored " << vectored);
          restart();
          hart().poke_csr(csrs::kMtvec, kHandler | vectored);
          hart().poke_csr(csrs::kMstatus, enabled);
          hart().set_reg(kS0, kOutside);
          hart().set_reg(kS1, kData + 2);
          put({nop(), c.instruction});
          hart().set_privilege(mode);
          const std::uint64_t before = hart().instructions();
          machine_.step(2);
          EXPECT_EQ(hart().pc(), kHandler) << "exceptions are never vectored";
          EXPECT_EQ(hart().privilege(), kMachineMode);
          EXPECT_EQ(machine_.csr(csrs::kMcause),
                    mode == kUserMode ? c.cause_in_user : c.cause_in_machine);
          EXPECT_EQ(machine_.csr(csrs::kMepc), kRamBase + 4);
          EXPECT_EQ(machine_.csr(csrs::kMtval), c.value);
          EXPECT_EQ(stack(), mode << 11U | enabled << 4U);
          EXPECT_EQ(hart().instructions(), before + 1);
        }
      }
    }
  }
}

TEST_F(Modes, FetchFromNowhereInBothModes) {
  for (const unsigned mode : {kMachineMode, kUserMode}) {
    restart();
    hart().set_reg(kS0, kOutside);
    put({jalr(0, kS0, 3)});
    hart().set_privilege(mode);
    machine_.step(2);
    EXPECT_EQ(machine_.csr(csrs::kMcause), 1U);
    EXPECT_EQ(machine_.csr(csrs::kMepc), kOutside + 2) << "bit 0 is dropped, so it is aligned";
    EXPECT_EQ(machine_.csr(csrs::kMtval), kOutside + 2);
    EXPECT_EQ(stack(), mode << 11U);
  }
}

TEST_F(Modes, CompressedIllegalInstructionHasItsSixteenBitsInMtval) {
  put({0xFFFF0000U});
  hart().set_privilege(kUserMode);
  machine_.step();
  EXPECT_EQ(machine_.csr(csrs::kMcause), 2U);
  EXPECT_EQ(machine_.csr(csrs::kMtval), 0U);
  put({0xFFFF9C41U});  // reserved on RV32
  machine_.step();
  EXPECT_EQ(machine_.csr(csrs::kMtval), 0x9C41U);
}

TEST_F(Modes, EveryInterruptFromBothModesAndWithBothKindsOfVector) {
  for (const unsigned line : {3U, 7U, 11U}) {
    for (const unsigned mode : {kMachineMode, kUserMode}) {
      for (const std::uint32_t vectored : {0U, 1U}) {
        for (const std::uint32_t enabled : {0U, kMie}) {
          SCOPED_TRACE(testing::Message() << line << " in " << mode << ", vectored " << vectored
                                          << ", enabled " << enabled);
          restart();
          hart().poke_csr(csrs::kMtvec, kHandler | vectored);
          hart().poke_csr(csrs::kMstatus, enabled);
          put({nop(), nop()});
          hart().set_privilege(mode);
          hart().set_interrupt(line, true);
          machine_.step();
          if (mode == kMachineMode && enabled == 0) {
            EXPECT_EQ(hart().pc(), kRamBase + 4) << "not taken";
            continue;
          }
          EXPECT_EQ(hart().pc(), kHandler + vectored * 4 * line);
          EXPECT_EQ(machine_.csr(csrs::kMcause), kInterrupt | line);
          EXPECT_EQ(machine_.csr(csrs::kMepc), kRamBase);
          EXPECT_EQ(machine_.csr(csrs::kMtval), 0U);
          EXPECT_EQ(stack(), mode << 11U | enabled << 4U);
        }
      }
    }
  }
}

TEST_F(Modes, InterruptsOfAnySetByPriority) {
  constexpr unsigned kOrder[] = {11, 3, 7};
  for (unsigned set = 1; set < 8; ++set) {
    restart();
    hart().poke_csr(csrs::kMstatus, kMie);
    unsigned highest = 0;
    for (unsigned i = 3; i-- > 0;) {
      const bool pending = (set >> i & 1U) != 0;
      hart().set_interrupt(kOrder[i], pending);
      if (pending) highest = kOrder[i];
    }
    put({nop()});
    machine_.step();
    EXPECT_EQ(machine_.csr(csrs::kMcause), kInterrupt | highest) << set;
  }
}

TEST_F(Modes, InterruptGoesBeforeTheExceptionOfTheNextInstruction) {
  hart().poke_csr(csrs::kMstatus, kMie);
  hart().set_interrupt(7, true);
  put({ecall()});
  machine_.step();
  EXPECT_EQ(machine_.csr(csrs::kMcause), kInterrupt | 7U);
  EXPECT_EQ(machine_.csr(csrs::kMepc), kRamBase);
  EXPECT_EQ(hart().instructions(), 0U);
}

TEST_F(Modes, NestedInterrupts) {
  hart().poke_csr(csrs::kMstatus, kMie);
  put({nop(), nop(), nop()});
  put({csrr(kS0, csrs::kMepc), csrr(kS1, csrs::kMstatus), csrrsi(0, csrs::kMstatus, 8), nop(),
       csrw(csrs::kMstatus, kS1), csrw(csrs::kMepc, kS0), mret()},
      kHandler + 28);
  put({csrr(kA5, csrs::kMepc), mret()}, kHandler + 44);
  machine_.put_word(kHandler + 44 + 0, jal(0, 0x200));
  put({csrr(kA5, csrs::kMepc), mret()}, kHandler + 44 + 0x200);
  hart().invalidate(kHandler, 0x400);
  hart().poke_csr(csrs::kMtvec, kHandler | 1U);
  machine_.put_word(kHandler + 28, jal(0, 0x300));
  put({csrr(kS0, csrs::kMepc), csrr(kS1, csrs::kMstatus), csrrsi(0, csrs::kMstatus, 8), nop(),
       csrw(csrs::kMstatus, kS1), csrw(csrs::kMepc, kS0), mret()},
      kHandler + 28 + 0x300);
  hart().set_pc(kRamBase);
  machine_.step();
  hart().set_interrupt(7, true);
  machine_.step(5);  // trap, jump, three CSR instructions
  EXPECT_EQ(hart().pc(), kHandler + 28 + 0x300 + 12);
  hart().set_interrupt(7, false);
  hart().set_interrupt(11, true);
  machine_.step();
  EXPECT_EQ(hart().pc(), kHandler + 44) << "inside the other handler";
  EXPECT_EQ(machine_.csr(csrs::kMcause), kInterrupt | 11U);
  EXPECT_EQ(stack(), kMpie | kMpp);
  hart().set_interrupt(11, false);
  machine_.step(3);
  EXPECT_EQ(hart().reg(kA5), kHandler + 28 + 0x300 + 12);
  EXPECT_EQ(hart().pc(), kHandler + 28 + 0x300 + 12);
  EXPECT_EQ(machine_.csr(csrs::kMstatus) & kMie, kMie);
  machine_.step(4);
  EXPECT_EQ(hart().pc(), kRamBase + 4) << "where it all began";
  EXPECT_EQ(stack(), kMie | kMpie);
}

// MRET from every combination of what is stacked.
TEST_F(Modes, MretUnstacks) {
  for (const std::uint32_t mode : {kUserMode, kMachineMode}) {
    for (const std::uint32_t previous : {0U, kMpie}) {
      for (const std::uint32_t now : {0U, kMie}) {
        restart();
        hart().poke_csr(csrs::kMstatus, mode << 11U | previous | now);
        hart().poke_csr(csrs::kMepc, kRamBase + 0x106);
        put({mret()});
        machine_.step();
        EXPECT_EQ(hart().pc(), kRamBase + 0x106);
        EXPECT_EQ(hart().privilege(), mode);
        EXPECT_EQ(stack(), previous >> 4U | kMpie) << "MPIE becomes 1, MPP the least mode";
      }
    }
  }
}

TEST_F(Modes, MachineInstructionsAreIllegalInUserMode) {
  for (const Word instruction : {mret(), csrr(kA0, csrs::kMstatus), csrw(csrs::kMepc, kA0)}) {
    restart();
    put({instruction});
    hart().set_privilege(kUserMode);
    machine_.step();
    EXPECT_EQ(machine_.csr(csrs::kMcause), 2U);
    EXPECT_EQ(machine_.csr(csrs::kMtval), instruction);
  }
}

TEST_F(Modes, WfiInBothModesWithAndWithoutTimeoutWait) {
  for (const unsigned mode : {kMachineMode, kUserMode}) {
    for (const std::uint32_t timeout : {0U, kTw}) {
      for (const bool pending : {false, true}) {
        SCOPED_TRACE(testing::Message() << mode << ' ' << timeout << ' ' << pending);
        restart();
        hart().poke_csr(csrs::kMstatus, timeout);
        put({wfi(), nop()});
        hart().set_privilege(mode);
        if (mode == kUserMode && pending) continue;  // it would be interrupted first
        hart().set_interrupt(3, pending);
        const StopReason reason = hart().run(hart().cycle() + 1);
        if (mode == kUserMode && timeout != 0) {
          EXPECT_EQ(machine_.csr(csrs::kMcause), 2U);
          EXPECT_EQ(machine_.csr(csrs::kMtval), wfi());
        } else {
          EXPECT_EQ(reason, pending ? StopReason::kLimit : StopReason::kWfi);
          EXPECT_EQ(hart().pc(), kRamBase + 4);
        }
      }
    }
  }
}

TEST_F(Modes, WfiWithInterruptsOffGoesOnBehindIt) {
  put({wfi(), addi(kA0, kZero, 1)});
  EXPECT_EQ(hart().run(kForever), StopReason::kWfi);
  EXPECT_FALSE(hart().wakeup_pending());
  hart().set_interrupt(7, true);
  EXPECT_TRUE(hart().wakeup_pending());
  machine_.step();
  EXPECT_EQ(hart().reg(kA0), 1U) << "no trap";
  EXPECT_EQ(machine_.csr(csrs::kMcause), 0U);
}

TEST_F(Modes, WfiWithInterruptsOnTraps) {
  hart().poke_csr(csrs::kMstatus, kMie);
  put({wfi(), nop()});
  EXPECT_EQ(hart().run(kForever), StopReason::kWfi);
  hart().set_interrupt(7, true);
  machine_.step();
  EXPECT_EQ(machine_.csr(csrs::kMepc), kRamBase + 4) << "behind the WFI";
}

class Pair : public Modes {
 protected:
  Pair() {
    hart().set_reg(kS0, kData);
    hart().set_reg(kA0, 77);
  }
  // LR, what is between, SC; returns what the SC says.
  std::uint32_t with(std::initializer_list<Word> between) {
    std::uint32_t pc = kRamBase;
    machine_.put_word(pc, lr_w(kA1, kS0));
    for (const Word word : between) machine_.put_word(pc += 4, word);
    machine_.put_word(pc + 4, sc_w(kA2, kA0, kS0));
    hart().set_reg(kA2, 9);
    hart().set_pc(kRamBase);
    hart().invalidate(kRamBase, 64);
    machine_.step(static_cast<unsigned>(between.size()) + 2);
    return hart().reg(kA2);
  }
};

TEST_F(Pair, Succeeds) {
  EXPECT_EQ(with({}), 0U);
  EXPECT_EQ(with({nop(), lw(kA1, 4, kS0)}), 0U);
}

TEST_F(Pair, StoreConditionalWithoutReservationFails) {
  put({sc_w(kA2, kA0, kS0)});
  machine_.step();
  EXPECT_EQ(hart().reg(kA2), 1U);
  EXPECT_EQ(machine_.word(kData), 0U);
  EXPECT_EQ(machine_.csr(csrs::kMcause), 0U);
}

// The manual lets a store of the hart itself keep the reservation; here it does.
TEST_F(Pair, OwnStoreKeepsTheReservation) {
  EXPECT_EQ(with({sw(kA0, 0, kS0)}), 0U);
  EXPECT_EQ(with({amoadd_w(kA3, kA0, kS0)}), 0U);
}

TEST_F(Pair, SecondLoadReservedReplacesTheFirst) {
  hart().set_reg(kS1, kData + 4);
  EXPECT_EQ(with({lr_w(kA3, kS1)}), 1U);
}

TEST_F(Pair, FailedPairEndsTheReservation) {
  hart().set_reg(kS1, kData + 4);
  EXPECT_EQ(with({sc_w(kA3, kA0, kS1)}), 1U);
  EXPECT_EQ(machine_.word(kData + 4), 0U);
}

TEST_F(Pair, InterruptEndsTheReservation) {
  put({mret()}, kHandler);
  put({lr_w(kA1, kS0), sc_w(kA2, kA0, kS0)});
  hart().poke_csr(csrs::kMstatus, kMie);
  machine_.step();
  hart().set_interrupt(3, true);
  machine_.step();
  hart().set_interrupt(3, false);
  machine_.step(2);
  EXPECT_EQ(hart().pc(), kRamBase + 8);
  EXPECT_EQ(hart().reg(kA2), 1U);
}

TEST_F(Pair, AnotherMastersStoreEndsTheReservation) {
  for (const std::uint32_t offset : {0U, 3U}) {
    put({lr_w(kA1, kS0), sc_w(kA2, kA0, kS0)});
    machine_.step();
    hart().invalidate(kData + offset, 1);
    machine_.step();
    EXPECT_EQ(hart().reg(kA2), 1U);
  }
}

}  // namespace
}  // namespace aimc::riscv
