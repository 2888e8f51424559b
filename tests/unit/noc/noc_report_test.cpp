// What is reported: counters, link use, energy and activity.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/noc/noc.h"
#include "tests/support/systemc_fixture.h"
#include "tests/unit/noc/foreign_modules.h"

namespace aimc::noc {
namespace {

class Recorder : public core::ActivitySink {
 public:
  struct Slice {
    std::string name;
    core::TimePs begin_ps;
    core::TimePs end_ps;
    core::Flow flow;
  };
  void on_track(core::Track track, std::string_view component, std::string_view name) override {
    EXPECT_EQ(component, "noc");
    tracks[track.id] = name;
  }
  void on_name(core::ActivityName name, std::string_view text) override { names[name.id] = text; }
  void on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                core::TimePs end_ps, core::Flow flow) override {
    slices[tracks.at(track.id)].push_back({names.at(name.id), begin_ps, end_ps, flow});
  }
  std::map<std::uint32_t, std::string> tracks;
  std::map<std::uint32_t, std::string> names;
  std::map<std::string, std::vector<Slice>> slices;
};

class NocReport : public test::SystemCTest {
 protected:
  static constexpr std::uint64_t kSize = 0x1000;

  // Three initiators at the host and one at tile 2 use a memory at tile 5 for a while.
  void run() {
    const NocConfig config;
    noc = std::make_unique<Noc>("noc", config, energy, probe);
    memory = std::make_unique<ForeignMemory>("memory", kSize);
    noc->target_port({5}).bind(memory->socket);
    noc->map({0, kSize, {5}, false});
    for (unsigned i = 0; i < 4; ++i) {
      const std::string name = "initiator" + std::to_string(i);
      initiators.push_back(
          std::make_unique<ForeignInitiator>(name.c_str(), [this, i](ForeignInitiator& self) {
            std::vector<unsigned char> data(100);
            for (unsigned n = 0; n < 20; ++n) {
              self.access(n % 2 == 0 ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND, 100 * n,
                          data.data(), 10 + 20 * i);
            }
            end = std::max(end, sc_core::sc_time_stamp());
          }));
      const Node node = i < 3 ? host_node(config) : Node{2};
      initiators.back()->socket.bind(noc->initiator_port(node));
    }
    sc_core::sc_start();
  }

  core::EnergyMeter energy;
  core::Probe probe;
  sc_core::sc_time end;
  std::unique_ptr<Noc> noc;
  std::unique_ptr<ForeignMemory> memory;
  std::vector<std::unique_ptr<ForeignInitiator>> initiators;
};

TEST_F(NocReport, EnergyFollowsFromFlitsRoutersAndLinks) {
  run();
  const NocConfig config;
  const NetworkCounters& counters = noc->counters();
  std::uint64_t flit_links = 0;
  for (const LinkUse& use : noc->link_use()) flit_links += use.busy_cycles;
  EXPECT_EQ(counters.packets, 4U * 20 * 2);
  EXPECT_EQ(noc->payload_bytes(), 20U * (10 + 30 + 50 + 70));
  ASSERT_EQ(energy.entries().size(), 2U);
  const core::EnergyMeter::Entry router = energy.entries()[0];
  const core::EnergyMeter::Entry link = energy.entries()[1];
  EXPECT_EQ(router.component, "noc");
  EXPECT_EQ(router.activity, "router");
  EXPECT_EQ(router.count, counters.flit_hops);
  EXPECT_NEAR(router.joules, static_cast<double>(counters.flit_hops) * config.flit_bytes * 0.10e-12,
              1e-9 * router.joules);
  EXPECT_EQ(link.activity, "link");
  EXPECT_EQ(link.count, flit_links);
  EXPECT_EQ(flit_links, counters.flit_hops + counters.flits);
  EXPECT_NEAR(link.joules, static_cast<double>(flit_links) * config.flit_bytes * 0.05e-12,
              1e-9 * link.joules);
}

TEST_F(NocReport, UtilisationIsThatOfTheBusiestLink) {
  run();
  std::uint64_t busiest = 0;
  for (const LinkUse& use : noc->link_use()) busiest = std::max(busiest, use.busy_cycles);
  const double cycles = end / sc_core::sc_time(1, sc_core::SC_NS);
  EXPECT_NEAR(noc->max_link_utilisation(), static_cast<double>(busiest) / cycles, 1e-9);
  EXPECT_GT(noc->max_link_utilisation(), 0.0);
  EXPECT_LT(noc->max_link_utilisation(), 1.0);
}

TEST_F(NocReport, AnUnusedNetworkReportsNothing) {
  Noc network("noc", {}, energy, probe);
  sc_core::sc_start(1, sc_core::SC_US);
  EXPECT_EQ(network.max_link_utilisation(), 0.0);
  EXPECT_TRUE(network.link_use().empty());
  EXPECT_EQ(energy.total_j(), 0.0);
}

TEST_F(NocReport, SlicesOfATimelineNeverOverlap) {
  Recorder recorder;
  probe.attach(&recorder);
  run();
  std::map<std::string, std::map<std::string, unsigned>> count;
  for (const auto& [track, slices] : recorder.slices) {
    core::TimePs free_ps = 0;
    for (const Recorder::Slice& slice : slices) {
      EXPECT_GE(slice.begin_ps, free_ps) << track;
      EXPECT_GT(slice.end_ps, slice.begin_ps) << track;
      free_ps = slice.end_ps;
      ++count[track.substr(0, track.find(" #"))][slice.name];
    }
  }
  ASSERT_EQ(count.size(), 3U);
  EXPECT_EQ(count["from host"]["request"], 60U);
  EXPECT_EQ(count["from tile2"]["request"], 20U);
  EXPECT_EQ(count["from tile5"]["response"], 80U);
  EXPECT_EQ(recorder.slices.count("from host #2"), 1U);  // three initiators overlap
  // A flow leads from each request to the response it caused.
  std::map<std::uint64_t, std::map<bool, const Recorder::Slice*>> flows;
  for (const auto& [track, slices] : recorder.slices) {
    for (const Recorder::Slice& slice : slices) flows[slice.flow.id][slice.flow.receiver] = &slice;
  }
  EXPECT_EQ(flows.size(), 80U);
  for (const auto& [id, ends] : flows) {
    ASSERT_EQ(ends.size(), 2U) << id;
    EXPECT_EQ(ends.at(false)->name, "request");
    EXPECT_EQ(ends.at(true)->name, "response");
    EXPECT_LE(ends.at(false)->end_ps, ends.at(true)->begin_ps);
  }
}

/// A run of its own kernel.
class WholeRun : public NocReport {
 public:
  using NocReport::end;
  using NocReport::energy;
  using NocReport::noc;
  using NocReport::probe;
  using NocReport::run;

 private:
  void TestBody() override {}
};

TEST(NocRuns, ObservationAndRepetitionChangeNothing) {
  Recorder recorder;
  std::vector<sc_core::sc_time> ends;
  std::vector<std::uint64_t> latencies;
  std::vector<double> joules;
  for (const bool observed : {false, true, false}) {
    WholeRun run;
    if (observed) run.probe.attach(&recorder);
    run.run();
    ends.push_back(run.end);
    latencies.push_back(run.noc->counters().latency_cycles);
    joules.push_back(run.energy.total_j());
  }
  EXPECT_FALSE(recorder.slices.empty());
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(ends[i], ends[0]);
    EXPECT_EQ(latencies[i], latencies[0]);
    EXPECT_EQ(joules[i], joules[0]);
  }
}

}  // namespace
}  // namespace aimc::noc
