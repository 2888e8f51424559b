// What a user reads when nobody handles a trap: each cause by its name in the privileged manual.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)
using ::testing::StartsWith;

struct Case {
  Word instruction;  ///< with kUnmapped in s0
  const char* words;
};

TEST(UnhandledTrap, ExceptionsAreNamed) {
  const Case cases[] = {{jalr(0, kS0, 0), "instruction access fault (exception 1)"},
                        {0, "illegal instruction (exception 2)"},
                        {ebreak(), "breakpoint (exception 3)"},
                        {lw(kA0, 1, kS0), "load address misaligned (exception 4)"},
                        {lw(kA0, 0, kS0), "load access fault (exception 5)"},
                        {sw(kA0, 1, kS0), "store/AMO address misaligned (exception 6)"},
                        {sw(kA0, 0, kS0), "store/AMO access fault (exception 7)"},
                        {ecall(), "environment call from M-mode (exception 11)"}};
  for (const Case& c : cases) {
    Machine machine;
    machine.hart.set_reg(kS0, kUnmapped);
    machine.put_word(kRamBase, c.instruction);
    EXPECT_EQ(machine.hart.run(kForever), StopReason::kTrapUnhandled) << c.words;
    EXPECT_THAT(machine.hart.trap_description(), StartsWith(c.words));
  }
}

TEST(UnhandledTrap, CallFromUserModeIsNamed) {
  Machine machine;
  // Where there is physical memory protection, user mode may go everywhere.
  machine.hart.poke_csr(0x3B0, 0xFFFFFFFFU);
  machine.hart.poke_csr(0x3A0, 0x1F);
  machine.put(kRamBase, {mret(), ecall()});
  ASSERT_TRUE(machine.hart.poke_csr(csrs::kMstatus, 0));
  ASSERT_TRUE(machine.hart.poke_csr(csrs::kMepc, kRamBase + 4));
  EXPECT_EQ(machine.hart.run(kForever), StopReason::kTrapUnhandled);
  EXPECT_THAT(machine.hart.trap_description(),
              StartsWith("environment call from U-mode (exception 8)"));
}

TEST(UnhandledTrap, InterruptsAreNamed) {
  const std::pair<unsigned, const char*> cases[] = {
      {3, "machine software interrupt (interrupt 3)"},
      {7, "machine timer interrupt (interrupt 7)"},
      {11, "machine external interrupt (interrupt 11)"}};
  for (const auto& [line, words] : cases) {
    Machine machine;
    machine.put(kRamBase, {nop(), jal(0, -4)});
    ASSERT_TRUE(machine.hart.poke_csr(csrs::kMie, 1U << line));
    ASSERT_TRUE(machine.hart.poke_csr(csrs::kMstatus, 8));
    machine.hart.set_interrupt(line, true);
    EXPECT_EQ(machine.hart.run(kForever), StopReason::kTrapUnhandled) << words;
    EXPECT_THAT(machine.hart.trap_description(), StartsWith(words));
  }
}

TEST(HartSettings, WaitCyclesHaveALimit) {
  HartConfig config = Machine::default_config();
  config.direct_wait_cycles = 65535;
  EXPECT_NO_THROW(Machine{config});
  config.direct_wait_cycles = 65536;
  EXPECT_THROW(Machine{config}, std::invalid_argument);
}

}  // namespace
}  // namespace aimc::riscv
