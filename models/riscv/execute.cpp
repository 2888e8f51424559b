// The fast loop: one switch over the instructions of a block, and on to the next block while it is
// known and fits.

#include "models/core/observation.h"
#include "models/riscv/arithmetic.h"
#include "models/riscv/core.h"
#include "models/riscv/float_host.h"
#include "models/riscv/timing.h"

namespace aimc::riscv {
namespace {

// What a loaded value of type T becomes in a register.
template <typename T>
std::uint32_t extend(T value) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
}

}  // namespace

// The way to run(), which finds or decodes what comes next.
void Core::leave_block(Block& block, unsigned slot, std::uint32_t pc, std::uint64_t cycle,
                       std::uint64_t instret) {
  if (core::kObservation && block.observed && block.next[slot]->pc == pc) {
    // It comes here each time; others have just been refused by their likely successor.
    cycle_ = slot == 0 ? cycle : cycle + block.next[slot]->jumped_to;
  } else {
    cycle_ = slot == 0 ? cycle : cycle + jump_cycles(pc);
  }
  instret_ = instret;
  pc_ = pc;
  link_from_ = &block;
  link_slot_ = slot;
}

// An access the fast loop does not do itself. Before it: the state is exact, whoever looks at it.
void Core::enter_access(const Block& block, const Op& op, std::uint64_t cycle,
                        std::uint64_t instret) {
  pc_ = block.pc + op.pc_offset;
  cycle_ = cycle + op.start;
  instret_ = instret + static_cast<std::uint64_t>(&op - block.ops.data());
  open_block_ = &block;
  open_op_ = &op;
}

// Behind it: true when the block can go on with the next instruction, because nothing happened that
// the loop in run() would have to look at. Else the part of the block that was executed is counted.
bool Core::resume_after_access(const Block& block, const Op& op, bool retired) {
  open_block_ = nullptr;
  const std::uint64_t cycle = cycle_ - (&op)[1].start;
  if (retired && !block.observed && block.pc != Block::kNoPc && &block != &prefix_ &&
      !stop_requested_ && !stored_ && !interrupt_ready() && cycle_ < limit_ &&
      cycle + block.last_start < limit_) {
    --cache_.totals()[index_of(op.cls)];  // it is part of the block again
    return true;
  }
  for (const Op* done = block.ops.data(); done != &op; ++done) {
    ++cache_.totals()[index_of(done->cls)];
  }
  return false;
}

// What each format of instructions.inc does with the meaning of an instruction.
#define AIMC_NEXT \
  ++op;           \
  AIMC_DISPATCH
// Straight to the code of the next instruction: from many places the processor predicts that better
// than from one. `continue` does the same by way of the switch.
// NOLINTNEXTLINE(bugprone-macro-parentheses): a statement
#define AIMC_DISPATCH goto* const_cast<void*>(labels[op->handler])
#define AIMC_RESUME                                                        \
  ++op;                                                                    \
  cycle = cycle_ - op->start;                                              \
  instret = instret_ - static_cast<std::uint64_t>(op - block->ops.data()); \
  limit = limit_;                                                          \
  AIMC_DISPATCH
// Formats with a first source: `source` is its register, or the result of the instruction before.
#define AIMC_REG(source, meaning)                   \
  {                                                 \
    const std::uint32_t a = source, b = x[op->rs2]; \
    x[op->rd] = last = meaning;                     \
    AIMC_NEXT;                                      \
  }
#define AIMC_DO_Divide(meaning)                                        \
  {                                                                    \
    const std::uint32_t a = x[op->rs1], b = x[op->rs2];                \
    x[op->rd] = meaning;                                               \
    cycle += std::uint64_t{divisor_zero} * divisor_zeros(op->code, b); \
    if (!chain(0, block->end_pc)) return nullptr;                      \
    AIMC_DISPATCH;                                                     \
  }
#define AIMC_IMM(source, meaning)                  \
  {                                                \
    const std::uint32_t a = source, imm = op->imm; \
    x[op->rd] = last = meaning;                    \
    AIMC_NEXT;                                     \
  }
