// What each integer instruction computes, and what it costs.

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

struct OperationCase {
  const char* name;
  Word funct3;
  Word funct7;
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t result;
};

// Expected values worked out by hand from the manual.
constexpr OperationCase kOperations[] = {
    {"add", 0, 0x00, 0x7FFFFFFF, 1, 0x80000000},
    {"add_wraps", 0, 0x00, 0xFFFFFFFF, 2, 1},
    {"sub", 0, 0x20, 3, 5, 0xFFFFFFFE},
    {"sll", 1, 0x00, 0x80000001, 33, 2},
    {"slt", 2, 0x00, 0xFFFFFFFF, 0, 1},
    {"slt_not", 2, 0x00, 0, 0x80000000, 0},
    {"sltu", 3, 0x00, 0xFFFFFFFF, 0, 0},
    {"sltu_less", 3, 0x00, 0, 1, 1},
    {"xor", 4, 0x00, 0xFF00FF00, 0x0FF00FF0, 0xF0F0F0F0},
    {"srl", 5, 0x00, 0x80000000, 31, 1},
    {"sra", 5, 0x20, 0x80000000, 31, 0xFFFFFFFF},
    {"sra_positive", 5, 0x20, 0x40000000, 62, 1},
    {"or", 6, 0x00, 0xF0F00000, 0x00000F0F, 0xF0F00F0F},
    {"and", 7, 0x00, 0xFF00FF00, 0x0FF00FF0, 0x0F000F00},
    {"mul", 0, 0x01, 0xFFFFFFFF, 3, 0xFFFFFFFD},
    {"mulh", 1, 0x01, 0x80000000, 0x80000000, 0x40000000},
    {"mulh_mixed", 1, 0x01, 0xFFFFFFFF, 2, 0xFFFFFFFF},
    {"mulhsu", 2, 0x01, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
    {"mulhsu_positive", 2, 0x01, 2, 0xFFFFFFFF, 1},
    {"mulhu", 3, 0x01, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE},
    {"div", 4, 0x01, 0xFFFFFFF9, 2, 0xFFFFFFFD},
    {"div_by_zero", 4, 0x01, 7, 0, 0xFFFFFFFF},
    {"div_overflow", 4, 0x01, 0x80000000, 0xFFFFFFFF, 0x80000000},
    {"divu", 5, 0x01, 0xFFFFFFF9, 2, 0x7FFFFFFC},
    {"divu_by_zero", 5, 0x01, 7, 0, 0xFFFFFFFF},
    {"rem", 6, 0x01, 0xFFFFFFF9, 2, 0xFFFFFFFF},
    {"rem_by_zero", 6, 0x01, 0xFFFFFFF9, 0, 0xFFFFFFF9},
    {"rem_overflow", 6, 0x01, 0x80000000, 0xFFFFFFFF, 0},
    {"remu", 7, 0x01, 0xFFFFFFF9, 16, 9},
    {"remu_by_zero", 7, 0x01, 0xFFFFFFF9, 0, 0xFFFFFFF9},
};

class RegisterOperation : public ::testing::TestWithParam<OperationCase> {};

TEST_P(RegisterOperation, Computes) {
  const OperationCase& c = GetParam();
  Machine machine;
  machine.hart.set_reg(kA0, c.a);
  machine.hart.set_reg(kA1, c.b);
  machine.put(kRamBase, {r_type(0x33, c.funct3, c.funct7, kA2, kA0, kA1),
                         r_type(0x33, c.funct3, c.funct7, kA0, kA0, kA1),
                         r_type(0x33, c.funct3, c.funct7, kZero, kA1, kA1)});
  machine.step(3);
  EXPECT_EQ(machine.hart.reg(kA2), c.result);
  EXPECT_EQ(machine.hart.reg(kA0), c.result) << "destination is also a source";
  EXPECT_EQ(machine.hart.reg(kZero), 0U);
}

INSTANTIATE_TEST_SUITE_P(All, RegisterOperation, ::testing::ValuesIn(kOperations),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Immediate, Operations) {
  Machine machine;
  machine.hart.set_reg(kA0, 0x80000010U);
  machine.put(kRamBase,
              {addi(1, kA0, -2048), i_type(0x13, 2, 2, kA0, -1), i_type(0x13, 3, 3, kA0, -1),
               i_type(0x13, 4, 4, kA0, -1), i_type(0x13, 6, 5, kA0, 0x7FF),
               i_type(0x13, 7, 6, kA0, -16), i_type(0x13, 1, 7, kA0, 4), i_type(0x13, 5, 8, kA0, 4),
               i_type(0x13, 5, 9, kA0, 0x404), lui(11, 0xFFFFF), auipc(12, 0x80000)});
  machine.step(11);
  EXPECT_EQ(machine.hart.reg(1), 0x7FFFF810U);
  EXPECT_EQ(machine.hart.reg(2), 1U);
  EXPECT_EQ(machine.hart.reg(3), 1U);
  EXPECT_EQ(machine.hart.reg(4), 0x7FFFFFEFU);
  EXPECT_EQ(machine.hart.reg(5), 0x800007FFU);
  EXPECT_EQ(machine.hart.reg(6), 0x80000010U);
  EXPECT_EQ(machine.hart.reg(7), 0x00000100U);
  EXPECT_EQ(machine.hart.reg(8), 0x08000001U);
  EXPECT_EQ(machine.hart.reg(9), 0xF8000001U);
  EXPECT_EQ(machine.hart.reg(11), 0xFFFFF000U);
  EXPECT_EQ(machine.hart.reg(12), 0x00000028U) << "wraps around the address space";
}

struct BranchCase {
  const char* name;
  Word funct3;
  std::uint32_t a;
  std::uint32_t b;
  bool taken;
};
constexpr BranchCase kBranches[] = {
    {"beq", 0, 5, 5, true},           {"beq_not", 0, 5, 6, false},
    {"bne", 1, 5, 6, true},           {"bne_not", 1, 5, 5, false},
    {"blt", 4, 0xFFFFFFFF, 0, true},  {"blt_not", 4, 0, 0, false},
    {"bge", 5, 0, 0, true},           {"bge_not", 5, 0x80000000, 0, false},
    {"bltu", 6, 0, 1, true},          {"bltu_not", 6, 0xFFFFFFFF, 0, false},
    {"bgeu", 7, 0xFFFFFFFF, 0, true}, {"bgeu_not", 7, 0, 1, false},
};

class Branch : public ::testing::TestWithParam<BranchCase> {};

TEST_P(Branch, GoesAndCosts) {
  const BranchCase& c = GetParam();
  for (const std::int32_t offset : {4094, -4096, 8}) {
    Machine machine;
    const std::uint32_t at = kRamBase + 0x2000;
    machine.hart.set_pc(at);
    machine.hart.set_reg(kA0, c.a);
    machine.hart.set_reg(kA1, c.b);
    machine.put_word(at, b_type(c.funct3, kA0, kA1, offset));
    machine.step();
    EXPECT_EQ(machine.hart.pc(), c.taken ? at + static_cast<std::uint32_t>(offset) : at + 4);
    EXPECT_EQ(machine.hart.cycle(), c.taken ? 3U : 1U);
    const auto counts = machine.hart.class_counts();
    EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kBranchTaken)], c.taken ? 1U : 0U);
    EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kBranchNotTaken)],
              c.taken ? 0U : 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Branch, ::testing::ValuesIn(kBranches),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Jump, LinksAndReaches) {
  Machine machine;
  machine.put_word(kRamBase, jal(kRa, 0x1002));
  machine.put_half(kRamBase + 0x1002, jalr(kT0, kRa, -3) & 0xFFFFU);
  machine.put_half(kRamBase + 0x1004, jalr(kT0, kRa, -3) >> 16U);
  machine.step();
  EXPECT_EQ(machine.hart.pc(), kRamBase + 0x1002);
  EXPECT_EQ(machine.hart.reg(kRa), kRamBase + 4);
  machine.step();
  EXPECT_EQ(machine.hart.pc(), kRamBase) << "bit 0 of the sum is cleared";
  EXPECT_EQ(machine.hart.reg(kT0), kRamBase + 0x1006);
  EXPECT_EQ(machine.hart.cycle(), 5U) << "one more for the destination across two words";
}

