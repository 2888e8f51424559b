#include "models/noc/circuits.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace aimc::noc {
namespace {

Packet request(unsigned source, unsigned destination, unsigned flits, std::uint64_t cycle) {
  return {{source}, {destination}, flits, Plane::kRequest, cycle};
}

std::string refusal(const std::string& routes, const NocConfig& config = {}) {
  try {
    const Circuits circuits(config, {parse_circuits(routes)});
    return "accepted";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Circuits, KeepTheLawForEveryPairAndLength) {
  for (const unsigned width : {4U, 8U}) {
    for (const unsigned cycles : {1U, 3U}) {
      NocConfig config;
      config.width = config.height = width;
      const unsigned tiles = width * width;
      for (unsigned source = 0; source < tiles; ++source) {
        for (unsigned destination = 0; destination < tiles; ++destination) {
          Circuits circuits(config, {{{{source}, {destination}}}, cycles});
          const auto apart = [](unsigned a, unsigned b) { return a > b ? a - b : b - a; };
          const unsigned routers = apart(source % width, destination % width) +
                                   apart(source / width, destination / width) + 1;
          std::uint64_t now = 10;
          for (unsigned flits = 1; flits <= 20; ++flits, now += 100) {
            const Packet packet = request(source, destination, flits, now);
            ASSERT_TRUE(circuits.carries(packet));
            const Delivery delivery = circuits.send(packet);
            ASSERT_EQ(delivery.routers, routers);
            ASSERT_EQ(delivery.head_cycle, now + cycles * routers + 2);
            ASSERT_EQ(delivery.tail_cycle, now + cycles * routers + 2 + flits - 1);
          }
        }
      }
    }
  }
}

TEST(Circuits, PassAFlitACycle) {
  Circuits circuits({}, {parse_circuits("0>3")});
  std::uint64_t flits = 0;
  std::uint64_t latency = 0;
  for (unsigned i = 0; i < 100; ++i) {
    const unsigned length = 1 + i % 17;
    const Delivery delivery = circuits.send(request(0, 3, length, 0));
    EXPECT_EQ(delivery.head_cycle, flits + 4 + 2);
    flits += length;
    latency += delivery.tail_cycle;
  }
  EXPECT_EQ(circuits.counters().packets, 100U);
  EXPECT_EQ(circuits.counters().flits, flits);
  EXPECT_EQ(circuits.counters().flit_hops, 4 * flits);
  EXPECT_EQ(circuits.counters().latency_cycles, latency);
}

TEST(Circuits, CarryOnlyRequestsBetweenTheirEnds) {
  const Circuits circuits({}, {parse_circuits("0>3,4>5")});
  EXPECT_TRUE(circuits.carries(request(4, 5, 1, 0)));
  EXPECT_FALSE(circuits.carries(request(5, 4, 1, 0)));
  EXPECT_FALSE(circuits.carries(request(0, 2, 1, 0)));
  EXPECT_FALSE(circuits.carries({{0}, {3}, 1, Plane::kResponse, 0}));
}

TEST(Circuits, ConflictsNameBothRoutesAndTheLink) {
  EXPECT_EQ(refusal("0>3,1>6"),
            "noc: circuits 0>3 and 1>6 both need the link from router 1 to router 2");
  EXPECT_EQ(refusal("0>3,0>4"),
            "noc: circuits 0>3 and 0>4 both need the link of node 0 into its router");
  EXPECT_EQ(refusal("0>3,7>3"),
            "noc: circuits 0>3 and 7>3 both need the link from its router to node 3");
  EXPECT_EQ(refusal("0>18"), "noc: circuit 0>18: node 18 does not exist, there are 18");
  NocConfig yx;
  yx.routing = Routing::kYx;
  EXPECT_EQ(refusal("0>3,1>6", yx), "accepted");
  EXPECT_EQ(refusal("0>1,1>2,2>3,3>0"), "accepted");
}

TEST(Circuits, TextsAndRoutesAreTheSame) {
  for (const char* text : {"none", "0>1", "12>3,3>12"}) {
    EXPECT_EQ(circuits_text(parse_circuits(text)), text);
  }
  for (const char* text : {"", "1", "1>", ">2", "1>2,", "1>2>3", "a>b", "1 > 2", "-1>2"}) {
    EXPECT_THROW(parse_circuits(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace aimc::noc
