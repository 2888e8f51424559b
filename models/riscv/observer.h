#pragma once

#include <array>
#include <cstdint>

#include "models/riscv/csr.h"
#include "models/riscv/decode.h"

namespace aimc::riscv {

/// One executed instruction. Only what the instruction has is filled in; the rest is stale.
struct Step {
  std::uint64_t cycle = 0;  ///< local clock when it started
  std::uint32_t pc = 0;
  std::uint32_t word = 0;  ///< as in memory: 16 bits of it when it is compressed
  Opcode code = Opcode::kIllegal;
  Privilege privilege = Privilege::kMachine;  ///< it was executed in
  std::uint8_t rd = 0;                        ///< written register; 0: none
  std::uint32_t rd_value = 0;
  bool reads_memory = false;
  bool writes_memory = false;
  std::uint8_t bytes = 0;  ///< of the access
  std::uint32_t address = 0;
  std::uint32_t read_value = 0;     ///< zero-extended
  std::uint32_t written_value = 0;  ///< zero-extended
  bool writes_csr = false;
  std::uint32_t csr = 0;        ///< number of the written CSR
  std::uint32_t csr_value = 0;  ///< its value afterwards
};

struct Op;

/// Instructions executed one after the other, at most one jump or branch among them, at the end.
struct Stretch {
  std::uint32_t pc = 0;       ///< of the first
  std::uint32_t next_pc = 0;  ///< where execution goes on, unless a trap is reported next
  std::uint32_t sp = 0;       ///< register x2 behind the last
  std::uint32_t count = 0;    ///< executed instructions; 0 when the first one trapped
  std::uint64_t cycle = 0;    ///< local clock behind the last
  /// The last instruction, when it may have left the line: a jump, MRET. kIllegal otherwise.
  Opcode last = Opcode::kIllegal;
  std::uint8_t rd = 0;            ///< of `last`
  std::uint8_t rs1 = 0;           ///< of `last`
  std::uint32_t last_end_pc = 0;  ///< address behind `last`
  const Op* ops = nullptr;        ///< `count` of them; valid while the stretch is reported
  bool taken = false;             ///< it ended in a branch, which jumped
  /// Stretches that have this in common have executed the same instructions, and a branch at the
  /// end jumped in all of them or in none. 0: not known. Below 2^40.
  std::uint64_t kind = 0;

  using Classes = std::array<std::uint32_t, static_cast<std::size_t>(InstructionClass::kCount)>;
  /// Executed instructions of each class.
  Classes classes() const;
};

/// Entry into a trap. The instruction at `epc` was not executed.
struct TrapEntry {
  std::uint64_t cycle = 0;      ///< local clock before it
  std::uint64_t end_cycle = 0;  ///< local clock behind it
  std::uint32_t cause = 0;      ///< as in mcause
  std::uint32_t epc = 0;
  std::uint32_t value = 0;    ///< as in mtval
  std::uint32_t handler = 0;  ///< where execution goes on
  std::uint32_t sp = 0;
  Privilege privilege = Privilege::kMachine;  ///< before
};

/// Sees single instructions. What it does takes no simulated time and must not touch the hart.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  /// Whether instructions at `pc` are to be reported. Asked when they are decoded, so the answer
  /// must not change.
  virtual bool wants(std::uint32_t pc) const = 0;
  virtual void executed(const Step& step) = 0;
  /// A trap, wherever it came from.
  virtual void trapped(const TrapEntry& trap) = 0;
};

/// Sees execution in stretches as long as the hart executes them: all of it, or what changes the
/// call stack.
class StretchObserver {
 public:
  virtual ~StretchObserver() = default;
  /// Whether a stretch has to begin at `pc`, however it is reached. Asked when instructions are
  /// decoded, so the answer must not change.
  virtual bool begins(std::uint32_t pc) const = 0;
  virtual void executed(const Stretch& stretch) = 0;
  /// Whether it is enough to report the stretches that end in MRET, a jump that links or one whose
  /// target is in a register, or that may go on where changes_function() says so. The rest executes
  /// as fast as without an observer. Asked once.
  virtual bool only_calls() const { return false; }
  /// Whether execution that goes on from `pc` to `next` gets into another function. Asked where
  /// only_calls(), when instructions are decoded, so the answer must not change.
  virtual bool changes_function(std::uint32_t /*pc*/, std::uint32_t /*next*/) const { return true; }
  /// Where only_calls(): what was executed from `pc` on until the local clock was `cycle` is not
  /// reported, and is of the function at `pc`.
  virtual void passed(std::uint32_t /*pc*/, std::uint64_t /*cycle*/) {}
  virtual void trapped(const TrapEntry& trap) = 0;
  /// The local clock was moved to `cycle` between instructions: time spent in WFI.
  virtual void waited(std::uint64_t cycle) = 0;
  /// The hart was reset.
  virtual void reset() = 0;
};

/// Words for a value of mcause, e.g. "illegal instruction".
const char* trap_cause_name(std::uint32_t cause);

}  // namespace aimc::riscv
