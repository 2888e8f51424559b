#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/core/observation.h"
#include "models/riscv/block_cache.h"
#include "models/riscv/csr.h"
#include "models/riscv/direct_map.h"
#include "models/riscv/hart.h"
#include "models/riscv/observer.h"
#include "models/riscv/pmp.h"

namespace aimc::riscv {

/// Exception causes, numbered as in mcause.
enum class Cause : std::uint32_t {
  kFetchAccess = 1,
  kIllegalInstruction = 2,
  kBreakpoint = 3,
  kLoadMisaligned = 4,
  kLoadAccess = 5,
  kStoreMisaligned = 6,
  kStoreAccess = 7,
  kCallFromUser = 8,
  kCallFromMachine = 11
};

/// std::invalid_argument unless `index` names one of 32 registers.
void check_register(unsigned index);

/// What is behind Hart: registers, CSRs, decoded blocks and the loops that execute them.
///
/// Between instructions pc_, cycle_ and instret_ are exact; so they are when the environment is
/// called.
class Core {
 public:
  /// std::invalid_argument when a class of instructions takes no cycle or more than 65,535.
  Core(Hart& hart, const HartConfig& config, HartEnvironment& environment);

  void add_direct_memory(const DirectMemory& memory);
  void set_breakpoints(std::vector<std::uint32_t> addresses);
  void observe_steps(StepObserver* observer, std::uint64_t from, std::uint64_t to);
  void observe_stretches(StretchObserver* observer);
  void finish_observation();
  void invalidate(std::uint32_t base, std::uint32_t size);
  void watch_stores(std::uint32_t base, std::uint32_t size);
  StopReason run(std::uint64_t limit);
  void lower_limit(std::uint64_t limit);
  void request_stop() { stop_requested_ = true; }
  void set_interrupt(unsigned bit, bool level);
  bool wakeup_pending() const { return (csr_.mip & csr_.mie) != 0; }
  std::uint64_t cycle() const { return cycle_; }
  void advance_to(std::uint64_t cycle);
  std::uint64_t instructions() const { return instret_; }
  ClassCounts class_counts() const;
  std::uint64_t direct_loads(const ClassCounts& counts) const;
  std::uint64_t direct_stores(const ClassCounts& counts) const;
  std::uint32_t pc() const { return pc_; }
  void set_pc(std::uint32_t pc) { pc_ = pc & ~1U; }
  std::uint32_t reg(unsigned index) const;
  void set_reg(unsigned index, std::uint32_t value);
  std::uint32_t float_reg(unsigned index) const;
  void set_float_reg(unsigned index, std::uint32_t value);
  bool peek_csr(unsigned number, std::uint32_t& value) const { return read_csr(number, value); }
  bool poke_csr(unsigned number, std::uint32_t value);
  Privilege privilege() const { return csr_.privilege; }
  void set_privilege(Privilege mode);
  const std::string& trap_description() const { return trap_description_; }
  void reset();

 private:
  // The memory reached without leaving the fast loop. Its sizes are in units of the access, to
  // compare an offset that was rotated right by the bits that must be zero: a misaligned one
  // becomes too large.
  struct Window {
    std::uint32_t base = 0;
    std::uint32_t bytes_size = 0;
    std::uint8_t* bytes = nullptr;
    const std::uint8_t* has_code = nullptr;

    template <typename T>
    bool contains(std::uint32_t offset) const {
      if constexpr (sizeof(T) == 1) return offset < bytes_size;
      if constexpr (sizeof(T) == 2) return ((offset >> 1U) | (offset << 31U)) < bytes_size / 2;
      if constexpr (sizeof(T) == 4) return ((offset >> 2U) | (offset << 30U)) < bytes_size / 4;
    }
  };

  // What a privilege mode may do with memory; worked out when it is needed after a change.
  struct Permissions {
    bool stale = true;
    bool checked = false;                  // accesses outside the window have to be looked at
    std::vector<AddressRange> executable;  // in order, neither empty nor adjacent
    Window window;                         // readable and writable throughout
  };

  // What a floating-point instruction in the fast loop may do.
  struct FloatControl {
    static constexpr std::uint8_t kNone = 0xFF;
    bool on = false;  // mstatus.FS is not off
    // The rounding mode for each value of the instruction's field rm; kNone for what is reserved,
    // and for all of them unless mstatus.FS is dirty: writing registers then changes no other
    // state.
    std::array<std::uint8_t, 8> rounding{};
    bool dirty() const { return rounding[0] != kNone; }
  };

