#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/core/probe.h"
#include "platform/observe/call_stacks.h"
#include "platform/observe/nested_sink.h"
#include "platform/observe/trace_selection.h"

namespace aimc::observe {

/// The timeline of functions; the models' tracks are numbered from 0.
constexpr core::Track kFunctionsTrack{~0U};

/// Shows the host's calls as nested activities of the timeline "functions" of component "host".
/// Those that overlap the window of a selection are shown whole.
class FunctionTrace {
 public:
  using Name = std::function<const std::string&(std::uint32_t function)>;

  /// @param period_ps of the hart's clock
  FunctionTrace(NestedSink& sink, core::TimePs period_ps, const TraceSelection& selection = {});

  /// Execution is at a place of the call tree from `cycle` on. What is left ends then, what is
  /// entered begins.
  void move_to(const std::vector<CallNode>& nodes, CallStacks::Index place, std::uint64_t cycle,
               const Name& name);
  /// Something that happened at the present place and is over.
  void within(const std::string& name, std::uint64_t begin_cycle, std::uint64_t end_cycle);
  /// Everything ends.
  void close(std::uint64_t cycle);

 private:
  struct Open {
    CallStacks::Index place = 0;
    core::ActivityName name;
    core::TimePs begin_ps = 0;
  };

  core::ActivityName activity(const std::string& name);
  core::ActivityName activity(std::uint32_t function, const Name& name);
  void leave(std::size_t depth, core::TimePs end_ps);
  void begin_open();

  NestedSink& sink_;
  core::TimePs period_ps_;
  core::TimePs from_ps_;
  core::TimePs to_ps_;
  std::vector<Open> open_;  // the one at depth d of the tree is open_[d - 1]
  // So many of them the sink knows: it is told when something ends that the window shows.
  std::size_t begun_ = 0;
  std::vector<CallStacks::Index> entered_;
  std::unordered_map<std::string, core::ActivityName> names_;
  std::vector<std::optional<core::ActivityName>> functions_;  // by number, once it was entered
};

}  // namespace aimc::observe
