// The fast loop: one switch over the instructions of a block, and on to the next block while it is
// known and fits.

#include "models/riscv/arithmetic.h"
#include "models/riscv/core.h"
#include "models/riscv/float_host.h"

namespace aimc::riscv {
namespace {

// What a loaded value of type T becomes in a register.
template <typename T>
std::uint32_t extend(T value) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
}

}  // namespace

void Core::leave_at(const Block& block, const Op& op, std::uint64_t cycle, std::uint64_t instret) {
  pc_ = block.pc + op.pc_offset;
  cycle_ = cycle + op.start;
  instret_ = instret;
  for (const Op* done = block.ops.data(); done != &op; ++done, ++instret_) {
    ++cache_.totals()[index_of(done->cls)];
  }
}

// What each format of instructions.inc does with the meaning of an instruction.
#define AIMC_NEXT \
  ++op;           \
  continue
#define AIMC_DO_Reg(meaning)                            \
  {                                                     \
    const std::uint32_t a = x[op->rs1], b = x[op->rs2]; \
    x[op->rd] = meaning;                                \
    AIMC_NEXT;                                          \
  }
#define AIMC_DO_Imm(meaning)                           \
  {                                                    \
    const std::uint32_t a = x[op->rs1], imm = op->imm; \
    x[op->rd] = meaning;                               \
    AIMC_NEXT;                                         \
  }
#define AIMC_DO_Shift(meaning)                                 \
  {                                                            \
    const std::uint32_t a = x[op->rs1], shamt = op->imm & 31U; \
    x[op->rd] = meaning;                                       \
    AIMC_NEXT;                                                 \
  }
#define AIMC_DO_Unary(meaning)          \
  {                                     \
    const std::uint32_t a = x[op->rs1]; \
    x[op->rd] = meaning;                \
    AIMC_NEXT;                          \
  }
#define AIMC_DO_Upper(meaning)                                           \
  {                                                                      \
    [[maybe_unused]] const std::uint32_t pc = block->pc + op->pc_offset; \
    const std::uint32_t imm = op->imm;                                   \
    x[op->rd] = meaning;                                                 \
    AIMC_NEXT;                                                           \
  }
#define AIMC_DO_Fence(meaning) AIMC_NEXT;
#define AIMC_DO_Jal(meaning)                            \
  {                                                     \
    const std::uint32_t pc = block->pc + op->pc_offset; \
    const std::uint32_t imm = op->imm;                  \
    x[op->rd] = block->end_pc;                          \
    if (!chain(1, meaning)) return nullptr;             \
    continue;                                           \
  }
#define AIMC_DO_Jalr(meaning)                          \
  {                                                    \
    const std::uint32_t a = x[op->rs1], imm = op->imm; \
    x[op->rd] = block->end_pc;                         \
    if (!chain(1, meaning)) return nullptr;            \
    continue;                                          \
  }
#define AIMC_DO_Branch(meaning)                         \
  {                                                     \
    const std::uint32_t a = x[op->rs1], b = x[op->rs2]; \
    if (meaning) {                                      \
      cycle += taken_extra;                             \
      ++block->taken;                                   \
      if (!chain(1, op->imm)) return nullptr;           \
    } else {                                            \
      if (!chain(0, block->end_pc)) return nullptr;     \
    }                                                   \
    continue;                                           \
  }
#define AIMC_DO_Load(meaning)                                          \
  {                                                                    \
    const std::uint32_t address = x[op->rs1] + op->imm;                \
    const std::uint32_t offset = address - window.base;                \
    if (window.contains<meaning>(offset)) {                            \
      x[op->rd] = extend(read_little<meaning>(window.bytes + offset)); \
      AIMC_NEXT;                                                       \
    }                                                                  \
    leave_at(*block, *op, cycle, instret);                             \
    const std::uint8_t rd = op->rd;                                    \
    if (const auto value = load_slow(*op, address, sizeof(meaning))) { \
      x[rd] = extend(static_cast<meaning>(*value));                    \
    }                                                                  \
    return nullptr;                                                    \
  }
#define AIMC_DO_Store(meaning)                                                               \
  {                                                                                          \
    const std::uint32_t address = x[op->rs1] + op->imm;                                      \
    const std::uint32_t offset = address - window.base;                                      \
    if (window.contains<meaning>(offset) && window.has_code[offset >> kGranuleShift] == 0) { \
      write_little<meaning>(window.bytes + offset, x[op->rs2]);                              \
      AIMC_NEXT;                                                                             \
    }                                                                                        \
    leave_at(*block, *op, cycle, instret);                                                   \
    store_slow(*op, address, sizeof(meaning), x[op->rs2]);                                   \
    return nullptr;                                                                          \
  }
#define AIMC_DO_FloatLoad(meaning)                             \
  {                                                            \
    const std::uint32_t address = x[op->rs1] + op->imm;        \
    const std::uint32_t offset = address - window.base;        \
    if (float_.dirty() && window.contains<meaning>(offset)) {  \
      x[op->rd] = read_little<meaning>(window.bytes + offset); \
      AIMC_NEXT;                                               \
    }                                                          \
    leave_at(*block, *op, cycle, instret);                     \
    load_float(*op, address);                                  \
    return nullptr;                                            \
  }
#define AIMC_DO_FloatStore(meaning)                        \
  {                                                        \
    if (float_.on) AIMC_DO_Store(meaning) AIMC_LEAVE_FLOAT \
  }
// What the fast loop cannot do.
#define AIMC_LEAVE_FLOAT                 \
  leave_at(*block, *op, cycle, instret); \
  execute_float(*op);                    \
  return nullptr;
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
// Complex instructions stand together at the end of the table; their labels share the code behind
// them.
#define AIMC_DO_Lr(meaning)
#define AIMC_DO_Sc(meaning)
#define AIMC_DO_Amo(meaning)
#define AIMC_DO_Csr(meaning)
#define AIMC_DO_Word(meaning)

const Op* Core::execute(Block* block) {
  std::uint32_t* const x = x_.data();
  const Window window = window_;
  const std::uint64_t limit = limit_;
  const std::uint64_t taken_extra = taken_extra_;
  std::uint64_t cycle = cycle_;
  std::uint64_t instret = instret_;
  const Op* op = block->ops.data();

  // Ends the block; true when the one at `pc` is known and fits below the limit, so that `op` is
  // its first instruction.
  const auto chain = [&](unsigned slot, std::uint32_t pc) {
    cycle += block->cycles;
    instret += block->count;
    ++block->executions;
    Block* const next = block->next[slot];
    if (next->pc == pc && cycle + next->last_start < limit) {
      block = next;
      op = next->ops.data();
      return true;
    }
    cycle_ = cycle;
    instret_ = instret;
    pc_ = pc;
    link_from_ = block;
    link_slot_ = slot;
    return false;
  };

  for (;;) {
    switch (op->code) {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  case Opcode::name:                                                                    \
    AIMC_DO_##format(meaning)
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
      case Opcode::kIllegal:
        cycle_ = cycle + block->cycles;
        instret_ = instret + block->count;
        ++block->executions;
        pc_ = block->pc + op->pc_offset;
        return op;
      case Opcode::kEndOfBlock:
        if (!chain(0, block->end_pc)) return nullptr;
        continue;
    }
  }
}

}  // namespace aimc::riscv
