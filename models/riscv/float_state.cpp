// The floating-point state: its registers and CSRs, mstatus.FS (privileged manual, section
// "extension context status"), and the instructions the fast loop leaves alone: in other rounding
// modes, with results that are tiny or not finite, or that make the state dirty.
//
// The state becomes dirty where it changes: an f register is written, a flag is added, fflags, frm
// or fcsr is written.

#include <optional>

#include "models/riscv/arithmetic.h"
#include "models/riscv/core.h"
#include "models/riscv/float_arithmetic.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kFlagsMask = 0x1F;
constexpr std::uint32_t kRoundingMask = 7;
constexpr unsigned kRoundingShift = 5;  // of frm in fcsr
constexpr std::uint32_t kDynamic = 7;   // in the field rm: the mode is in frm

enum Number : unsigned { kFflags = 1, kFrm = 2, kFcsr = 3 };

// The result of any instruction but loads and stores; nothing when it rounds and `rounding` is
// reserved.
std::optional<std::uint32_t> float_result(Opcode code, std::uint32_t a, std::uint32_t b,
                                          std::uint32_t c, std::uint32_t rounding,
                                          std::uint32_t& flags) {
  SoftFloat fpu(static_cast<Rounding>(rounding), flags);
  switch (code) {
#define AIMC_ANY(name, meaning) \
  case Opcode::name:            \
    return meaning;
#define AIMC_ROUNDED(name, meaning)                      \
  case Opcode::name:                                     \
    if (rounding >= kRoundingModes) return std::nullopt; \
    return meaning;
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  AIMC_RESULT_##format(name, meaning)
#define AIMC_RESULT_Upper(name, meaning)
#define AIMC_RESULT_Jal(name, meaning)
#define AIMC_RESULT_Jalr(name, meaning)
#define AIMC_RESULT_Branch(name, meaning)
#define AIMC_RESULT_Load(name, meaning)
#define AIMC_RESULT_Store(name, meaning)
#define AIMC_RESULT_Imm(name, meaning)
#define AIMC_RESULT_Shift(name, meaning)
#define AIMC_RESULT_Reg(name, meaning)
#define AIMC_RESULT_Divide(name, meaning)
#define AIMC_RESULT_Unary(name, meaning)
#define AIMC_RESULT_Fence(name, meaning)
#define AIMC_RESULT_Lr(name, meaning)
#define AIMC_RESULT_Sc(name, meaning)
#define AIMC_RESULT_Amo(name, meaning)
#define AIMC_RESULT_Csr(name, meaning)
#define AIMC_RESULT_Word(name, meaning)
#define AIMC_RESULT_FloatLoad(name, meaning)
#define AIMC_RESULT_FloatStore(name, meaning)
#define AIMC_RESULT_FloatReg(name, meaning) AIMC_ROUNDED(name, meaning)
#define AIMC_RESULT_FloatUnary(name, meaning) AIMC_ROUNDED(name, meaning)
#define AIMC_RESULT_FloatFused(name, meaning) AIMC_ROUNDED(name, meaning)
#define AIMC_RESULT_FloatToInt(name, meaning) AIMC_ROUNDED(name, meaning)
#define AIMC_RESULT_FloatFromInt(name, meaning) AIMC_ROUNDED(name, meaning)
#define AIMC_RESULT_FloatPlain(name, meaning) AIMC_ANY(name, meaning)
#define AIMC_RESULT_FloatCompare(name, meaning) AIMC_ANY(name, meaning)
#define AIMC_RESULT_FloatOut(name, meaning) AIMC_ANY(name, meaning)
#define AIMC_RESULT_FloatIn(name, meaning) AIMC_ANY(name, meaning)
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
    default:
      return std::nullopt;
  }
}

}  // namespace

std::uint32_t Core::float_reg(unsigned index) const {
  check_register(index);
  return x_[kFirstFloat + index];
}

void Core::set_float_reg(unsigned index, std::uint32_t value) {
  check_register(index);
  x_[kFirstFloat + index] = value;
  mark_float_dirty();
}

void Core::update_float_control() {
  const std::uint32_t state = csr_.mstatus & kMstatusFs;
  float_.on = state != 0;
  float_.rounding.fill(FloatControl::kNone);
  if (state != kMstatusFs) return;
  for (std::uint8_t mode = 0; mode < kRoundingModes; ++mode) float_.rounding[mode] = mode;
  if (csr_.frm < kRoundingModes) {
    float_.rounding[kDynamic] = static_cast<std::uint8_t>(csr_.frm);
  }
}

// Nothing to mark while the state is switched off: then only a debugger changes it.
void Core::mark_float_dirty() {
  if (!float_.on || float_.dirty()) return;
  csr_.mstatus |= kMstatusFs;
  update_float_control();
}

std::uint32_t Core::float_dirty_bit() const {
  return float_.dirty() ? kMstatusSd : 0;
}

// The instruction is at pc_, but `op` no longer has all its bits.
void Core::raise_illegal_at_pc() {
  const Region* region = region_at(pc_, 2);
  if (region == nullptr) return raise(Cause::kIllegalInstruction, 0);
  const std::uint8_t* bytes = region->bytes + (pc_ - region->base);
  std::uint32_t word = read_little<std::uint16_t>(bytes);
  if (!is_compressed(word)) word = read_little<std::uint32_t>(bytes);
  raise(Cause::kIllegalInstruction, word);
}

bool Core::load_float(const Op& op, std::uint32_t address) {
  if (!float_.on) {
    raise_illegal_at_pc();
    return false;
  }
  std::uint32_t value = 0;
  if (!load_slow(op, address, 4, value)) return false;
  x_[op.rd] = value;
  mark_float_dirty();
  return true;
}

bool Core::execute_float(const Op& op) {
  if (!float_.on) {
    raise_illegal_at_pc();
    return false;
  }
  const std::uint32_t field = rounding_field(op.imm);
  std::uint32_t flags = csr_.fflags;
  const auto result = float_result(op.code, x_[op.rs1], x_[op.rs2], x_[fused_addend(op.imm)],
                                   field == kDynamic ? csr_.frm : field, flags);
  if (!result) {
    raise_illegal_at_pc();
    return false;
  }
  const bool changes = op.rd >= kFirstFloat || flags != csr_.fflags;
  x_[op.rd] = *result;
  csr_.fflags = flags;
  if (changes) mark_float_dirty();
  retire(op, (&op)[1].start - op.start);
  return true;
}

bool Core::read_float_csr(unsigned number, std::uint32_t& value) const {
  if (!config_.extensions.contains(Extension::kF)) return false;
  const std::uint32_t rounding = number == kFflags ? 0 : csr_.frm;
  const std::uint32_t flags = number == kFrm ? 0 : csr_.fflags;
  value = number == kFcsr ? rounding << kRoundingShift | flags : rounding | flags;
  return true;
}

bool Core::write_float_csr(unsigned number, std::uint32_t value) {
  if (!config_.extensions.contains(Extension::kF)) return false;
  if (number != kFrm) csr_.fflags = value & kFlagsMask;
  if (number != kFflags) {
    csr_.frm = (number == kFcsr ? value >> kRoundingShift : value) & kRoundingMask;
  }
  if (float_.on) csr_.mstatus |= kMstatusFs;
  update_float_control();
  return true;
}

}  // namespace aimc::riscv