#define AIMC_SHIFT(source, meaning)                        \
  {                                                        \
    const std::uint32_t a = source, shamt = op->imm & 31U; \
    x[op->rd] = last = meaning;                            \
    AIMC_NEXT;                                             \
  }
#define AIMC_UNARY(source, meaning) \
  {                                 \
    const std::uint32_t a = source; \
    x[op->rd] = last = meaning;     \
    AIMC_NEXT;                      \
  }
#define AIMC_DO_Upper(meaning)                                           \
  {                                                                      \
    [[maybe_unused]] const std::uint32_t pc = block->pc + op->pc_offset; \
    const std::uint32_t imm = op->imm;                                   \
    x[op->rd] = last = meaning;                                          \
    AIMC_NEXT;                                                           \
  }
#define AIMC_DO_Fence(meaning) AIMC_NEXT;
#define AIMC_DO_Jal(meaning)                            \
  {                                                     \
    const std::uint32_t pc = block->pc + op->pc_offset; \
    const std::uint32_t imm = op->imm;                  \
    x[op->rd] = block->end_pc;                          \
    if (!chain(1, meaning)) return nullptr;             \
    AIMC_DISPATCH;                                      \
  }
#define AIMC_DO_Jalr(meaning)                                                \
  {                                                                          \
    const std::uint32_t a = x[op->rs1], imm = op->imm;                       \
    const std::uint32_t target = meaning;                                    \
    x[op->rd] = block->end_pc;                                               \
    if (block->next[1]->pc != target) block->link(1, *cache_.guess(target)); \
    if (!chain(1, target)) return nullptr;                                   \
    AIMC_DISPATCH;                                                           \
  }
#define AIMC_BRANCH(source, meaning)                \
  {                                                 \
    const std::uint32_t a = source, b = x[op->rs2]; \
    if (meaning) {                                  \
      if (!chain(1, op->imm)) return nullptr;       \
    } else {                                        \
      if (!chain(0, block->end_pc)) return nullptr; \
    }                                               \
    AIMC_DISPATCH;                                  \
  }
#define AIMC_LOAD(source, meaning)                                            \
  {                                                                           \
    const std::uint32_t address = source + op->imm;                           \
    const std::uint32_t offset = address - window.base;                       \
    if (window.contains<meaning>(offset)) {                                   \
      x[op->rd] = last = extend(read_little<meaning>(window.bytes + offset)); \
      AIMC_NEXT;                                                              \
    }                                                                         \
    enter_access(*block, *op, cycle, instret);                                \
    std::uint32_t value = 0;                                                  \
    const bool retired = load_slow(*op, address, sizeof(meaning), value);     \
    if (retired) x[op->rd] = last = extend(static_cast<meaning>(value));      \
    if (!resume_after_access(*block, *op, retired)) return nullptr;           \
    AIMC_RESUME;                                                              \
  }
#define AIMC_DO_Store(meaning)                                                               \
  {                                                                                          \
    const std::uint32_t address = x[op->rs1] + op->imm;                                      \
    const std::uint32_t offset = address - window.base;                                      \
    if (window.contains<meaning>(offset) && window.has_code[offset >> kGranuleShift] == 0) { \
      write_little<meaning>(window.bytes + offset, x[op->rs2]);                              \
      AIMC_NEXT;                                                                             \
    }                                                                                        \
    enter_access(*block, *op, cycle, instret);                                               \
    const bool retired = store_slow(*op, address, sizeof(meaning), x[op->rs2]);              \
    if (!resume_after_access(*block, *op, retired)) return nullptr;                          \
    AIMC_RESUME;                                                                             \
  }
#define AIMC_DO_FloatLoad(meaning)                                  \
  {                                                                 \
    const std::uint32_t address = x[op->rs1] + op->imm;             \
    const std::uint32_t offset = address - window.base;             \
    if (float_.dirty() && window.contains<meaning>(offset)) {       \
      x[op->rd] = read_little<meaning>(window.bytes + offset);      \
      AIMC_NEXT;                                                    \
    }                                                               \
    enter_access(*block, *op, cycle, instret);                      \
    const bool retired = load_float(*op, address);                  \
    if (!resume_after_access(*block, *op, retired)) return nullptr; \
    AIMC_RESUME;                                                    \
  }
