// Replays packet traces of BookSim 2, where they are at hand, and compares every packet.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "models/noc/engine.h"

namespace aimc::noc {
namespace {

struct TracedPacket {
  Packet packet;
  Delivery delivery;
};

std::vector<TracedPacket> read_reference(const std::filesystem::path& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::vector<TracedPacket> packets;
  char line[256];
  while (file && gzgets(file.get(), line, sizeof line) != nullptr) {
    unsigned long long created = 0;
    unsigned long long head = 0;
    unsigned long long tail = 0;
    TracedPacket traced;
    if (std::sscanf(line, "%llu %u %u %u %*u %llu %llu %u", &created, &traced.packet.source.id,
                    &traced.packet.destination.id, &traced.packet.flits, &head, &tail,
                    &traced.delivery.routers) == 7) {
      traced.packet.inject_cycle = created;
      traced.delivery.head_cycle = head;
      traced.delivery.tail_cycle = tail;
      packets.push_back(traced);
    }
  }
  std::sort(packets.begin(), packets.end(), [](const TracedPacket& a, const TracedPacket& b) {
    return std::tie(a.packet.inject_cycle, a.packet.source.id) <
           std::tie(b.packet.inject_cycle, b.packet.source.id);
  });
  return packets;
}

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
  static void compare(const char* name, std::unique_ptr<PacketEngine> (*make)(const NocConfig&)) {
    const char* root = std::getenv("AIMC_SHARED");
    if (root == nullptr) GTEST_SKIP() << "AIMC_SHARED names no directory with reference traces";
    const std::filesystem::path path = std::filesystem::path(root) / "refs/noc" / GetParam().file;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no trace " << path;
    const std::vector<TracedPacket> reference = read_reference(path);
    ASSERT_GT(reference.size(), 1000U) << path;

    NocConfig config;
    config.width = config.height = 8;
    config.router_cycles = GetParam().router_cycles;
    config.packet_gap_cycles = GetParam().packet_gap_cycles;
    config.virtual_channels = GetParam().virtual_channels;
    std::vector<Packet> packets;
    for (const TracedPacket& traced : reference) packets.push_back(traced.packet);
    const auto engine = make(config);
    const std::vector<Delivery> deliveries = replay(*engine, packets);

    std::size_t differ = 0;
    double expected = 0.0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const Delivery& here = deliveries[i];
      const Delivery& there = reference[i].delivery;
      ASSERT_EQ(here.routers, there.routers);
      if (here.head_cycle != there.head_cycle || here.tail_cycle != there.tail_cycle) ++differ;
      expected += static_cast<double>(there.tail_cycle - packets[i].inject_cycle);
    }
    const auto latency = static_cast<double>(engine->counters().latency_cycles);
    const auto count = static_cast<double>(packets.size());
    std::printf("%s, %s: %zu packets, %zu differ, mean %.3f cycles, reference %.3f\n", name,
                GetParam().file, packets.size(), differ, latency / count, expected / count);
    EXPECT_EQ(differ, 0U);
  }
};

TEST_P(EngineReference, FlitAgreesPacketByPacket) {
  compare("flit", make_flit_engine);
}

TEST_P(EngineReference, AtAgreesPacketByPacket) {
  if (GetParam().virtual_channels > 1) GTEST_SKIP() << "the packet engine has one virtual channel";
  compare("at", make_at_engine);
}

constexpr Reference kReferences[] = {
    {"Uniform10", "k8_uniform_L8_V1_s0_r0.10.txt.gz", 4, 1, 1},
    {"Uniform20", "k8_uniform_L8_V1_s0_r0.20.txt.gz", 4, 1, 1},
    {"Transpose12", "k8_transpose_L8_V1_s0_r0.12.txt.gz", 4, 1, 1},
    {"Uniform20Speculative", "k8_uniform_L8_V1_s1_r0.20.txt.gz", 3, 0, 1},
    {"Uniform20FourChannels", "k8_uniform_L8_V4_s0_r0.20.txt.gz", 4, 1, 4},
};

INSTANTIATE_TEST_SUITE_P(Traces, EngineReference, ::testing::ValuesIn(kReferences),
                         [](const ::testing::TestParamInfo<Reference>& entry) {
                           return std::string(entry.param.name);
                         });

}  // namespace
}  // namespace aimc::noc
