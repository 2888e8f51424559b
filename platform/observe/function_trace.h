#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/core/probe.h"
#include "platform/observe/call_stacks.h"

namespace aimc::observe {

/// The timeline of functions; the models' tracks are numbered from 0.
constexpr core::Track kFunctionsTrack{~0U};

/// Shows the host's calls as nested activities of the timeline "functions" of component "host".
class FunctionTrace {
 public:
  using Name = std::function<const std::string&(std::uint32_t function)>;

  /// @param period_ps of the hart's clock
  FunctionTrace(core::ActivitySink& sink, core::TimePs period_ps);

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
    std::uint64_t cycle = 0;
  };

  core::ActivityName activity(const std::string& name);
  core::ActivityName activity(std::uint32_t function, const Name& name);
  void leave(std::size_t depth, std::uint64_t cycle);

  core::ActivitySink& sink_;
  core::TimePs period_ps_;
  std::vector<Open> open_;  // the one at depth d of the tree is open_[d - 1]
  std::vector<CallStacks::Index> entered_;
  std::unordered_map<std::string, core::ActivityName> names_;
  std::vector<std::optional<core::ActivityName>> functions_;  // by number, once it was entered
};

}  // namespace aimc::observe
