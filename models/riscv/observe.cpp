// Execution under somebody's eyes. It is the fast loop that executes here too, only in smaller
// pieces: a block that is observed has no successors, so the loop returns behind it, and a step is
// a block of one instruction. What an instruction did is read from the state before and behind it.

#include <algorithm>

#include "models/riscv/core.h"

namespace aimc::riscv {
namespace {

// What an instruction does that is worth reporting.
struct Effects {
  bool rd = false;  // writes register rd
  bool reads = false;
  bool writes = false;
  std::uint8_t bytes = 0;
};

constexpr Effects kWritesRegister{true, false, false, 0};

constexpr Effects loads(std::size_t bytes) {
  return {true, true, false, static_cast<std::uint8_t>(bytes)};
}
constexpr Effects stores(std::size_t bytes) {
  return {false, false, true, static_cast<std::uint8_t>(bytes)};
}

// The same for each format of instructions.inc.
#define AIMC_EFFECTS_Reg(meaning) kWritesRegister
#define AIMC_EFFECTS_Divide(meaning) kWritesRegister
#define AIMC_EFFECTS_Imm(meaning) kWritesRegister
#define AIMC_EFFECTS_Shift(meaning) kWritesRegister
#define AIMC_EFFECTS_Unary(meaning) kWritesRegister
#define AIMC_EFFECTS_Upper(meaning) kWritesRegister
#define AIMC_EFFECTS_Jal(meaning) kWritesRegister
#define AIMC_EFFECTS_Jalr(meaning) kWritesRegister
#define AIMC_EFFECTS_Csr(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatReg(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatUnary(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatFused(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatPlain(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatCompare(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatToInt(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatFromInt(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatOut(meaning) kWritesRegister
#define AIMC_EFFECTS_FloatIn(meaning) kWritesRegister
#define AIMC_EFFECTS_Load(meaning) loads(sizeof(meaning))
#define AIMC_EFFECTS_FloatLoad(meaning) loads(sizeof(meaning))
#define AIMC_EFFECTS_Store(meaning) stores(sizeof(meaning))
#define AIMC_EFFECTS_FloatStore(meaning) stores(sizeof(meaning))
#define AIMC_EFFECTS_Lr(meaning) loads(4)
#define AIMC_EFFECTS_Sc(meaning) \
  Effects {                      \
    true, false, true, 4         \
  }
#define AIMC_EFFECTS_Amo(meaning) \
  Effects {                       \
    true, true, true, 4           \
  }
#define AIMC_EFFECTS_Branch(meaning) \
  Effects {}
#define AIMC_EFFECTS_Fence(meaning) \
  Effects {}
#define AIMC_EFFECTS_Word(meaning) \
  Effects {}

constexpr std::array kEffects = {
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  AIMC_EFFECTS_##format(meaning),
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
    Effects{},  // kIllegal
    Effects{}   // kEndOfBlock
};

const Effects& effects_of(Opcode code) {
  return kEffects.at(static_cast<std::size_t>(code));
}

std::uint32_t low_bytes(std::uint32_t value, unsigned bytes) {
  return bytes == 4 ? value : value & ((1U << (8U * bytes)) - 1U);
}

}  // namespace

Stretch::Classes Stretch::classes() const {
  Classes counts{};
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool branched = taken && i + 1 == count;
    ++counts[index_of(branched ? InstructionClass::kBranchTaken : ops[i].cls)];
  }
  return counts;
}

void Core::observe_steps(StepObserver* observer, std::uint64_t from, std::uint64_t to) {
  steps_ = observer;
  window_from_ = from;
  window_to_ = to;
  stepping_ = false;
  cache_.fold(prefix_);
  cache_.clear(map_);
}

void Core::observe_stretches(StretchObserver* observer) {
  stretches_ = observer;
  only_calls_ = observer != nullptr && observer->only_calls();
  reported_cycle_ = cycle_;
  cache_.fold(prefix_);
  cache_.clear(map_);
}

void Core::finish_observation() {
  finish_piece();
  if (running_) report_unseen();
  report_waiting();
}

StopReason Core::run_observed(std::uint64_t limit) {
  caller_limit_ = limit;
  report_waiting();
  unseen_pc_ = pc_;
  running_ = true;
  for (;;) {
    const std::uint64_t edge = steps_ != nullptr ? look_through_window() : limit;
    const StopReason reason = run_below(std::min(caller_limit_, edge));
    if (reason != StopReason::kLimit || cycle_ >= caller_limit_) {
      report_unseen();
      running_ = false;
      return reason;
    }
  }
}

