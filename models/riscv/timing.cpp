#include "models/riscv/timing.h"

namespace aimc::riscv {

std::uint32_t hazard_cycles(const HartTiming& timing, const Decoded& first, const Decoded& second) {
  if (!first.writes_rd || first.rd == 0 || is_jump(first.code) || is_complex(first.code)) return 0;
  const bool needs_rs1 = second.reads_rs1 && second.rs1 == first.rd;
  const bool needs_rs2 = (second.reads_rs2 && second.rs2 == first.rd) ||
                         (second.code >= Opcode::kFmaddS && second.code <= Opcode::kFnmaddS &&
                          fused_addend(second.imm) == first.rd);
  std::uint32_t cycles = 0;
  if (first.cls == InstructionClass::kLoad && (needs_rs1 || needs_rs2)) cycles += timing.load_use;
  if (second.code == Opcode::kJalr && needs_rs1) cycles += timing.jalr_use;
  return cycles;
}

}  // namespace aimc::riscv
