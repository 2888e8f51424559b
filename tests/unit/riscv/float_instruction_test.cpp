// The F extension in the hart: every instruction and its encoding, rounding modes, flags, the state
// in mstatus.FS, loads and stores, its cost.

#include <gtest/gtest.h>

#include "models/riscv/decode.h"
#include "tests/unit/riscv/float_operands.h"
#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

constexpr Word kFflags = 1, kFrm = 2, kFcsr = 3;
constexpr std::uint32_t kOff = 0, kInitial = 1, kClean = 2, kDirty = 3;
constexpr std::uint32_t kOne = 0x3F800000, kTwo = 0x40000000, kThree = 0x40400000;
constexpr std::uint32_t kThird = 0x3EAAAAAB;
constexpr Word kDynamicMode = 7;

// Encodings from the manual's listing of RV32F; rm or funct3 in the middle.
constexpr Word op_fp(Word funct7, Word rd, Word rs1, Word rs2, Word rm) {
  return r_type(0x53, rm, funct7, rd, rs1, rs2);
}
constexpr Word fused_op(Word opcode, Word rd, Word rs1, Word rs2, Word rs3, Word rm) {
  return r_type(opcode, rm, rs3 << 2U, rd, rs1, rs2);
}
constexpr Word fadd(Word rd, Word a, Word b, Word rm = kDynamicMode) {
  return op_fp(0x00, rd, a, b, rm);
}
constexpr Word fdiv(Word rd, Word a, Word b, Word rm = kDynamicMode) {
  return op_fp(0x0C, rd, a, b, rm);
}
constexpr Word flw(Word rd, std::int32_t imm, Reg rs1) {
  return i_type(0x07, 2, rd, rs1, imm);
}
constexpr Word fsw(Word rs2, std::int32_t imm, Reg rs1) {
  return (s_type(2, rs2, rs1, imm) & ~0x7FU) | 0x27U;
}
constexpr Word feq(Reg rd, Word a, Word b) {
  return op_fp(0x50, rd, a, b, 2);
}

HartConfig float_config() {
  HartConfig config = Machine::default_config();
  config.extensions = ExtensionSet::all();
  return config;
}

class FloatMachine : public Machine {
 public:
  explicit FloatMachine(std::uint32_t state = kDirty) : Machine(float_config()) {
    set_state(state);
    hart.set_reg(kS0, kData);
  }
  void set_state(std::uint32_t state) { hart.poke_csr(csrs::kMstatus, state << 13U); }
  std::uint32_t state() const { return csr(csrs::kMstatus) >> 13U & 3U; }
  // Executes one instruction at the start of RAM.
  void execute(Word word) {
    put(kRamBase, {word});
    hart.invalidate(kRamBase, 4);
    hart.set_pc(kRamBase);
    step();
  }
  bool trapped() const { return csr(csrs::kMcause) != 0; }
};

// What is wanted of an instruction with the fields rd, rs1, rs2 (and rs3) given.
struct Case {
  const char* name;
  Word word;
  bool float_result;
  std::uint32_t expected;
};

