// What both time-driven engines promise.
#include "models/noc/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "models/noc/packet_trace.h"

namespace aimc::noc {
namespace {

using MakeEngine = std::unique_ptr<PacketEngine> (*)(const NocConfig&);

struct EngineName {
  const char* name;
  MakeEngine make;
};

constexpr EngineName kEngines[] = {{"Flit", make_flit_engine}, {"At", make_at_engine}};

class Engine : public ::testing::TestWithParam<EngineName> {};

INSTANTIATE_TEST_SUITE_P(All, Engine, ::testing::ValuesIn(kEngines),
                         [](const ::testing::TestParamInfo<EngineName>& entry) {
                           return std::string(entry.param.name);
                         });

unsigned steps(unsigned from, unsigned to, unsigned size, bool round) {
  const unsigned direct = from > to ? from - to : to - from;
  return round ? std::min(direct, size - direct) : direct;
}

unsigned routers_between(const NocConfig& config, unsigned source, unsigned destination) {
  const auto router_of = [&](unsigned node) {
    if (node == host_node(config).id) return 0U;
    const unsigned memory_router = config.height > 1 ? config.width : 0;
    return node == memory_node(config).id ? memory_router : node;
  };
  const unsigned from = router_of(source);
  const unsigned to = router_of(destination);
  const unsigned columns = config.width;
  const bool torus = config.topology == Wrap::kTorus;
  return steps(from % columns, to % columns, columns, torus) +
         steps(from / columns, to / columns, config.height, torus) + 1;
}

TEST_P(Engine, ZeroLoadLatencyIsExactForEveryPairAndLength) {
  for (const unsigned width : {4U, 8U}) {
    for (const auto& [cycles, gap] : {std::pair{4U, 1U}, {3U, 0U}, {1U, 0U}, {6U, 2U}}) {
      NocConfig config;
      config.width = config.height = width;
      config.router_cycles = cycles;
      config.packet_gap_cycles = gap;
      config.routing = gap == 0 ? Routing::kYx : Routing::kXy;
      if (cycles == 3 || cycles == 6) {
        config.topology = Wrap::kTorus;
        config.virtual_channels = 2;
      }
      std::vector<unsigned> lengths = {1, 2, 5, 8, 9, 64};
      if (cycles == 4) {
        lengths = {24, 257};
        for (unsigned flits = 1; flits <= 17; ++flits) lengths.push_back(flits);
      }
      const auto engine = GetParam().make(config);
      std::vector<Packet> packets;
      std::uint64_t inject = 0;
      for (unsigned source = 0; source < node_count(config); ++source) {
        for (unsigned destination = 0; destination < node_count(config); ++destination) {
          for (const unsigned flits : lengths) {
            const Plane plane = flits % 2 == 0 ? Plane::kRequest : Plane::kResponse;
            packets.push_back({{source}, {destination}, flits, plane, inject += 500});
          }
        }
      }
      const std::vector<Delivery> deliveries = replay(*engine, packets);
      for (std::size_t i = 0; i < packets.size(); ++i) {
        const Packet& packet = packets[i];
        const unsigned routers = routers_between(config, packet.source.id, packet.destination.id);
        const std::uint64_t head = packet.inject_cycle + std::uint64_t{cycles} * routers + 2;
        ASSERT_EQ(deliveries[i].routers, routers);
        ASSERT_EQ(deliveries[i].head_cycle, head)
            << packet.source.id << " to " << packet.destination.id << ", " << packet.flits;
        ASSERT_EQ(deliveries[i].tail_cycle, head + packet.flits - 1)
            << packet.source.id << " to " << packet.destination.id << ", " << packet.flits;
      }
    }
  }
}

// Traffic elsewhere takes the engine at off its short cut for a network in which nobody meets.
TEST_P(Engine, ZeroLoadLatencyIsExactWhileOthersMeetElsewhere) {
  const NocConfig config;
  const auto engine = GetParam().make(config);
  // Two packets of the last tile to itself, one behind the other for ever.
  constexpr unsigned kLast = 15;
  engine->inject({{kLast}, {kLast}, 10'000'000, Plane::kRequest, 0});
  engine->inject({{kLast}, {kLast}, 1, Plane::kRequest, 0});
  Completion completion;
  for (unsigned source = 0; source < node_count(config); ++source) {
    for (unsigned destination = 0; destination < node_count(config); ++destination) {
      if (source == kLast || destination == kLast) continue;
      for (const unsigned flits : {1U, 3U, 8U, 9U, 20U}) {
        const std::uint64_t now = engine->now();
        engine->inject({{source}, {destination}, flits, Plane::kRequest, now});
        engine->advance_to(now + 200);
        ASSERT_TRUE(engine->poll(completion));
        const unsigned routers = routers_between(config, source, destination);
        ASSERT_EQ(completion.delivery.head_cycle, now + 4 * routers + 2)
            << source << " to " << destination << ", " << flits;
        ASSERT_EQ(completion.delivery.tail_cycle, now + 4 * routers + 2 + flits - 1)
            << source << " to " << destination << ", " << flits;
      }
    }
  }
}

unsigned below(std::mt19937& random, unsigned limit) {
  return static_cast<unsigned>(random() % limit);
}

NocConfig random_config(std::mt19937& random) {
  NocConfig config;
  config.width = 1 + below(random, 6);
  config.height = 1 + below(random, 6);
  config.packet_gap_cycles = below(random, 4);
  config.router_cycles = config.packet_gap_cycles + 1 + below(random, 4);
  config.buffer_flits = 1 + below(random, 12);
  config.routing = below(random, 2) == 0 ? Routing::kXy : Routing::kYx;
  return config;
}

// Bursts at every node, with pauses between them.
std::vector<Packet> random_packets(const NocConfig& config, std::mt19937& random, unsigned count) {
  std::vector<Packet> packets;
  std::uint64_t cycle = 0;
  const unsigned longest = 1 + below(random, 40);
  for (unsigned i = 0; i < count; ++i) {
    if (random() % 8 == 0) cycle += random() % 40;
    if (random() % 500 == 0) cycle += 2000;
    const Node source{below(random, node_count(config))};
    const Node destination{below(random, node_count(config))};
    const Plane plane = random() % 2 == 0 ? Plane::kRequest : Plane::kResponse;
    packets.push_back(
        {source, destination, 1 + below(random, longest), plane, cycle + random() % 20});
  }
  return packets;
}

void expect_conserved(const NocConfig& config, PacketEngine& engine,
                      const std::vector<Packet>& packets, const std::vector<Delivery>& deliveries) {
  std::uint64_t flits = 0;
  std::uint64_t hops = 0;
  std::uint64_t latency = 0;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Packet& packet = packets[i];
    const Delivery& delivery = deliveries[i];
    const unsigned routers = routers_between(config, packet.source.id, packet.destination.id);
    const std::uint64_t head =
        packet.inject_cycle + std::uint64_t{config.router_cycles} * routers + 2;
    ASSERT_GE(delivery.head_cycle, head);
    ASSERT_GE(delivery.tail_cycle, delivery.head_cycle + packet.flits - 1);
    flits += packet.flits;
    hops += std::uint64_t{packet.flits} * routers;
    latency += delivery.tail_cycle - packet.inject_cycle;
    last = std::max(last, delivery.tail_cycle);
  }
  const NetworkCounters& counters = engine.counters();
  EXPECT_EQ(counters.packets, packets.size());
  EXPECT_EQ(counters.flits, flits);
  EXPECT_EQ(counters.flit_hops, hops);
  EXPECT_EQ(counters.latency_cycles, latency);
  EXPECT_EQ(engine.packets_under_way(), 0U);
  std::uint64_t injected = 0;
  std::uint64_t ejected = 0;
  std::uint64_t between = 0;
  for (const LinkUse& link : engine.link_use()) {
    EXPECT_LE(link.busy_cycles, last);
    if (link.kind == LinkKind::kInjection) injected += link.busy_cycles;
    if (link.kind == LinkKind::kRouter) between += link.busy_cycles;
    if (link.kind == LinkKind::kEjection) ejected += link.busy_cycles;
  }
  EXPECT_EQ(injected, flits);
  EXPECT_EQ(ejected, flits);
  EXPECT_EQ(between, hops - flits);
  engine.advance_to(engine.now() + 200);
  EXPECT_TRUE(engine.at_rest());
}

TEST_P(Engine, ConservesFlitsAndCreditsInRandomNetworks) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    NocConfig config = random_config(random);
    if (random() % 2 == 0) config.topology = Wrap::kTorus;
    config.virtual_channels = config.topology == Wrap::kTorus ? 2 : 1;
    if (GetParam().make == make_flit_engine) config.virtual_channels += below(random, 7);
    const auto engine = GetParam().make(config);
    const std::vector<Packet> packets = random_packets(config, random, 1000);
    const std::vector<Delivery> deliveries = replay(*engine, packets);
    expect_conserved(config, *engine, packets, deliveries);
    if (HasFatalFailure()) return;
  }
}

