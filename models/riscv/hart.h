#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/riscv/isa.h"

namespace aimc::riscv {

/// Classes of instructions that share a cycle cost and an energy.
enum class InstructionClass : std::uint8_t {
  kAlu,
  kLoad,
  kStore,
  kBranchNotTaken,
  kBranchTaken,
  kJump,
  kMul,
  kMulHigh,
  kDiv,
  kAtomic,
  kCsr,
  kSystem,
  kFloatAddMul,
  kFloatDiv,
  kFloatOther,
  kCount
};

/// Instructions executed, by class.
using ClassCounts = std::array<std::uint64_t, static_cast<std::size_t>(InstructionClass::kCount)>;

/// Cycles (1 to 65,535) and energy of each class, in the order of InstructionClass.
///
/// Default cycles: CV32E40P user manual (openhwgroup/cv32e40p, docs/source/pipeline.rst, commit
/// 30f4d75), chapter "Pipeline Details", table "Cycle counts per instruction type": integer 1, load
/// and store 1 (twice that for a misaligned one that crosses a word), branch 1 or, taken, 3, jump
/// and FENCE.I 2, mul 1, mulh* 5, division 3 and one for each leading zero of the divisor, CSR 4.
/// That core has no A extension: 4 is assumed (load, the load's hazard, operation, store). System
/// instructions and the entry into a trap are assumed to flush as a CSR access does. Floating
/// point, same table: addition, multiplication and fused ones 1 to FPU_ADDMUL_LAT + 1, division and
/// square root 1 to 19, the others 1 to FPU_OTHERS_LAT + 1, the less the later the result is used;
/// here each takes the most. Both latencies, which are parameters of that core, are assumed to
/// be 1. Default energy: a microcontroller-class core; see the preset for its source.
///
/// What an instruction costs beyond its class depends on itself, its operands and the instruction
/// behind it in memory, and on nothing else: an instruction that waits for a register is charged to
/// the one that writes it, whether or not an interrupt comes in between.
struct HartTiming {
  std::array<unsigned, static_cast<std::size_t>(InstructionClass::kCount)> cycles{
      1, 1, 1, 1, 3, 2, 1, 5, 3, 4, 4, 4, 2, 19, 2};
  /// Added to a load whose result the next instruction uses (same chapter, "Hazards").
  unsigned load_use = 1;
  /// Added to an instruction whose result the JALR behind it jumps to (same place). Hidden behind a
  /// CSR access or an atomic.
  unsigned jalr_use = 1;
  /// Added to a jump, taken branch or fence when it goes on at a 32-bit instruction that is not
  /// word-aligned (same table). Not to the entry into a trap and the return from it.
  unsigned unaligned_target = 1;
  /// Added to a division for each leading zero of the divisor (same table; see divisor_zeros).
  unsigned divisor_zero = 1;
  /// In place of class csr for a CSR that does not flush the pipeline (same table; at least 1).
  unsigned csr_unflushed = 1;
  /// Added for each 32-bit word fetched from writable direct memory (RAM) and from read-only (ROM).
  /// The prefetch buffer of two words keeps up with a memory that answers in the next cycle (same
  /// manual, chapter "Instruction Fetch"): zero.
  unsigned ram_fetch_wait = 0;
  unsigned rom_fetch_wait = 0;
  std::array<double, static_cast<std::size_t>(InstructionClass::kCount)> energy_pj{
      8, 10, 10, 8, 10, 9, 10, 14, 40, 14, 9, 9, 12, 40, 9};
};

/// Settings of a hart.
struct HartConfig {
  std::uint32_t hart_id = 0;
  std::uint32_t reset_pc = 0x1000;
  bool trap_misaligned = false;  ///< misaligned RAM accesses: true traps, false emulates (as QEMU)
  unsigned pmp_entries = 16;     ///< of physical memory protection, 0 to 16
  /// Added to each load, store or atomic that goes to direct memory; at most 65,535.
  unsigned direct_wait_cycles = 0;
  HartTiming timing;
  /// Instructions of other extensions are illegal; misa tells which are there.
  ExtensionSet extensions = ExtensionSet::all();
};

/// Result of an access outside directly mapped memory.
enum class BusResult : std::uint8_t { kOk, kError };

/// Memory the hart reads and writes directly.
struct DirectMemory {
  std::uint32_t base = 0;
  std::uint32_t size = 0;
  std::uint8_t* bytes = nullptr;
  bool writable = false;
};

class Hart;
class StepObserver;
class StretchObserver;

/// The hart's way to the world: everything that is not direct memory, and the wish to wait.
/// An implementation may let simulated time pass in these calls; it then moves the hart's clock
/// with Hart::advance_to.
class HartEnvironment {
 public:
  virtual ~HartEnvironment() = default;
  /// A load of 1, 2 or 4 aligned bytes; little-endian in `value`.
  virtual BusResult load(Hart& hart, std::uint32_t address, unsigned bytes,
                         std::uint32_t& value) = 0;
  /// A store of 1, 2 or 4 aligned bytes.
  virtual BusResult store(Hart& hart, std::uint32_t address, unsigned bytes,
                          std::uint32_t value) = 0;
  /// Asked before an access outside direct memory, a fetch included, but not before further loads
  /// and stores to the same 4 KiB: may make `address` direct memory by Hart::add_direct_memory, and
  /// returns whether it did. The environment may do that later, too, in any access.
  virtual bool provide_direct_memory(Hart& /*hart*/, std::uint32_t /*address*/) { return false; }
  /// Current mtime for the time CSR, at the hart's local time.
  virtual std::uint64_t read_time(Hart& hart) = 0;
  /// An EBREAK in machine mode between the two instructions that mark a semihosting call (a0 has
  /// the operation, a1 its parameter). True when the call was served: the hart then goes on behind
  /// the EBREAK. False takes the breakpoint trap.
  virtual bool semihosting_call(Hart& /*hart*/) { return false; }
  /// A store of this hart has reached bytes that Hart::watch_stores named; its instruction is
  /// complete. `address` and `bytes` are those of the store.
  virtual void watched_store(Hart& /*hart*/, std::uint32_t /*address*/, unsigned /*bytes*/) {}
};

/// Why run() returned.
enum class StopReason : std::uint8_t {
  kLimit,          ///< the cycle limit was reached
  kWfi,            ///< WFI with no enabled interrupt pending; pc is behind the WFI
  kTrapUnhandled,  ///< a trap whose handler cannot be fetched (mtvec unset or not executable)
  kStopRequested,  ///< request_stop was called, e.g. by an access that ended the simulation
  kBreakpoint      ///< pc is at a breakpoint; the instruction there has not been executed
};

/// One RISC-V hart: RV32IC with Zicsr and the extensions of its configuration, machine and user
/// mode. Plain C++; knows nothing of SystemC.
///
/// run() executes whole instructions while the local clock is below the limit: an instruction that
/// starts before the limit may end after it, none starts at or after it. The result therefore does
/// not depend on how a stretch is cut into limits. Interrupt lines are sampled between instructions
/// whenever run() starts or a CSR or bus access may have changed them.
///
/// A store of this hart into its own code is seen by the very next fetch, with or without FENCE.I.
/// An instruction that traps is not executed: it is not counted and takes the cycles of class
/// system, as does taking an interrupt. Atomic operations outside direct memory are access faults.
/// An access that is not wholly inside one stretch of direct memory goes to the environment when it
/// is aligned and traps when it is not.
class Hart {
 public:
  /// std::invalid_argument when the configuration is out of range.
  Hart(const HartConfig& config, HartEnvironment& environment);
  ~Hart();
  Hart(const Hart&) = delete;
  Hart& operator=(const Hart&) = delete;

