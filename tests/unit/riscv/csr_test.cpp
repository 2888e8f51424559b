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

// Every CSR with the bits that can be written; the others have the value of `fixed`. Registers that
// count are stopped before. docs/models.md lists the same.
struct CsrRow {
  const char* name;
  Word number;
  std::uint32_t writable;
  std::uint32_t fixed;
};
constexpr CsrRow kCsrs[] = {
    {"mstatus", 0x300, 0x00220088, 0},  // MPP apart
    {"misa", 0x301, 0, 0x40101105},      {"mie", 0x304, 0x888, 0},
    {"mtvec", 0x305, 0xFFFFFFFD, 0},  // with mode bit 1 the whole write is ignored
    {"mcounteren", 0x306, 7, 0},         {"menvcfg", 0x30A, 1, 0},
    {"mstatush", 0x310, 0, 0},           {"menvcfgh", 0x31A, 0, 0},
    {"mcountinhibit", 0x320, 5, 0},      {"mscratch", 0x340, 0xFFFFFFFF, 0},
    {"mepc", 0x341, 0xFFFFFFFE, 0},      {"mcause", 0x342, 0xFFFFFFFF, 0},
    {"mtval", 0x343, 0xFFFFFFFF, 0},     {"mip", 0x344, 0, 0},
    {"pmpcfg0", 0x3A0, 0x1F1F1F1F, 0},  // locks and W without R apart
    {"pmpcfg1", 0x3A1, 0x1F1F1F1F, 0},   {"pmpcfg2", 0x3A2, 0x1F1F1F1F, 0},
    {"pmpcfg3", 0x3A3, 0x1F1F1F1F, 0},   {"mcycle", 0xB00, 0xFFFFFFFF, 0},
    {"minstret", 0xB02, 0xFFFFFFFF, 0},  {"mcycleh", 0xB80, 0xFFFFFFFF, 0},
    {"minstreth", 0xB82, 0xFFFFFFFF, 0},
};

// What a row reads as when `value` is written over `before`.
std::uint32_t expected_of(const CsrRow& row, std::uint32_t value, std::uint32_t before) {
  std::uint32_t expected = (value & row.writable) | row.fixed;
  if (row.number == csrs::kMstatus) {
    const std::uint32_t mode = value & 0x1800U;
    expected |= mode == 0 || mode == 0x1800U ? mode : before & 0x1800U;
  }
  if (row.number == csrs::kMtvec && (value & 2U) != 0) expected = before;
  if (row.number >= 0x3A0 && row.number <= 0x3A3) {
    for (unsigned i = 0; i < 32; i += 8) {
      if ((value >> i & 3U) == 2U) expected &= ~(2U << i);
    }
  }
  return expected;
}

class CsrTable : public ::testing::Test {
 protected:
  void write_all(const CsrRow& row) {
    SCOPED_TRACE(row.name);
    Machine machine;
    ASSERT_EQ(write_and_read(machine, csrs::kMcountinhibit, row.number == 0x320 ? 0U : 5U),
              row.number == 0x320 ? 0U : 5U);
    const bool protection = row.number >= 0x3A0 && row.number <= 0x3A3;
    std::vector<std::uint32_t> values{0xFFFFFFFF, 0, 0xAAAAAAAA, 0x55555555, 0};
    for (unsigned bit = 0; bit < 32; ++bit) values.push_back(1U << bit);
    std::uint32_t before = machine.csr(row.number);
    for (std::uint32_t value : values) {
      if (protection) value &= 0x7F7F7F7FU;  // a lock would be for good
      const std::uint32_t expected = expected_of(row, value, before);
      ASSERT_EQ(write_and_read(machine, row.number, value), expected) << std::hex << value;
      ASSERT_EQ(machine.csr(row.number), expected) << "peek, after " << std::hex << value;
      ASSERT_EQ(machine.csr(csrs::kMcause), row.number == 0x342 ? expected : 0U) << "no trap";
      before = expected;
    }
    // The same by set and clear.
    machine.hart.set_reg(kA0, 0xFFFFFFFFU);
    machine.put(kRamBase, {csrrc(kZero, row.number, kA0), csrr(kA1, row.number)});
    machine.hart.invalidate(kRamBase, 8);
    machine.hart.set_pc(kRamBase);
    machine.step(2);
    EXPECT_EQ(machine.hart.reg(kA1), row.fixed) << "all cleared";
    machine.hart.set_reg(kA0, protection ? 0x7F7F7F7FU : 0xFFFFFFFDU);
    machine.put(kRamBase, {csrrs(kZero, row.number, kA0), csrr(kA1, row.number)});
    machine.hart.invalidate(kRamBase, 8);
    machine.hart.set_pc(kRamBase);
    machine.step(2);
    const std::uint32_t set = machine.hart.reg(kA1);
    EXPECT_EQ(set, expected_of(row, protection ? 0x7F7F7F7FU : 0xFFFFFFFDU, 0)) << "all set";
  }
};