#define AIMC_DO_FloatStore(meaning)                        \
  {                                                        \
    if (float_.on) AIMC_DO_Store(meaning) AIMC_LEAVE_FLOAT \
  }
// What the fast loop cannot do.
#define AIMC_LEAVE_FLOAT                                                     \
  enter_access(*block, *op, cycle, instret);                                 \
  if (!resume_after_access(*block, *op, execute_float(*op))) return nullptr; \
  AIMC_RESUME;
// Those that round: by the host's floating-point unit where it can.
#define AIMC_DO_FLOAT_ROUNDED(meaning)                                    \
  {                                                                       \
    const std::uint32_t a = x[op->rs1];                                   \
    [[maybe_unused]] const std::uint32_t b = x[op->rs2];                  \
    HostFloat fpu(float_.rounding[rounding_field(op->imm)], csr_.fflags); \
    const std::uint32_t value = meaning;                                  \
    if (fpu.done()) {                                                     \
      x[op->rd] = value;                                                  \
      AIMC_NEXT;                                                          \
    }                                                                     \
    AIMC_LEAVE_FLOAT                                                      \
  }
#define AIMC_DO_FloatReg(meaning) AIMC_DO_FLOAT_ROUNDED(meaning)
#define AIMC_DO_FloatUnary(meaning) AIMC_DO_FLOAT_ROUNDED(meaning)
#define AIMC_DO_FloatToInt(meaning) AIMC_DO_FLOAT_ROUNDED(meaning)
#define AIMC_DO_FloatFromInt(meaning) AIMC_DO_FLOAT_ROUNDED(meaning)
#define AIMC_DO_FloatFused(meaning)                   \
  {                                                   \
    const std::uint32_t c = x[fused_addend(op->imm)]; \
    AIMC_DO_FLOAT_ROUNDED(meaning)                    \
  }
// Those that do not.
#define AIMC_DO_FLOAT_PLAIN(meaning)                       \
  {                                                        \
    if (float_.dirty()) {                                  \
      const std::uint32_t a = x[op->rs1];                  \
      [[maybe_unused]] const std::uint32_t b = x[op->rs2]; \
      [[maybe_unused]] std::uint32_t& flags = csr_.fflags; \
      x[op->rd] = meaning;                                 \
      AIMC_NEXT;                                           \
    }                                                      \
    AIMC_LEAVE_FLOAT                                       \
  }
