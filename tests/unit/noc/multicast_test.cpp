// Multicast in all three engines: times, conservation, and what the tree saves.
#include "models/noc/multicast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/noc/engine.h"

namespace aimc::noc {
namespace {

/// A packet and where it goes.
struct Shipment {
  Packet packet;
  std::vector<Node> destinations;
};

using Arrivals = std::vector<std::vector<Delivery>>;  // by shipment, then destination

/// What a network did with shipments.
struct Outcome {
  Arrivals arrivals;
  NetworkCounters counters;
  std::vector<LinkUse> links;
  bool at_rest = true;
};

Outcome run_lt(const NocConfig& config, const std::vector<Shipment>& shipments) {
  const auto network = make_lt_network(config);
  Outcome outcome;
  for (const Shipment& shipment : shipments) {
    outcome.arrivals.push_back(network->send_multicast(shipment.packet, shipment.destinations));
  }
  outcome.counters = network->counters();
  outcome.links = network->link_use();
  return outcome;
}

Outcome run_packet_engine(PacketEngine& engine, const std::vector<Shipment>& shipments) {
  Outcome outcome;
  std::vector<PacketId> first;
  for (const Shipment& shipment : shipments) {
    first.push_back(engine.inject_multicast(shipment.packet, shipment.destinations));
    outcome.arrivals.emplace_back(shipment.destinations.size());
  }
  Completion completion;
  std::uint64_t announced = 0;
  while (engine.packets_under_way() > 0) {
    announced = std::max(engine.next_event_cycle(), announced + 1);
    engine.advance_to(announced);
    while (engine.poll(completion)) {
      // Nothing may come before the engine said something could.
      EXPECT_EQ(completion.delivery.tail_cycle, announced);
      const auto after = std::upper_bound(first.begin(), first.end(), completion.id);
      const auto shipment = static_cast<std::size_t>(after - first.begin() - 1);
      outcome.arrivals[shipment][completion.id - first[shipment]] = completion.delivery;
    }
    if (announced > 10'000'000) {
      ADD_FAILURE() << engine.packets_under_way() << " packets never arrive";
      return outcome;
    }
  }
  engine.advance_to(announced + 100);
  outcome.at_rest = engine.at_rest();
  outcome.counters = engine.counters();
  outcome.links = engine.link_use();
  return outcome;
}

Outcome run(Engine engine, const NocConfig& config, const std::vector<Shipment>& shipments) {
  if (engine == Engine::kLt) return run_lt(config, shipments);
  const auto made = engine == Engine::kAt ? make_at_engine(config) : make_flit_engine(config);
  return run_packet_engine(*made, shipments);
}

std::vector<Node> rectangle(const NocConfig& config, unsigned x, unsigned y, unsigned columns,
                            unsigned rows) {
  std::vector<Node> nodes;
  for (unsigned row = y; row < y + rows; ++row) {
    for (unsigned column = x; column < x + columns; ++column) {
      nodes.push_back({row * config.width + column});
    }
  }
  return nodes;
}

std::uint64_t law(const NocConfig& config, const Packet& packet, const Delivery& delivery) {
  return packet.inject_cycle + std::uint64_t{config.router_cycles} * delivery.routers + 2 +
         packet.flits - 1;
}

std::uint64_t total_busy(const std::vector<LinkUse>& links, LinkKind kind) {
  std::uint64_t busy = 0;
  for (const LinkUse& use : links) busy += use.kind == kind ? use.busy_cycles : 0;
  return busy;
}

class Multicast : public ::testing::TestWithParam<Engine> {};

INSTANTIATE_TEST_SUITE_P(All, Multicast, ::testing::Values(Engine::kLt, Engine::kAt, Engine::kFlit),
                         [](const ::testing::TestParamInfo<Engine>& entry) {
                           return std::string(engine_name(entry.param));
                         });

TEST_P(Multicast, ReachesEachDestinationWhenAPacketOfItsOwnWould) {
  for (const Wrap wrap : {Wrap::kMesh, Wrap::kTorus}) {
    for (const auto& [cycles, gap] : {std::pair{4U, 1U}, {3U, 0U}, {6U, 2U}}) {
      NocConfig config;
      config.width = 5;
      config.height = 4;
      config.topology = wrap;
      config.virtual_channels = wrap == Wrap::kTorus ? 2 : 1;
      config.router_cycles = cycles;
      config.packet_gap_cycles = gap;
      config.buffer_flits = 9;
      config.routing = gap == 0 ? Routing::kYx : Routing::kXy;
      std::vector<Shipment> shipments;
      std::uint64_t inject = 0;
      for (unsigned source = 0; source < node_count(config); ++source) {
        for (const auto& nodes : {rectangle(config, 0, 0, 5, 4), rectangle(config, 1, 1, 2, 3),
                                  rectangle(config, 0, 2, 5, 1), rectangle(config, 3, 0, 1, 4)}) {
          for (const unsigned flits : {1U, 4U, 9U}) {
            shipments.push_back({{{source}, {}, flits, Plane::kRequest, inject += 200}, nodes});
          }
        }
        std::vector<Node> all;
        for (unsigned node = 0; node < node_count(config); ++node) all.push_back({node});
        shipments.push_back({{{source}, {}, 3, Plane::kResponse, inject += 200}, all});
      }
      const Outcome outcome = run(GetParam(), config, shipments);
      const auto alone = make_lt_network(config);
      for (std::size_t i = 0; i < shipments.size(); ++i) {
        const Packet& packet = shipments[i].packet;
        for (std::size_t copy = 0; copy < shipments[i].destinations.size(); ++copy) {
          const Delivery& delivery = outcome.arrivals[i][copy];
          const Node destination = shipments[i].destinations[copy];
          ASSERT_EQ(delivery.routers, alone->routers_visited(packet.source, destination));
          ASSERT_EQ(delivery.tail_cycle, law(config, packet, delivery))
              << "from " << packet.source.id << " to " << destination.id << ", " << packet.flits
              << " flits, h " << cycles << ", torus " << (wrap == Wrap::kTorus);
          ASSERT_EQ(delivery.head_cycle, delivery.tail_cycle - packet.flits + 1);
        }
      }
      EXPECT_TRUE(outcome.at_rest);
    }
  }
}

TEST_P(Multicast, ToOneNodeIsAPacketLikeAnyOther) {
  NocConfig config;
  std::mt19937 random(3);
  std::vector<Shipment> shipments;
  std::vector<Packet> packets;
  for (unsigned i = 0; i < 2000; ++i) {
    const Packet packet{{static_cast<unsigned>(random() % 16)},
                        {static_cast<unsigned>(random() % 16)},
                        static_cast<unsigned>(1 + random() % 8),
                        Plane::kRequest,
                        i * 2};
    packets.push_back(packet);
    shipments.push_back({packet, {packet.destination}});
  }
  const Outcome outcome = run(GetParam(), config, shipments);
  std::vector<Delivery> expected;
  if (GetParam() == Engine::kLt) {
    const auto network = make_lt_network(config);
    for (const Packet& packet : packets) expected.push_back(network->send(packet));
  } else {
    const auto engine =
        GetParam() == Engine::kAt ? make_at_engine(config) : make_flit_engine(config);
    expected = replay(*engine, packets);
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    ASSERT_EQ(outcome.arrivals[i][0].tail_cycle, expected[i].tail_cycle);
  }
}

TEST_P(Multicast, CrossesEachLinkOnce) {
  NocConfig config;
  config.width = config.height = 8;
  const std::vector<Node> row = rectangle(config, 0, 3, 8, 1);
  const Packet packet{{24}, {}, 5, Plane::kRequest, 0};  // from the row's first tile
  const Outcome once = run(GetParam(), config, {{packet, row}});
  EXPECT_EQ(once.counters.packets, 8U);
  EXPECT_EQ(once.counters.flits, 40U);
  EXPECT_EQ(once.counters.flit_hops, 5U * (7 + 8));
  EXPECT_EQ(total_busy(once.links, LinkKind::kInjection), 5U);
  EXPECT_EQ(total_busy(once.links, LinkKind::kRouter), 35U);
  EXPECT_EQ(total_busy(once.links, LinkKind::kEjection), 40U);
  std::vector<Shipment> unicasts;
  for (const Node node : row) unicasts.push_back({packet, {node}});
  const Outcome each = run(GetParam(), config, unicasts);
  EXPECT_EQ(each.counters.flit_hops, 5U * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8));
  EXPECT_LT(once.arrivals[0][7].tail_cycle, each.arrivals[7][0].tail_cycle);
}

TEST_P(Multicast, ABusyOutputDelaysOnlyTheCopyThatNeedsIt) {
  NocConfig config;
  // Node 1 is kept busy from below when the multicast comes from the left.
  const std::vector<Shipment> shipments = {
      {{{5}, {}, 60, Plane::kRequest, 0}, {{1}}},
      {{{0}, {}, 8, Plane::kRequest, 6}, {{1}, {2}, {3}}},
  };
  const Outcome outcome = run(GetParam(), config, shipments);
  const auto& copies = outcome.arrivals[1];
  EXPECT_GT(copies[0].tail_cycle, outcome.arrivals[0][0].tail_cycle);
  EXPECT_EQ(copies[1].tail_cycle, law(config, shipments[1].packet, copies[1]));
  EXPECT_EQ(copies[2].tail_cycle, law(config, shipments[1].packet, copies[2]));
}

std::vector<Shipment> random_shipments(const NocConfig& config, std::mt19937& random,
                                       unsigned number, unsigned every, unsigned flits = 0) {
  const auto below = [&random](unsigned end) { return static_cast<unsigned>(random() % end); };
  std::vector<Shipment> shipments;
  std::uint64_t cycle = 0;
  for (unsigned i = 0; i < number; ++i) {
    cycle += below(2 * every + 1);
    const unsigned x = below(config.width);
    const unsigned y = below(config.height);
    const bool several = below(2) == 0;
    const unsigned columns = several ? 1 + below(config.width - x) : 1;
    const unsigned rows = several ? 1 + below(config.height - y) : 1;
    const unsigned longest = several ? config.buffer_flits : 2 * config.buffer_flits;
    shipments.push_back({{{below(node_count(config))},
                          {},
                          flits != 0 ? flits : 1 + below(longest),
                          Plane::kRequest,
                          cycle},
                         rectangle(config, x, y, columns, rows)});
    std::shuffle(shipments.back().destinations.begin(), shipments.back().destinations.end(),
                 random);
  }
  return shipments;
}

TEST_P(Multicast, NothingIsLostInRandomNetworksAtAnyLoad) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    NocConfig config;
    config.width = 1 + static_cast<unsigned>(random() % 6);
    config.height = 1 + static_cast<unsigned>(random() % 6);
    config.topology = random() % 3 == 0 ? Wrap::kTorus : Wrap::kMesh;
    config.routing = random() % 2 == 0 ? Routing::kXy : Routing::kYx;
    config.packet_gap_cycles = static_cast<unsigned>(random() % 3);
    config.router_cycles = config.packet_gap_cycles + 1 + static_cast<unsigned>(random() % 4);
    config.buffer_flits = 1 + static_cast<unsigned>(random() % 12);
    config.virtual_channels = config.topology == Wrap::kTorus ? 2 : 1;
    if (GetParam() == Engine::kFlit) config.virtual_channels *= 1 + unsigned(random() % 3);
    const auto shipments = random_shipments(config, random, 300, seed % 20);
    const Outcome outcome = run(GetParam(), config, shipments);
    const Topology topology(config);
    std::uint64_t injected = 0;
    std::uint64_t ejected = 0;
    std::uint64_t between = 0;
    for (std::size_t i = 0; i < shipments.size(); ++i) {
      const Packet& packet = shipments[i].packet;
      const auto tree =
          make_multicast_tree(topology, config.routing, packet.source, shipments[i].destinations);
      const std::size_t copies = shipments[i].destinations.size();
      injected += packet.flits;
      ejected += packet.flits * copies;
      between += packet.flits * (tree.branches.size() - 1 - copies);
      for (const Delivery& delivery : outcome.arrivals[i]) {
        ASSERT_GE(delivery.tail_cycle, law(config, packet, delivery));
      }
    }
    EXPECT_TRUE(outcome.at_rest);
    EXPECT_EQ(total_busy(outcome.links, LinkKind::kInjection), injected);
    EXPECT_EQ(total_busy(outcome.links, LinkKind::kEjection), ejected);
    EXPECT_EQ(total_busy(outcome.links, LinkKind::kRouter), between);
    EXPECT_EQ(outcome.counters.flits, ejected);
    EXPECT_EQ(outcome.counters.flit_hops, between + ejected);
    if (::testing::Test::HasFailure()) return;
  }
}