// Overload: every source has more than the network can take, and sinks stall. A sink stalls while a
// packet of its own tile to itself, which needs no other link, comes in.
class Crowd : public ::testing::TestWithParam<std::tuple<EngineName, Wrap>> {};

TEST_P(Crowd, GetsThroughHoweverSinksStall) {
  const auto& [engine_name, topology] = GetParam();
  const bool full = std::getenv("AIMC_FULL") != nullptr;
  const unsigned count = full ? 1'000'000 : 100'000;
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937 random(kSeed);
  NocConfig config;
  config.topology = topology;
  config.virtual_channels = topology == Wrap::kTorus ? 2 : 1;
  config.buffer_flits = 3;  // packets spread over several routers
  const auto engine = engine_name.make(config);
  Completion completion;
  std::uint64_t arrived = 0;
  for (unsigned i = 0; i < count; ++i) {
    Packet packet{{below(random, 18)}, {below(random, 18)}, 1 + below(random, 8)};
    packet.plane = random() % 2 == 0 ? Plane::kRequest : Plane::kResponse;
    packet.inject_cycle = engine->now() + random() % 4;
    if (random() % 50 == 0) {
      packet.source = packet.destination;
      packet.flits = 1 + below(random, 300);
    }
    engine->inject(packet);
    if (random() % 4 == 0) engine->advance_to(engine->now() + 1 + random() % 3);
    while (engine->poll(completion)) ++arrived;
  }
  engine->advance_to(engine->now() + 30 * std::uint64_t{count});
  while (engine->poll(completion)) ++arrived;
  EXPECT_EQ(arrived, count);
  EXPECT_TRUE(engine->at_rest());
}

