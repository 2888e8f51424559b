#pragma once

#include <cstdint>

#include "models/riscv/arithmetic.h"
#include "models/riscv/decode.h"
#include "models/riscv/hart.h"

namespace aimc::riscv {

/// Cycles lost between `first` and `second`, the instruction behind it in memory, because of a
/// register that one writes and the other needs: HartTiming::load_use and jalr_use. A jump, a
/// branch, a fence, an atomic and a CSR access hide or include it.
std::uint32_t hazard_cycles(const HartTiming& timing, const Decoded& first, const Decoded& second);

/// 32-bit words that are fetched for an instruction of `length` bytes: all of it when the prefetch
/// buffer was flushed, else what the instruction before left over.
constexpr std::uint32_t fetched_words(std::uint32_t pc, unsigned length, bool flushed) {
  const std::uint32_t behind = (pc % 4 + length + 3) / 4;
  return !flushed && pc % 4 != 0 ? behind - 1 : behind;
}

/// True for an instruction that flushes the prefetch buffer and goes on behind itself.
constexpr bool is_fence(Opcode code) {
  return code == Opcode::kFence || code == Opcode::kFenceI;
}

/// Leading zeros of a divisor as the CV32E40P's divider counts them: it shifts a divisor until its
/// highest bit is in place, a negative one of a signed division until the sign is alone
/// (openhwgroup/cv32e40p, rtl/cv32e40p_alu.sv and cv32e40p_alu_div.sv, commit 1720e84).
constexpr std::uint32_t divisor_zeros(Opcode code, std::uint32_t divisor) {
  const bool is_signed = code == Opcode::kDiv || code == Opcode::kRem;
  return is_signed && sgn(divisor) < 0 ? count_leading_zeros(~divisor) - 1U
                                       : count_leading_zeros(divisor);
}

/// True when an access to this CSR flushes the pipeline (CV32E40P user manual, table "Cycle counts
/// per instruction type"): mstatus, mtvec, mepc, mcause and the machine counters with their
/// selectors. The debug registers of the list do not exist here.
constexpr bool flushes_pipeline(unsigned csr) {
  return csr == 0x300 || csr == 0x305 || csr == 0x341 || csr == 0x342 ||
         (csr >= 0x320 && csr <= 0x33F) || (csr & ~0x9FU) == 0xB00;
}

}  // namespace aimc::riscv