TEST_F(CsrTable, WritableBits) {
  for (const CsrRow& row : kCsrs) write_all(row);
  const std::vector<CsrRow> addresses = [] {
    std::vector<CsrRow> rows;
    for (Word i = 0; i < 16; ++i) rows.push_back({"pmpaddr", 0x3B0 + i, 0xFFFFFFFF, 0});
    for (Word i = 3; i < 32; ++i) {
      rows.push_back({"mhpmevent", 0x320 + i, 0, 0});
      rows.push_back({"mhpmcounter", 0xB00 + i, 0, 0});
      rows.push_back({"mhpmcounterh", 0xB80 + i, 0, 0});
    }
    return rows;
  }();
  for (const CsrRow& row : addresses) write_all(row);
}

TEST_F(CsrTable, LocksOfProtectionStay) {
  Machine machine;
  EXPECT_EQ(write_and_read(machine, 0x3A3, 0xFFFFFFFF), 0x9F9F9F9FU);
  EXPECT_EQ(write_and_read(machine, 0x3A3, 0), 0x9F9F9F9FU);
  EXPECT_EQ(write_and_read(machine, 0x3BF, 1), 0U);
  EXPECT_EQ(write_and_read(machine, 0x3BB, 1), 1U);
}

// Which CSRs exist in machine mode: all others are illegal instructions, with mtval.
TEST_F(CsrTable, NothingElseExists) {
  std::vector<bool> exists(4096);
  for (const CsrRow& row : kCsrs) exists[row.number] = true;
  const auto add = [&exists](Word first, Word last) {
    for (Word number = first; number <= last; ++number) exists[number] = true;
  };
  add(0x323, 0x33F);
  add(0x3B0, 0x3BF);
  add(0xB03, 0xB1F);
  add(0xB83, 0xB9F);
  add(0xC00, 0xC1F);
  add(0xC80, 0xC9F);
  add(0xF11, 0xF15);
  for (Word number = 0; number < 4096; ++number) {
    SCOPED_TRACE(testing::Message() << std::hex << number);
    Machine machine;
    machine.put(kRamBase, {csrr(kA0, number)});
    machine.step();
    EXPECT_EQ(machine.hart.instructions(), exists[number] ? 1U : 0U);
    EXPECT_EQ(machine.csr(csrs::kMcause), exists[number] ? 0U : 2U);
    EXPECT_EQ(machine.csr(csrs::kMtval), exists[number] ? 0U : csrr(kA0, number));
    std::uint32_t value = 0;
    EXPECT_EQ(machine.hart.peek_csr(number, value), exists[number]);

    Machine writer;
    const bool read_only = number >= 0xC00;
    writer.put(kRamBase, {csrrwi(kA0, number, 0)});
    writer.step();
    EXPECT_EQ(writer.hart.instructions(), exists[number] && !read_only ? 1U : 0U) << "written";
  }
}

// Of user mode only the counters are, each if its bit of mcounteren says so.
TEST_F(CsrTable, UserModeSeesOnlyCountersThatAreEnabled) {
  for (Word number = 0; number < 4096; ++number) {
    for (const std::uint32_t enabled : {0U, 1U, 2U, 4U, 7U}) {
      SCOPED_TRACE(testing::Message() << std::hex << number << " with " << enabled);
      Machine machine;
      machine.hart.poke_csr(csrs::kPmpaddr0, 0xFFFFFFFF);
      machine.hart.poke_csr(csrs::kPmpcfg0, 0x1F);
      machine.hart.poke_csr(csrs::kMcounteren, enabled);
      machine.hart.set_privilege(0);
      machine.put(kRamBase, {csrr(kA0, number)});
      machine.step();
      const Word index = number & ~0x80U;
      const bool counter = index >= 0xC00 && index <= 0xC02;
      const bool readable = counter && (enabled >> (index - 0xC00) & 1U) != 0;
      ASSERT_EQ(machine.hart.instructions(), readable ? 1U : 0U);
      ASSERT_EQ(machine.csr(csrs::kMtval), readable ? 0U : csrr(kA0, number));
      if (!counter) break;
    }
  }
}

TEST_F(CsrTable, WithoutProtectionItsRegistersAreMissing) {
  HartConfig config = Machine::default_config();
  config.pmp_entries = 0;
  for (const Word number : {0x3A0U, 0x3A3U, 0x3B0U, 0x3BFU}) {
    Machine machine(config);
    machine.put(kRamBase, {csrr(kA0, number)});
    machine.step();
    EXPECT_EQ(machine.csr(csrs::kMcause), 2U) << std::hex << number;
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
  machine.hart.set_reg(kA0, 0xFFFF);  // 16 leading zeros
  machine.step(7);
  EXPECT_EQ(machine.hart.reg(kA1), 20U);
  EXPECT_EQ(machine.hart.reg(kA2), 3U);
  EXPECT_EQ(machine.hart.reg(kA3), 23U);
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

// A write of either half is a write of instret, so the instruction itself is not counted.
TEST(Counter, WritingTheUpperHalfIsNotCounted) {
  Machine machine;
  machine.hart.set_reg(kA0, 0xFFFFFFFFU);
  machine.put(kRamBase, {csrw(csrs::kMinstret, kA0), csrw(csrs::kMinstreth, kA0), nop(),
                         csrr(1, csrs::kMinstret), csrr(2, csrs::kMinstreth)});
  machine.step(5);
  EXPECT_EQ(machine.hart.reg(1), 0U);
  EXPECT_EQ(machine.hart.reg(2), 0U);
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
