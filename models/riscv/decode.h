#pragma once

#include <cstddef>
#include <cstdint>

#include "models/riscv/hart.h"

namespace aimc::riscv {

/// Every instruction of instructions.inc, in its order, and two that are not in memory.
enum class Opcode : std::uint8_t {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) name,
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
  kIllegal,    ///< no instruction we know
  kEndOfBlock  ///< end of a decoded block that does not end in a jump; executes nothing
};

/// How many there are, those two included.
constexpr std::size_t kOpcodes = static_cast<std::size_t>(Opcode::kEndOfBlock) + 1;

/// The register file: x0 to x31, a place for what is written to x0, f0 to f31.
constexpr std::uint8_t kSinkRegister = 32;
constexpr std::uint8_t kFirstFloat = 33;
constexpr std::size_t kRegisterFile = 65;

/// An instruction taken apart. Register numbers are those of the register file: f0 is kFirstFloat.
struct Decoded {
  Opcode code = Opcode::kIllegal;
  InstructionClass cls = InstructionClass::kSystem;
  std::uint8_t rd = 0;
  std::uint8_t rs1 = 0;
  std::uint8_t rs2 = 0;
  bool writes_rd = false;  ///< of the three, those that name a register of the instruction
  bool reads_rs1 = false;
  bool reads_rs2 = false;
  /// Sign-extended immediate, shift amount, or the whole instruction word where there is neither
  /// (CSR, system, atomic, floating point, illegal).
  std::uint32_t imm = 0;
};

/// Decodes a 32-bit instruction; illegal when it belongs to an extension that is not in the set.
Decoded decode(std::uint32_t word, ExtensionSet extensions = ExtensionSet::all());

/// The 32-bit instruction a 16-bit one stands for (manual, chapter "C" extension, for RV32 without
/// D), or 0, which is illegal, for what is reserved.
std::uint32_t expand_compressed(std::uint16_t half);

/// True when the 16 bits at an instruction's start say it is compressed.
constexpr bool is_compressed(std::uint32_t bits) {
  return (bits & 3U) != 3U;
}

/// True when nothing behind the instruction belongs to its block: it is executed outside the fast
/// loop.
constexpr bool is_complex(Opcode code) {
  return code == Opcode::kIllegal || (code >= Opcode::kLrW && code <= Opcode::kWfi);
}

/// True for conditional branches.
constexpr bool is_branch(Opcode code) {
  return code >= Opcode::kBeq && code <= Opcode::kBgeu;
}

/// True for divisions and remainders: their time depends on an operand, so they end a block.
constexpr bool is_divide(Opcode code) {
  return code >= Opcode::kDiv && code <= Opcode::kRemu;
}

/// True for unconditional jumps.
constexpr bool is_jump(Opcode code) {
  return code == Opcode::kJal || code == Opcode::kJalr;
}

/// The register with the third factor or term of a fused operation, from its instruction word.
constexpr std::size_t fused_addend(std::uint32_t word) {
  return kFirstFloat + (word >> 27U);
}

/// The field rm of a floating-point instruction that rounds, from its instruction word.
constexpr std::uint32_t rounding_field(std::uint32_t word) {
  return word >> 12U & 7U;
}

}  // namespace aimc::riscv
