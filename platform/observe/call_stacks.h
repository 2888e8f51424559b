#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "models/riscv/hart.h"

namespace aimc::observe {

/// What was executed in one place of the call tree, without what it called.
struct CallNode {
  using Classes =
      std::array<std::uint64_t, static_cast<std::size_t>(riscv::InstructionClass::kCount)>;

  std::uint32_t parent = 0;
  std::uint32_t depth = 0;  ///< 0: the root
  std::uint32_t function = 0;
  std::uint32_t recent_child = 0;  ///< the one entered last; 0: none
  std::uint64_t calls = 0;
  std::uint64_t instructions = 0;
  std::uint64_t cycles = 0;
  Classes classes{};
};

/// The call tree of a run and the place in it where execution is.
///
/// A call is remembered with its return address and stack pointer; the calling convention has the
/// callee return with both. A return that fits an outer frame (longjmp) unwinds to it. One that
/// fits none belongs to another stack: stacks that were left that way, in a return or by the end of
/// a trap, are kept and found again by the address and stack pointer they go on with.
class CallStacks {
 public:
  using Index = std::uint32_t;

  CallStacks();

  /// Where execution is.
  CallNode& here() { return nodes_[here_]; }
  Index place() const { return here_; }
  /// The place below here of a function that is not called, e.g. waiting.
  CallNode& below(std::uint32_t function) { return nodes_[child(here_, function)]; }
  std::uint32_t function() const { return nodes_[here_].function; }
  /// True before anything was executed.
  bool at_root() const { return here_ == 0; }
  const std::vector<CallNode>& nodes() const { return nodes_; }
  CallNode& node(Index place) { return nodes_[place]; }

  /// Execution goes on in another function without a call: a tail call, or the flow from one
  /// into the next. @param entered at its beginning
  void move_to(std::uint32_t function, bool entered);
  void call(std::uint32_t function, std::uint32_t return_pc, std::uint32_t sp);
  /// @param function at `pc`
  void return_to(std::uint32_t pc, std::uint32_t sp, std::uint32_t function);
  /// A return of a routine that works on its caller's stack frame: the innermost call has to fit,
  /// whatever the stack pointer. False when it does not.
  bool return_within_frame(std::uint32_t pc);
  /// A trap interrupts the instruction at `epc`; @param function stands for its cause.
  void trap(std::uint32_t function, std::uint32_t epc, std::uint32_t sp);
  /// MRET to `pc`; @param function at `pc`
  void end_trap(std::uint32_t pc, std::uint32_t sp, std::uint32_t function);
  /// Back to the root; all stacks are forgotten.
  void reset();

 private:
  struct Frame {
    Index caller = 0;  // node to go back to
    std::uint32_t return_pc = 0;
    std::uint32_t sp = 0;
    bool is_trap = false;
  };
  using Frames = std::vector<Frame>;  // the last one says where it goes on

  Index child(Index parent, std::uint32_t function);
  void push(std::uint32_t function, const Frame& frame);
  void unwind_to(std::size_t depth);
  bool resume(std::uint32_t pc, std::uint32_t sp);
  void leave_for(std::uint32_t pc, std::uint32_t sp, std::uint32_t function);

  std::vector<CallNode> nodes_;
  std::map<std::pair<Index, std::uint32_t>, Index> children_;
  Index here_ = 0;
  Frames frames_;
  std::vector<Frames> stacks_;  // that were left, the oldest first
};

}  // namespace aimc::observe
