#include "models/riscv/decode.h"

#include <algorithm>
#include <array>

namespace aimc::riscv {
namespace {

enum class Format : std::uint8_t {
  kUpper,
  kJal,
  kJalr,
  kBranch,
  kLoad,
  kStore,
  kImm,
  kShift,
  kUnary,
  kReg,
  kDivide,
  kFence,
  kLr,
  kSc,
  kAmo,
  kCsr,
  kWord,
  kFloatLoad,
  kFloatStore,
  kFloatReg,
  kFloatUnary,
  kFloatFused,
  kFloatPlain,
  kFloatCompare,
  kFloatToInt,
  kFloatFromInt,
  kFloatOut,
  kFloatIn
};

struct Encoding {
  std::uint32_t match;
  std::uint32_t mask;
};

struct Entry {
  Opcode code;
  Extension extension;
  Format format;
  InstructionClass cls;
  Encoding encoding;
};

constexpr Encoding encoding(Format format, std::uint32_t opcode, std::uint32_t funct3,
                            std::uint32_t funct7) {
  switch (format) {
    case Format::kUpper:
    case Format::kJal:
      return {opcode, 0x0000007FU};
    case Format::kReg:
    case Format::kDivide:
    case Format::kShift:
      return {opcode | funct3 << 12U | funct7 << 25U, 0xFE00707FU};
    case Format::kUnary:
      return {opcode | funct3 << 12U | funct7 << 20U, 0xFFF0707FU};
    case Format::kLr:  // rs2 must be zero; aq and rl are free
      return {opcode | funct3 << 12U | funct7 << 27U, 0xF9F0707FU};
    case Format::kSc:
    case Format::kAmo:
      return {opcode | funct3 << 12U | funct7 << 27U, 0xF800707FU};
    case Format::kWord:
      return {opcode, 0xFFFFFFFFU};
    case Format::kFloatReg:
      return {opcode | funct7 << 25U, 0xFE00007FU};
    case Format::kFloatUnary:
    case Format::kFloatToInt:
    case Format::kFloatFromInt:
      return {opcode | funct7 << 20U, 0xFFF0007FU};
    case Format::kFloatFused:  // two bits for the precision, which is single
      return {opcode, 0x0600007FU};
    case Format::kFloatPlain:
    case Format::kFloatCompare:
      return {opcode | funct3 << 12U | funct7 << 25U, 0xFE00707FU};
    case Format::kFloatOut:
    case Format::kFloatIn:
      return {opcode | funct3 << 12U | funct7 << 20U, 0xFFF0707FU};
    default:  // the unused fields of fences are ignored, as the manual asks
      return {opcode | funct3 << 12U, 0x0000707FU};
  }
}

constexpr std::array kTable = {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  Entry{Opcode::name, Extension::extension, Format::k##format, InstructionClass::cls,   \
        encoding(Format::k##format, opcode, funct3, funct7)},
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
};

constexpr std::uint32_t bits(std::uint32_t word, unsigned high, unsigned low) {
  return (word >> low) & ((2U << (high - low)) - 1U);
}

// All bits at and above `width` are copies of bit `width - 1`.
constexpr std::uint32_t sign_extend(std::uint32_t value, unsigned width) {
  const std::uint32_t sign = 1U << (width - 1U);
  return (value ^ sign) - sign;
}

bool writes_rd(Format format) {
  switch (format) {
    case Format::kBranch:
    case Format::kStore:
    case Format::kFloatStore:
    case Format::kFence:
    case Format::kWord:
      return false;
    default:
      return true;
  }
}

bool reads_rs1(Format format) {
  switch (format) {
    case Format::kUpper:
    case Format::kJal:
    case Format::kFence:
    case Format::kWord:
      return false;
    default:
      return true;
  }
}

bool reads_rs2(Format format) {
  switch (format) {
    case Format::kBranch:
    case Format::kStore:
    case Format::kReg:
    case Format::kDivide:
    case Format::kSc:
    case Format::kAmo:
    case Format::kFloatStore:
    case Format::kFloatReg:
    case Format::kFloatFused:
    case Format::kFloatPlain:
    case Format::kFloatCompare:
      return true;
    default:
      return false;
  }
}

// The CSR instructions with a number in the place of rs1.
bool has_immediate_operand(Opcode code) {
  return code >= Opcode::kCsrrwi && code <= Opcode::kCsrrci;
}

std::uint32_t immediate(Format format, std::uint32_t word) {
  switch (format) {
    case Format::kUpper:
      return word & 0xFFFFF000U;
    case Format::kJal:
      return sign_extend(bits(word, 31, 31) << 20U | bits(word, 19, 12) << 12U |
                             bits(word, 20, 20) << 11U | bits(word, 30, 21) << 1U,
                         21);
    case Format::kBranch:
      return sign_extend(bits(word, 31, 31) << 12U | bits(word, 7, 7) << 11U |
                             bits(word, 30, 25) << 5U | bits(word, 11, 8) << 1U,
                         13);
    case Format::kStore:
    case Format::kFloatStore:
      return sign_extend(bits(word, 31, 25) << 5U | bits(word, 11, 7), 12);
    case Format::kJalr:
    case Format::kLoad:
    case Format::kFloatLoad:
    case Format::kImm:
      return sign_extend(bits(word, 31, 20), 12);
    case Format::kShift:
      return bits(word, 24, 20);
    default:
      return word;
  }
}

// Which of rd, rs1 and rs2 are f registers.
struct FloatOperands {
  bool rd;
  bool rs1;
  bool rs2;
};

FloatOperands float_operands(Format format) {
  switch (format) {
    case Format::kFloatLoad:
    case Format::kFloatFromInt:
    case Format::kFloatIn:
      return {true, false, false};
    case Format::kFloatStore:
      return {false, false, true};
    case Format::kFloatReg:
    case Format::kFloatUnary:
    case Format::kFloatFused:
    case Format::kFloatPlain:
      return {true, true, true};
    case Format::kFloatCompare:
      return {false, true, true};
    case Format::kFloatToInt:
    case Format::kFloatOut:
      return {false, true, false};
    default:
      return {false, false, false};
  }
}

std::uint8_t register_index(std::uint32_t number, bool is_float) {
  return static_cast<std::uint8_t>(number + (is_float ? kFirstFloat : 0U));
}

}  // namespace

Decoded decode(std::uint32_t word, ExtensionSet extensions) {
  const auto* const entry =
      std::find_if(kTable.begin(), kTable.end(), [word, extensions](const Entry& e) {
        return (word & e.encoding.mask) == e.encoding.match && extensions.contains(e.extension);
      });
  Decoded result;
  result.imm = word;
  if (entry == kTable.end()) return result;
  result.code = entry->code;
  result.cls = entry->cls;
  const FloatOperands floats = float_operands(entry->format);
  result.rd = register_index(bits(word, 11, 7), floats.rd);
  result.rs1 = register_index(bits(word, 19, 15), floats.rs1);
  result.rs2 = register_index(bits(word, 24, 20), floats.rs2);
  result.imm = immediate(entry->format, word);
  result.writes_rd = writes_rd(entry->format);
  result.reads_rs1 = reads_rs1(entry->format) && !has_immediate_operand(entry->code);
  result.reads_rs2 = reads_rs2(entry->format);
  return result;
}

}  // namespace aimc::riscv
