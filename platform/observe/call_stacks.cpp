#include "platform/observe/call_stacks.h"

#include <algorithm>
#include <utility>

namespace aimc::observe {
namespace {

// Bounds of memory. Calls deeper than this have no places of their own in the tree, and so has what
// would make it larger; the outermost frames of very deep recursion are forgotten.
constexpr std::size_t kMaxDepth = 256;
constexpr std::size_t kMaxNodes = std::size_t{1} << 17U;
constexpr std::size_t kMaxFrames = std::size_t{1} << 18U;
constexpr std::size_t kMaxStacks = 256;
constexpr std::size_t kMaxKeptFrames = 4096;  // of a stack that was left

/// A handler may step over the instruction that trapped.
constexpr std::uint32_t kLongestInstruction = 4;

}  // namespace

CallStacks::CallStacks() : nodes_(1) {}

CallStacks::Index CallStacks::child(Index parent, std::uint32_t function) {
  const Index recent = nodes_[parent].recent_child;
  if (recent != 0 && nodes_[recent].function == function) return recent;
  const auto key = std::make_pair(parent, function);
  const auto found = children_.find(key);
  if (found != children_.end()) return nodes_[parent].recent_child = found->second;
  if (nodes_.size() >= kMaxNodes) return parent;
  const auto index = static_cast<Index>(nodes_.size());
  CallNode node;
  node.parent = parent;
  node.depth = nodes_[parent].depth + 1;
  node.function = function;
  nodes_.push_back(node);
  children_.emplace(key, index);
  return index;
}

void CallStacks::push(std::uint32_t function, const Frame& frame) {
  const bool too_deep = frames_.size() >= kMaxDepth;
  // What is called from the deepest place stands beside it.
  here_ = child(too_deep ? nodes_[here_].parent : here_, function);
  ++nodes_[here_].calls;
  if (frames_.size() >= kMaxFrames) {
    frames_.erase(frames_.begin(), frames_.begin() + kMaxFrames / 2);
  }
  frames_.push_back(frame);
}

void CallStacks::call(std::uint32_t function, std::uint32_t return_pc, std::uint32_t sp) {
  push(function, {here_, return_pc, sp, false});
}

void CallStacks::trap(std::uint32_t function, std::uint32_t epc, std::uint32_t sp) {
  push(function, {here_, epc, sp, true});
}

void CallStacks::move_to(std::uint32_t function, bool entered) {
  // The frame and with it the return stay as they are. The handler of a trap stands below it.
  const bool first_in_trap =
      !frames_.empty() && frames_.back().is_trap && nodes_[here_].parent == frames_.back().caller;
  here_ = child(first_in_trap ? here_ : nodes_[here_].parent, function);
  if (entered) ++nodes_[here_].calls;
}

void CallStacks::unwind_to(std::size_t depth) {
  here_ = frames_[depth].caller;
  frames_.resize(depth);
}

bool CallStacks::resume(std::uint32_t pc, std::uint32_t sp) {
  const auto found = std::find_if(stacks_.rbegin(), stacks_.rend(), [pc, sp](const Frames& stack) {
    const Frame& last = stack.back();
    return last.sp == sp && pc - last.return_pc <= (last.is_trap ? kLongestInstruction : 0U);
  });
  if (found == stacks_.rend()) return false;
  frames_ = std::move(*found);
  stacks_.erase(std::next(found).base());
  unwind_to(frames_.size() - 1);
  return true;
}

// Execution goes on where no frame of this stack leads.
void CallStacks::leave_for(std::uint32_t pc, std::uint32_t sp, std::uint32_t function) {
  Frames left = std::move(frames_);
  frames_.clear();
  if (left.size() > kMaxKeptFrames) left.erase(left.begin(), left.end() - kMaxKeptFrames);
  if (!resume(pc, sp)) {
    here_ = child(0, function);
    ++nodes_[here_].calls;
  }
  if (left.empty()) return;
  if (stacks_.size() >= kMaxStacks) stacks_.erase(stacks_.begin());
  stacks_.push_back(std::move(left));
}

void CallStacks::return_to(std::uint32_t pc, std::uint32_t sp, std::uint32_t function) {
  for (std::size_t depth = frames_.size(); depth-- > 0;) {
    const Frame& frame = frames_[depth];
    if (!frame.is_trap && frame.return_pc == pc && frame.sp == sp) return unwind_to(depth);
  }
  // longjmp: the stack pointer is that of an active call, the address another one of its function.
  for (std::size_t depth = frames_.size(); depth-- > 0;) {
    const Frame& frame = frames_[depth];
    if (frame.sp == sp && nodes_[frame.caller].function == function) return unwind_to(depth);
  }
  if (function == this->function()) return;  // a jump inside a function by way of a link register
  leave_for(pc, sp, function);
}

bool CallStacks::return_within_frame(std::uint32_t pc) {
  if (frames_.empty() || frames_.back().is_trap || frames_.back().return_pc != pc) return false;
  unwind_to(frames_.size() - 1);
  return true;
}

void CallStacks::end_trap(std::uint32_t pc, std::uint32_t sp, std::uint32_t function) {
  for (std::size_t depth = frames_.size(); depth-- > 0;) {
    const Frame& frame = frames_[depth];
    if (!frame.is_trap) continue;
    if (frame.sp == sp && pc - frame.return_pc <= kLongestInstruction) return unwind_to(depth);
    frames_.resize(depth + 1);  // the handler is over; what it interrupted may go on one day
    break;
  }
  leave_for(pc, sp, function);
}

void CallStacks::reset() {
  here_ = 0;
  frames_.clear();
  stacks_.clear();
}

}  // namespace aimc::observe