  // An instruction as it stands in memory.
  struct Fetched {
    Decoded decoded;
    std::uint16_t half = 0;  // its first 16 bits
    std::uint8_t length = 0;
  };

  // core.cpp: blocks and accounting
  Block* block_at(std::uint32_t pc);
  /// The block at pc_, if an observed block ended just before, and led there the last time, too.
  Block* successor_of_observed() const {
    if (!core::kObservation || link_from_ == nullptr || !link_from_->observed) return nullptr;
    Block* const likely = link_from_->next[link_slot_];
    return likely->pc == pc_ ? likely : nullptr;
  }
  Block* decode_block(std::uint32_t pc);
  Op make_op(const Fetched& fetched, std::uint32_t pc) const;
  Block* prefix_below_limit(const Block& block);
  Region* region_at(std::uint32_t address, std::uint32_t count);
  void retire(const Op& op, std::uint32_t cycles) {
    pc_ += op.length;
    cycle_ += cycles;
    ++instret_;
    ++cache_.totals()[index_of(op.cls)];
  }
  bool is_breakpoint(std::uint32_t pc) const;
  std::uint32_t cost(InstructionClass cls) const { return cycles_[index_of(cls)]; }

  // core.cpp: the loop around the fast loop
  StopReason run_below(std::uint64_t limit);

  // protection.cpp: privilege and physical memory protection
  Privilege data_mode() const;
  void apply_protection();
  void protection_changed();
  void work_out(Privilege mode);
  Window largest_window(Privilege mode);
  AddressRange executable_at(std::uint32_t pc) const;
  std::optional<std::uint32_t> denied(std::uint32_t address, unsigned bytes,
                                      std::uint8_t kinds) const;

  // observe.cpp: execution under somebody's eyes, by the same code, block by block or instruction
  // by instruction.
  StopReason run_observed(std::uint64_t limit);
  std::uint64_t look_through_window();
  bool begins_block(std::uint32_t pc, const Block& block) const;
  bool is_observed(const Block& block) const;
  bool is_stepped(std::uint32_t pc) const { return stepping_ && steps_->wants(pc); }
  bool execute_observed(Block& block);
  bool execute_steps(Block& block);
  bool execute_piece(Block& piece);
  void prepare_step(const Block& block, std::size_t index);
  void begin_step(const Op& op);
  void finish_piece();
  void report_step(const Op& op);
  void report_stretch(std::uint32_t count);
  void report_unseen();
  void report_waiting();
  void report_trap(std::uint32_t cause, std::uint32_t value, std::uint64_t started,
                   Privilege privilege);

  // fetch.cpp: instructions in memory and the time it takes to get to them
  Fetched fetch(const Region& region, std::uint32_t pc) const;
  std::uint32_t fetch_wait(const Region& region, std::uint32_t pc, unsigned length,
                           bool flushed) const;
  std::uint32_t target_cycles(const Region& region, std::uint32_t pc) const;
  std::uint32_t cycles_behind(const Fetched& first, const Fetched& second, const Region& region,
                              Block& block) const;
  std::uint32_t jump_cycles(std::uint32_t pc);
  void retire_alone(const Op& op, std::uint32_t cycles);
  void wait_for_fetch(bool flushed);

  // execute.cpp: the fast loop. Returns the complex instruction it stopped at, or nullptr.
  const Op* execute(Block* block);
  [[gnu::noinline]] void leave_block(Block& block, unsigned slot, std::uint32_t pc,
                                     std::uint64_t cycle, std::uint64_t instret);
  void enter_access(const Block& block, const Op& op, std::uint64_t cycle, std::uint64_t instret);
  bool resume_after_access(const Block& block, const Op& op, bool retired);

  // memory.cpp: whatever the fast loop does not do. The instruction is at pc_; afterwards it is
  // retired or trapped.
  Region* data_region(std::uint32_t address, std::uint32_t count);
  bool load_slow(const Op& op, std::uint32_t address, unsigned bytes, std::uint32_t& value);
  bool store_slow(const Op& op, std::uint32_t address, unsigned bytes, std::uint32_t value);
  bool needs_two_accesses(std::uint32_t address, unsigned bytes) const;
  void write_direct(Region& region, std::uint32_t address, unsigned bytes, std::uint32_t value);
  void execute_atomic(const Op& op);

  // watch.cpp
  void mark_watched(Region& region) const;
  void note_store(const Region& region, std::uint32_t address, unsigned bytes);
  void report_store();

  // system.cpp
  bool is_semihosting_call(const Op& op);
  void execute_ebreak(const Op& op);
  void execute_complex(const Op& op);
  void execute_csr(const Op& op);
  void execute_mret(const Op& op);
  void execute_wfi(const Op& op);