// Opens or closes the window; returns where it changes next.
std::uint64_t Core::look_through_window() {
  const bool inside = cycle_ >= window_from_ && cycle_ < window_to_;
  if (inside != stepping_) {
    stepping_ = inside;
    cache_.fold(prefix_);
    cache_.clear(map_);  // whether a block is observed is decided when it is decoded
  }
  if (inside) return window_to_;
  return cycle_ < window_from_ ? window_from_ : ~std::uint64_t{0};
}

bool Core::begins_block(std::uint32_t pc, const Block& block) const {
  if (stretches_ != nullptr && stretches_->begins(pc)) return true;
  return stepping_ && steps_->wants(pc) != steps_->wants(block.pc);
}

// Whether a block, decoded to its end, is executed under somebody's eyes.
bool Core::is_observed(const Block& block) const {
  if (is_stepped(block.pc)) return true;
  if (stretches_ == nullptr) return false;
  const Op& last = block.ops[block.op_count - 1];
  const std::uint32_t pc = block.pc + last.pc_offset;
  if (!only_calls_ || last.code == Opcode::kJalr || last.code == Opcode::kMret) return true;
  if (last.code == Opcode::kJal) {
    return last.rd != kSinkRegister || stretches_->changes_function(pc, pc + last.imm);
  }
  return stretches_->changes_function(pc, block.end_pc) ||
         (is_branch(last.code) && stretches_->changes_function(pc, last.imm));
}

// False at a breakpoint.
bool Core::execute_observed(Block& block) {
  const bool below_limit = block.last_start < limit_ - cycle_;
  const bool go_on = is_stepped(block.pc)
                         ? execute_steps(block)
                         : execute_piece(below_limit ? block : *prefix_below_limit(block));
  if (link_from_ != &block) link_from_ = nullptr;
  return go_on;
}

bool Core::execute_steps(Block& block) {
  const std::uint32_t pc = block.pc;
  for (std::size_t i = 0; i < block.op_count; ++i) {
    prepare_step(block, i);
    begin_step(step_block_.ops[0]);
    if (!execute_piece(step_block_)) return false;
    const auto [straight, jumped] = step_block_.exits;
    if (straight + jumped != 0 && step_block_.count != 0) {
      const bool taken = jumped != 0 && is_branch(block.ops[i].code);
      ++cache_.totals()[index_of(taken ? InstructionClass::kBranchTaken : block.ops[i].cls)];
    }
    // The block may be gone, and anything may have to be looked at that run_below looks at.
    const bool goes_on = block.pc == pc && pc_ == pc + block.ops[i + 1].pc_offset;
    if (!goes_on || cycle_ >= limit_ || stop_requested_ || waiting_ || unhandled_ || stored_ ||
        interrupt_ready()) {
      break;
    }
  }
  return true;
}

bool Core::execute_piece(Block& piece) {
  report_unseen();
  piece_ = &piece;
  piece_pc_ = piece.pc;
  piece_instret_ = instret_;
  piece_jumps_ = piece.exits[1];
  if (const Op* op = execute(&piece)) {
    if (op->code == Opcode::kIllegal && is_breakpoint(pc_)) {
      finish_piece();
      return false;
    }
    execute_complex(*op);
  }
  finish_piece();
  return true;
}

// Makes a block of one instruction of `block`, which starts at pc_.
void Core::prepare_step(const Block& block, std::size_t index) {
  const Op& op = block.ops[index];
  Block& one = step_block_;
  one.pc = pc_;
  one.end_pc = pc_ + op.length;
  one.op_count = 1;
  one.count = is_complex(op.code) ? 0 : 1;
  one.cycles = one.count == 0 ? 0 : block.ops[index + 1].start - op.start;
  one.taken_cycles = block.taken_cycles - op.start;  // a jump or branch is the last one
  one.exits = {};
  one.ops[0] = op;
  one.ops[0].start = 0;
  one.ops[0].pc_offset = 0;
  one.ops[1].code = Opcode::kEndOfBlock;
  one.ops[1].handler = plain_handler(Opcode::kEndOfBlock);
  one.ops[1].start = one.cycles;
}

