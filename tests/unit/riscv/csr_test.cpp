// Control and status registers: instructions, fields, counters.

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

// Writes `value` by CSRRW and returns what CSRRS reads back.
std::uint32_t write_and_read(Machine& machine, Word number, std::uint32_t value) {
  machine.hart.set_pc(kRamBase);
  machine.hart.set_reg(kA0, value);
  machine.put(kRamBase, {csrrw(kZero, number, kA0), csrr(kA1, number)});
  machine.hart.invalidate(kRamBase, 8);
  machine.step(2);
  return machine.hart.reg(kA1);
}

TEST(Csr, Instructions) {
  Machine machine;
  machine.hart.set_reg(kA0, 0x0FF0);
  machine.put(kRamBase, {csrrw(1, csrs::kMscratch, kA0), csrrs(2, csrs::kMscratch, kA0),
                         csrrc(3, csrs::kMscratch, kA0), csrrwi(4, csrs::kMscratch, 31),
                         csrrci(5, csrs::kMscratch, 3), csrrsi(6, csrs::kMscratch, 1),
                         csrrw(kA0, csrs::kMscratch, kA0)});
  machine.step(7);
  EXPECT_EQ(machine.hart.reg(1), 0U);
  EXPECT_EQ(machine.hart.reg(2), 0x0FF0U);
  EXPECT_EQ(machine.hart.reg(3), 0x0FF0U);
  EXPECT_EQ(machine.hart.reg(4), 0U);
  EXPECT_EQ(machine.hart.reg(5), 31U);
  EXPECT_EQ(machine.hart.reg(6), 28U);
  EXPECT_EQ(machine.hart.reg(kA0), 29U) << "swap with itself";
  EXPECT_EQ(machine.csr(csrs::kMscratch), 0x0FF0U);
}

TEST(Csr, ReadOnlyOnesCanBeReadBySetWithNothing) {
  Machine machine;
  machine.put(kRamBase, {csrrs(kA0, csrs::kMhartid, kZero), csrrci(kA1, csrs::kMhartid, 0),
                         csrrs(kA0, csrs::kMhartid, kA5)});
  machine.step(2);
  EXPECT_EQ(machine.hart.instructions(), 2U);
  machine.step();
  EXPECT_EQ(machine.csr(csrs::kMcause), 2U) << "even of zero, when a register is named";
}

TEST(Csr, FieldsThatExist) {
  const struct {
    Word number;
    std::uint32_t written;
    std::uint32_t read;
  } cases[] = {
      {csrs::kMstatus, 0xFFFFFFFF, 0x00221888},
      {csrs::kMie, 0xFFFFFFFF, 0x888},
      {csrs::kMip, 0xFFFFFFFF, 0},
      {csrs::kMtvec, 0xFFFFFFFF, 0xFFFFFFFD},
      {csrs::kMtvec, 0x80000002, 0x80000000},
      {csrs::kMepc, 0xFFFFFFFF, 0xFFFFFFFE},
      {csrs::kMcause, 0x8000000B, 0x8000000B},
      {csrs::kMtval, 0x12345678, 0x12345678},
      {csrs::kMscratch, 0x12345678, 0x12345678},
      {csrs::kMcounteren, 0xFFFFFFFF, 7},
      {csrs::kMcountinhibit, 0xFFFFFFFF, 5},
      {csrs::kMisa, 0, 0x40101105},
      {0x310, 0xFFFFFFFF, 0},
      {0x30A, 0xFFFFFFFF, 1},
      {0xB03, 0xFFFFFFFF, 0},
      {0xB9F, 0xFFFFFFFF, 0},
      {0x33F, 0xFFFFFFFF, 0},
  };
  for (const auto& c : cases) {
    Machine machine;
    EXPECT_EQ(write_and_read(machine, c.number, c.written), c.read) << std::hex << c.number;
    EXPECT_EQ(machine.hart.instructions(), 2U) << std::hex << c.number;
  }
}

TEST(Csr, PreviousPrivilegeTakesOnlyLegalValues) {
  Machine machine;
  EXPECT_EQ(write_and_read(machine, csrs::kMstatus, 0x1800), 0x1800U);
  EXPECT_EQ(write_and_read(machine, csrs::kMstatus, 0x0800), 0x1800U);
  EXPECT_EQ(write_and_read(machine, csrs::kMstatus, 0x0000), 0U);
  EXPECT_EQ(write_and_read(machine, csrs::kMstatus, 0x1000), 0U);
}

