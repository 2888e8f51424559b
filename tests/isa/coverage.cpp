#include "tests/isa/coverage.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "tests/isa/csr_table.h"
#include "tests/isa/layout.h"

namespace aimc::isatest {
namespace {

using F = Format;

struct TrapName {
  std::uint32_t cause;
  const char* name;
  bool machine, user;  // modes it can come from
};
constexpr std::array<TrapName, 9> kTraps{{{1, "fetch access fault", true, true},
                                          {2, "illegal instruction", true, true},
                                          {3, "breakpoint", true, true},
                                          {4, "load address misaligned", true, true},
                                          {5, "load access fault", true, true},
                                          {6, "store address misaligned", true, false},
                                          {7, "store access fault", true, true},
                                          {8, "environment call", false, true},
                                          {11, "environment call", true, false}}};

std::string mode_name(bool user) {
  return user ? " from user mode" : " from machine mode";
}

std::string refusal(const CsrSpec& csr, bool user) {
  if (csr.extensions == kFloat) return " refused while mstatus.FS is off";
  return user ? " refused in user mode" : " write refused";
}

}  // namespace

Coverage::Coverage() : forms_(all_forms().size()) {
  for (const TrapName& trap : kTraps) {
    for (const bool user : {false, true}) {
      if (!(user ? trap.user : trap.machine)) continue;
      const std::string name = std::string("trap: ") + trap.name;
      if (trap.cause == 2) {
        rows_[name + " of 16 bits" + mode_name(user)] = 0;
        rows_[name + " of 32 bits" + mode_name(user)] = 0;
      } else {
        rows_[name + mode_name(user)] = 0;
      }
    }
  }
  for (const bool user : {false, true}) {
    for (const char* const vector : {", direct", ", vectored"}) {
      rows_["interrupt: software" + mode_name(user) + vector] = 0;
      rows_["interrupt: timer" + mode_name(user) + vector] = 0;
    }
  }
  rows_["trap: exception with vectored interrupts"] = 0;
  for (const CsrSpec& csr : csr_table()) {
    const std::string name = "csr: " + std::string(csr.name);
    const bool unprivileged = (csr.number >> 8 & 3) == 0;
    rows_[name + " read"] = 0;
    rows_[name + refusal(csr, true)] = 0;
    if (unprivileged) rows_[name + " read in user mode"] = 0;
    if (csr.read_only()) {
      rows_[name + refusal(csr, false)] = 0;
    } else {
      for (const char* const what : {" written", " set", " cleared"}) rows_[name + what] = 0;
    }
  }
  rows_["csr: that does not exist"] = 0;
  for (const char* const row : {"fetch from user mode", "load from user mode",
                                "store from user mode", "load with MPRV", "store with MPRV"})
    rows_[std::string("protection refuses: ") + row] = 0;
  for (const char* const row :
       {"mret: to machine mode", "mret: to user mode", "mret: refused in user mode",
        "wfi: interrupt pending", "wfi: waits", "wfi: refused in user mode",
        "code: executed after it was written"})
    rows_[row] = 0;
}

void Coverage::count(OperandClass cls) {
  ++forms_[static_cast<std::size_t>(form_ - all_forms().data())].at(cls);
}

void Coverage::count_row(const std::string& name) {
  const auto row = rows_.find(name);
  if (row == rows_.end()) throw std::logic_error("coverage has no row '" + name + "'");
  ++row->second;
}

void Coverage::before(const riscv::Hart& hart, const Machine& machine) {
  pc_ = hart.pc();
  word_ = machine.word(pc_);
  if ((word_ & 3U) != 3U) word_ &= 0xFFFFU;
  // The harness is not what is tested.
  in_program_ = pc_ >= kRamBase + kSlots || pc_ < kRamBase;
  form_ = lookup_(word_);
  instructions_ = hart.instructions();
  if (pc_ == kRamBase) user_ = false;
  std::uint32_t mstatus = 0;
  hart.peek_csr(0x300, mstatus);
  returns_to_user_ = (mstatus & 0x1800U) == 0;
  if (form_ == nullptr) return;
  operands_ = decode_operands(*form_, word_);
  a_ = hart.reg(operands_.rs1);
  b_ = hart.reg(operands_.rs2);
  address_ = a_;
  const Shape is_float = float_operands(form_->format);
  if (is_float.rs1) a_ = hart.float_reg(operands_.rs1);
  if (is_float.rs2) b_ = hart.float_reg(operands_.rs2);
  if (form_->format == F::kFloatFused)
    c_ = hart.float_reg(static_cast<unsigned>(operands_.imm) >> 3U);
  hart.peek_csr(0x003, fcsr_);
  if (!is_atomic(*form_)) address_ += static_cast<std::uint32_t>(operands_.imm);
  if (form_->format == F::kAtomic) a_ = machine.word(address_);
}

void Coverage::after(riscv::Hart& hart, Machine& /*machine*/) {
  const bool trapped = hart.instructions() == instructions_;
  if (in_program_) trapped ? count_trap(hart) : count_execution(hart);
  // The mode, as the manual has it change.
  if (trapped) {
    user_ = false;
  } else if (form_->name == "mret") {
    user_ = returns_to_user_;
  }
}

void Coverage::count_execution(const riscv::Hart& hart) {
  if (form_ == nullptr) throw std::logic_error("an instruction no form describes was executed");
  count(kExecuted);
  if (user_) count(kInUserMode);
  count_operands(hart);
  if (form_->extensions == kFloat) count_float(hart);
  count_flow(hart);
  if (accesses_memory(*form_)) count_memory();
  if (is_csr(*form_)) count_csr();
  if (!written_code_.empty() && written_code_.count(pc_) != 0)
    count_row("code: executed after it was written");
}

void Coverage::count_operands(const riscv::Hart& hart) {
  const F f = form_->format;
  const Shape has = shape(f);
  if (has.rd && operands_.rd == 0) count(kRdZero);
  if (operands_.rs1 == 0) count(kRs1Zero);
  if (operands_.rs2 == 0) count(kRs2Zero);
  if (operands_.rs1 == operands_.rs2) count(kSameSources);
  if (operands_.rd == operands_.rs1) count(kRdIsRs1);
  if (operands_.rd == operands_.rs2) count(kRdIsRs2);
  const int a = corner_of(a_);
  const int b = corner_of(b_);
  if (a >= 0) count(static_cast<OperandClass>(kACorner + a));
  if (b >= 0) count(static_cast<OperandClass>(kBCorner + b));
  if (a >= 0 && b >= 0) count(static_cast<OperandClass>(kPairs + 5 * a + b));
  const Range range = immediate_range(f);
  if (operands_.imm == range.lowest) count(kImmLowest);
  if (operands_.imm == range.highest) count(kImmHighest);
  if (operands_.imm == 0) count(kImmZero);
  if (is_atomic(*form_)) count(static_cast<OperandClass>(kOrders + (operands_.imm & 3)));
  if (f == F::kStoreConditional && operands_.rd != 0)
    count(hart.reg(operands_.rd) == 0 ? kSuccess : kFailure);
}

void Coverage::count_flow(const riscv::Hart& hart) {
  const std::uint32_t length = form_->compressed() ? 2 : 4;
  const bool branch = is_branch(*form_);
  const bool taken = hart.pc() != pc_ + length;
  if (branch) count(taken ? kTaken : kNotTaken);
  if (taken || !branch) count(hart.pc() > pc_ ? kForward : kBackward);
  if (form_->name == "mret")
    count_row(returns_to_user_ ? "mret: to user mode" : "mret: to machine mode");
  if (form_->name == "wfi")
    count_row(hart.wakeup_pending() ? "wfi: interrupt pending" : "wfi: waits");
}

void Coverage::count_memory() {
  const unsigned size = access_size(*form_);
  if (address_ % size == 0)
    count(kAligned);
  else
    count(address_ / 4 == (address_ + size - 1) / 4 ? kMisaligned : kAcrossWords);
  const std::uint32_t offset = address_ - kRamBase - kSlots;
  if (is_store(*form_) && offset < kRamSize && offset % kSlotSize < kPage) {
    for (std::uint32_t at = address_ & ~1U; at < address_ + size; at += 2) written_code_.insert(at);
  }
}

void Coverage::count_csr() {
  const CsrSpec* csr = find_csr(operands_.imm);
  if (csr == nullptr) throw std::logic_error("a CSR that is in no table was accessed");
  const std::string name = "csr: " + std::string(csr->name);
  const unsigned kind = form_->match >> 12U & 3U;
  if (kind == 1) {
    count_row(name + " written");
    if (operands_.rd == 0) return;
  } else if (operands_.rs1 != 0) {
    count_row(name + (kind == 2 ? " set" : " cleared"));
  }
  count_row(name + " read");
  if (user_) count_row(name + " read in user mode");
}

void Coverage::count_trap(const riscv::Hart& hart) {
  std::uint32_t cause = 0;
  std::uint32_t mtvec = 0;
  hart.peek_csr(0x342, cause);
  hart.peek_csr(0x305, mtvec);
  const bool vectored = (mtvec & 1U) != 0;
  if (cause >> 31U != 0) {
    const std::string name = (cause & 0xFFU) == 3 ? "interrupt: software" : "interrupt: timer";
    return count_row(name + mode_name(user_) + (vectored ? ", vectored" : ", direct"));
  }
  if (vectored) count_row("trap: exception with vectored interrupts");
  const auto* const trap = std::find_if(kTraps.begin(), kTraps.end(),
                                        [cause](const TrapName& t) { return t.cause == cause; });
  if (trap == kTraps.end()) throw std::logic_error("a trap of cause " + std::to_string(cause));
  count_refusal(hart, cause);
  std::string name = std::string("trap: ") + trap->name;
  if (cause == 2) name += (word_ & 3U) == 3U ? " of 32 bits" : " of 16 bits";
  count_row(name + mode_name(user_));
  if (form_ == nullptr || cause == 1) return;
  if (cause == 5 || cause == 7) count(kFaults);
  if (cause != 2) return;
  if (form_->name == "mret") count_row("mret: refused in user mode");
  if (form_->name == "wfi") count_row("wfi: refused in user mode");
  if (!is_csr(*form_)) return;
  const CsrSpec* csr = find_csr(operands_.imm);
  if (csr == nullptr) return count_row("csr: that does not exist");
  // One of an extension that is not there is like one that does not exist.
  const bool absent = csr->extensions == kProtection && !user_;
  count_row(absent ? "csr: that does not exist"
                   : "csr: " + std::string(csr->name) + refusal(*csr, user_));
}

// An access fault in RAM is due to protection.
void Coverage::count_refusal(const riscv::Hart& hart, std::uint32_t cause) {
  std::uint32_t address = 0;
  hart.peek_csr(0x343, address);
  if (address - kRamBase >= kRamSize) return;
  const std::string name = "protection refuses: ";
  if (cause == 1) count_row(name + "fetch from user mode");
  if (cause == 5) count_row(name + (user_ ? "load from user mode" : "load with MPRV"));
  if (cause == 7) count_row(name + (user_ ? "store from user mode" : "store with MPRV"));
}

// Kinds of the operands, rounding mode, and flags that were not set before.
void Coverage::count_float(const riscv::Hart& hart) {
  const Shape is_float = float_operands(form_->format);
  const unsigned a = float_kind(a_);
  const unsigned b = float_kind(b_);
  if (is_float.rs1) count(static_cast<OperandClass>(kFloatA + a));
  if (is_float.rs2) count(static_cast<OperandClass>(kFloatB + b));
  if (is_float.rs1 && is_float.rs2) count(static_cast<OperandClass>(kFloatPairs + 6 * a + b));
  if (form_->format == F::kFloatFused) count(static_cast<OperandClass>(kFloatC + float_kind(c_)));
  if (has_rounding_mode(form_->format)) {
    const auto mode = static_cast<unsigned>(operands_.imm) & 7U;
    count(static_cast<OperandClass>(kRounding + (mode == 7 ? 5 + (fcsr_ >> 5U & 7U) : mode)));
  }
  std::uint32_t now = 0;
  hart.peek_csr(0x003, now);
  for (unsigned flag = 0; flag < 5; ++flag) {
    if (((now & ~fcsr_) >> flag & 1U) != 0) count(static_cast<OperandClass>(kFlags + flag));
  }
}

void Coverage::write(const std::string& path) const {
  std::ofstream file(path);
  const auto& forms = all_forms();
  for (std::size_t i = 0; i < forms.size(); ++i) {
    for (unsigned cls = 0; cls < kClassCount; ++cls) {
      if (applies(forms[i], static_cast<OperandClass>(cls)))
        file << forms[i].name << ": " << class_name(cls) << '\t' << forms_[i].at(cls) << '\n';
    }
  }
  for (const auto& [name, count] : rows_) file << name << '\t' << count << '\n';
  file.close();
  if (!file) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace aimc::isatest