// f1 = 1, f2 = 3, f3 = -2, x11 = -7; results go to register 10.
std::vector<Case> cases() {
  return {
      {"fmadd.s", fused_op(0x43, 10, 1, 2, 3, 0), true, 0x3F800000},
      {"fmsub.s", fused_op(0x47, 10, 1, 2, 3, 0), true, 0x40A00000},
      {"fnmsub.s", fused_op(0x4B, 10, 1, 2, 3, 0), true, 0xC0A00000},
      {"fnmadd.s", fused_op(0x4F, 10, 1, 2, 3, 0), true, 0xBF800000},
      {"fadd.s", op_fp(0x00, 10, 1, 2, 0), true, 0x40800000},
      {"fsub.s", op_fp(0x04, 10, 1, 2, 0), true, 0xC0000000},
      {"fmul.s", op_fp(0x08, 10, 2, 3, 0), true, 0xC0C00000},
      {"fdiv.s", op_fp(0x0C, 10, 1, 2, 0), true, kThird},
      {"fsqrt.s", op_fp(0x2C, 10, 2, 0, 0), true, 0x3FDDB3D7},
      {"fsgnj.s", op_fp(0x10, 10, 2, 3, 0), true, 0xC0400000},
      {"fsgnjn.s", op_fp(0x10, 10, 2, 3, 1), true, 0x40400000},
      {"fsgnjx.s", op_fp(0x10, 10, 3, 3, 2), true, 0x40000000},
      {"fmin.s", op_fp(0x14, 10, 2, 3, 0), true, 0xC0000000},
      {"fmax.s", op_fp(0x14, 10, 2, 3, 1), true, 0x40400000},
      {"fcvt.w.s", op_fp(0x60, 10, 3, 0, 0), false, 0xFFFFFFFE},
      {"fcvt.wu.s", op_fp(0x60, 10, 2, 1, 0), false, 3},
      {"fmv.x.w", op_fp(0x70, 10, 3, 0, 0), false, 0xC0000000},
      {"feq.s", op_fp(0x50, 10, 1, 1, 2), false, 1},
      {"flt.s", op_fp(0x50, 10, 3, 1, 1), false, 1},
      {"fle.s", op_fp(0x50, 10, 2, 1, 0), false, 0},
      {"fclass.s", op_fp(0x70, 10, 3, 0, 1), false, 2},
      {"fcvt.s.w", op_fp(0x68, 10, 11, 0, 0), true, 0xC0E00000},
      {"fcvt.s.wu", op_fp(0x68, 10, 11, 1, 0), true, 0x4F800000},
      {"fmv.w.x", op_fp(0x78, 10, 11, 0, 0), true, 0xFFFFFFF9},
  };
}

void set_operands(FloatMachine& machine) {
  machine.hart.set_float_reg(1, kOne);
  machine.hart.set_float_reg(2, kThree);
  machine.hart.set_float_reg(3, 0xC0000000);
  machine.hart.set_reg(11, 0xFFFFFFF9);
}

TEST(FloatInstruction, EveryOneComputes) {
  for (const Case& c : cases()) {
    for (const std::uint32_t state : {kInitial, kClean, kDirty}) {  // off the fast path, and on it
      FloatMachine machine;
      set_operands(machine);
      machine.set_state(state);
      machine.execute(c.word);
      EXPECT_EQ(c.float_result ? machine.hart.float_reg(10) : machine.hart.reg(10), c.expected)
          << c.name;
      EXPECT_FALSE(machine.trapped()) << c.name;
      EXPECT_EQ(machine.hart.instructions(), 1U) << c.name;
      EXPECT_EQ(machine.hart.pc(), kRamBase + 4) << c.name;
      const bool inexact = machine.csr(kFflags) != 0;
      const bool changed = c.float_result || inexact;
      EXPECT_EQ(machine.state(), changed ? kDirty : state) << c.name;
      EXPECT_EQ(machine.csr(csrs::kMstatus) >> 31U, changed || state == kDirty ? 1U : 0U) << c.name;
    }
  }
}

TEST(FloatInstruction, EveryOneIsIllegalWhenSwitchedOffOrAbsent) {
  std::vector<Case> all = cases();
  all.push_back({"flw", flw(10, 0, kS0), true, 0});
  all.push_back({"fsw", fsw(10, 0, kS0), true, 0});
  for (const Case& c : all) {
    FloatMachine off(kOff);
    set_operands(off);
    off.execute(c.word);
    EXPECT_EQ(off.csr(csrs::kMcause), 2U) << c.name;
    EXPECT_EQ(off.csr(csrs::kMtval), c.word) << c.name;
    EXPECT_EQ(off.hart.float_reg(10), 0U) << c.name;
    EXPECT_EQ(off.hart.instructions(), 0U) << c.name;
    EXPECT_EQ(off.state(), kOff);

    Machine absent;
    absent.put(kRamBase, {c.word});
    absent.step();
    EXPECT_EQ(absent.csr(csrs::kMcause), 2U) << c.name;
    EXPECT_EQ(absent.csr(csrs::kMtval), c.word) << c.name;
  }
}

TEST(FloatInstruction, DoublePrecisionAndReservedOnesAreIllegal) {
  for (const Word word :
       {op_fp(0x01, 10, 1, 2, 0), op_fp(0x21, 10, 1, 0, 0), op_fp(0x2C, 10, 2, 1, 0),
        op_fp(0x10, 10, 1, 2, 3), op_fp(0x14, 10, 1, 2, 2), op_fp(0x50, 10, 1, 2, 3),
        op_fp(0x60, 10, 1, 2, 0), op_fp(0x68, 10, 1, 2, 0), op_fp(0x70, 10, 1, 0, 2),
        op_fp(0x70, 10, 1, 1, 0), op_fp(0x78, 10, 1, 0, 1), i_type(0x07, 3, 10, kS0, 0),
        fused_op(0x43, 10, 1, 2, 3, 0) | 1U << 25U}) {
    FloatMachine machine;
    machine.execute(word);
    EXPECT_EQ(machine.csr(csrs::kMcause), 2U) << std::hex << word;
    EXPECT_EQ(machine.csr(csrs::kMtval), word) << std::hex << word;
  }
}

