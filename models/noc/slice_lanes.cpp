#include "models/noc/slice_lanes.h"

#include <algorithm>

namespace aimc::noc {

void SliceLanes::report(core::Probe& probe, core::ActivityName activity, core::TimePs begin_ps,
                        core::TimePs end_ps, core::Flow flow) {
  auto lane = std::find_if(lanes_.begin(), lanes_.end(), [begin_ps](const Lane& candidate) {
    return candidate.end_ps <= begin_ps;
  });
  if (lane == lanes_.end()) {
    const std::string suffix = lanes_.empty() ? "" : " #" + std::to_string(lanes_.size() + 1);
    lane = lanes_.insert(lane, {probe.track(component_, name_ + suffix)});
  }
  lane->end_ps = end_ps;
  probe.slice(lane->track, activity, begin_ps, end_ps, flow);
}

}  // namespace aimc::noc
