#pragma once

#include <string>
#include <vector>

#include "models/core/probe.h"
#include "models/core/time.h"

namespace aimc::noc {

/// Shows activities that may overlap in time on as few timelines as need be: "x", "x #2", ...
///
/// A timeline takes an activity only if all earlier ones on it are over when it begins, so slices
/// of one timeline never overlap and end in order. Timelines are opened when they are first needed.
class SliceLanes {
 public:
  /// @param component, name of the first timeline, see core::Probe::track
  SliceLanes(std::string component, std::string name)
      : component_(std::move(component)), name_(std::move(name)) {}

  /// Reports an activity.
  void report(core::Probe& probe, core::ActivityName activity, core::TimePs begin_ps,
              core::TimePs end_ps, core::Flow flow = {});

 private:
  struct Lane {
    core::Track track;
    core::TimePs end_ps = 0;
  };
  std::string component_;
  std::string name_;
  std::vector<Lane> lanes_;
};

}  // namespace aimc::noc