// Every instruction that rounds, in every mode, against SoftFloat; those that round in the fast
// loop and those that leave it must not differ.
TEST(FloatInstruction, RoundsAsSaidInItOrInFrm) {
  const struct {
    FloatOperation operation;
    Word word;  // rm is added
  } rounded[] = {{FloatOperation::kAdd, op_fp(0x00, 10, 1, 2, 0)},
                 {FloatOperation::kMultiply, op_fp(0x08, 10, 1, 2, 0)},
                 {FloatOperation::kFused, fused_op(0x43, 10, 1, 2, 3, 0)},
                 {FloatOperation::kDivide, op_fp(0x0C, 10, 1, 2, 0)},
                 {FloatOperation::kSquareRoot, op_fp(0x2C, 10, 1, 0, 0)},
                 {FloatOperation::kToSigned, op_fp(0x60, 10, 1, 0, 0)},
                 {FloatOperation::kToUnsigned, op_fp(0x60, 10, 1, 1, 0)},
                 {FloatOperation::kFromSigned, op_fp(0x68, 10, 11, 0, 0)},
                 {FloatOperation::kFromUnsigned, op_fp(0x68, 10, 11, 1, 0)}};
  RandomOperands random(5);
  for (const auto& instruction : rounded) {
    FloatMachine machine;
    for (unsigned i = 0; i < 2000; ++i) {
      const FloatOperands x = random.next();
      const auto mode = static_cast<Rounding>(i % kRoundingModes);
      const bool dynamic = i / kRoundingModes % 2 == 1;
      const Word field = dynamic ? kDynamicMode : static_cast<Word>(mode);
      machine.hart.set_float_reg(1, x.a);
      machine.hart.set_float_reg(2, x.b);
      machine.hart.set_float_reg(3, x.c);
      machine.hart.set_reg(11, x.a);
      machine.hart.poke_csr(kFcsr, (dynamic ? static_cast<Word>(mode) : 5U) << 5U);
      machine.execute(instruction.word | field << 12U);
      const FloatResult expected = soft_result(instruction.operation, x, mode);
      const bool to_integer = instruction.operation == FloatOperation::kToSigned ||
                              instruction.operation == FloatOperation::kToUnsigned;
      ASSERT_EQ(to_integer ? machine.hart.reg(10) : machine.hart.float_reg(10), expected.value)
          << std::hex << instruction.word << " " << x.a << " " << x.b << " " << x.c << " " << field;
      ASSERT_EQ(machine.csr(kFflags), expected.flags);
    }
    EXPECT_FALSE(machine.trapped());
  }
}

TEST(FloatInstruction, ReservedRoundingModesAreIllegal) {
  for (const Case& c : cases()) {
    // Those whose funct3 is no rounding mode have an encoding of their own for each value.
    const Word funct7 = c.word >> 25U;
    const bool rounds = (c.word & 0x7FU) != 0x53U || funct7 < 0x10 || funct7 == 0x2C ||
                        funct7 == 0x60 || funct7 == 0x68;
    if (!rounds) continue;
    for (Word field = 0; field < 8; ++field) {
      for (Word frm = 0; frm < 8; ++frm) {
        FloatMachine machine;
        set_operands(machine);
        machine.hart.poke_csr(kFrm, frm);
        const Word word = (c.word & ~0x7000U) | field << 12U;
        machine.execute(word);
        const bool legal = field < 5 || (field == 7 && frm < 5);
        EXPECT_EQ(machine.csr(csrs::kMcause), legal ? 0U : 2U)
            << c.name << " rm " << field << " frm " << frm;
        EXPECT_EQ(machine.csr(csrs::kMtval), legal ? 0U : word);
        EXPECT_EQ(machine.hart.instructions(), legal ? 1U : 0U);
      }
    }
  }
}