double mean_latency(const Outcome& outcome) {
  return static_cast<double>(outcome.counters.latency_cycles) /
         static_cast<double>(outcome.counters.packets);
}

TEST(MulticastEngines, AgreeOnTheMeanUnderLoad) {
  for (const unsigned every : {6U, 2U}) {
    std::mt19937 random(every);
    NocConfig config;
    config.width = config.height = 8;
    config.packet_gap_cycles = 1;
    const auto shipments = random_shipments(config, random, 3000, every, config.buffer_flits);
    const double flit = mean_latency(run(Engine::kFlit, config, shipments));
    const double at = mean_latency(run(Engine::kAt, config, shipments));
    const double lt = mean_latency(run(Engine::kLt, config, shipments));
    ::testing::Test::RecordProperty(
        "means_" + std::to_string(every),
        std::to_string(flit) + " " + std::to_string(at) + " " + std::to_string(lt));
    EXPECT_NEAR(at / flit, 1.0, 0.01) << at << " beside " << flit;
    EXPECT_NEAR(lt / flit, 1.0, 0.10) << lt << " beside " << flit;
  }
}

TEST_P(Multicast, RefusesWhatNoForkCouldHold) {
  const NocConfig config;
  const auto send = [&](unsigned flits, const std::vector<Node>& destinations) {
    try {
      run(GetParam(), config, {{{{0}, {}, flits, Plane::kRequest, 0}, destinations}});
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(send(9, {{1}, {2}}), "noc: a multicast of 9 flits, expected at most buffer_flits, 8");
  EXPECT_EQ(send(1, {}), "noc: a multicast to nobody, expected at least 1 destination");
  EXPECT_EQ(send(1, {{1}, {5}, {1}}), "noc: a multicast names node 1 twice");
  EXPECT_EQ(send(1, {{1}, {18}}), "noc: node 18 does not exist, there are 18");
  EXPECT_EQ(send(0, {{1}, {2}}), "noc: a packet of 0 flits, expected at least 1");
  EXPECT_EQ(send(8, {{1}, {2}}), "");
}

}  // namespace
}  // namespace aimc::noc
