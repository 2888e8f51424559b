#include "platform/observe/trace_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "platform/observe/function_trace.h"

namespace {

using aimc::core::ActivityName;
using aimc::core::Counter;
using aimc::core::Flow;
using aimc::core::Probe;
using aimc::core::TimePs;
using aimc::core::Track;
using aimc::observe::SelectedSinks;
using aimc::observe::TraceSelection;
using ::testing::ElementsAre;

/// Writes down what it is told, one line a call.
class Recorder : public aimc::core::ActivitySink {
 public:
  void on_track(Track /*track*/, std::string_view component, std::string_view name) override {
    lines.push_back("track " + std::string(component) + "/" + std::string(name));
  }
  void on_name(ActivityName /*name*/, std::string_view /*text*/) override {}
  void on_slice(Track /*track*/, ActivityName name, TimePs begin_ps, TimePs end_ps,
                Flow /*flow*/) override {
    lines.push_back(std::to_string(name.id) + " " + std::to_string(begin_ps) + " " +
                    std::to_string(end_ps));
  }
  void on_counter(Counter /*counter*/, std::string_view component, std::string_view name,
                  unsigned /*bits*/) override {
    lines.push_back("counter " + std::string(component) + "/" + std::string(name));
  }
  void on_value(Counter counter, TimePs time_ps, std::uint64_t value) override {
    lines.push_back("value " + std::to_string(counter.id) + " " + std::to_string(time_ps) + " " +
                    std::to_string(value));
  }
  std::vector<std::string> lines;
};

/// Writes down activities when they end, one line each.
class NestedRecorder : public aimc::observe::NestedSink {
 public:
  void on_track(Track /*track*/, std::string_view component, std::string_view name) override {
    lines.push_back("track " + std::string(component) + "/" + std::string(name));
  }
  void on_name(ActivityName name, std::string_view text) override { names_[name.id] = text; }
  void on_begin(Track /*track*/, ActivityName name, TimePs time_ps) override {
    EXPECT_GE(time_ps, last_ps_);
    last_ps_ = time_ps;
    open_.push_back(names_.at(name.id) + " " + std::to_string(time_ps) + " ");
  }
  void on_end(Track /*track*/, TimePs time_ps) override {
    EXPECT_GE(time_ps, last_ps_);
    last_ps_ = time_ps;
    ASSERT_FALSE(open_.empty());
    lines.push_back(open_.back() + std::to_string(time_ps));
    open_.pop_back();
  }
  bool complete() const { return open_.empty(); }
  std::vector<std::string> lines;

 private:
  std::map<std::uint32_t, std::string> names_;
  std::vector<std::string> open_;
  TimePs last_ps_ = 0;
};

TEST(TraceSelection, TakesComponentsAndWhatLiesBelowThem) {
  TraceSelection selection;
  EXPECT_TRUE(selection.wants("anything"));
  selection.components = {"tile1", "noc"};
  EXPECT_TRUE(selection.wants("tile1"));
  EXPECT_TRUE(selection.wants("tile1/adc"));
  EXPECT_TRUE(selection.wants("noc"));
  EXPECT_FALSE(selection.wants("tile10"));
  EXPECT_FALSE(selection.wants("host"));
}

TEST(SelectedSinks, PassOnToAllWhatIsSelected) {
  SelectedSinks sinks({0, ~TimePs{0}, {"tile1"}});
  Recorder a;
  Recorder b;
  EXPECT_TRUE(sinks.empty());
  sinks.add(a);
  sinks.add(b);
  Probe probe;
  probe.attach(&sinks);
  const Track one = probe.track("tile1", "adc");
  const Track ten = probe.track("tile10", "adc");
  const Counter line = probe.counter("interrupts", "external", 1);
  probe.slice(one, {3}, 10, 20);
  probe.slice(ten, {3}, 10, 20);
  probe.value(line, 10, 1);
  EXPECT_THAT(a.lines, ElementsAre("track tile1/adc", "3 10 20"));
  EXPECT_EQ(a.lines, b.lines);
}

TEST(SelectedSinks, PassOnWhatOverlapsTheWindowAndTheLevelAtItsBeginning) {
  SelectedSinks sinks({100, 200, {}});
  Recorder recorder;
  sinks.add(recorder);
  const Counter line{0};
  sinks.on_track({0}, "noc", "a");
  sinks.on_counter(line, "tile0", "semaphore 0", 16);
  recorder.lines.clear();
  sinks.on_slice({0}, {1}, 0, 99, {});
  sinks.on_slice({0}, {2}, 0, 100, {});
  sinks.on_slice({0}, {3}, 199, 300, {});
  sinks.on_slice({0}, {4}, 200, 300, {});
  sinks.on_value(line, 10, 4);
  sinks.on_value(line, 20, 5);
  sinks.on_value(line, 150, 6);
  sinks.on_value(line, 160, 7);
  sinks.on_value(line, 200, 8);
  EXPECT_THAT(recorder.lines, ElementsAre("2 0 100", "3 199 300", "value 0 100 5", "value 0 150 6",
                                          "value 0 160 7"));
}

/// The same calls, shown by a trace of its own for each test. The clock's period is 10 ps.
class FunctionTrace : public ::testing::Test {
 protected:
  void run(const TraceSelection& selection) {
    aimc::observe::FunctionTrace trace(recorder_, 10, selection);
    aimc::observe::CallStacks stacks;
    const std::vector<std::string> names{"main", "f", "g"};
    const auto name = [&names](std::uint32_t function) -> const std::string& {
      return names[function];
    };
    const auto show = [&](std::uint64_t cycle) {
      trace.move_to(stacks.nodes(), stacks.place(), cycle, name);
    };
    stacks.move_to(0, true);
    show(0);
    stacks.call(1, 0x100, 0x1000);
    show(5);
    show(6);  // still there
    stacks.call(2, 0x200, 0xF00);
    show(8);
    trace.within("[waiting]", 9, 10);
    stacks.return_to(0x200, 0xF00, 1);
    show(12);
    stacks.return_to(0x100, 0x1000, 0);
    show(15);
    stacks.call(1, 0x100, 0x1000);
    show(16);
    stacks.move_to(2, true);  // a tail call
    show(18);
    trace.close(20);
    EXPECT_TRUE(recorder_.complete());
    const std::size_t lines = recorder_.lines.size();
    trace.close(30);
    EXPECT_EQ(recorder_.lines.size(), lines);
  }
  NestedRecorder recorder_;
};

TEST_F(FunctionTrace, ShowsCallsAsNestedActivities) {
  run({});
  EXPECT_THAT(recorder_.lines, ElementsAre("track host/functions", "[waiting] 90 100", "g 80 120",
                                           "f 50 150", "f 160 180", "g 180 200", "main 0 200"));
}

TEST_F(FunctionTrace, ShowsWhatOverlapsTheWindowAndShowsItWhole) {
  run({130, 170, {}});
  EXPECT_THAT(recorder_.lines,
              ElementsAre("track host/functions", "f 50 150", "f 160 180", "main 0 200"));
}

TEST_F(FunctionTrace, ShowsWhatTouchesTheWindowsBeginningButNotItsEnd) {
  run({100, 160, {}});
  EXPECT_THAT(recorder_.lines, ElementsAre("track host/functions", "[waiting] 90 100", "g 80 120",
                                           "f 50 150", "main 0 200"));
}

TEST_F(FunctionTrace, ShowsNothingOfAWindowBehindTheEnd) {
  run({1000, 2000, {}});
  EXPECT_THAT(recorder_.lines, ElementsAre("track host/functions"));
}

}  // namespace