TEST(FloatFlags, Accrue) {
  FloatMachine machine;
  machine.hart.set_float_reg(1, kOne);
  machine.hart.set_float_reg(2, kThree);
  machine.hart.set_float_reg(4, 0x00000001);
  machine.hart.set_float_reg(5, 0x7F7FFFFF);
  machine.hart.set_float_reg(6, 0x7F800001);
  machine.put(kRamBase, {fdiv(10, 1, 2), op_fp(0x08, 10, 4, 4, 0), op_fp(0x08, 10, 5, 5, 0),
                         fdiv(10, 1, 0), feq(10, 6, 6)});
  std::uint32_t expected = 0;
  for (const std::uint32_t flags :
       {kFloatInexact | 0U, kFloatUnderflow | kFloatInexact, kFloatOverflow | kFloatInexact,
        kFloatDivideByZero | 0U, kFloatInvalid | 0U}) {
    machine.step();
    expected |= flags;
    EXPECT_EQ(machine.csr(kFflags), expected);
  }
  EXPECT_EQ(expected, 0x1FU);
}

TEST(FloatCsr, ViewsOfOneRegister) {
  FloatMachine machine(kInitial);
  machine.hart.set_reg(kA0, 0xFFFFFFFF);
  machine.execute(csrrw(kA1, kFcsr, kA0));
  EXPECT_EQ(machine.hart.reg(kA1), 0U);
  EXPECT_EQ(machine.csr(kFcsr), 0xFFU);
  EXPECT_EQ(machine.csr(kFflags), 0x1FU);
  EXPECT_EQ(machine.csr(kFrm), 7U);
  EXPECT_EQ(machine.state(), kDirty);
  machine.execute(csrrwi(kA1, kFrm, 2));
  EXPECT_EQ(machine.hart.reg(kA1), 7U);
  EXPECT_EQ(machine.csr(kFcsr), 0x5FU);
  machine.execute(csrrci(kA1, kFflags, 0x0E));
  EXPECT_EQ(machine.hart.reg(kA1), 0x1FU);
  EXPECT_EQ(machine.csr(kFcsr), 0x51U);
  machine.hart.set_reg(kA0, 0xFFFFFFFF);
  machine.execute(csrrw(kA1, kFflags, kA0));
  EXPECT_EQ(machine.csr(kFcsr), 0x5FU);
}

TEST(FloatCsr, WritingMakesDirtyReadingDoesNot) {
  for (const Word number : {kFflags, kFrm, kFcsr}) {
    for (const std::uint32_t state : {kInitial, kClean}) {
      FloatMachine machine(state);
      machine.execute(csrr(kA0, number));
      EXPECT_EQ(machine.state(), state);
      machine.execute(csrrwi(kA0, number, 0));
      EXPECT_EQ(machine.state(), kDirty);
    }
  }
}

TEST(FloatCsr, IllegalWhenSwitchedOffOrAbsent) {
  for (const Word number : {kFflags, kFrm, kFcsr}) {
    FloatMachine off(kOff);
    off.execute(csrr(kA0, number));
    EXPECT_EQ(off.csr(csrs::kMcause), 2U);
    Machine absent;
    std::uint32_t value = 0;
    EXPECT_FALSE(absent.hart.peek_csr(number, value));
    EXPECT_FALSE(absent.hart.poke_csr(number, 0));
    absent.put(kRamBase, {csrr(kA0, number)});
    absent.step();
    EXPECT_EQ(absent.csr(csrs::kMcause), 2U);
  }
}

TEST(FloatCsr, UserModeMayUseThem) {
  FloatMachine machine;
  machine.hart.poke_csr(csrs::kMepc, kRamBase + 4);
  machine.hart.poke_csr(0x3B0, ~0U);  // user mode may have all memory
  machine.hart.poke_csr(0x3A0, 0x1F);
  machine.put(kRamBase, {mret(), csrrwi(kA0, kFcsr, 31), fadd(1, 2, 3)});
  machine.step(3);
  EXPECT_FALSE(machine.trapped());
  EXPECT_EQ(machine.csr(kFcsr), 31U);
}

TEST(FloatState, FieldOfMstatusExistsOnlyWithTheExtension) {
  FloatMachine with(kOff);
  with.hart.poke_csr(csrs::kMstatus, 0xFFFFFFFF);
  EXPECT_EQ(with.csr(csrs::kMstatus) & 0x80006000U, 0x80006000U);
  with.hart.poke_csr(csrs::kMstatus, 0x80004000U);
  EXPECT_EQ(with.csr(csrs::kMstatus) & 0x80006000U, 0x00004000U) << "SD is read-only";
  Machine without;
  without.hart.poke_csr(csrs::kMstatus, 0xFFFFFFFF);
  EXPECT_EQ(without.csr(csrs::kMstatus) & 0x80006000U, 0U);
}

