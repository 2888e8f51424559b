#include "models/riscv/disassemble.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <string_view>

#include "models/riscv/csr_names.h"
#include "models/riscv/decode.h"

namespace aimc::riscv {
namespace {

// Operands are a pattern: each letter stands for what operand() says, everything else for itself.
constexpr const char* kNoOperands = "";

// The operands of each format of instructions.inc.
#define AIMC_OPERANDS_Upper "d,U"
#define AIMC_OPERANDS_Jal "d,P"
#define AIMC_OPERANDS_Jalr "d,i(s)"
#define AIMC_OPERANDS_Branch "s,t,B"
#define AIMC_OPERANDS_Load "d,i(s)"
#define AIMC_OPERANDS_Store "t,i(s)"
#define AIMC_OPERANDS_Imm "d,s,i"
#define AIMC_OPERANDS_Shift "d,s,h"
#define AIMC_OPERANDS_Unary "d,s"
#define AIMC_OPERANDS_Reg "d,s,t"
#define AIMC_OPERANDS_Divide "d,s,t"
#define AIMC_OPERANDS_Fence "F"
#define AIMC_OPERANDS_Lr "d,(s)"
#define AIMC_OPERANDS_Sc "d,t,(s)"
#define AIMC_OPERANDS_Amo "d,t,(s)"
#define AIMC_OPERANDS_Csr "d,C,Z"
#define AIMC_OPERANDS_Word kNoOperands
#define AIMC_OPERANDS_FloatLoad "d,i(s)"
#define AIMC_OPERANDS_FloatStore "t,i(s)"
#define AIMC_OPERANDS_FloatReg "d,s,tR"
#define AIMC_OPERANDS_FloatUnary "d,sR"
#define AIMC_OPERANDS_FloatFused "d,s,t,rR"
#define AIMC_OPERANDS_FloatPlain "d,s,t"
#define AIMC_OPERANDS_FloatCompare "d,s,t"
#define AIMC_OPERANDS_FloatToInt "d,sR"
#define AIMC_OPERANDS_FloatFromInt "d,sR"
#define AIMC_OPERANDS_FloatOut "d,s"
#define AIMC_OPERANDS_FloatIn "d,s"

struct Notation {
  const char* name;  // of the opcode: kAddi
  const char* operands;
};

constexpr std::array kNotations = {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  Notation{#name, AIMC_OPERANDS_##format},
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
};

// In the order of the register file; the place for what is written to x0 has no name.
constexpr std::array<const char*, kRegisterFile> kRegisters{
    "zero", "ra",  "sp",  "gp",  "tp",  "t0",  "t1",  "t2",   "s0",   "s1",  "a0",  "a1",   "a2",
    "a3",   "a4",  "a5",  "a6",  "a7",  "s2",  "s3",  "s4",   "s5",   "s6",  "s7",  "s8",   "s9",
    "s10",  "s11", "t3",  "t4",  "t5",  "t6",  "",    "ft0",  "ft1",  "ft2", "ft3", "ft4",  "ft5",
    "ft6",  "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3",  "fa4",  "fa5", "fa6", "fa7",  "fs2",
    "fs3",  "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

// Of the field rm; 5 and 6 are reserved, the dynamic mode is not written.
constexpr std::uint32_t kDynamicRounding = 7;
constexpr std::array<const char*, 7> kRoundingModes{"rne", "rtz",     "rdn",    "rup",
                                                    "rmm", "unknown", "unknown"};

std::string hex(std::uint32_t value) {
  std::array<char, 12> text{};
  std::snprintf(text.data(), text.size(), "0x%x", static_cast<unsigned>(value));
  return text.data();
}

// kAmoaddW: amoadd.w
std::string mnemonic(Opcode code) {
  const std::string_view name = kNotations.at(static_cast<std::size_t>(code)).name;
  std::string text;
  for (std::size_t i = 1; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (i > 1 && std::isupper(c) != 0) text += '.';
    text += static_cast<char>(std::tolower(c));
  }
  return text;
}

// Predecessor or successor set of a fence.
std::string fence_set(std::uint32_t bits) {
  std::string text;
  for (unsigned i = 0; i < 4; ++i) {
    if ((bits >> (3U - i) & 1U) != 0) text += "iorw"[i];
  }
  return text.empty() ? "unknown" : text;
}

struct Instruction {
  std::uint32_t word;  // expanded
  std::uint32_t pc;
  Decoded decoded;
};

std::string operand(char letter, const Instruction& instruction) {
  const Decoded& d = instruction.decoded;
  switch (letter) {
    case 'd':
      return register_name(d.rd);
    case 's':
      return register_name(d.rs1);
    case 't':
      return register_name(d.rs2);
    case 'r':
      return register_name(static_cast<unsigned>(fused_addend(instruction.word)));
    case 'R': {
      const std::uint32_t mode = rounding_field(instruction.word);
      return mode == kDynamicRounding ? "" : std::string(",") + kRoundingModes.at(mode);
    }
    case 'i':
      return std::to_string(static_cast<std::int32_t>(d.imm));
    case 'h':
      return hex(d.imm & 31U);
    case 'U':
      return hex(d.imm >> 12U);
    case 'P':
    case 'B':
      return hex(instruction.pc + d.imm);
    case 'C':
      return csr_name(d.imm >> 20U);
    case 'Z':  // source of a CSR instruction: register or number
      return d.code >= Opcode::kCsrrwi ? std::to_string(d.rs1) : register_name(d.rs1);
    case 'F':
      if (d.code == Opcode::kFenceI) return "";
      return fence_set(instruction.word >> 24U & 15U) + "," +
             fence_set(instruction.word >> 20U & 15U);
    default:
      return {letter};
  }
}

// A compressed instruction: bits of it that tell it from others, and how it is written. Its
// operands are those of the instruction it stands for.
struct Compressed {
  std::uint16_t mask;
  std::uint16_t match;
  const char* name;
  const char* operands;
};

// The first that matches counts (manual, chapter "C" extension, tables of the quadrants).
constexpr std::array kCompressed = {
    Compressed{0xE003, 0x0000, "c.addi4spn", "d,s,i"},
    Compressed{0xE003, 0x4000, "c.lw", "d,i(s)"},
    Compressed{0xE003, 0xC000, "c.sw", "t,i(s)"},
    Compressed{0xE003, 0x6000, "c.flw", "d,i(s)"},
    Compressed{0xE003, 0xE000, "c.fsw", "t,i(s)"},
    Compressed{0xE003, 0x0001, "c.addi", "d,i"},
    Compressed{0xE003, 0x2001, "c.jal", "P"},
    Compressed{0xE003, 0x4001, "c.li", "d,i"},
    Compressed{0xEF83, 0x6101, "c.addi16sp", "d,i"},
    Compressed{0xE003, 0x6001, "c.lui", "d,U"},
    Compressed{0xFC7F, 0x8001, "c.srli64", "d"},  // hints on RV32: shifts by zero
    Compressed{0xFC7F, 0x8401, "c.srai64", "d"},
    Compressed{0xEC03, 0x8001, "c.srli", "d,h"},
    Compressed{0xEC03, 0x8401, "c.srai", "d,h"},
    Compressed{0xEC03, 0x8801, "c.andi", "d,i"},
    Compressed{0xFC63, 0x8C01, "c.sub", "d,t"},
    Compressed{0xFC63, 0x8C21, "c.xor", "d,t"},
    Compressed{0xFC63, 0x8C41, "c.or", "d,t"},
    Compressed{0xFC63, 0x8C61, "c.and", "d,t"},
    Compressed{0xE003, 0xA001, "c.j", "P"},
    Compressed{0xE003, 0xC001, "c.beqz", "s,B"},
    Compressed{0xE003, 0xE001, "c.bnez", "s,B"},
    Compressed{0xF07F, 0x0002, "c.slli64", "d"},
    Compressed{0xE003, 0x0002, "c.slli", "d,h"},
    Compressed{0xE003, 0x4002, "c.lwsp", "d,i(s)"},
    Compressed{0xF07F, 0x8002, "c.jr", "s"},
    Compressed{0xF003, 0x8002, "c.mv", "d,t"},
    Compressed{0xFFFF, 0x9002, "c.ebreak", kNoOperands},
    Compressed{0xF07F, 0x9002, "c.jalr", "s"},
    Compressed{0xF003, 0x9002, "c.add", "d,t"},
    Compressed{0xE003, 0xC002, "c.swsp", "t,i(s)"},
    Compressed{0xE003, 0x6002, "c.flwsp", "d,i(s)"},
    Compressed{0xE003, 0xE002, "c.fswsp", "t,i(s)"},
};

// "lr.w.aq": the ordering bits are part of an atomic instruction's mnemonic.
std::string ordering(const Instruction& instruction) {
  if (instruction.decoded.cls != InstructionClass::kAtomic) return "";
  const bool acquire = (instruction.word >> 26U & 1U) != 0;
  const bool release = (instruction.word >> 25U & 1U) != 0;
  if (acquire || release) return std::string(".") + (acquire ? "aq" : "") + (release ? "rl" : "");
  return "";
}

Disassembly written(std::string name, std::string_view operands, const Instruction& instruction) {
  Disassembly result{std::move(name), std::nullopt};
  std::string text;
  for (const char letter : operands) {
    text += operand(letter, instruction);
    if (letter == 'P' || letter == 'B') result.target = instruction.pc + instruction.decoded.imm;
  }
  if (!text.empty()) result.text += ' ' + text;
  return result;
}

}  // namespace

const char* register_name(unsigned index) {
  return kRegisters.at(index);
}

std::string csr_name(unsigned number) {
  static const auto names = csr_names();
  const auto found = std::find_if(names.begin(), names.end(),
                                  [number](const auto& entry) { return entry.first == number; });
  if (found != names.end()) return found->second;
  const unsigned index = number & 31U;
  if (index >= 3) {
    switch (number & ~31U) {
      case 0x320:
        return "mhpmevent" + std::to_string(index);
      case 0xB00:
        return "mhpmcounter" + std::to_string(index);
      case 0xB80:
        return "mhpmcounter" + std::to_string(index) + "h";
      case 0xC00:
        return "hpmcounter" + std::to_string(index);
      case 0xC80:
        return "hpmcounter" + std::to_string(index) + "h";
      default:
        break;
    }
  }
  return hex(number);
}

Disassembly disassemble(std::uint32_t word, std::uint32_t pc) {
  const bool compressed = is_compressed(word);
  const std::uint32_t half = word & 0xFFFFU;
  const std::uint32_t expanded =
      compressed ? expand_compressed(static_cast<std::uint16_t>(half)) : word;
  const Instruction instruction{expanded, pc, decode(expanded)};
  if (instruction.decoded.code == Opcode::kIllegal) {
    return {compressed ? ".half " + hex(half) : ".word " + hex(word), std::nullopt};
  }
  if (compressed) {
    const auto* const found =
        std::find_if(kCompressed.begin(), kCompressed.end(),
                     [half](const Compressed& c) { return (half & c.mask) == c.match; });
    if (found != kCompressed.end()) return written(found->name, found->operands, instruction);
  }
  const Opcode code = instruction.decoded.code;
  return written(mnemonic(code) + ordering(instruction),
                 kNotations.at(static_cast<std::size_t>(code)).operands, instruction);
}

}  // namespace aimc::riscv