  /// Registers directly accessible memory (RAM, ROM). std::invalid_argument when it overlaps one
  /// that is there, is empty, ends beyond the address space, or its base or size is no multiple of
  /// four.
  void add_direct_memory(const DirectMemory& memory);
  /// Somebody else wrote [base, base + size): decoded blocks and a reservation there are dropped.
  void invalidate(std::uint32_t base, std::uint32_t size);

  /// Executes until the local clock reaches `cycle_limit` or something else ends the run.
  StopReason run(std::uint64_t cycle_limit);
  /// Lowers the limit of the run in progress, from within an environment's call; a higher one than
  /// now is ignored.
  void lower_limit(std::uint64_t cycle_limit);
  /// Makes run() return kStopRequested after the current instruction.
  void request_stop();

  /// Addresses at which run() stops before the instruction is executed; replaces those set before.
  /// Costs nothing while running; changing them drops all decoded blocks. Not to be called from
  /// within run().
  void set_breakpoints(std::vector<std::uint32_t> addresses);

  /// Reports stores of this hart into [base, base + size) of direct memory to
  /// HartEnvironment::watched_store, each before the next instruction starts. Ranges add up and
  /// outlive a reset. Stores elsewhere stay as fast as they are, except within the same 64 bytes.
  void watch_stores(std::uint32_t base, std::uint32_t size);

