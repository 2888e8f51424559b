#include "platform/observe/function_trace.h"

#include <algorithm>

namespace aimc::observe {
namespace {

/// The models' names are numbered from 0; these do not meet them.
constexpr std::uint32_t kFirstName = 1U << 20U;

}  // namespace

FunctionTrace::FunctionTrace(NestedSink& sink, core::TimePs period_ps,
                             const TraceSelection& selection)
    : sink_(sink), period_ps_(period_ps), from_ps_(selection.from_ps), to_ps_(selection.to_ps) {
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

void FunctionTrace::begin_open() {
  for (; begun_ < open_.size() && open_[begun_].begin_ps < to_ps_; ++begun_) {
    sink_.on_begin(kFunctionsTrack, open_[begun_].name, open_[begun_].begin_ps);
  }
}

void FunctionTrace::leave(std::size_t depth, core::TimePs end_ps) {
  if (open_.size() > depth && end_ps >= from_ps_) begin_open();
  for (; open_.size() > depth; open_.pop_back()) {
    if (begun_ < open_.size()) continue;
    sink_.on_end(kFunctionsTrack, end_ps);
    --begun_;
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
  const core::TimePs now_ps = cycle * period_ps_;
  leave(depth, now_ps);
  for (auto entered = entered_.rbegin(); entered != entered_.rend(); ++entered) {
    open_.push_back({*entered, activity(nodes[*entered].function, name), now_ps});
  }
}

void FunctionTrace::within(const std::string& name, std::uint64_t begin_cycle,
                           std::uint64_t end_cycle) {
  const core::TimePs begin_ps = begin_cycle * period_ps_;
  const core::TimePs end_ps = end_cycle * period_ps_;
  if (end_ps < from_ps_ || begin_ps >= to_ps_) return;
  begin_open();
  sink_.on_begin(kFunctionsTrack, activity(name), begin_ps);
  sink_.on_end(kFunctionsTrack, end_ps);
}

void FunctionTrace::close(std::uint64_t cycle) {
  leave(0, cycle * period_ps_);
}

}  // namespace aimc::observe