  // float_state.cpp: whatever the fast loop does not do; the instruction at pc_ is retired or
  // trapped.
  bool execute_float(const Op& op);
  bool load_float(const Op& op, std::uint32_t address);
  void raise_illegal_at_pc();
  void mark_float_dirty();
  void update_float_control();
  std::uint32_t float_dirty_bit() const;
  bool read_float_csr(unsigned number, std::uint32_t& value) const;
  bool write_float_csr(unsigned number, std::uint32_t value);

  // csr_access.cpp
  bool read_csr(unsigned number, std::uint32_t& value) const;
  bool read_counter(unsigned number, std::uint32_t& value) const;
  bool write_csr(unsigned number, std::uint32_t value);
  bool may_access_csr(unsigned number, bool write) const;
  std::uint32_t csr_cycles(unsigned number) const;

  // trap.cpp
  void raise(Cause cause, std::uint32_t value);
  bool interrupt_ready() const {
    if ((csr_.mip & csr_.mie) == 0) return false;
    return csr_.privilege != Privilege::kMachine || (csr_.mstatus & kMstatusMie) != 0;
  }
  void take_interrupt();
  void enter_trap(std::uint32_t cause, std::uint32_t value);

  Hart& hart_;
  HartConfig config_;
  HartEnvironment& environment_;
  std::array<std::uint32_t, kClasses> cycles_{};  // of each class, direct memory's wait included
  bool fetch_waits_ = false;  // some memory does not answer a fetch in the next cycle

  std::array<std::uint32_t, kRegisterFile> x_{};
  std::uint32_t pc_ = 0;
  std::uint64_t cycle_ = 0;
  std::uint64_t instret_ = 0;
  std::uint64_t limit_ = 0;
  CsrState csr_;
  Pmp pmp_;
  std::array<Permissions, BlockCache::kBanks> permissions_;  // by bank_of(mode)
  FloatControl float_;
  std::optional<std::uint32_t> reservation_;  // address of the reserved word

  DirectMap map_;
  Window window_;
  bool data_checked_ = false;  // loads and stores outside the window have to be looked at
  BlockCache cache_;
  Block prefix_;                // the part of a block that fits below the limit
  Block* link_from_ = nullptr;  // the block whose successor comes next
  unsigned link_slot_ = 0;
  const Block* open_block_ = nullptr;  // during an access: the block that is not over,
  const Op* open_op_ = nullptr;        // and the instruction that accesses
  static constexpr unsigned kBusPageShift = 12;
  static constexpr std::uint32_t kNoPage = ~0U;
  std::uint32_t bus_page_ = kNoPage;  // where the last load or store found no direct memory
  std::uint32_t fetch_fault_address_ = 0;
  std::vector<std::uint32_t> breakpoints_;  // sorted

  struct Range {
    std::uint32_t base = 0;
    std::uint32_t size = 0;
  };
  std::vector<Range> watched_;
  std::optional<Range> stored_;  // a watched store that has not been reported yet

  bool stop_requested_ = false;
  bool waiting_ = false;
  bool unhandled_ = false;
  std::string trap_description_;

  std::uint64_t bus_loads_ = 0;  // retired loads and stores that did not go to direct memory
  std::uint64_t bus_stores_ = 0;
  std::uint64_t extra_loads_ =
      0;  // direct accesses beyond one a load or store: atomics, second halves of misaligned
  std::uint64_t extra_stores_ = 0;

  StepObserver* steps_ = nullptr;
  StretchObserver* stretches_ = nullptr;
  bool only_calls_ = false;        // they have asked for
  std::uint64_t window_from_ = 0;  // where steps are reported, in cycles
  std::uint64_t window_to_ = 0;
  bool stepping_ = false;           // the clock is within the window
  std::uint64_t caller_limit_ = 0;  // limit_ may be nearer, at an end of the window
  const Block* piece_ = nullptr;    // what is being executed and not yet reported
  std::uint32_t piece_pc_ = 0;      // as of its begin, like the next two
  std::uint64_t piece_instret_ = 0;
  std::uint64_t piece_jumps_ = 0;
  std::uint64_t reported_cycle_ = 0;  // up to which stretches have been reported
  std::uint32_t unseen_pc_ = 0;       // where execution went on from there
  bool running_ = false;              // in run_observed
  Block step_block_;                  // the one instruction that is being executed
  Step step_;
  Stretch stretch_;
};

}  // namespace aimc::riscv