INSTANTIATE_TEST_SUITE_P(All, Crowd,
                         ::testing::Combine(::testing::ValuesIn(kEngines),
                                            ::testing::Values(Wrap::kMesh, Wrap::kTorus)),
                         [](const ::testing::TestParamInfo<Crowd::ParamType>& entry) {
                           const bool torus = std::get<1>(entry.param) == Wrap::kTorus;
                           return std::get<0>(entry.param).name +
                                  std::string(torus ? "Torus" : "Mesh");
                         });

// A caller that follows next_event_cycle, and injects while time goes on, sees what replay sees.
TEST_P(Engine, SteppingFromEventToEventGivesTheSameArrivals) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const NocConfig config = random_config(random);
    std::vector<Packet> packets = random_packets(config, random, 500);
    std::stable_sort(packets.begin(), packets.end(), [](const Packet& a, const Packet& b) {
      return a.inject_cycle < b.inject_cycle;
    });
    const auto replayed = GetParam().make(config);
    const std::vector<Delivery> expected = replay(*replayed, packets);
    const auto engine = GetParam().make(config);
    std::size_t arrived = 0;
    const auto poll_all = [&](std::uint64_t now) {
      Completion completion;
      while (engine->poll(completion)) {
        EXPECT_EQ(completion.delivery.tail_cycle, now);
        EXPECT_EQ(completion.delivery.tail_cycle, expected[completion.id].tail_cycle);
        EXPECT_EQ(completion.delivery.head_cycle, expected[completion.id].head_cycle);
        ++arrived;
      }
    };
    for (const Packet& packet : packets) {
      while (engine->next_event_cycle() <= packet.inject_cycle) {
        const std::uint64_t now = engine->next_event_cycle();
        engine->advance_to(now);
        poll_all(now);
      }
      engine->inject(packet);
    }
    while (engine->packets_under_way() > 0) {
      const std::uint64_t now = engine->next_event_cycle();
      ASSERT_GT(now, engine->now());
      engine->advance_to(now);
      poll_all(now);
    }
    EXPECT_EQ(arrived, packets.size());
    EXPECT_EQ(engine->next_event_cycle(), PacketEngine::kNever);
  }
}