  /// Reports the instructions that start at or after `from_cycle` and before `to_cycle` and that
  /// the observer wants; nullptr ends it. Execution is the same; elsewhere it is as fast as
  /// without. The observer must outlive its use. Not to be called from within run().
  void observe_steps(StepObserver* observer, std::uint64_t from_cycle = 0,
                     std::uint64_t to_cycle = ~std::uint64_t{0});
  /// Reports execution from now on in stretches; as observe_steps otherwise.
  void observe_stretches(StretchObserver* observer);
  /// Reports what has been executed when run() will not return any more: its caller's thread ended
  /// inside an access.
  void finish_observation();

  /// Levels of the machine interrupt lines, bits as in mip: 3 software, 7 timer, 11 external.
  void set_interrupt(unsigned bit, bool level);
  /// True when an interrupt that is enabled in mie is pending (whatever mstatus.MIE says): WFI
  /// would not wait.
  bool wakeup_pending() const;

  /// Local clock in cycles since construction; mcycle follows it from the last reset on. Exact at
  /// any bus access, bus accesses included.
  std::uint64_t cycle() const;
  /// Moves the local clock forward, e.g. over a bus access or a WFI. Earlier values are ignored.
  void advance_to(std::uint64_t cycle);
  std::uint64_t instructions() const;
  /// Executed instructions of each class since construction.
  ClassCounts class_counts() const;

  /// Executed accesses to direct memory: loads, stores, both for an atomic operation, two for a
  /// misaligned access that crosses a word boundary.
  std::uint64_t direct_loads() const { return direct_loads(class_counts()); }
  std::uint64_t direct_stores() const { return direct_stores(class_counts()); }
  /// The same for one who has class_counts() of this moment.
  std::uint64_t direct_loads(const ClassCounts& counts) const;
  std::uint64_t direct_stores(const ClassCounts& counts) const;

  std::uint32_t pc() const;
  std::uint32_t reg(unsigned index) const;
  void set_reg(unsigned index, std::uint32_t value);
  /// The bits of f0 to f31, whether the extension is there and switched on or not.
  std::uint32_t float_reg(unsigned index) const;
  void set_float_reg(unsigned index, std::uint32_t value);
  void set_pc(std::uint32_t pc);
  /// CSR by number without privilege or side effects; false when it does not exist.
  bool peek_csr(unsigned number, std::uint32_t& value) const;
  /// Writes a CSR by number without regard to privilege; fields that cannot be written stay. False
  /// when it does not exist or is read-only.
  bool poke_csr(unsigned number, std::uint32_t value);
  /// Current privilege mode: 0 user, 3 machine.
  unsigned privilege() const;
  /// Changes it, with nothing else that a trap or MRET does; false for another mode.
  bool set_privilege(unsigned mode);
  /// In words, why the last run() ended with kTrapUnhandled: cause, mepc, mtval.
  const std::string& trap_description() const;

  /// Back to the reset state: registers, CSRs (mcycle and minstret count from zero again) and pc.
  /// Clock, counts, direct memory mappings and breakpoints stay. Not to be called from within
  /// run().
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aimc::riscv
