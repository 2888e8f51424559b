// Which CSRs exist, what they read as and which of their bits can be written (privileged
// manual 1.12, chapter "Machine-level ISA"). What is not named here does not exist: an access is an
// illegal instruction.

#include "models/riscv/core.h"
#include "models/riscv/timing.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kMenvcfgFiom =
    1U;  // without effect: accesses are in program order as it is
constexpr std::uint32_t kCounterenBits = 7U;
constexpr std::uint32_t kInhibitCycle = 1U;
constexpr std::uint32_t kInhibitInstret = 4U;

enum Number : unsigned {
  kMstatus = 0x300,
  kMisaNumber = 0x301,
  kMie = 0x304,
  kMtvec = 0x305,
  kMcounteren = 0x306,
  kMenvcfg = 0x30A,
  kMstatush = 0x310,
  kMenvcfgh = 0x31A,
  kMcountinhibit = 0x320,
  kMscratch = 0x340,
  kMepc = 0x341,
  kMcause = 0x342,
  kMtval = 0x343,
  kMip = 0x344,
  kPmpcfg = 0x3A0,
  kPmpaddr = 0x3B0,
  kMcycle = 0xB00,
  kMinstret = 0xB02,
  kMcycleh = 0xB80,
  kMinstreth = 0xB82,
  kCycle = 0xC00,
  kTime = 0xC01,
  kInstret = 0xC02,
  kCycleh = 0xC80,
  kTimeh = 0xC81,
  kInstreth = 0xC82,
  kMvendorid = 0xF11,
  kMarchid = 0xF12,
  kMimpid = 0xF13,
  kMhartid = 0xF14,
  kMconfigptr = 0xF15
};

constexpr std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32U);
}

// Performance counters 3 to 31 and their event selectors exist, count nothing and read as zero.
constexpr bool is_idle_counter(unsigned number) {
  const unsigned index = number & 0x1FU;
  const unsigned block = number & ~0x1FU;
  return index >= 3 &&
         (block == 0xB00 || block == 0xB80 || block == 0xC00 || block == 0xC80 || block == 0x320);
}

constexpr bool is_protection(unsigned number) {
  return (number >= kPmpcfg && number < kPmpcfg + Pmp::kConfigRegisters) ||
         (number >= kPmpaddr && number < kPmpaddr + Pmp::kMaxEntries);
}

// Puts one half of a counter in place of that of `whole`.
constexpr std::uint64_t with_half(std::uint64_t whole, bool upper, std::uint32_t half) {
  return upper ? std::uint64_t{half} << 32U | low(whole)
               : (whole & ~std::uint64_t{0xFFFFFFFFU}) | half;
}

}  // namespace

std::uint32_t Core::csr_cycles(unsigned number) const {
  return flushes_pipeline(number) ? cost(InstructionClass::kCsr) : config_.timing.csr_unflushed;
}

bool Core::may_access_csr(unsigned number, bool write) const {
  const bool read_only = (number >> 10U & 3U) == 3U;
  if (write && read_only) return false;
  if (is_float_csr(number)) return float_.on;
  if (csr_.privilege == Privilege::kMachine) return true;
  if ((number >> 8U & 3U) != 0) return false;
  return (csr_.mcounteren >> (number & 0x1FU) & 1U) !=
         0;  // all other unprivileged CSRs here are counters
}

bool Core::read_counter(unsigned number, std::uint32_t& value) const {
  if (number >= kCycle && !config_.extensions.contains(Extension::kZicntr)) return false;
  switch (number) {
    case kMcycle:
    case kCycle:
      value = low(csr_.mcycle.value(cycle_));
      return true;
    case kMcycleh:
    case kCycleh:
      value = high(csr_.mcycle.value(cycle_));
      return true;
    case kMinstret:
    case kInstret:
      value = low(csr_.minstret.value(instret_));
      return true;
    case kMinstreth:
    case kInstreth:
      value = high(csr_.minstret.value(instret_));
      return true;
    case kTime:
      value = low(environment_.read_time(hart_));
      return true;
    case kTimeh:
      value = high(environment_.read_time(hart_));
      return true;
    default:
      value = 0;
      return is_idle_counter(number);
  }
}