TEST(Csr, IdentityComesFromTheConfiguration) {
  HartConfig config = Machine::default_config();
  config.hart_id = 3;
  Machine machine(config);
  EXPECT_EQ(machine.csr(csrs::kMhartid), 3U);
  for (const unsigned number : {0xF11U, 0xF12U, 0xF13U, 0xF15U}) EXPECT_EQ(machine.csr(number), 0U);
}

TEST(Csr, PeekSaysWhatDoesNotExist) {
  Machine machine;
  std::uint32_t value = 0;
  for (const unsigned number : {0x100U, 0x302U, 0x3A4U, 0xB01U, 0xF16U, 0xFFFFU}) {
    EXPECT_FALSE(machine.hart.peek_csr(number, value)) << std::hex << number;
  }
}

TEST(Counter, CycleAndInstretAreExactInTheMiddleOfABlock) {
  Machine machine;
  machine.put(kRamBase,
              {nop(), div(kA0, kA0, kA0), csrr(kA1, csrs::kCycle), csrr(kA2, csrs::kInstret),
               mul(kA0, kA0, kA0), csrr(kA3, csrs::kMcycle), csrr(kA4, csrs::kMinstret)});
  machine.hart.run(36);
  EXPECT_EQ(machine.hart.reg(kA1), 20U);
  EXPECT_EQ(machine.hart.reg(kA2), 3U);
  EXPECT_EQ(machine.hart.reg(kA3), 29U);
  EXPECT_EQ(machine.hart.reg(kA4), 6U);
}

TEST(Counter, WrittenValueIsThereForTheNextInstruction) {
  Machine machine;
  machine.hart.set_reg(kA0, 0xFFFFFFFFU);
  machine.put(kRamBase,
              {csrw(csrs::kMinstret, kA0), csrr(1, csrs::kMinstret), csrr(2, csrs::kMinstreth),
               csrw(csrs::kMcycle, kA0), csrr(3, csrs::kMcycle), csrr(4, csrs::kMcycleh),
               csrrwi(0, csrs::kMcycleh, 9), csrr(5, csrs::kMcycleh),
               csrrwi(0, csrs::kMinstreth, 8), csrr(6, csrs::kMinstreth)});
  machine.step(10);
  EXPECT_EQ(machine.hart.reg(1), 0xFFFFFFFFU);
  EXPECT_EQ(machine.hart.reg(2), 1U) << "has gone on into the upper half";
  EXPECT_EQ(machine.hart.reg(3), 0xFFFFFFFFU);
  EXPECT_EQ(machine.hart.reg(4), 1U);
  EXPECT_EQ(machine.hart.reg(5), 9U);
  EXPECT_EQ(machine.hart.reg(6), 8U);
  EXPECT_EQ(machine.hart.cycle(), 40U) << "the local clock is not the guest's to change";
}

TEST(Counter, Inhibited) {
  Machine machine;
  machine.put(kRamBase, {csrrwi(0, csrs::kMcountinhibit, 5), nop(), csrr(1, csrs::kMcycle),
                         csrr(2, csrs::kMinstret), csrrwi(0, csrs::kMcycle, 20),
                         csrrwi(0, csrs::kMcountinhibit, 0), csrr(3, csrs::kMcycle),
                         csrr(4, csrs::kMinstret)});
  machine.step(8);
  EXPECT_EQ(machine.hart.reg(1), 4U);
  EXPECT_EQ(machine.hart.reg(2), 1U);
  EXPECT_EQ(machine.hart.reg(3), 20U);
  EXPECT_EQ(machine.hart.reg(4), 2U);
}

TEST(Counter, TimeIsTheEnvironments) {
  Machine machine;
  machine.time = 0x123456789ABCULL;
  machine.put(kRamBase, {csrr(kA0, csrs::kTime), csrr(kA1, csrs::kTimeh)});
  machine.step(2);
  EXPECT_EQ(machine.hart.reg(kA0), 0x56789ABCU);
  EXPECT_EQ(machine.hart.reg(kA1), 0x1234U);
}

}  // namespace
}  // namespace aimc::riscv
