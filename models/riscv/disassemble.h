#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aimc::riscv {

/// An instruction in words.
struct Disassembly {
  std::string text;                     ///< e.g. "addi a0,sp,16", "c.lw a0,4(a1)"
  std::optional<std::uint32_t> target;  ///< address a branch or JAL goes to; `text` ends with it
};

/// The instruction `word` at `pc` in the notation of GNU binutils without aliases: names of the
/// ABI for registers, compressed instructions by their own mnemonic. A compressed `word` has its 16
/// bits in the lower half; what is above them does not matter. What is no instruction becomes
/// ".word 0x..." or ".half 0x...".
Disassembly disassemble(std::uint32_t word, std::uint32_t pc);

/// ABI name of integer register 0 to 31.
const char* register_name(unsigned index);

}  // namespace aimc::riscv
