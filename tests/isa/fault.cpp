// Hart models with one mistake each, of kinds that hide: a corner value, a rare encoding, a field
// of a trap, a reservation.

#include "tests/isa/fault.h"

#include <array>
#include <stdexcept>

#include "tests/isa/encoding.h"

namespace aimc::isatest {
namespace {

// What is known of an instruction after it was executed.
struct Executed {
  const Form& form;
  Operands operands;
  std::uint32_t a;
  std::uint32_t b;
  std::uint32_t float_a;
  std::uint32_t float_b;
  bool trapped;
};

using Mistake = void (*)(const Executed&, riscv::Hart&);

void wrong_result(riscv::Hart& hart, unsigned rd, std::uint32_t value) {
  hart.set_reg(rd, value);
}

// The quotient of the only signed division that overflows is wrong.
void division_overflow(const Executed& e, riscv::Hart& hart) {
  if (e.form.name == "div" && e.a == 0x80000000U && e.b == ~0U)
    wrong_result(hart, e.operands.rd, 0);
}

// An arithmetic shift by 31 is a logical one when it is compressed.
void compressed_shift(const Executed& e, riscv::Hart& hart) {
  if (e.form.name == "c.srai" && e.operands.imm == 31)
    wrong_result(hart, e.operands.rd, e.a >> 31U);
}

// SLTU of a register with itself.
void compare_with_itself(const Executed& e, riscv::Hart& hart) {
  if (e.form.name == "sltu" && e.operands.rs1 == e.operands.rs2 && e.operands.rs1 != 0)
    wrong_result(hart, e.operands.rd, 1);
}

// JALR does not clear bit 0 of the target, which is then taken as an even address further on.
void odd_target(const Executed& e, riscv::Hart& hart) {
  const std::uint32_t target = e.a + static_cast<std::uint32_t>(e.operands.imm);
  if (e.form.name == "jalr" && (target & 1U) != 0) hart.set_pc(target + 1);
}

// A breakpoint reports its address in mtval.
void breakpoint_value(const Executed& e, riscv::Hart& hart) {
  std::uint32_t mepc = 0;
  if (e.trapped && e.form.name == "c.ebreak" && hart.peek_csr(0x341, mepc))
    hart.poke_csr(0x343, mepc);
}

// The largest of two numbers without sign is that of two with one.
void unsigned_maximum(const Executed& e, riscv::Hart& hart) {
  const bool differs = (e.a ^ e.b) >> 31U != 0;
  if (e.form.name == "maxu" && differs) wrong_result(hart, e.operands.rd, e.a < e.b ? e.a : e.b);
}

// Of two zeros the first one is the smaller.
void minimum_of_zeros(const Executed& e, riscv::Hart& hart) {
  const std::uint32_t a = e.float_a;
  if (e.form.name == "fmin.s" && a == 0 && e.float_b == 0x80000000U)
    hart.set_float_reg(e.operands.rd, a);
}

// MRET forgets to set MPIE.
void return_from_trap(const Executed& e, riscv::Hart& hart) {
  std::uint32_t mstatus = 0;
  if (e.form.name == "mret" && !e.trapped && hart.peek_csr(0x300, mstatus))
    hart.poke_csr(0x300, mstatus & ~0x80U);
}

struct Entry {
  const char* name;
  Mistake mistake;
};
constexpr std::array<Entry, 8> kFaults{{{"division-overflow", division_overflow},
                                        {"compressed-shift", compressed_shift},
                                        {"compare-with-itself", compare_with_itself},
                                        {"odd-target", odd_target},
                                        {"breakpoint-value", breakpoint_value},
                                        {"unsigned-maximum", unsigned_maximum},
                                        {"minimum-of-zeros", minimum_of_zeros},
                                        {"return-from-trap", return_from_trap}}};

class Fault : public Watcher {
 public:
  explicit Fault(Mistake mistake) : mistake_(mistake) {}

  void before(const riscv::Hart& hart, const Machine& machine) override {
    const std::uint32_t word = machine.word(hart.pc());
    form_ = lookup_(word);
    if (form_ == nullptr) return;
    operands_ = decode_operands(*form_, word);
    a_ = hart.reg(operands_.rs1);
    b_ = hart.reg(operands_.rs2);
    float_a_ = hart.float_reg(operands_.rs1);
    float_b_ = hart.float_reg(operands_.rs2);
    instructions_ = hart.instructions();
  }

  void after(riscv::Hart& hart, Machine& /*machine*/) override {
    if (form_ == nullptr) return;
    mistake_({*form_, operands_, a_, b_, float_a_, float_b_, hart.instructions() == instructions_},
             hart);
  }

 private:
  Mistake mistake_;
  FormLookup lookup_;
  const Form* form_ = nullptr;
  Operands operands_;
  std::uint32_t a_ = 0;
  std::uint32_t b_ = 0;
  std::uint32_t float_a_ = 0;
  std::uint32_t float_b_ = 0;
  std::uint64_t instructions_ = 0;
};

}  // namespace

std::unique_ptr<Watcher> make_fault(const std::string& name) {
  for (const Entry& entry : kFaults) {
    if (name == entry.name) return std::make_unique<Fault>(entry.mistake);
  }
  throw std::invalid_argument("no fault " + name);
}

}  // namespace aimc::isatest
