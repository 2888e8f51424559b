// Instructions that are executed outside the fast loop because they look at the whole state or
// change the way on.

#include "models/riscv/core.h"

namespace aimc::riscv {
namespace {

// The instructions around the EBREAK of a semihosting call (RISC-V Semihosting, chapter
// "Semihosting Trap Instruction Sequence"): they change nothing, so no compiler writes them.
constexpr std::uint32_t kSemihostingEntry = 0x01F01013;  // slli x0, x0, 0x1f
constexpr std::uint32_t kSemihostingExit = 0x40705013;   // srai x0, x0, 7
constexpr std::uint32_t kPageBytes = 4096;

}  // namespace

// All three instructions are 32 bits long and lie in one page, so that reading the neighbours
// cannot fault.
bool Core::is_semihosting_call(const Op& op) {
  constexpr std::uint32_t kSequenceBytes = 12;
  const std::uint32_t first = pc_ - 4U;
  if (op.length != 4 || first % kPageBytes > kPageBytes - kSequenceBytes) return false;
  const Region* region = map_.find(first, kSequenceBytes);
  if (region == nullptr) return false;
  const std::uint8_t* bytes = region->bytes + (first - region->base);
  return read_little<std::uint32_t>(bytes) == kSemihostingEntry &&
         read_little<std::uint32_t>(bytes + 8) == kSemihostingExit;
}

void Core::execute_ebreak(const Op& op) {
  const Op instruction = op;  // the call may write into this code
  if (csr_.privilege == Privilege::kMachine && is_semihosting_call(op) &&
      environment_.semihosting_call(hart_)) {
    return retire(instruction, cost(InstructionClass::kSystem));
  }
  raise(Cause::kBreakpoint, 0);  // as QEMU does; mepc has the address
}

void Core::execute_complex(const Op& op) {
  switch (op.code) {
    case Opcode::kIllegal:
      return raise(Cause::kIllegalInstruction, op.imm);
    case Opcode::kEcall:
      return raise(
          csr_.privilege == Privilege::kMachine ? Cause::kCallFromMachine : Cause::kCallFromUser,
          0);
    case Opcode::kEbreak:
      return execute_ebreak(op);
    case Opcode::kMret:
      return execute_mret(op);
    case Opcode::kWfi:
      return execute_wfi(op);
    default:
      return op.cls == InstructionClass::kCsr ? execute_csr(op) : execute_atomic(op);
  }
}

void Core::execute_csr(const Op& op) {
  const unsigned number = op.imm >> 20U;
  const bool immediate = op.code >= Opcode::kCsrrwi;
  const bool swap = op.code == Opcode::kCsrrw || op.code == Opcode::kCsrrwi;
  const bool writes = swap || op.rs1 != 0;
  const std::uint32_t operand = immediate ? op.rs1 : x_[op.rs1];
  std::uint32_t old = 0;
  if (!may_access_csr(number, writes) || !read_csr(number, old)) {
    return raise(Cause::kIllegalInstruction, op.imm);
  }
  if (writes) {
    const bool sets = op.code == Opcode::kCsrrs || op.code == Opcode::kCsrrsi;
    const std::uint32_t value = swap ? operand : sets ? old | operand : old & ~operand;
    if (!write_csr(number, value)) return raise(Cause::kIllegalInstruction, op.imm);
  }
  x_[op.rd] = old;
  retire_alone(op, csr_cycles(number));
}

void Core::execute_mret(const Op& op) {
  if (csr_.privilege != Privilege::kMachine) return raise(Cause::kIllegalInstruction, op.imm);
  const std::uint32_t previous = csr_.mstatus & kMstatusMpp;
  const std::uint32_t enabled = (csr_.mstatus & kMstatusMpie) != 0 ? kMstatusMie : 0U;
  csr_.mstatus = (csr_.mstatus & ~(kMstatusMie | kMstatusMpp)) | enabled | kMstatusMpie;
  const Privilege mode = previous == kMstatusMpp ? Privilege::kMachine : Privilege::kUser;
  if (mode != Privilege::kMachine) csr_.mstatus &= ~kMstatusMprv;
  set_privilege(mode);
  retire(op, cost(InstructionClass::kSystem));
  pc_ = csr_.mepc;
  wait_for_fetch(true);
}

void Core::execute_wfi(const Op& op) {
  if (csr_.privilege != Privilege::kMachine && (csr_.mstatus & kMstatusTw) != 0) {
    return raise(Cause::kIllegalInstruction, op.imm);
  }
  retire_alone(op, cost(InstructionClass::kSystem));
  waiting_ = !wakeup_pending();
}

}  // namespace aimc::riscv