#define AIMC_DO_FloatPlain(meaning) AIMC_DO_FLOAT_PLAIN(meaning)
#define AIMC_DO_FloatCompare(meaning) AIMC_DO_FLOAT_PLAIN(meaning)
#define AIMC_DO_FloatOut(meaning) AIMC_DO_FLOAT_PLAIN(meaning)
#define AIMC_DO_FloatIn(meaning) AIMC_DO_FLOAT_PLAIN(meaning)
// Both variants of those formats; the others have one.
#define AIMC_DO_Reg(meaning) AIMC_REG(x[op->rs1], meaning)
#define AIMC_LAST_Reg(name, meaning) AIMC_REG(last, meaning)
#define AIMC_DO_Imm(meaning) AIMC_IMM(x[op->rs1], meaning)
#define AIMC_LAST_Imm(name, meaning) AIMC_IMM(last, meaning)
#define AIMC_DO_Shift(meaning) AIMC_SHIFT(x[op->rs1], meaning)
#define AIMC_LAST_Shift(name, meaning) AIMC_SHIFT(last, meaning)
#define AIMC_DO_Unary(meaning) AIMC_UNARY(x[op->rs1], meaning)
#define AIMC_LAST_Unary(name, meaning) AIMC_UNARY(last, meaning)
#define AIMC_DO_Branch(meaning) AIMC_BRANCH(x[op->rs1], meaning)
#define AIMC_LAST_Branch(name, meaning) AIMC_BRANCH(last, meaning)
#define AIMC_DO_Load(meaning) AIMC_LOAD(x[op->rs1], meaning)
#define AIMC_LAST_Load(name, meaning) AIMC_LOAD(last, meaning)
#define AIMC_LAST_Upper(name, meaning) goto label_##name;
#define AIMC_LAST_Fence(name, meaning) goto label_##name;
#define AIMC_LAST_Jal(name, meaning) goto label_##name;
#define AIMC_LAST_Jalr(name, meaning) goto label_##name;
#define AIMC_LAST_Divide(name, meaning) goto label_##name;
#define AIMC_LAST_Store(name, meaning) goto label_##name;
#define AIMC_LAST_FloatLoad(name, meaning) goto label_##name;
#define AIMC_LAST_FloatStore(name, meaning) goto label_##name;
#define AIMC_LAST_FloatReg(name, meaning) goto label_##name;
#define AIMC_LAST_FloatUnary(name, meaning) goto label_##name;
#define AIMC_LAST_FloatToInt(name, meaning) goto label_##name;
#define AIMC_LAST_FloatFromInt(name, meaning) goto label_##name;
#define AIMC_LAST_FloatFused(name, meaning) goto label_##name;
#define AIMC_LAST_FloatPlain(name, meaning) goto label_##name;
#define AIMC_LAST_FloatCompare(name, meaning) goto label_##name;
#define AIMC_LAST_FloatOut(name, meaning) goto label_##name;
#define AIMC_LAST_FloatIn(name, meaning) goto label_##name;
#define AIMC_LAST_Lr(name, meaning) goto label_##name;
#define AIMC_LAST_Sc(name, meaning) goto label_##name;
#define AIMC_LAST_Amo(name, meaning) goto label_##name;
#define AIMC_LAST_Csr(name, meaning) goto label_##name;
#define AIMC_LAST_Word(name, meaning) goto label_##name;
// Complex instructions stand together at the end of the table; their labels share the code behind
// them.
#define AIMC_DO_Lr(meaning)
#define AIMC_DO_Sc(meaning)
#define AIMC_DO_Amo(meaning)
#define AIMC_DO_Csr(meaning)
#define AIMC_DO_Word(meaning)

// Addresses of labels are an extension of the compilers that build this.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"

const Op* Core::execute(Block* block) {
  std::uint32_t* const x = x_.data();
  const Window window = window_;
  // Nothing fits below a limit of zero: the loop returns behind an observed block.
  std::uint64_t limit = core::kObservation && block->observed ? 0 : limit_;
  const unsigned divisor_zero = config_.timing.divisor_zero;
  std::uint64_t cycle = cycle_;
  std::uint64_t instret = instret_;
  const Op* op = block->ops.data();
  // The result of the instruction before, for those whose handler takes it from here: a processor
  // needs several cycles to get back what it has just written to the register file in memory.
  std::uint32_t last = 0;
  static const void* const labels[] = {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  &&label_##name,
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
      &&label_kIllegal,
      &&label_kEndOfBlock,
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  &&label_last_##name,
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
  };

  // Ends the block; true when the one at `pc` is known and fits below the limit, so that `op` is
  // its first instruction.
  // In line everywhere, or its captures would keep the loop's variables in memory.
  const auto chain = [&](unsigned slot, std::uint32_t pc) __attribute__((always_inline)) {
    instret += block->count;
    ++block->exits[slot];
    Block* const next = block->next[slot];
    const std::uint64_t start = cycle + block->next_start[slot];
    if (next->pc == pc && start + next->last_start < limit) {
      cycle = start;
      block = next;
      op = next->ops.data();
      return true;
    }
    leave_block(*block, slot, pc, cycle + (slot == 0 ? block->cycles : block->taken_cycles),
                instret);
    return false;
  };

  for (;;) {
    switch (op->code) {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  case Opcode::name:                                                                    \
    label_##name : AIMC_DO_##format(meaning)
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
      case Opcode::kIllegal:
      label_kIllegal:
        cycle_ = cycle + block->cycles;
        instret_ = instret + block->count;
        ++block->exits[0];
        pc_ = block->pc + op->pc_offset;
        return op;
      case Opcode::kEndOfBlock:
      label_kEndOfBlock:
        if (!chain(0, block->end_pc)) return nullptr;
        AIMC_DISPATCH;
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  label_last_##name : AIMC_LAST_##format(name, meaning)
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
    }
  }
}

#pragma GCC diagnostic pop

}  // namespace aimc::riscv
