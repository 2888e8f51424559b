// When it arrives: latencies, local time and contention through TLM, with initiators that run
// ahead.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "models/noc/noc.h"
#include "tests/support/systemc_fixture.h"
#include "tests/unit/noc/foreign_modules.h"

namespace aimc::noc {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

// A 4 x 4 network at 1 GHz (a cycle is a nanosecond) with a memory of 64 KiB at every tile, tile i
// from i * 64 KiB on.
class NocTime : public test::SystemCTest {
 protected:
  static constexpr std::uint64_t kSize = 0x1'0000;

  static std::uint64_t at(unsigned tile, std::uint64_t offset = 0) { return tile * kSize + offset; }
  // Zero-load latency of a packet, cycles.
  static unsigned law(unsigned routers, unsigned flits) { return 4 * routers + 2 + flits - 1; }
  static sc_time ns(double value) { return {value, SC_NS}; }

  void build(NocConfig config = {}) {
    config.engine = Engine::kLt;
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

TEST_F(NocTime, AWriteTakesItsRequestTheTargetAndItsResponse) {
  build();
  memories[5]->annotated = ns(7);
  add(host_node({}), [&](ForeignInitiator& self) {
    unsigned char data[64] = {};
    sc_time delay;
    EXPECT_EQ(self.transport(tlm::TLM_WRITE_COMMAND, at(5), data, 64, delay), tlm::TLM_OK_RESPONSE);
    const sc_time request = ns(law(3, 5));
    EXPECT_EQ(memories[5]->accesses.at(0).time, request);
    EXPECT_EQ(sc_core::sc_time_stamp(), request);
    EXPECT_EQ(delay, ns(7 + law(3, 1)));
  });
  sc_core::sc_start();
}

TEST_F(NocTime, AReadCarriesItsDataInTheResponse) {
  build();
  memories[5]->waited = ns(9);
  add({6}, [&](ForeignInitiator& self) {
    unsigned char data[60] = {};
    sc_time delay;
    self.transport(tlm::TLM_READ_COMMAND, at(5), data, 60, delay);
    EXPECT_EQ(sc_core::sc_time_stamp() + delay, ns(law(2, 1) + 9 + law(2, 5)));
    EXPECT_EQ(delay, ns(law(2, 5)));
  });
  sc_core::sc_start();
}

TEST_F(NocTime, LocalTimeIsRoundedUpToTheNextClockEdge) {
  NocConfig config;
  config.clock_mhz = 400.0;  // 2.5 ns
  build(config);
  add({5}, [&](ForeignInitiator& self) {
    unsigned char byte = 0;
    sc_core::wait(ns(1));
    sc_time delay = ns(10);  // 11 ns: edge 5, 12.5 ns
    self.transport(tlm::TLM_WRITE_COMMAND, at(5), &byte, 1, delay);
    const sc_time request = ns(12.5 + 2.5 * law(1, 2));
    EXPECT_EQ(memories[5]->accesses.at(0).time, request);
    EXPECT_EQ(sc_core::sc_time_stamp() + delay, request + ns(2.5 * law(1, 1)));
  });
  sc_core::sc_start();
}

TEST_F(NocTime, BurstsOfATransactionArePipelined) {
  NocConfig config;
  config.max_burst_beats = 4;  // 64 bytes
  build(config);
  add({0}, [&](ForeignInitiator& self) {
    std::vector<unsigned char> data(256);
    EXPECT_EQ(self.access(tlm::TLM_WRITE_COMMAND, at(3), data.data(), 256), tlm::TLM_OK_RESPONSE);
    // Four packets of five flits one behind the other, then the last one's response.
    EXPECT_EQ(sc_core::sc_time_stamp(), ns(law(4, 20) + law(4, 1)));
    for (unsigned i = 0; i < 4; ++i) {
      EXPECT_EQ(memories[3]->accesses.at(i).time, ns(law(4, 5 * (i + 1))));
      EXPECT_EQ(memories[3]->accesses.at(i).address, 64U * i);
    }
  });
  sc_core::sc_start();
}

TEST_F(NocTime, ResponsesOfATransactionKeepItsOrder) {
  NocConfig config;
  config.max_burst_beats = 4;
  build(config);
  memories[3]->annotated = ns(100);
  memories[3]->annotate = 1;  // the second burst is ready long before the first
  add({0}, [&](ForeignInitiator& self) {
    std::vector<unsigned char> data(128);
    EXPECT_EQ(self.access(tlm::TLM_READ_COMMAND, at(3), data.data(), 128), tlm::TLM_OK_RESPONSE);
    // The second response waits for the first and follows it without a gap.
    EXPECT_EQ(sc_core::sc_time_stamp(), ns(law(4, 1) + 100 + law(4, 10)));
  });
  sc_core::sc_start();
}

/// Two initiators write a kilobyte each at the same time.
class TwoWriters : public NocTime {
 public:
  /// When both are done.
  sc_time finish(unsigned source_a, unsigned target_a, unsigned source_b, unsigned target_b) {
    build();
    add({source_a}, writer(target_a));
    add({source_b}, writer(target_b));
    sc_core::sc_start();
    return last_;
  }

 private:
  void TestBody() override {}
  std::function<void(ForeignInitiator&)> writer(unsigned target) {
    return [this, target](ForeignInitiator& self) {
      std::vector<unsigned char> data(1024);
      self.access(tlm::TLM_WRITE_COMMAND, at(target), data.data(), 1024);
      last_ = std::max(last_, sc_core::sc_time_stamp());
    };
  }
  sc_time last_;
};

TEST(NocContention, TransfersThatShareALinkFinishLaterThanOnDisjointLinks) {
  // All pairs are three hops apart; a request has 65 flits.
  const sc_time disjoint = TwoWriters().finish(0, 3, 5, 11);
  const sc_time shared = TwoWriters().finish(0, 3, 1, 7);
  EXPECT_EQ(disjoint, sc_time(4 * 4 + 2 + 64 + 4 * 4 + 2, SC_NS));
  // The second comes by link 1-2 four cycles before the first, but that is too short for its 65
  // flits.
  EXPECT_EQ(shared, disjoint + sc_time(4 + 65, SC_NS));
}

TEST_F(NocTime, SeveralInitiatorsOfANodeShareItsInjectionLink) {
  build();
  std::vector<sc_time> done;
  for (unsigned i = 0; i < 3; ++i) {
    add(host_node({}), [&, i](ForeignInitiator& self) {
      unsigned char data[160] = {};
      self.access(tlm::TLM_WRITE_COMMAND, at(4 * i), data, 160);
      done.push_back(sc_core::sc_time_stamp());
    });
  }
  sc_core::sc_start();
  ASSERT_EQ(done.size(), 3U);
  // Eleven flits each over the one link, whatever the destination.
  for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(done[i], ns(law(1 + i, 11) + law(1 + i, 1) + 11 * i));
}

// An initiator at 10 us of local time must neither delay nor be delayed by one that is still at
// zero.
TEST_F(NocTime, AnInitiatorThatRanAheadLeavesTheGapBeforeIt) {
  build();
  add({0}, [&](ForeignInitiator& self) {
    unsigned char data[64] = {};
    sc_time delay = ns(10'000);
    self.transport(tlm::TLM_WRITE_COMMAND, at(3), data, 64, delay);
    EXPECT_EQ(sc_core::sc_time_stamp() + delay, ns(10'000 + law(4, 5) + law(4, 1)));
  });
  add({1}, [&](ForeignInitiator& self) {
    unsigned char data[64] = {};
    for (unsigned i = 0; i < 5; ++i) {
      sc_time delay;
      const sc_time issued = sc_core::sc_time_stamp() + delay;
      self.transport(tlm::TLM_WRITE_COMMAND, at(3), data, 64, delay);
      EXPECT_EQ(sc_core::sc_time_stamp() + delay, issued + ns(law(3, 5) + law(3, 1)));
      sc_core::wait(delay);
    }
  });
  sc_core::sc_start();
}

/// Eight initiators write to one memory and may run ahead of the kernel.
class RunAhead : public NocTime {
 public:
  /// Means a write, ns.
  struct Means {
    double lost = 0.0;  // by contention
    double round_trip = 0.0;
  };
  Means run(unsigned quantum_ns) {
    constexpr unsigned kWriters = 8;
    constexpr unsigned kWrites = 400;
    build();
    sc_time lost;
    sc_time total;
    for (unsigned writer = 0; writer < kWriters; ++writer) {
      add({writer}, [this, &lost, &total, writer, quantum_ns](ForeignInitiator& self) {
        unsigned char data[64] = {};
        const unsigned columns = writer % 4 > 2 ? 1 : 2 - writer % 4;
        const unsigned routers = columns + (2 - writer / 4) + 1;
        sc_time due = ns(writer);
        for (unsigned i = 0; i < kWrites; ++i) {
          // Issues a write up to a quantum before it is due by the kernel's clock.
          if (due > sc_core::sc_time_stamp() + ns(quantum_ns)) {
            sc_core::wait(due - ns(quantum_ns) - sc_core::sc_time_stamp());
          }
          due = std::max(due, sc_core::sc_time_stamp());
          sc_time delay = due - sc_core::sc_time_stamp();
          self.transport(tlm::TLM_WRITE_COMMAND, at(10), data, 64, delay);
          const sc_time end = sc_core::sc_time_stamp() + delay;
          lost += end - due - ns(law(routers, 5) + law(routers, 1));
          total += end - due;
          due = end + ns(7 * ((i * (writer + 3)) % 5));
        }
      });
    }
    sc_core::sc_start();
    return {lost / ns(kWriters * kWrites), total / ns(kWriters * kWrites)};
  }

 private:
  void TestBody() override {}
};

TEST(NocContention, StaysWhenInitiatorsRunAhead) {
  const RunAhead::Means in_order = RunAhead().run(0);
  const RunAhead::Means ahead = RunAhead().run(1000);
  EXPECT_GT(in_order.lost, 1.0);
  EXPECT_GT(ahead.lost, 0.75 * in_order.lost);
  EXPECT_NEAR(ahead.round_trip, in_order.round_trip, 0.05 * in_order.round_trip);
  RecordProperty("in_order_ns", std::to_string(in_order.round_trip));
  RecordProperty("ahead_ns", std::to_string(ahead.round_trip));
}

}  // namespace
}  // namespace aimc::noc
