#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "models/noc/network.h"

namespace aimc::noc {
namespace {

// Uniform random traffic of a square mesh's tiles, in the order of injection.
std::vector<Packet> uniform_traffic(unsigned tiles, unsigned flits, double load,
                                    std::uint64_t cycles, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Packet> packets;
  const auto threshold = static_cast<std::uint32_t>(load / flits * 4294967296.0);
  for (std::uint64_t cycle = 0; cycle < cycles; ++cycle) {
    for (unsigned tile = 0; tile < tiles; ++tile) {
      if (random() >= threshold) continue;
      const Node destination{static_cast<std::uint32_t>(random() % tiles)};
      packets.push_back({{tile}, destination, flits, Plane::kRequest, cycle});
    }
  }
  return packets;
}

double mean_latency(const Network& network) {
  return static_cast<double>(network.counters().latency_cycles) /
         static_cast<double>(network.counters().packets);
}

NocConfig mesh8() {
  NocConfig config;
  config.width = config.height = 8;
  return config;
}

double mean_in_order(const std::vector<Packet>& packets, const NocConfig& config = mesh8()) {
  const auto network = make_lt_network(config);
  for (const Packet& packet : packets) {
    network->retire_before(packet.inject_cycle);
    network->send(packet);
  }
  return mean_latency(*network);
}

// Each source sends all packets of a quantum before the next source gets its turn, as initiators do
// that run ahead.
double mean_decoupled(std::vector<Packet> packets, const NocConfig& config, std::uint64_t quantum,
                      unsigned seed) {
  std::mt19937 random(seed);
  std::vector<unsigned> turn(64);
  for (unsigned i = 0; i < turn.size(); ++i) turn[i] = i;
  std::shuffle(turn.begin(), turn.end(), random);
  std::stable_sort(packets.begin(), packets.end(), [&](const Packet& a, const Packet& b) {
    return std::pair(a.inject_cycle / quantum, turn[a.source.id]) <
           std::pair(b.inject_cycle / quantum, turn[b.source.id]);
  });
  const auto network = make_lt_network(config);
  for (const Packet& packet : packets) {
    network->retire_before(packet.inject_cycle / quantum * quantum);
    network->send(packet);
  }
  return mean_latency(*network);
}

struct Pattern {
  const char* name;
  bool transpose;
  double load;  // about 80 % of saturation
  unsigned gap;
};

class RunningAhead : public ::testing::TestWithParam<Pattern> {};

TEST_P(RunningAhead, ChangesTheMeanByFivePercentAtMost) {
  const Pattern& pattern = GetParam();
  std::vector<Packet> packets = uniform_traffic(64, 8, pattern.load, 40'000, 1);
  NocConfig config = mesh8();
  config.packet_gap_cycles = pattern.gap;
  std::uint64_t free_of_contention = 0;
  const auto network = make_lt_network(config);
  for (Packet& packet : packets) {
    if (pattern.transpose) packet.destination.id = packet.source.id % 8 * 8 + packet.source.id / 8;
    free_of_contention += 4 * network->routers_visited(packet.source, packet.destination) + 2 + 7;
  }
  const double zero_load =
      static_cast<double>(free_of_contention) / static_cast<double>(packets.size());
  const double in_order = mean_in_order(packets, config);
  RecordProperty("zero_load", std::to_string(zero_load));
  RecordProperty("in_order", std::to_string(in_order));
  EXPECT_GT(in_order, 1.1 * zero_load);
  for (const std::uint64_t quantum : {100U, 1'000U, 10'000U}) {
    for (const unsigned seed : {7U, 8U}) {
      const double decoupled = mean_decoupled(packets, config, quantum, seed);
      RecordProperty("quantum_" + std::to_string(quantum), std::to_string(decoupled));
      EXPECT_NEAR(decoupled, in_order, 0.05 * in_order)
          << "quantum of " << quantum << " cycles, seed " << seed;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Patterns, RunningAhead,
                         ::testing::Values(Pattern{"UniformGap1", false, 0.20, 1},
                                           Pattern{"UniformGap0", false, 0.215, 0},
                                           Pattern{"TransposeGap1", true, 0.10, 1},
                                           Pattern{"TransposeGap0", true, 0.10, 0}),
                         [](const ::testing::TestParamInfo<Pattern>& entry) {
                           return std::string(entry.param.name);
                         });

TEST(LtTraffic, ForgettingThePastChangesNothing) {
  const std::vector<Packet> packets = uniform_traffic(64, 8, 0.2, 5'000, 3);
  const auto forgetful = make_lt_network(mesh8());
  const auto mindful = make_lt_network(mesh8());
  for (const Packet& packet : packets) {
    forgetful->retire_before(packet.inject_cycle);
    ASSERT_EQ(forgetful->send(packet).tail_cycle, mindful->send(packet).tail_cycle);
  }
}

TEST(LtTraffic, SamePacketsArriveAtTheSameTimes) {
  const std::vector<Packet> packets = uniform_traffic(64, 5, 0.15, 2'000, 5);
  const auto once = make_lt_network(mesh8());
  const auto again = make_lt_network(mesh8());
  for (const Packet& packet : packets) {
    const Delivery a = once->send(packet);
    const Delivery b = again->send(packet);
    ASSERT_EQ(a.head_cycle, b.head_cycle);
    ASSERT_EQ(a.tail_cycle, b.tail_cycle);
  }
}

TEST(LtTraffic, LatencyRisesWithLoad) {
  double previous = 0.0;
  for (const double load : {0.02, 0.08, 0.14, 0.20}) {
    const double mean = mean_in_order(uniform_traffic(64, 8, load, 20'000, 11));
    EXPECT_GT(mean, previous) << "load " << load;
    previous = mean;
  }
}

class RandomConfig : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomConfig, ConservesFlitsAndKeepsOrder) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  std::mt19937 random(GetParam());
  const auto draw = [&random](unsigned low, unsigned high) {
    return static_cast<unsigned>(low + random() % (high - low + 1));
  };
  NocConfig config;
  config.width = draw(1, 9);
  config.height = draw(1, 9);
  config.router_cycles = draw(1, 6);
  config.buffer_flits = draw(0, 2) == 0 ? 256 : draw(1, 20);
  config.packet_gap_cycles = draw(0, 2);
  config.routing = draw(0, 1) == 0 ? Routing::kXy : Routing::kYx;
  const auto network = make_lt_network(config);

  std::uint64_t flits = 0;
  std::uint64_t flit_links = 0;
  std::uint64_t latency = 0;
  std::uint64_t last_tail = 0;
  std::uint64_t inject = 0;
  constexpr unsigned kPackets = 2'000;
  std::map<std::tuple<Plane, unsigned, unsigned>, std::uint64_t> arrived;
  for (unsigned i = 0; i < kPackets; ++i) {
    inject += draw(0, 3);
    if (draw(0, 9) == 0) network->retire_before(inject);
    const Packet packet{{draw(0, node_count(config) - 1)},
                        {draw(0, node_count(config) - 1)},
                        draw(1, 40),
                        draw(0, 1) == 0 ? Plane::kRequest : Plane::kResponse,
                        inject};
    const Delivery delivery = network->send(packet);
    const std::uint64_t soonest =
        inject + std::uint64_t{config.router_cycles} * delivery.routers + 2;
    ASSERT_GE(delivery.head_cycle, soonest);
    ASSERT_EQ(delivery.tail_cycle, delivery.head_cycle + packet.flits - 1);
    std::uint64_t& before = arrived[{packet.plane, packet.source.id, packet.destination.id}];
    ASSERT_GT(delivery.head_cycle, before) << "overtaken";
    before = delivery.tail_cycle;
    flits += packet.flits;
    flit_links += std::uint64_t{packet.flits} * (delivery.routers + 1);
    latency += delivery.tail_cycle - inject;
    last_tail = std::max(last_tail, delivery.tail_cycle);
  }

  std::map<LinkKind, std::uint64_t> by_kind;
  for (const LinkUse& use : network->link_use()) {
    EXPECT_GT(use.busy_cycles, 0U);
    EXPECT_LE(use.busy_cycles, last_tail);
    by_kind[use.kind] += use.busy_cycles;
  }
  EXPECT_EQ(by_kind[LinkKind::kInjection], flits);
  EXPECT_EQ(by_kind[LinkKind::kEjection], flits);
  EXPECT_EQ(by_kind[LinkKind::kRouter], flit_links - 2 * flits);
  EXPECT_EQ(network->counters().packets, kPackets);
  EXPECT_EQ(network->counters().flits, flits);
  EXPECT_EQ(network->counters().flit_hops, flit_links - flits);
  EXPECT_EQ(network->counters().latency_cycles, latency);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomConfig, ::testing::Range(1U, 41U));

}  // namespace
}  // namespace aimc::noc
