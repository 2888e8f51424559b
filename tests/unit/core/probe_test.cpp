#include "models/core/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aimc::core {
namespace {

using ::testing::ElementsAre;

// Writes down what it is told, one line a call.
class Recorder : public ActivitySink {
 public:
  void on_track(Track track, std::string_view component, std::string_view name) override {
    lines.push_back("track " + std::to_string(track.id) + " " + std::string(component) + "/" +
                    std::string(name));
  }
  void on_name(ActivityName name, std::string_view text) override {
    lines.push_back("name " + std::to_string(name.id) + " " + std::string(text));
  }
  void on_slice(Track track, ActivityName name, TimePs begin_ps, TimePs end_ps,
                Flow flow) override {
    lines.push_back("slice " + std::to_string(track.id) + " " + std::to_string(name.id) + " " +
                    std::to_string(begin_ps) + " " + std::to_string(end_ps));
    if (flow.id == 0) return;
    lines.back() +=
        (flow.receiver ? " flow to here " : " flow from here ") + std::to_string(flow.id);
  }
  void on_counter(Counter counter, std::string_view component, std::string_view name,
                  unsigned bits) override {
    lines.push_back("counter " + std::to_string(counter.id) + " " + std::string(component) + "/" +
                    std::string(name) + " " + std::to_string(bits));
  }
  void on_value(Counter counter, TimePs time_ps, std::uint64_t value) override {
    lines.push_back("value " + std::to_string(counter.id) + " " + std::to_string(time_ps) + " " +
                    std::to_string(value));
  }
  std::vector<std::string> lines;
};

TEST(Probe, TellsALateSinkAllTracksAndNames) {
  Probe probe;
  const Track track = probe.track("tile0", "nmpu");
  const ActivityName name = probe.name("post");
  probe.slice(track, name, 1, 2);  // nobody listens
  EXPECT_FALSE(probe.enabled());

  Recorder recorder;
  probe.attach(&recorder);
  EXPECT_TRUE(probe.enabled());
  probe.slice(track, name, 10, 20);
  EXPECT_THAT(recorder.lines, ElementsAre("track 0 tile0/nmpu", "name 0 post", "slice 0 0 10 20"));
}

TEST(Probe, ReportsNewTracksAndNamesAsTheyCome) {
  Probe probe;
  Recorder recorder;
  probe.attach(&recorder);
  probe.track("host", "functions");
  probe.name("main");
  probe.name("loop");
  EXPECT_EQ(probe.name("main").id, 0U);  // known already: nothing to tell
  EXPECT_THAT(recorder.lines, ElementsAre("track 0 host/functions", "name 0 main", "name 1 loop"));
}

TEST(Probe, ReportsCountersAndFlows) {
  Probe probe;
  const Counter early = probe.counter("tile0", "semaphore 1", 16);
  probe.value(early, 1, 7);  // nobody listens
  Recorder recorder;
  probe.attach(&recorder);
  const Counter late = probe.counter("interrupts", "external", 1);
  probe.value(early, 5, 9);
  probe.value(late, 6, 1);
  probe.slice({3}, {4}, 1, 2, {11, false});
  probe.slice({3}, {4}, 2, 3, {11, true});
  EXPECT_THAT(recorder.lines,
              ElementsAre("counter 0 tile0/semaphore 1 16", "counter 1 interrupts/external 1",
                          "value 0 5 9", "value 1 6 1", "slice 3 4 1 2 flow from here 11",
                          "slice 3 4 2 3 flow to here 11"));
}

TEST(Probe, DetachedSinkHearsNothing) {
  Probe probe;
  Recorder recorder;
  const Track track = probe.track("tile0", "array");
  const ActivityName name = probe.name("mvm");
  probe.attach(&recorder);
  probe.attach(nullptr);
  recorder.lines.clear();
  probe.slice(track, name, 0, 1);
  EXPECT_TRUE(recorder.lines.empty());
}

}  // namespace
}  // namespace aimc::core