bool Core::read_csr(unsigned number, std::uint32_t& value) const {
  if (is_protection(number)) {
    value = number < kPmpaddr ? pmp_.config(number - kPmpcfg) : pmp_.address(number - kPmpaddr);
    return pmp_.entries() != 0;
  }
  switch (number) {
    case kMstatus:
      value = csr_.mstatus | float_dirty_bit();
      return true;
    case kMisaNumber:
      value = misa_value(config_.extensions);
      return true;
    case kMie:
      value = csr_.mie;
      return true;
    case kMtvec:
      value = csr_.mtvec;
      return true;
    case kMcounteren:
      value = csr_.mcounteren;
      return true;
    case kMenvcfg:
      value = csr_.menvcfg;
      return true;
    case kMcountinhibit:
      value = csr_.mcountinhibit;
      return true;
    case kMscratch:
      value = csr_.mscratch;
      return true;
    case kMepc:
      value = csr_.mepc;
      return true;
    case kMcause:
      value = csr_.mcause;
      return true;
    case kMtval:
      value = csr_.mtval;
      return true;
    case kMip:
      value = csr_.mip;
      return true;
    case kMhartid:
      value = config_.hart_id;
      return true;
    case kMstatush:
    case kMenvcfgh:
    case kMvendorid:
    case kMarchid:
    case kMimpid:
    case kMconfigptr:
      value = 0;
      return true;
    default:
      return is_float_csr(number) ? read_float_csr(number, value) : read_counter(number, value);
  }
}

bool Core::write_csr(unsigned number, std::uint32_t value) {
  // A written counter has its new value when this instruction is over.
  const std::uint64_t cycle = cycle_ + csr_cycles(number);
  const std::uint64_t instret = instret_ + 1;
  if (is_protection(number)) {
    const bool changed = number < kPmpaddr ? pmp_.write_config(number - kPmpcfg, value)
                                           : pmp_.write_address(number - kPmpaddr, value);
    if (changed) protection_changed();
    return true;
  }
  switch (number) {
    case kMstatus: {
      constexpr std::uint32_t kPlain = kMstatusMie | kMstatusMpie | kMstatusMprv | kMstatusTw;
      const std::uint32_t mode = value & kMstatusMpp;
      const bool legal =
          mode == 0 || mode == kMstatusMpp;  // U or M; anything else leaves it as it is
      csr_.mstatus = (value & kPlain) | (legal ? mode : csr_.mstatus & kMstatusMpp);
      if (config_.extensions.contains(Extension::kF)) csr_.mstatus |= value & kMstatusFs;
      update_float_control();
      apply_protection();  // MPRV and MPP say whose permissions data accesses have
      return true;
    }
    case kMie:
      csr_.mie = value & kInterruptBits;
      return true;
    case kMtvec:
      if ((value & 2U) == 0) csr_.mtvec = value;  // only modes direct and vectored are taken
      return true;
    case kMcounteren:
      csr_.mcounteren = value & kCounterenBits;
      return true;
    case kMenvcfg:
      csr_.menvcfg = value & kMenvcfgFiom;
      return true;
    case kMcountinhibit:
      csr_.mcountinhibit = value & (kInhibitCycle | kInhibitInstret);
      csr_.mcycle.inhibit((value & kInhibitCycle) != 0, cycle);
      csr_.minstret.inhibit((value & kInhibitInstret) != 0, instret);
      return true;
    case kMscratch:
      csr_.mscratch = value;
      return true;
    case kMepc:
      csr_.mepc = value & ~1U;
      return true;
    case kMcause:
      csr_.mcause = value;
      return true;
    case kMtval:
      csr_.mtval = value;
      return true;
    case kMcycle:
    case kMcycleh:
      csr_.mcycle.set(with_half(csr_.mcycle.value(cycle), number == kMcycleh, value), cycle);
      return true;
    case kMinstret:
    case kMinstreth:
      csr_.minstret.set(with_half(csr_.minstret.value(instret_), number == kMinstreth, value),
                        instret);
      return true;
    case kMisaNumber:
    case kMip:  // its three bits follow the interrupt lines
    case kMstatush:
    case kMenvcfgh:
      return true;
    default:
      return is_float_csr(number) ? write_float_csr(number, value) : is_idle_counter(number);
  }
}

}  // namespace aimc::riscv