TEST(FloatState, SurvivesTrapsAndIsClearedByReset) {
  FloatMachine machine(kClean);
  machine.hart.poke_csr(csrs::kMtvec, kHandler);
  machine.put(kRamBase, {ecall()});
  machine.step();
  EXPECT_EQ(machine.state(), kClean);
  machine.hart.poke_csr(kFcsr, 0xFF);
  machine.hart.set_float_reg(31, kOne);
  machine.hart.reset();
  EXPECT_EQ(machine.state(), kOff);
  EXPECT_EQ(machine.csr(kFcsr), 0U);
  EXPECT_EQ(machine.hart.float_reg(31), 0U);
}

TEST(FloatState, DebuggersWriteMakesItDirty) {
  FloatMachine machine(kClean);
  machine.hart.set_float_reg(7, kOne);
  EXPECT_EQ(machine.state(), kDirty);
  FloatMachine off(kOff);
  off.hart.set_float_reg(7, kOne);
  EXPECT_EQ(off.state(), kOff);
  EXPECT_EQ(off.hart.float_reg(7), kOne);
  EXPECT_THROW(off.hart.set_float_reg(32, 0), std::invalid_argument);
  EXPECT_THROW(off.hart.float_reg(32), std::invalid_argument);
}

TEST(FloatMemory, LoadsAndStoresOnEveryPath) {
  for (const std::uint32_t state : {kClean, kDirty}) {
    FloatMachine machine(state);
    machine.put(kData, {0x11223344, 0x7F800001});
    machine.execute(flw(0, 4, kS0));
    EXPECT_EQ(machine.hart.float_reg(0), 0x7F800001U) << "a signalling NaN passes unchanged";
    EXPECT_EQ(machine.state(), kDirty);
    machine.execute(flw(31, 1, kS0));
    EXPECT_EQ(machine.hart.float_reg(31), 0x01112233U) << "misaligned";
    machine.set_state(state);
    machine.execute(fsw(0, 8, kS0));
    EXPECT_EQ(machine.word(kData + 8), 0x7F800001U);
    machine.execute(fsw(31, 14, kS0));
    EXPECT_EQ(machine.word(kData + 12), 0x22330000U);
    EXPECT_EQ(machine.word(kData + 16), 0x00000111U);
    EXPECT_EQ(machine.state(), state) << "a store changes nothing of it";

    machine.hart.set_reg(kS1, kDevice);
    machine.execute(fsw(0, 4, kS1));
    EXPECT_EQ(machine.device[1], 0x7F800001U);
    machine.execute(flw(5, 4, kS1));
    EXPECT_EQ(machine.hart.float_reg(5), 0x7F800001U);
    EXPECT_FALSE(machine.trapped());
    EXPECT_EQ(machine.hart.instructions(), 6U);
    EXPECT_EQ(machine.hart.direct_loads(), 3U);
    EXPECT_EQ(machine.hart.direct_stores(), 3U);
  }
}

TEST(FloatMemory, TrapsChangeNothing) {
  for (const std::uint32_t state : {kClean, kDirty}) {
    FloatMachine machine(state);
    machine.hart.set_reg(kS1, kUnmapped);
    machine.execute(flw(5, 0, kS1));
    EXPECT_EQ(machine.csr(csrs::kMcause), 5U);
    EXPECT_EQ(machine.csr(csrs::kMtval), kUnmapped);
    EXPECT_EQ(machine.hart.float_reg(5), 0U);
    EXPECT_EQ(machine.state(), state);
    machine.execute(fsw(5, 2, kS1));
    EXPECT_EQ(machine.csr(csrs::kMcause), 6U);
    machine.execute(fsw(5, 4, kS1));
    EXPECT_EQ(machine.csr(csrs::kMcause), 7U);
    EXPECT_EQ(machine.hart.instructions(), 0U);
  }
}

