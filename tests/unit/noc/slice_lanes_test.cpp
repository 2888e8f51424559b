#include "models/noc/slice_lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aimc::noc {
namespace {

class Recorder : public core::ActivitySink {
 public:
  void on_track(core::Track /*track*/, std::string_view component, std::string_view name) override {
    tracks.push_back(std::string(component) + "/" + std::string(name));
  }
  void on_name(core::ActivityName /*name*/, std::string_view /*text*/) override {}
  void on_slice(core::Track track, core::ActivityName /*name*/, core::TimePs /*begin_ps*/,
                core::TimePs /*end_ps*/, core::Flow /*flow*/) override {
    slices.push_back(track.id);
  }
  std::vector<std::string> tracks;
  std::vector<std::uint32_t> slices;
};

TEST(SliceLanes, OpensATimelineOnlyForWhatOverlaps) {
  core::Probe probe;
  Recorder recorder;
  probe.attach(&recorder);
  const core::ActivityName activity = probe.name("request");
  SliceLanes lanes("noc", "from tile3");
  lanes.report(probe, activity, 10, 20);
  lanes.report(probe, activity, 20, 30);  // touches, does not overlap
  lanes.report(probe, activity, 25, 40);
  lanes.report(probe, activity, 26, 27);
  lanes.report(probe, activity, 30, 31);
  EXPECT_THAT(recorder.tracks,
              ::testing::ElementsAre("noc/from tile3", "noc/from tile3 #2", "noc/from tile3 #3"));
  EXPECT_THAT(recorder.slices, ::testing::ElementsAre(0U, 0U, 1U, 2U, 0U));
}

}  // namespace
}  // namespace aimc::noc