TEST(Jump, DestinationMayBeTheSource) {
  Machine machine;
  machine.hart.set_reg(kRa, kRamBase + 0x100);
  machine.put_word(kRamBase, jalr(kRa, kRa, 4));
  machine.step();
  EXPECT_EQ(machine.hart.pc(), kRamBase + 0x104);
  EXPECT_EQ(machine.hart.reg(kRa), kRamBase + 4);
}

// A result reaches the next instruction whichever source it is there, wherever it comes from, and
// not by way of x0.
TEST(Registers, ResultsReachTheNextInstruction) {
  Machine machine;
  machine.device[0] = 40;
  machine.hart.set_reg(kS0, kDevice);
  machine.hart.set_reg(kA0, 100);
  machine.hart.set_reg(kS1, kData);
  machine.put_word(kData, 7);
  EXPECT_EQ(
      machine.run_program({
          lw(1, 0, kS0),       addi(2, 1, 2),       // from the bus: 42
          sub(3, kA0, 2),                           // as the second source: 58
          add(4, kA0, 3),      add(5, 4, 4),        // as either and as both: 158, 316
          lw(6, 0, kS1),       mul(7, 6, 6),        // from direct memory: 49
          addi(kZero, kA0, 1), add(8, kZero, kA0),  // what x0 takes is gone: 100
          addi(22, kA0, 1),    sw(22, 4, kS1),     lw(16, 4, kS1),     addi(22, 16, 1),  // 101, 102
          addi(17, kA0, -100), beq(17, kZero, 8),  addi(18, kZero, 1),  // jumps over
          addi(19, kA0, 5),    blt(kA0, 19, 8),    addi(18, kZero, 2),  // 105; jumps over
          addi(20, kS1, 4),    lw(21, 0, 20),                           // as an address: 101
      }),
      StopReason::kTrapUnhandled);
  const std::vector<std::pair<unsigned, std::uint32_t>> expected = {
      {2, 42},   {3, 58},   {4, 158}, {5, 316}, {7, 49},   {8, 100},
      {22, 102}, {16, 101}, {17, 0},  {18, 0},  {19, 105}, {21, 101}};
  for (const auto& [index, value] : expected)
    EXPECT_EQ(machine.hart.reg(index), value) << "x" << index;
}

