#include "platform/observe/function_trace.h"

#include <algorithm>

namespace aimc::observe {
namespace {

/// The models' names are numbered from 0; these do not meet them.
constexpr std::uint32_t kFirstName = 1U << 20U;

}  // namespace

FunctionTrace::FunctionTrace(core::ActivitySink& sink, core::TimePs period_ps)
    : sink_(sink), period_ps_(period_ps) {
  sink_.on_track(kFunctionsTrack, "host", "functions");
}

core::ActivityName FunctionTrace::activity(const std::string& name) {
  const auto number = static_cast<std::uint32_t>(kFirstName + names_.size());
  const auto [entry, is_new] = names_.try_emplace(name, core::ActivityName{number});
  if (is_new) sink_.on_name(entry->second, name);
  return entry->second;
}

core::ActivityName FunctionTrace::activity(std::uint32_t function, const Name& name) {
  if (functions_.size() <= function) functions_.resize(function + std::size_t{1});
  if (!functions_[function]) functions_[function] = activity(name(function));
  return *functions_[function];
}

void FunctionTrace::leave(std::size_t depth, std::uint64_t cycle) {
  while (open_.size() > depth) {
    const Open& last = open_.back();
    sink_.on_slice(kFunctionsTrack, last.name, last.cycle * period_ps_, cycle * period_ps_, {});
    open_.pop_back();
  }
}

void FunctionTrace::move_to(const std::vector<CallNode>& nodes, CallStacks::Index place,
                            std::uint64_t cycle, const Name& name) {
  if (!open_.empty() && open_.back().place == place) return;
  entered_.clear();
  std::size_t depth = nodes[place].depth;
  // Up the tree until a place that is open already, or the root.
  while (depth > open_.size() || (depth > 0 && open_[depth - 1].place != place)) {
    entered_.push_back(place);
    place = nodes[place].parent;
    --depth;
  }
  leave(depth, cycle);
  for (auto entered = entered_.rbegin(); entered != entered_.rend(); ++entered) {
    open_.push_back({*entered, activity(nodes[*entered].function, name), cycle});
  }
}

void FunctionTrace::within(const std::string& name, std::uint64_t begin_cycle,
                           std::uint64_t end_cycle) {
  sink_.on_slice(kFunctionsTrack, activity(name), begin_cycle * period_ps_, end_cycle * period_ps_,
                 {});
}

void FunctionTrace::close(std::uint64_t cycle) {
  leave(0, cycle);
}

}  // namespace aimc::observe
