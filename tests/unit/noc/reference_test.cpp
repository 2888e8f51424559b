// Replays packet traces of BookSim 2, where they are at hand, and compares mean latencies.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "models/noc/network.h"
#include "tests/unit/noc/reference_trace.h"

namespace aimc::noc {
namespace {

struct Reference {
  const char* name;
  const char* file;
  unsigned router_cycles;
  unsigned packet_gap_cycles;
  double tolerance;
};

class ReferenceTrace : public ::testing::TestWithParam<Reference> {};

TEST_P(ReferenceTrace, MeanLatencyIsClose) {
  const std::filesystem::path path = reference_trace(GetParam().file);
  if (path.empty()) GTEST_SKIP() << "AIMC_SHARED names no directory with reference traces";
  const std::vector<TracedPacket> packets = read_reference_trace(path);
  ASSERT_GT(packets.size(), 1000U) << path;

  NocConfig config;
  config.width = config.height = 8;
  config.router_cycles = GetParam().router_cycles;
  config.packet_gap_cycles = GetParam().packet_gap_cycles;
  const auto network = make_lt_network(config);
  double reference = 0.0;
  for (const auto& [packet, there] : packets) {
    network->retire_before(packet.inject_cycle);
    const Delivery delivery = network->send(packet);
    ASSERT_EQ(delivery.routers, there.routers);
    reference += static_cast<double>(there.tail_cycle - packet.inject_cycle);
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