TEST(Cost, EveryClassAsConfigured) {
  HartConfig config = Machine::default_config();
  config.direct_wait_cycles = 100;
  config.timing.cycles = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47};
  const struct {
    Word instruction;
    InstructionClass cls;
    unsigned cycles;
  } cases[] = {
      {addi(kA0, kA0, 1), InstructionClass::kAlu, 2},
      {lw(kA0, 0, kS0), InstructionClass::kLoad, 103},
      {sw(kA0, 0, kS0), InstructionClass::kStore, 105},
      {bne(kZero, kZero, 8), InstructionClass::kBranchNotTaken, 7},
      {beq(kZero, kZero, 8), InstructionClass::kBranchTaken, 11},
      {jal(kZero, 8), InstructionClass::kJump, 13},
      {fence(), InstructionClass::kJump, 13},
      {fence_i(), InstructionClass::kJump, 13},
      {mul(kA0, kA0, kA0), InstructionClass::kMul, 17},
      {r_type(0x33, 3, 1, kA0, kA0, kA0), InstructionClass::kMulHigh, 19},
      {div(kA0, kA0, kA0), InstructionClass::kDiv, 23},
      {amoadd_w(kA0, kA0, kS0), InstructionClass::kAtomic, 129},
      {csrr(kA0, csrs::kMstatus), InstructionClass::kCsr, 31},
      {mret(), InstructionClass::kSystem, 37},
  };
  for (const auto& c : cases) {
    Machine machine(config);
    machine.hart.set_reg(kS0, kData);
    machine.hart.set_reg(kA0, 0x80000000U);  // as a divisor it has no leading zeros
    machine.put_word(kRamBase, c.instruction);
    machine.step();
    EXPECT_EQ(machine.hart.cycle(), c.cycles) << std::hex << c.instruction;
    EXPECT_EQ(machine.hart.instructions(), 1U);
    const auto counts = machine.hart.class_counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      EXPECT_EQ(counts[i], i == static_cast<std::size_t>(c.cls) ? 1U : 0U)
          << std::hex << c.instruction;
    }
  }
}

TEST(Cost, LongRunsAddUp) {
  Machine machine;
  // for (a0 = 1000; a0 != 0; --a0) { a1 *= a0; memory += a1; }
  machine.hart.set_reg(kA0, 1000);
  machine.hart.set_reg(kS0, kData);
  machine.run_program({mul(kA1, kA1, kA0), lw(kA2, 0, kS0), add(kA2, kA2, kA1), sw(kA2, 0, kS0),
                       addi(kA0, kA0, -1), bne(kA0, kZero, -20)});
  EXPECT_EQ(machine.hart.instructions(), 6000U);
  EXPECT_EQ(machine.hart.cycle(), 6U * 1000 + 999 * 3 + 1 + 4)
      << "one of the six for the load's use; and the final trap";
  const auto counts = machine.hart.class_counts();
  EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kAlu)], 2000U);
  EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kMul)], 1000U);
  EXPECT_EQ(counts[static_cast<std::size_t>(InstructionClass::kBranchTaken)], 999U);
  EXPECT_EQ(machine.hart.direct_loads(), 1000U);
  EXPECT_EQ(machine.hart.direct_stores(), 1000U);
}

TEST(Config, RefusesBadTiming) {
  HartConfig config = Machine::default_config();
  config.timing.cycles[0] = 0;
  EXPECT_THROW(Machine{config}, std::invalid_argument);
  config.timing.cycles[0] = 65536;
  EXPECT_THROW(Machine{config}, std::invalid_argument);
  config = Machine::default_config();
  config.timing.load_use = 65536;
  EXPECT_THROW(Machine{config}, std::invalid_argument);
  config = Machine::default_config();
  config.timing.csr_unflushed = 0;
  EXPECT_THROW(Machine{config}, std::invalid_argument);
}

TEST(Registers, RefusesWhatDoesNotExist) {
  Machine machine;
  EXPECT_THROW((void)machine.hart.reg(32), std::invalid_argument);
  EXPECT_THROW(machine.hart.set_reg(32, 0), std::invalid_argument);
  machine.hart.set_reg(0, 5);
  EXPECT_EQ(machine.hart.reg(0), 0U);
}

}  // namespace
}  // namespace aimc::riscv
