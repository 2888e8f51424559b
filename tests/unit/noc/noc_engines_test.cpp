// The same transactions with each of the three engines behind the module.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "models/noc/noc.h"
#include "tests/support/systemc_fixture.h"
#include "tests/unit/noc/foreign_modules.h"

namespace aimc::noc {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

// A 4 x 4 network at 1 GHz with a memory of 64 KiB at every tile, tile i from i * 64 KiB on.
class NocEngines : public test::SystemCTest, public ::testing::WithParamInterface<Engine> {
 protected:
  static constexpr std::uint64_t kSize = 0x1'0000;

  static std::uint64_t at(unsigned tile, std::uint64_t offset = 0) { return tile * kSize + offset; }
  static unsigned law(unsigned routers, unsigned flits) { return 4 * routers + 2 + flits - 1; }
  static sc_time ns(double value) { return {value, SC_NS}; }

  void build(NocConfig config = {}) {
    config.engine = GetParam();
    noc = std::make_unique<Noc>("noc", config, energy, probe);
    for (unsigned tile = 0; tile < 16; ++tile) {
      memories.push_back(
          std::make_unique<ForeignMemory>(("memory" + std::to_string(tile)).c_str(), kSize));
      noc->target_port({tile}).bind(memories[tile]->socket);
      noc->map({at(tile), kSize, {tile}, false});
    }
  }

  void add(Node node, const std::function<void(ForeignInitiator&)>& body) {
    const std::string name = "initiator" + std::to_string(initiators.size());
    initiators.push_back(std::make_unique<ForeignInitiator>(name.c_str(), body));
    initiators.back()->socket.bind(noc->initiator_port(node));
  }

  core::EnergyMeter energy;
  core::Probe probe;
  std::unique_ptr<Noc> noc;
  std::vector<std::unique_ptr<ForeignMemory>> memories;
  std::vector<std::unique_ptr<ForeignInitiator>> initiators;
};

TEST_P(NocEngines, AnIdleNetworkKeepsTheLaw) {
  build();
  memories[5]->annotated = ns(7);
  memories[6]->waited = ns(9);
  add(host_node({}), [&](ForeignInitiator& self) {
    unsigned char data[64] = {};
    for (unsigned target : {5U, 6U, 15U}) {
      const sc_time begin = sc_core::sc_time_stamp();
      const unsigned routers = 1 + target % 4 + target / 4;
      const double busy = target == 5 ? 7 : target == 6 ? 9 : 0;
      ASSERT_EQ(self.access(tlm::TLM_WRITE_COMMAND, at(target), data, 64), tlm::TLM_OK_RESPONSE);
      EXPECT_EQ(sc_core::sc_time_stamp() - begin, ns(law(routers, 5) + law(routers, 1) + busy));
      EXPECT_EQ(memories[target]->accesses.back().time - begin, ns(law(routers, 5)));
    }
  });
  sc_core::sc_start();
  EXPECT_EQ(noc->counters().packets, 6U);
  EXPECT_EQ(noc->counters().flits, 3U * (5 + 1));
}

TEST_P(NocEngines, LocalTimeIsWhenThePacketLeaves) {
  build();
  add({0}, [&](ForeignInitiator& self) {
    unsigned char byte = 0;
    sc_time delay = ns(10.5);  // the edge at 11 ns
    self.transport(tlm::TLM_WRITE_COMMAND, at(3), &byte, 1, delay);
    EXPECT_EQ(sc_core::sc_time_stamp() + delay, ns(11 + law(4, 2) + law(4, 1)));
    EXPECT_EQ(memories[3]->accesses.at(0).time, ns(11 + law(4, 2)));
  });
  sc_core::sc_start();
}

TEST_P(NocEngines, BurstsOfATransactionArePipelined) {
  NocConfig config;
  config.max_burst_beats = 4;
  config.buffer_flits = 16;
  build(config);
  add({0}, [&](ForeignInitiator& self) {
    std::vector<unsigned char> data(256);
    std::iota(data.begin(), data.end(), static_cast<unsigned char>(0));
    EXPECT_EQ(self.access(tlm::TLM_WRITE_COMMAND, at(3), data.data(), 256), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(sc_core::sc_time_stamp(), ns(law(4, 20) + law(4, 1)));
    std::vector<unsigned char> back(256);
    EXPECT_EQ(self.access(tlm::TLM_READ_COMMAND, at(3), back.data(), 256), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(back, data);
  });
  sc_core::sc_start();
}

// Everybody writes to and reads from everybody; what arrives is what was sent, and every engine
// carries the same packets.
TEST_P(NocEngines, CrowdsOfTransactionsKeepTheirData) {
  build();
  unsigned finished = 0;
  for (unsigned source = 0; source < 16; ++source) {
    add({source}, [&, source](ForeignInitiator& self) {
      for (unsigned round = 0; round < 16; ++round) {
        const unsigned target = (source + 5 * round) % 16;
        std::vector<unsigned char> data(100 + source,
                                        static_cast<unsigned char>(16 * source + round));
        const auto length = static_cast<unsigned>(data.size());
        const std::uint64_t place = at(target, 0x1000 * source + 0x100 * round);
        ASSERT_EQ(self.access(tlm::TLM_WRITE_COMMAND, place, data.data(), length),
                  tlm::TLM_OK_RESPONSE);
        std::vector<unsigned char> back(length);
        ASSERT_EQ(self.access(tlm::TLM_READ_COMMAND, place, back.data(), length),
                  tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(back, data);
      }
      ++finished;
    });
  }
  sc_core::sc_start();
  EXPECT_EQ(finished, 16U);
  EXPECT_EQ(noc->counters().packets, 16U * 16 * 4);
  const NocConfig config;
  const auto hops = static_cast<double>(noc->counters().flit_hops);
  const double links = hops + static_cast<double>(noc->counters().flits);
  const double pj =
      hops * config.router_energy_pj_per_byte + links * config.link_energy_pj_per_byte;
  EXPECT_NEAR(energy.total_j() / (pj * config.flit_bytes * 1e-12), 1.0, 1e-9);
  // More than the law because they meet, but not by much more: the network is no bottleneck here.
  const double mean = static_cast<double>(noc->counters().latency_cycles) / 1024;
  EXPECT_GT(mean, 20.0);
  EXPECT_LT(mean, 40.0);
}

// Two streams of 65-flit packets over one link take turns, whichever engine works it out.
TEST_P(NocEngines, ASharedLinkIsSharedOut) {
  build();
  sc_time last;
  for (const unsigned source : {0U, 1U}) {
    add({source}, [&, source](ForeignInitiator& self) {
      std::vector<unsigned char> data(1024);
      for (unsigned i = 0; i < 10; ++i) {
        self.access(tlm::TLM_WRITE_COMMAND, at(source == 0 ? 3 : 7), data.data(), 1024);
      }
      last = std::max(last, sc_core::sc_time_stamp());
    });
  }
  sc_core::sc_start();
  EXPECT_GT(last, ns(20 * 65));
  EXPECT_LT(last, ns(20 * 65 * 1.35));
}

std::string name_of(const ::testing::TestParamInfo<Engine>& entry) {
  return entry.param == Engine::kLt ? "lt" : entry.param == Engine::kAt ? "at" : "flit";
}

INSTANTIATE_TEST_SUITE_P(All, NocEngines,
                         ::testing::Values(Engine::kLt, Engine::kAt, Engine::kFlit), name_of);

}  // namespace
}  // namespace aimc::noc