TEST(FloatMemory, CompressedOnesAndTheirTrapValue) {
  const struct {
    std::uint16_t half;
    Word word;
  } pairs[] = {{0x6380, flw(8, 0, 15)},   {0x7C7C, flw(15, 124, 8)}, {0xE380, fsw(8, 0, 15)},
               {0xFC7C, fsw(15, 124, 8)}, {0x7FFE, flw(31, 252, 2)}, {0x6082, flw(1, 0, 2)},
               {0xFFFE, fsw(31, 252, 2)}, {0xE006, fsw(1, 0, 2)}};
  for (const auto& pair : pairs) {
    EXPECT_EQ(expand_compressed(pair.half), pair.word) << std::hex << pair.half;
    for (const bool present : {true, false}) {
      HartConfig config = float_config();
      if (!present) config.extensions = parse_isa("rv32imac");
      Machine machine(config);  // switched off, or absent
      machine.put_half(kRamBase, pair.half);
      machine.step();
      EXPECT_EQ(machine.csr(csrs::kMcause), 2U);
      EXPECT_EQ(machine.csr(csrs::kMtval), pair.half);
    }
  }
}

TEST(FloatMemory, StoreIntoCodeIsSeen) {
  FloatMachine machine;
  machine.hart.set_reg(kS0, kRamBase);
  machine.hart.set_float_reg(1, addi(kA0, kZero, 7));
  machine.put(kRamBase, {fsw(1, 4, kS0), addi(kA0, kZero, 1)});
  machine.step(2);
  EXPECT_EQ(machine.hart.reg(kA0), 7U);
}

TEST(FloatCost, ClassesAndCounts) {
  HartConfig config = float_config();
  config.timing.cycles = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47};
  const struct {
    Word word;
    InstructionClass cls;
    unsigned cycles;
  } costs[] = {{flw(10, 0, kS0), InstructionClass::kLoad, 3},
               {fsw(10, 0, kS0), InstructionClass::kStore, 5},
               {fadd(10, 1, 2), InstructionClass::kFloatAddMul, 41},
               {fadd(10, 1, 2, 1), InstructionClass::kFloatAddMul, 41},
               {fused_op(0x43, 10, 1, 2, 3, 0), InstructionClass::kFloatAddMul, 41},
               {fdiv(10, 1, 2), InstructionClass::kFloatDiv, 43},
               {op_fp(0x2C, 10, 1, 0, 0), InstructionClass::kFloatDiv, 43},
               {feq(10, 1, 2), InstructionClass::kFloatOther, 47},
               {op_fp(0x60, 10, 1, 0, 0), InstructionClass::kFloatOther, 47}};
  for (const auto& c : costs) {
    for (const std::uint32_t state : {kClean, kDirty}) {
      Machine machine(config);
      machine.hart.poke_csr(csrs::kMstatus, state << 13U);
      machine.hart.set_reg(kS0, kData);
      machine.put_word(kRamBase, c.word);
      machine.step();
      EXPECT_EQ(machine.hart.cycle(), c.cycles) << std::hex << c.word;
      EXPECT_EQ(machine.hart.class_counts()[static_cast<std::size_t>(c.cls)], 1U);
    }
  }
}

// The same program in one piece and cut into stretches of one cycle, with results that leave the
// fast loop in the middle of a block.
TEST(FloatCost, CutsDoNotMatter) {
  std::uint64_t cycles[2] = {};
  std::uint32_t sums[2] = {};
  for (const int cut : {0, 1}) {
    FloatMachine machine;
    machine.hart.set_float_reg(1, kOne);
    machine.hart.set_float_reg(2, 0x00000001);
    machine.hart.set_reg(kA0, 50);
    machine.put(kRamBase, {fadd(3, 3, 1), op_fp(0x08, 4, 2, 1, 0), op_fp(0x08, 4, 4, 3, 3),
                           fused_op(0x43, 5, 4, 1, 5, 0), addi(kA0, kA0, -1), bne(kA0, kZero, -20),
                           ebreak()});
    while (machine.hart.run(cut == 0 ? kForever : machine.hart.cycle() + 1) == StopReason::kLimit) {
    }
    cycles[cut] = machine.hart.cycle();
    sums[cut] = machine.hart.float_reg(5);
    EXPECT_EQ(machine.hart.instructions(), 300U);
  }
  EXPECT_EQ(cycles[0], cycles[1]);
  EXPECT_EQ(sums[0], 1275U) << "subnormal: 1 + 2 + ... + 50 times the smallest";
  EXPECT_EQ(sums[0], sums[1]);
}

}  // namespace
}  // namespace aimc::riscv