TEST_P(Engine, PlanesShareNothing) {
  const auto engine = GetParam().make({});
  const std::vector<Delivery> deliveries = replay(
      *engine, {{{0}, {15}, 100, Plane::kRequest, 0}, {{0}, {15}, 100, Plane::kResponse, 0}});
  EXPECT_EQ(deliveries[0].tail_cycle, deliveries[1].tail_cycle);
}

TEST_P(Engine, ASourceSendsInOrderOfInjection) {
  const auto engine = GetParam().make({});
  const std::vector<Delivery> deliveries = replay(*engine, {{{0}, {1}, 4, Plane::kRequest, 50},
                                                            {{0}, {1}, 4, Plane::kRequest, 20},
                                                            {{0}, {1}, 4, Plane::kRequest, 50},
                                                            {{0}, {1}, 4, Plane::kRequest, 0}});
  const std::uint64_t alone = 4 * 2 + 2 + 3;
  EXPECT_EQ(deliveries[3].tail_cycle, alone);
  EXPECT_EQ(deliveries[1].tail_cycle, 20 + alone);
  EXPECT_EQ(deliveries[0].tail_cycle, 50 + alone);
  EXPECT_EQ(deliveries[2].tail_cycle, 54 + alone);
}

// Worked out by hand for the pipeline with a stage of virtual-channel allocation (h = 4): node 0
// and node 1 send 2-flit packets to node 2 at such times that their heads meet in router 1.
TEST_P(Engine, TheLoserOfAnOutputFollowsAfterTheAllocationStage) {
  NocConfig config;
  config.packet_gap_cycles = 1;
  const auto engine = GetParam().make(config);
  const std::vector<Delivery> deliveries =
      replay(*engine, {{{0}, {2}, 2, Plane::kRequest, 0}, {{1}, {2}, 2, Plane::kRequest, 4}});
  // Both heads are in router 1 at cycle 6; the west input comes before the tile's.
  EXPECT_EQ(deliveries[0].head_cycle, 14U);
  EXPECT_EQ(deliveries[0].tail_cycle, 15U);
  // Granted 6 and switched 7, 8; the output's channel is free again at 9, switched 10, 11.
  EXPECT_EQ(deliveries[1].head_cycle, 17U);
  EXPECT_EQ(deliveries[1].tail_cycle, 18U);
}

