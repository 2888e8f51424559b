#include <array>
#include <sstream>

#include "models/riscv/core.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kInterruptFlag = 0x80000000U;

// Highest priority first (privileged manual, section on mip and mie).
constexpr std::array<std::uint32_t, 3> kInterruptOrder{11, 3, 7};

}  // namespace

const char* trap_cause_name(std::uint32_t cause) {
  switch (cause) {
    case 1:
      return "instruction access fault";
    case 2:
      return "illegal instruction";
    case 3:
      return "breakpoint";
    case 4:
      return "load address misaligned";
    case 5:
      return "load access fault";
    case 6:
      return "store/AMO address misaligned";
    case 7:
      return "store/AMO access fault";
    case 8:
      return "environment call from U-mode";
    case 11:
      return "environment call from M-mode";
    case kInterruptFlag | 3U:
      return "machine software interrupt";
    case kInterruptFlag | 7U:
      return "machine timer interrupt";
    case kInterruptFlag | 11U:
      return "machine external interrupt";
    default:
      return "unknown cause";
  }
}

void Core::raise(Cause cause, std::uint32_t value) {
  enter_trap(static_cast<std::uint32_t>(cause), value);
}

void Core::take_interrupt() {
  for (const std::uint32_t line : kInterruptOrder) {
    if (((csr_.mip & csr_.mie) >> line & 1U) != 0) return enter_trap(kInterruptFlag | line, 0);
  }
}

void Core::enter_trap(std::uint32_t cause, std::uint32_t value) {
  finish_piece();
  report_unseen();
  const std::uint64_t started = cycle_;
  const Privilege privilege = csr_.privilege;
  csr_.mepc = pc_;
  csr_.mcause = cause;
  csr_.mtval = value;
  const std::uint32_t enabled = (csr_.mstatus & kMstatusMie) != 0 ? kMstatusMpie : 0U;
  const std::uint32_t mode = static_cast<std::uint32_t>(csr_.privilege) << 11U;
  csr_.mstatus = (csr_.mstatus & ~(kMstatusMie | kMstatusMpie | kMstatusMpp)) | enabled | mode;
  set_privilege(Privilege::kMachine);
  reservation_
      .reset();  // whatever runs in the handler must not complete somebody else's LR/SC pair
  cycle_ += cost(InstructionClass::kSystem);

  const bool vectored = (csr_.mtvec & 1U) != 0 && (cause & kInterruptFlag) != 0;
  pc_ = (csr_.mtvec & ~3U) + (vectored ? 4U * (cause & ~kInterruptFlag) : 0U);
  const bool fetchable = executable_at(pc_).contains(pc_, 2) && region_at(pc_, 2) != nullptr;
  if (fetchable) wait_for_fetch(true);
  report_trap(cause, value, started, privilege);
  if (fetchable) return;
  unhandled_ = true;
  std::ostringstream text;
  text << trap_cause_name(cause) << " ("
       << ((cause & kInterruptFlag) != 0 ? "interrupt " : "exception ") << (cause & ~kInterruptFlag)
       << ") without a handler: mepc 0x" << std::hex << csr_.mepc << ", mtval 0x" << csr_.mtval
       << ", no instruction can be fetched from the handler's address 0x" << pc_;
  trap_description_ = text.str();
}

}  // namespace aimc::riscv
