// Replays packet traces of BookSim 2, where they are at hand, and compares mean latencies.
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

#include "models/noc/network.h"

namespace aimc::noc {
namespace {

struct TracedPacket {
  unsigned long long created = 0;
  unsigned source = 0;
  unsigned destination = 0;
  unsigned flits = 0;
  unsigned long long tail = 0;
  unsigned routers = 0;
};

std::vector<TracedPacket> read_trace(const std::filesystem::path& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::vector<TracedPacket> packets;
  char line[256];
  while (file && gzgets(file.get(), line, sizeof line) != nullptr) {
    TracedPacket packet;
    if (std::sscanf(line, "%llu %u %u %u %*u %*u %llu %u", &packet.created, &packet.source,
                    &packet.destination, &packet.flits, &packet.tail, &packet.routers) == 6) {
      packets.push_back(packet);
    }
  }
  std::sort(packets.begin(), packets.end(), [](const TracedPacket& a, const TracedPacket& b) {
    return std::tie(a.created, a.source) < std::tie(b.created, b.source);
  });
  return packets;
}

struct Reference {
  const char* name;
  const char* file;
  unsigned router_cycles;
  unsigned packet_gap_cycles;
  double tolerance;
};

class ReferenceTrace : public ::testing::TestWithParam<Reference> {};

TEST_P(ReferenceTrace, MeanLatencyIsClose) {
  const char* root = std::getenv("AIMC_SHARED");
  if (root == nullptr) GTEST_SKIP() << "AIMC_SHARED names no directory with reference traces";
  const std::filesystem::path path = std::filesystem::path(root) / "refs/noc" / GetParam().file;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no trace " << path;
  const std::vector<TracedPacket> packets = read_trace(path);
  ASSERT_GT(packets.size(), 1000U) << path;

  NocConfig config;
  config.width = config.height = 8;
  config.router_cycles = GetParam().router_cycles;
  config.packet_gap_cycles = GetParam().packet_gap_cycles;
  const auto network = make_lt_network(config);
  double reference = 0.0;
  for (const TracedPacket& packet : packets) {
    network->retire_before(packet.created);
    const Delivery delivery = network->send(
        {{packet.source}, {packet.destination}, packet.flits, Plane::kRequest, packet.created});
    ASSERT_EQ(delivery.routers, packet.routers);
    reference += static_cast<double>(packet.tail - packet.created);
  }
  const auto latency = static_cast<double>(network->counters().latency_cycles);
  const auto count = static_cast<double>(packets.size());
  const double error = latency / reference - 1.0;
  std::printf("%s: mean %.2f cycles, reference %.2f, error %+.1f %%\n", GetParam().file,
              latency / count, reference / count, 100.0 * error);
  EXPECT_LE(std::abs(error), GetParam().tolerance);
}

// Four cycles a router with a virtual-channel stage (gap 1), or three without it (gap 0). The first
// is repeated with the gap left out, as a network of one-stage allocation would be described.
constexpr Reference kReferences[] = {
    {"Uniform10", "k8_uniform_L8_V1_s0_r0.10.txt.gz", 4, 1, 0.10},
    {"Uniform10WithoutGap", "k8_uniform_L8_V1_s0_r0.10.txt.gz", 4, 0, 0.10},
    {"Uniform20", "k8_uniform_L8_V1_s0_r0.20.txt.gz", 4, 1, 0.10},
    {"Transpose12", "k8_transpose_L8_V1_s0_r0.12.txt.gz", 4, 1, 0.10},
    {"Uniform20Speculative", "k8_uniform_L8_V1_s1_r0.20.txt.gz", 3, 0, 0.10},
};

INSTANTIATE_TEST_SUITE_P(Traces, ReferenceTrace, ::testing::ValuesIn(kReferences),
                         [](const ::testing::TestParamInfo<Reference>& entry) {
                           return std::string(entry.param.name);
                         });

}  // namespace
}  // namespace aimc::noc