// Notes what the instruction will change.
void Core::begin_step(const Op& op) {
  const Effects& effects = effects_of(op.code);
  step_.cycle = cycle_;
  step_.pc = pc_;
  step_.privilege = csr_.privilege;
  step_.code = op.code;
  step_.bytes = effects.bytes;
  const Region* region = map_.find(pc_, op.length);
  const std::uint8_t* bytes = region->bytes + (pc_ - region->base);
  step_.word =
      op.length == 2 ? read_little<std::uint16_t>(bytes) : read_little<std::uint32_t>(bytes);
  if (effects.bytes == 0) return;
  const bool atomic = op.cls == InstructionClass::kAtomic;  // without an offset
  step_.address = x_[op.rs1] + (atomic ? 0U : op.imm);
  step_.written_value = low_bytes(x_[op.rs2], effects.bytes);
}

void Core::finish_piece() {
  if (piece_ == nullptr) return;
  const auto count = static_cast<std::uint32_t>(instret_ - piece_instret_);
  if (piece_ == &step_block_ && count != 0) report_step(piece_->ops[0]);
  if (stretches_ != nullptr) report_stretch(count);
  piece_ = nullptr;
}

void Core::report_step(const Op& op) {
  const Effects& effects = effects_of(op.code);
  const std::uint32_t result = x_[op.rd];
  step_.rd = effects.rd && op.rd != kSinkRegister ? op.rd : std::uint8_t{0};
  step_.rd_value = result;
  step_.reads_memory = effects.reads;
  step_.writes_memory = effects.writes && !(op.code == Opcode::kScW && result != 0);
  step_.read_value = low_bytes(result, effects.bytes);
  if (effects.reads && effects.writes) {
    // Atomic operations take place in direct memory.
    const Region* region = map_.find(step_.address, 4);
    step_.written_value =
        read_little<std::uint32_t>(region->bytes + (step_.address - region->base));
  }
  step_.writes_csr = op.cls == InstructionClass::kCsr &&
                     (op.code == Opcode::kCsrrw || op.code == Opcode::kCsrrwi || op.rs1 != 0);
  if (step_.writes_csr) {
    step_.csr = op.imm >> 20U;
    read_csr(step_.csr, step_.csr_value);
  }
  steps_->executed(step_);
}

// The first `count` instructions of piece_ have been executed.
void Core::report_stretch(std::uint32_t count) {
  if (count == 0 && cycle_ == reported_cycle_) return;
  const Block& piece = *piece_;
  stretch_.pc = piece_pc_;
  stretch_.next_pc = pc_;
  stretch_.sp = x_[2];
  stretch_.count = count;
  stretch_.cycle = reported_cycle_ = cycle_;
  stretch_.last = Opcode::kIllegal;
  stretch_.ops = piece.ops.data();
  stretch_.taken = false;
  if (count != 0) {
    const Op& last = piece.ops[count - 1];
    stretch_.taken = is_branch(last.code) && piece.exits[1] != piece_jumps_;
    if (is_jump(last.code) || last.code == Opcode::kMret) {
      stretch_.last = last.code;
      stretch_.rd = last.rd;
      stretch_.rs1 = last.rs1;
      stretch_.last_end_pc = piece_pc_ + last.pc_offset + last.length;
    }
  }
  // Fits in 40 bits: a block has fewer than 2^7 instructions.
  stretch_.kind = piece.serial == 0 ? 0
                                    : std::uint64_t{piece.serial} << 8U | count << 1U |
                                          (stretch_.taken ? 1U : 0U);
  stretches_->executed(stretch_);
  unseen_pc_ = pc_;
}

void Core::report_unseen() {
  if (!only_calls_ || cycle_ == reported_cycle_) return;
  reported_cycle_ = cycle_;
  stretches_->passed(unseen_pc_, cycle_);
}

void Core::report_waiting() {
  if (stretches_ == nullptr || cycle_ == reported_cycle_) return;
  reported_cycle_ = cycle_;
  stretches_->waited(cycle_);
}

void Core::report_trap(std::uint32_t cause, std::uint32_t value, std::uint64_t started,
                       Privilege privilege) {
  if (!stepping_ && stretches_ == nullptr) return;
  const TrapEntry trap{started, cycle_, cause, csr_.mepc, value, pc_, x_[2], privilege};
  if (stepping_) steps_->trapped(trap);
  if (stretches_ == nullptr) return;
  reported_cycle_ = cycle_;
  unseen_pc_ = pc_;
  stretches_->trapped(trap);
}

}  // namespace aimc::riscv
