#include "models/noc/topology.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/noc/routing.h"

namespace aimc::noc {
namespace {

NocConfig mesh(unsigned width, unsigned height, Routing routing = Routing::kXy) {
  NocConfig config;
  config.width = width;
  config.height = height;
  config.routing = routing;
  return config;
}

TEST(Topology, AttachesHostAndMemoryToTheWestOfColumnZero) {
  const NocConfig config = mesh(4, 3);
  const Topology topology(config);
  EXPECT_EQ(node_count(config), 14U);
  EXPECT_EQ(host_node(config).id, 12U);
  EXPECT_EQ(memory_node(config).id, 13U);
  EXPECT_EQ(topology.router_of(host_node(config)), 0U);
  EXPECT_EQ(topology.port_of(host_node(config)), Port::kWest);
  EXPECT_EQ(topology.router_of(memory_node(config)), 4U);
  EXPECT_EQ(topology.port_of(memory_node(config)), Port::kWest);
  EXPECT_EQ(topology.router_of({7}), 7U);
  EXPECT_EQ(topology.port_of({7}), Port::kTile);
}

TEST(Topology, GivesMemoryTheNorthPortOfAMeshOfOneRow) {
  const NocConfig config = mesh(4, 1);
  const Topology topology(config);
  EXPECT_EQ(topology.router_of(memory_node(config)), 0U);
  EXPECT_EQ(topology.port_of(memory_node(config)), Port::kNorth);
  EXPECT_EQ(topology.port_of(host_node(config)), Port::kWest);
}

TEST(Topology, NumbersEveryUsedLinkOnce) {
  const NocConfig config = mesh(3, 4);
  const Topology topology(config);
  std::set<unsigned> numbers;
  unsigned used = 0;
  for (unsigned node = 0; node < topology.nodes(); ++node) {
    numbers.insert({Topology::injection_link({node}), topology.ejection_link({node})});
    used += 2;
  }
  for (unsigned router = 0; router < topology.routers(); ++router) {
    for (const Port port : {Port::kEast, Port::kWest, Port::kNorth, Port::kSouth}) {
      numbers.insert(topology.router_link(router, port));
      ++used;
    }
  }
  EXPECT_EQ(numbers.size(), used);
  EXPECT_EQ(used, topology.link_count());
  EXPECT_LT(*numbers.rbegin(), topology.link_count());
}

class RoutingTest : public ::testing::TestWithParam<Routing> {};

TEST_P(RoutingTest, PathsAreConnectedAndMinimal) {
  for (const auto& [width, height] : {std::pair{4U, 4U}, {5U, 1U}, {1U, 5U}, {1U, 1U}}) {
    const NocConfig config = mesh(width, height, GetParam());
    const Topology topology(config);
    Path path;
    for (unsigned source = 0; source < topology.nodes(); ++source) {
      for (unsigned destination = 0; destination < topology.nodes(); ++destination) {
        find_path(topology, config.routing, {source}, {destination}, path);
        ASSERT_EQ(path.routers(), path_routers(topology, {source}, {destination}));
        const LinkEnds first = topology.ends(path.links[0]);
        const LinkEnds last = topology.ends(path.links[path.size - 1]);
        ASSERT_EQ(first.kind, LinkKind::kInjection);
        ASSERT_EQ(first.node.id, source);
        ASSERT_EQ(last.kind, LinkKind::kEjection);
        ASSERT_EQ(last.node.id, destination);
        ASSERT_EQ(last.from_router, topology.router_of({destination}));
        unsigned router = first.to_router;
        for (unsigned i = 1; i < path.size; ++i) {
          const LinkEnds link = topology.ends(path.links[i]);
          ASSERT_EQ(link.from_router, router);
          router = link.to_router;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, RoutingTest, ::testing::Values(Routing::kXy, Routing::kYx));

TEST(RoutingOrder, XyTravelsItsRowFirstAndYxItsColumn) {
  const Topology topology(mesh(4, 4));
  EXPECT_EQ(next_port(topology, Routing::kXy, 0, 15), Port::kEast);
  EXPECT_EQ(next_port(topology, Routing::kYx, 0, 15), Port::kSouth);
  EXPECT_EQ(next_port(topology, Routing::kXy, 15, 0), Port::kWest);
  EXPECT_EQ(next_port(topology, Routing::kYx, 15, 0), Port::kNorth);
  EXPECT_EQ(next_port(topology, Routing::kXy, 5, 5), Port::kTile);
}

TEST(RoutingOrder, TheLargestMeshFitsAPath) {
  const NocConfig config = mesh(32, 32);
  const Topology topology(config);
  Path path;
  find_path(topology, Routing::kXy, {0}, {32 * 32 - 1}, path);
  EXPECT_EQ(path.size, Path::kMaxLinks);
}

NocConfig torus(unsigned width, unsigned height, Routing routing = Routing::kXy) {
  NocConfig config = mesh(width, height, routing);
  config.topology = Wrap::kTorus;
  config.virtual_channels = 2;
  return config;
}

TEST(Torus, RoutersHaveNeighboursBeyondTheEdge) {
  const Topology topology(torus(4, 3));
  EXPECT_EQ(topology.neighbour(3, Port::kEast), 0U);
  EXPECT_EQ(topology.neighbour(4, Port::kWest), 7U);
  EXPECT_EQ(topology.neighbour(1, Port::kNorth), 9U);
  EXPECT_EQ(topology.neighbour(10, Port::kSouth), 2U);
  EXPECT_EQ(topology.neighbour(5, Port::kEast), 6U);
  EXPECT_EQ(topology.port_of(host_node(torus(4, 3))), Port::kExtra);
  EXPECT_EQ(topology.port_of(memory_node(torus(4, 3))), Port::kExtra);
}

TEST(Torus, PathsTakeTheShorterWayRound) {
  const Topology topology(torus(5, 4));
  EXPECT_EQ(next_port(topology, Routing::kXy, 0, 4), Port::kWest);
  EXPECT_EQ(next_port(topology, Routing::kXy, 0, 2), Port::kEast);
  EXPECT_EQ(next_port(topology, Routing::kXy, 0, 3), Port::kWest);
  EXPECT_EQ(next_port(topology, Routing::kXy, 0, 10), Port::kSouth);  // as far either way
  EXPECT_EQ(next_port(topology, Routing::kYx, 0, 19), Port::kNorth);
  EXPECT_EQ(path_routers(topology, {0}, {19}), 3U);
}

// A packet that goes through a link takes the next one while it holds the first. Without a cycle in
// that relation no ring of packets can wait for each other (Dally and Seitz 1987).
TEST(Torus, ChannelsDependOnEachOtherWithoutCycles) {
  for (const Routing routing : {Routing::kXy, Routing::kYx}) {
    for (const auto& [width, height] :
         {std::pair{4U, 4U}, {5U, 3U}, {2U, 2U}, {8U, 1U}, {1U, 6U}, {7U, 7U}}) {
      const Topology topology(torus(width, height, routing));
      std::vector<std::set<unsigned>> next(2 * topology.link_count());
      Path path;
      for (unsigned source = 0; source < topology.nodes(); ++source) {
        for (unsigned destination = 0; destination < topology.nodes(); ++destination) {
          find_path(topology, routing, {source}, {destination}, path);
          ASSERT_EQ(path.routers(), path_routers(topology, {source}, {destination}));
          const auto channel = [&](unsigned i) {
            const bool second = (path.second_class >> i & 1U) != 0;
            return path.links[i] + (second ? topology.link_count() : 0);
          };
          for (unsigned i = 1; i < path.size; ++i) next[channel(i - 1)].insert(channel(i));
        }
      }
      // Takes away channels nothing follows until none is left.
      bool removed = true;
      std::set<unsigned> left;
      for (unsigned channel = 0; channel < next.size(); ++channel) left.insert(channel);
      while (removed) {
        removed = false;
        for (auto channel = left.begin(); channel != left.end();) {
          const std::set<unsigned>& after = next[*channel];
          const bool ends = std::none_of(after.begin(), after.end(),
                                         [&](unsigned other) { return left.count(other) > 0; });
          channel = ends ? left.erase(channel) : std::next(channel);
          removed = removed || ends;
        }
      }
      EXPECT_TRUE(left.empty()) << width << " x " << height;
    }
  }
}

struct BadConfig {
  const char* member;
  std::function<void(NocConfig&)> spoil;
};

TEST(NocConfigCheck, NamesTheMemberThatIsOutOfRange) {
  const std::vector<BadConfig> bad = {
      {"width", [](NocConfig& c) { c.width = 0; }},
      {"width", [](NocConfig& c) { c.width = 33; }},
      {"height", [](NocConfig& c) { c.height = 0; }},
      {"router_cycles", [](NocConfig& c) { c.router_cycles = 0; }},
      {"flit_bytes", [](NocConfig& c) { c.flit_bytes = 2; }},
      {"flit_bytes", [](NocConfig& c) { c.flit_bytes = 24; }},
      {"max_burst_beats", [](NocConfig& c) { c.max_burst_beats = 257; }},
      {"buffer_flits", [](NocConfig& c) { c.buffer_flits = 0; }},
      {"packet_gap_cycles", [](NocConfig& c) { c.packet_gap_cycles = 17; }},
      {"clock_mhz", [](NocConfig& c) { c.clock_mhz = 0.0; }},
      {"router_energy_pj_per_byte", [](NocConfig& c) { c.router_energy_pj_per_byte = -1.0; }},
      {"virtual_channels", [](NocConfig& c) { c.topology = Wrap::kTorus; }},
      {"link_energy_pj_per_byte", [](NocConfig& c) { c.link_energy_pj_per_byte = -0.1; }},
  };
  for (const BadConfig& entry : bad) {
    NocConfig config;
    entry.spoil(config);
    try {
      make_lt_network(config);
      ADD_FAILURE() << entry.member << " was accepted";
    } catch (const std::invalid_argument& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(entry.member), std::string::npos) << text;
      EXPECT_NE(text.find("expected"), std::string::npos) << text;
      EXPECT_EQ(text.find('\n'), std::string::npos);
    }
  }
  EXPECT_NO_THROW(check(NocConfig{}));
}

}  // namespace
}  // namespace aimc::noc