TEST_P(Engine, ReplaysAGoldenTrace) {
  // Arrivals of the flit engine, which agrees with BookSim 2 packet by packet on larger meshes; a
  // hot spot at node 5.
  std::istringstream in(
      "cycle,src,dst,flits,head,tail\n"
      "1,14,5,8,27,34\n"
      "2,12,11,8,24,31\n"
      "3,16,11,8,33,40\n"
      "3,13,6,1,21,21\n"
      "5,0,5,8,36,43\n"
      "6,0,5,8,142,149\n"
      "6,4,5,1,16,16\n"
      "7,4,5,8,18,25\n"
      "9,17,5,1,47,47\n"
      "9,13,14,8,25,32\n"
      "10,15,5,8,151,158\n"
      "10,9,5,1,49,49\n"
      "11,12,5,8,71,78\n"
      "11,7,5,1,45,45\n"
      "12,5,6,1,23,23\n"
      "13,14,5,8,115,122\n"
      "14,0,5,8,182,189\n"
      "15,17,5,8,62,69\n"
      "16,1,5,8,51,58\n"
      "16,0,5,1,191,191\n"
      "17,13,5,1,111,111\n"
      "18,6,5,1,60,60\n"
      "19,6,5,8,89,96\n"
      "19,3,5,8,80,87\n"
      "21,16,5,8,100,107\n"
      "22,15,5,1,169,169\n"
      "24,6,5,1,109,109\n"
      "25,2,5,8,124,131\n"
      "26,14,12,8,134,141\n"
      "28,3,16,1,122,122\n"
      "28,13,12,8,41,48\n"
      "30,9,5,1,98,98\n"
      "31,15,16,1,157,157\n"
      "33,16,5,1,171,171\n"
      "35,2,5,8,160,167\n"
      "36,12,7,1,62,62\n"
      "38,1,5,1,113,113\n"
      "39,13,5,8,133,140\n"
      "39,11,0,1,65,65\n"
      "39,2,5,8,173,180\n");
  NocConfig config;
  config.packet_gap_cycles = 1;
  const PacketTrace trace = read_trace(in, config);
  const auto engine = GetParam().make(config);
  const std::vector<Delivery> deliveries = replay(*engine, trace.packets);
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    EXPECT_EQ(deliveries[i].head_cycle, trace.deliveries[i].head_cycle) << "packet " << i;
    EXPECT_EQ(deliveries[i].tail_cycle, trace.deliveries[i].tail_cycle) << "packet " << i;
  }
}

TEST_P(Engine, RefusesPacketsThatCannotBe) {
  const auto engine = GetParam().make({});
  engine->advance_to(100);
  EXPECT_EQ(engine->now(), 100U);
  EXPECT_THROW(engine->inject({{18}, {0}, 1, Plane::kRequest, 100}), std::invalid_argument);
  EXPECT_THROW(engine->inject({{0}, {18}, 1, Plane::kRequest, 100}), std::invalid_argument);
  EXPECT_THROW(engine->inject({{0}, {1}, 0, Plane::kRequest, 100}), std::invalid_argument);
  EXPECT_THROW(engine->inject({{0}, {1}, 1, Plane::kRequest, 99}), std::invalid_argument);
  EXPECT_THROW(engine->routers_visited({0}, {18}), std::invalid_argument);
  EXPECT_EQ(engine->packets_under_way(), 0U);
  EXPECT_TRUE(engine->at_rest());
}

TEST_P(Engine, RefusesAPipelineShorterThanItsAllocation) {
  NocConfig config;
  config.router_cycles = config.packet_gap_cycles = 2;
  EXPECT_THROW(GetParam().make(config), std::invalid_argument);
  config = {};
  config.virtual_channels = 9;
  EXPECT_THROW(GetParam().make(config), std::invalid_argument);
}

TEST(AtEngine, HasOneVirtualChannel) {
  NocConfig config;
  config.virtual_channels = 2;
  EXPECT_THROW(make_at_engine(config), std::invalid_argument);
}

TEST(FlitEngine, VirtualChannelsLetPacketsPassABlockedOne) {
  // Node 3 sends to itself, so a packet from node 0 to node 3 waits on the link from router 1 to
  // router 2, which a packet from node 1 to node 6 needs as well.
  std::uint64_t tail[2] = {};
  for (const unsigned vcs : {1U, 2U}) {
    NocConfig config;
    config.virtual_channels = vcs;
    const auto engine = make_flit_engine(config);
    tail[vcs - 1] = replay(*engine, {{{3}, {3}, 200, Plane::kRequest, 0},
                                     {{0}, {3}, 64, Plane::kRequest, 0},
                                     {{1}, {6}, 4, Plane::kRequest, 30}})[2]
                        .tail_cycle;
  }
  EXPECT_GT(tail[0], 150U);
  EXPECT_LT(tail[1], 100U);
}

}  // namespace
}  // namespace aimc::noc
