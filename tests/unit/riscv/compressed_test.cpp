// Every compressed instruction against the 32-bit one it stands for. Encodings are written out as
// the assembler (binutils 2.40) makes them for the text beside them.

#include <gtest/gtest.h>

#include "models/riscv/decode.h"
#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

struct Pair {
  const char* text;
  std::uint16_t half;
  Word word;
};

constexpr Pair kPairs[] = {
    {"c.addi4spn x8, sp, 4", 0x0040, 0x00410413},
    {"c.addi4spn x15, sp, 1020", 0x1FFC, 0x3FC10793},
    {"c.addi4spn x9, sp, 672", 0x1504, 0x2A010493},
    {"c.lw x8, 0(x15)", 0x4380, 0x0007A403},
    {"c.lw x15, 124(x8)", 0x5C7C, 0x07C42783},
    {"c.lw x10, 68(x9)", 0x40E8, 0x0444A503},
    {"c.sw x8, 0(x15)", 0xC380, 0x0087A023},
    {"c.sw x15, 124(x8)", 0xDC7C, 0x06F42E23},
    {"c.sw x10, 56(x9)", 0xDC88, 0x02A4AC23},
    {"c.nop", 0x0001, 0x00000013},
    {"c.addi x31, -32", 0x1F81, 0xFE0F8F93},
    {"c.addi x1, 31", 0x00FD, 0x01F08093},
    {"c.jal .+2046", 0x2FFD, 0x7FE000EF},
    {"c.jal .-2048", 0x3001, 0x801FF0EF},
    {"c.jal .+1364", 0x2B91, 0x554000EF},
    {"c.j .-2", 0xBFFD, 0xFFFFF06F},
    {"c.j .+682", 0xA46D, 0x2AA0006F},
    {"c.li x31, -32", 0x5F81, 0xFE000F93},
    {"c.li x10, 31", 0x457D, 0x01F00513},
    {"c.lui x31, 0xfffe0", 0x7F81, 0xFFFE0FB7},
    {"c.lui x1, 31", 0x60FD, 0x0001F0B7},
    {"c.addi16sp sp, -512", 0x7101, 0xE0010113},
    {"c.addi16sp sp, 496", 0x617D, 0x1F010113},
    {"c.addi16sp sp, 16", 0x6141, 0x01010113},
    {"c.addi16sp sp, 160", 0x610D, 0x0A010113},
    {"c.srli x8, 31", 0x807D, 0x01F45413},
    {"c.srai x15, 1", 0x8785, 0x4017D793},
    {"c.andi x9, -32", 0x9881, 0xFE04F493},
    {"c.andi x9, 31", 0x88FD, 0x01F4F493},
    {"c.sub x8, x15", 0x8C1D, 0x40F40433},
    {"c.xor x9, x14", 0x8CB9, 0x00E4C4B3},
    {"c.or x10, x13", 0x8D55, 0x00D56533},
    {"c.and x11, x12", 0x8DF1, 0x00C5F5B3},
    {"c.beqz x8, .+254", 0xCC7D, 0x0E040F63},
    {"c.beqz x15, .-256", 0xD381, 0xF00780E3},
    {"c.bnez x9, .+170", 0xE4CD, 0x0A049563},
    {"c.bnez x9, .-86", 0xF4CD, 0xFA0495E3},
    {"c.slli x31, 31", 0x0FFE, 0x01FF9F93},
    {"c.slli x1, 1", 0x0086, 0x00109093},
    {"c.lwsp x31, 252(sp)", 0x5FFE, 0x0FC12F83},
    {"c.lwsp x1, 84(sp)", 0x40D6, 0x05412083},
    {"c.swsp x31, 252(sp)", 0xDFFE, 0x0FF12E23},
    {"c.swsp x0, 168(sp)", 0xD502, 0x0A012423},
    {"c.jr x31", 0x8F82, 0x000F8067},
    {"c.jalr x31", 0x9F82, 0x000F80E7},
    {"c.mv x1, x31", 0x80FE, 0x01F000B3},
    {"c.add x31, x1", 0x9F86, 0x001F8FB3},
    {"c.ebreak", 0x9002, 0x00100073},
};

TEST(Compressed, ExpandsToTheSameAsTheLongForm) {
  for (const Pair& pair : kPairs) {
    EXPECT_EQ(expand_compressed(pair.half), pair.word) << pair.text;
  }
}

TEST(Compressed, ReservedOnesAreIllegal) {
  const std::uint16_t reserved[] = {
      0x0000,                          // all zeros
      0x0004, 0x001C,                  // C.ADDI4SPN without an immediate
      0x2000, 0x6000, 0xA000, 0xE000,  // loads and stores of floating point
      0x8000,                          // reserved
      0x6081, 0x6101,                  // C.LUI, C.ADDI16SP without an immediate
      0x9001, 0x9401,                  // shifts by more than 31
      0x9C01, 0x9C21, 0x9C41, 0x9C61,  // C.SUBW, C.ADDW and reserved
      0x1082,                          // C.SLLI by more than 31
      0x4002,                          // C.LWSP to x0
      0x8002,                          // C.JR x0
      0x2002, 0x6002, 0xA002, 0xE002,  // floating point
  };
  for (const std::uint16_t half : reserved) {
    Machine machine;
    machine.put_half(kRamBase, half);
    machine.hart.run(1);
    EXPECT_EQ(machine.csr(csrs::kMcause), 2U) << std::hex << half;
    EXPECT_EQ(machine.csr(csrs::kMtval), half) << std::hex << half;
    EXPECT_EQ(machine.csr(csrs::kMepc), kRamBase);
    EXPECT_EQ(machine.hart.instructions(), 0U);
  }
}

TEST(Compressed, HintsDoNothing) {
  for (const unsigned half : {0x0005U, 0x4005U, 0x6005U, 0x0006U, 0x8006U, 0x9006U}) {
    Machine machine;
    machine.put_half(kRamBase, half);
    machine.step();
    EXPECT_EQ(machine.hart.pc(), kRamBase + 2) << std::hex << half;
    for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(machine.hart.reg(i), 0U);
  }
}

TEST(Compressed, LinksBehindTheShortInstruction) {
  Machine machine;
  machine.put_half(kRamBase + 2, 0x2029);  // c.jal .+10
  machine.hart.set_pc(kRamBase + 2);
  machine.step();
  EXPECT_EQ(machine.hart.pc(), kRamBase + 12);
  EXPECT_EQ(machine.hart.reg(kRa), kRamBase + 4);
}

TEST(Compressed, LongInstructionsNeedNoAlignment) {
  Machine machine;
  machine.put_half(kRamBase, 0x0001);  // c.nop
  machine.put_half(kRamBase + 2, addi(kA0, kZero, 7) & 0xFFFFU);
  machine.put_half(kRamBase + 4, addi(kA0, kZero, 7) >> 16U);
  machine.step(2);
  EXPECT_EQ(machine.hart.reg(kA0), 7U);
  EXPECT_EQ(machine.hart.pc(), kRamBase + 6);
}

}  // namespace
}  // namespace aimc::riscv
