// Replays packet traces of BookSim 2, where they are at hand, and compares every packet.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/noc/reference_trace.h"

namespace aimc::noc {
namespace {

struct Reference {
  const char* name;
  const char* file;
  unsigned router_cycles;
  unsigned packet_gap_cycles;
  unsigned virtual_channels;
};

class EngineReference : public ::testing::TestWithParam<Reference> {
 protected:
  // Replays the trace and expects every head and tail at the reference's cycle.
  static void compare(const Reference& reference, const char* name,
                      std::unique_ptr<PacketEngine> (*make)(const NocConfig&)) {
    const std::filesystem::path path = reference_trace(reference.file);
    if (path.empty()) GTEST_SKIP() << "AIMC_SHARED names no directory with reference traces";
    const std::vector<TracedPacket> traced_packets = read_reference_trace(path);
    ASSERT_GT(traced_packets.size(), 1000U) << path;

    NocConfig config;
    config.width = config.height = 8;
    config.router_cycles = reference.router_cycles;
    config.packet_gap_cycles = reference.packet_gap_cycles;
    config.virtual_channels = reference.virtual_channels;
    std::vector<Packet> packets;
    packets.reserve(traced_packets.size());
    for (const TracedPacket& traced : traced_packets) packets.push_back(traced.packet);
    const auto engine = make(config);
    const std::vector<Delivery> deliveries = replay(*engine, packets);

    std::size_t differ = 0;
    double expected = 0.0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const Delivery& here = deliveries[i];
      const Delivery& there = traced_packets[i].delivery;
      ASSERT_EQ(here.routers, there.routers);
      if (here.head_cycle != there.head_cycle || here.tail_cycle != there.tail_cycle) ++differ;
      expected += static_cast<double>(there.tail_cycle - packets[i].inject_cycle);
    }
    const auto latency = static_cast<double>(engine->counters().latency_cycles);
    const auto count = static_cast<double>(packets.size());
    std::printf("%s, %s: %zu packets, %zu differ, mean %.3f cycles, reference %.3f\n", name,
                reference.file, packets.size(), differ, latency / count, expected / count);
    EXPECT_EQ(differ, 0U);
  }
};

TEST_P(EngineReference, FlitAgreesPacketByPacket) {
  compare(GetParam(), "flit", make_flit_engine);
}

// The packet engine has one virtual channel.
class AtReference : public EngineReference {};

TEST_P(AtReference, AgreesPacketByPacket) {
  compare(GetParam(), "at", make_at_engine);
}

constexpr Reference kOneChannel[] = {
    {"Uniform10", "k8_uniform_L8_V1_s0_r0.10.txt.gz", 4, 1, 1},
    {"Uniform20", "k8_uniform_L8_V1_s0_r0.20.txt.gz", 4, 1, 1},
    {"Transpose12", "k8_transpose_L8_V1_s0_r0.12.txt.gz", 4, 1, 1},
    {"Uniform20Speculative", "k8_uniform_L8_V1_s1_r0.20.txt.gz", 3, 0, 1},
};
constexpr Reference kFourChannels[] = {
    {"Uniform20FourChannels", "k8_uniform_L8_V4_s0_r0.20.txt.gz", 4, 1, 4},
};

std::string name_of(const ::testing::TestParamInfo<Reference>& entry) {
  return entry.param.name;
}

INSTANTIATE_TEST_SUITE_P(OneChannel, EngineReference, ::testing::ValuesIn(kOneChannel), name_of);
INSTANTIATE_TEST_SUITE_P(FourChannels, EngineReference, ::testing::ValuesIn(kFourChannels),
                         name_of);
INSTANTIATE_TEST_SUITE_P(OneChannel, AtReference, ::testing::ValuesIn(kOneChannel), name_of);

}  // namespace
}  // namespace aimc::noc
