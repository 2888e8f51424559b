#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "models/noc/network.h"

namespace aimc::noc {
namespace {

class ZeroLoad : public ::testing::TestWithParam<std::tuple<unsigned, unsigned, Routing>> {};

// Packets far apart meet nothing, so one network serves all of them.
TEST_P(ZeroLoad, LatencyIsExactForEveryPairAndLength) {
  NocConfig config;
  std::tie(config.width, config.router_cycles, config.routing) = GetParam();
  config.height = config.width;
  const auto network = make_lt_network(config);
  const unsigned width = config.width;
  const auto router_of = [&](unsigned node) {
    if (node == host_node(config).id) return 0U;
    return node == memory_node(config).id ? width : node;
  };
  std::vector<unsigned> lengths = {24, 257};
  for (unsigned flits = 1; flits <= 17; ++flits) lengths.push_back(flits);
  std::uint64_t inject = 0;
  for (unsigned source = 0; source < node_count(config); ++source) {
    for (unsigned destination = 0; destination < node_count(config); ++destination) {
      const auto from = static_cast<int>(router_of(source));
      const auto to = static_cast<int>(router_of(destination));
      const int columns = static_cast<int>(width);
      const int hops =
          std::abs(from % columns - to % columns) + std::abs(from / columns - to / columns);
      const auto routers = static_cast<unsigned>(hops + 1);
      ASSERT_EQ(network->routers_visited({source}, {destination}), routers);
      for (const unsigned flits : lengths) {
        for (const Plane plane : {Plane::kRequest, Plane::kResponse}) {
          inject += 1000;
          const Delivery delivery = network->send({{source}, {destination}, flits, plane, inject});
          ASSERT_EQ(delivery.routers, routers);
          const std::uint64_t head = inject + std::uint64_t{config.router_cycles} * routers + 2;
          ASSERT_EQ(delivery.head_cycle, head) << source << " to " << destination;
          ASSERT_EQ(delivery.tail_cycle, head + flits - 1) << source << " to " << destination;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Meshes, ZeroLoad,
                         ::testing::Combine(::testing::Values(4U, 8U),
                                            ::testing::Values(1U, 2U, 4U),
                                            ::testing::Values(Routing::kXy, Routing::kYx)));

TEST(LtNetwork, PacketsThatShareALinkFinishLaterThanOnDisjointLinks) {
  const NocConfig config;  // 4 x 4
  const Packet first{{0}, {3}, 8, Plane::kRequest, 10};
  const auto shared = make_lt_network(config);
  shared->send(first);
  const Delivery behind = shared->send({{1}, {7}, 8, Plane::kRequest, 10 + config.router_cycles});
  const auto disjoint = make_lt_network(config);
  disjoint->send(first);
  // The same distance, one row further down.
  const Delivery alone = disjoint->send({{5}, {11}, 8, Plane::kRequest, 10 + config.router_cycles});
  EXPECT_EQ(alone.tail_cycle, 10U + 4 + 4 * 4 + 2 + 7);
  EXPECT_EQ(behind.tail_cycle, alone.tail_cycle + 8);
}

TEST(LtNetwork, PlanesShareNothing) {
  const auto network = make_lt_network({});
  const Delivery request = network->send({{0}, {15}, 100, Plane::kRequest, 0});
  const Delivery response = network->send({{0}, {15}, 100, Plane::kResponse, 0});
  EXPECT_EQ(request.tail_cycle, response.tail_cycle);
}

TEST(LtNetwork, AnEarlierPacketSentLaterTakesTheGapBefore) {
  const auto network = make_lt_network({});
  const Delivery late = network->send({{0}, {3}, 8, Plane::kRequest, 1000});
  const Delivery early = network->send({{1}, {3}, 8, Plane::kRequest, 100});
  EXPECT_EQ(early.tail_cycle, 100U + 4 * 3 + 2 + 7);
  EXPECT_EQ(late.tail_cycle, 1000U + 4 * 4 + 2 + 7);
  // A gap that is too short is left alone: at node 3 the link is taken from cycle 1017 on.
  const Delivery squeezed = network->send({{1}, {3}, 8, Plane::kRequest, 1000});
  EXPECT_GT(squeezed.head_cycle, late.tail_cycle);
}

TEST(LtNetwork, PacketGapKeepsALinkIdleBetweenPackets) {
  for (const unsigned gap : {0U, 1U, 3U}) {
    NocConfig config;
    config.packet_gap_cycles = gap;
    const auto network = make_lt_network(config);
    const Delivery first = network->send({{0}, {2}, 1, Plane::kRequest, 0});
    const Delivery second = network->send({{0}, {2}, 1, Plane::kRequest, 0});
    EXPECT_EQ(second.tail_cycle, first.tail_cycle + 1 + gap);
  }
}

// 0 -> 2 waits for the ejection link of node 2; what follows it over link 0-1 waits too once the
// buffers are full.
TEST(LtNetwork, ABlockedPacketHoldsTheLinksBehindIt) {
  const auto latency_behind_it = [](unsigned buffer_flits) {
    NocConfig config;
    config.buffer_flits = buffer_flits;
    const auto network = make_lt_network(config);
    network->send({{6}, {2}, 200, Plane::kRequest, 0});
    network->send({{0}, {2}, 32, Plane::kRequest, 20});
    return network->send({{0}, {5}, 1, Plane::kRequest, 60}).tail_cycle - 60;
  };
  const std::uint64_t zero_load = 4 * 3 + 2;
  EXPECT_GT(latency_behind_it(8), zero_load + 100);
  EXPECT_GT(latency_behind_it(8), latency_behind_it(16));
  EXPECT_EQ(latency_behind_it(256), zero_load);
}

TEST(LtNetwork, ALongPacketIsNotOvertakenByAShortOne) {
  for (const unsigned buffer_flits : {8U, 256U}) {
    NocConfig config;
    config.buffer_flits = buffer_flits;
    const auto network = make_lt_network(config);
    // Leaves gaps of 20 cycles on node 3's ejection link, too short for the long packet.
    for (std::uint64_t i = 0; i < 40; ++i) network->send({{7}, {3}, 10, Plane::kRequest, 30 * i});
    const Delivery with_long = network->send({{0}, {3}, 64, Plane::kRequest, 100});
    const Delivery with_short = network->send({{0}, {3}, 1, Plane::kRequest, 101});
    EXPECT_GT(with_long.tail_cycle, 1000U);
    EXPECT_GT(with_short.head_cycle, with_long.tail_cycle);
  }
}

TEST(LtNetwork, CountsPacketsFlitsHopsAndLatency) {
  const NocConfig config;
  const auto network = make_lt_network(config);
  EXPECT_TRUE(network->link_use().empty());
  network->send({host_node(config), {5}, 3, Plane::kRequest, 7});
  network->send({{5}, host_node(config), 2, Plane::kResponse, 100});
  const NetworkCounters& counters = network->counters();
  EXPECT_EQ(counters.packets, 2U);
  EXPECT_EQ(counters.flits, 5U);
  EXPECT_EQ(counters.flit_hops, 5U * 3);
  EXPECT_EQ(counters.latency_cycles, (4U * 3 + 2 + 2) + (4 * 3 + 2 + 1));
  const auto links = network->link_use();
  ASSERT_EQ(links.size(), 8U);
  EXPECT_EQ(links[0].kind, LinkKind::kInjection);
  EXPECT_EQ(links[0].node.id, host_node(config).id);
  EXPECT_EQ(links[0].plane, Plane::kRequest);
  EXPECT_EQ(links[0].busy_cycles, 3U);
  EXPECT_EQ(links[7].plane, Plane::kResponse);
  EXPECT_EQ(links[7].busy_cycles, 2U);
}

TEST(LtNetwork, RefusesPacketsThatCannotBe) {
  const NocConfig config;
  const auto network = make_lt_network(config);
  const Node nowhere{node_count(config)};
  EXPECT_THROW(network->send({nowhere, {0}, 1, Plane::kRequest, 0}), std::invalid_argument);
  EXPECT_THROW(network->send({{0}, nowhere, 1, Plane::kRequest, 0}), std::invalid_argument);
  EXPECT_THROW(network->send({{0}, {1}, 0, Plane::kRequest, 0}), std::invalid_argument);
  EXPECT_THROW(network->routers_visited({0}, nowhere), std::invalid_argument);
  network->retire_before(50);
  network->retire_before(20);  // time does not go back
  EXPECT_THROW(network->send({{0}, {1}, 1, Plane::kRequest, 49}), std::invalid_argument);
  EXPECT_NO_THROW(network->send({{0}, {1}, 1, Plane::kRequest, 50}));
}

}  // namespace
}  // namespace aimc::noc
