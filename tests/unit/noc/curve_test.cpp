// Mean latency over load, beside BookSim 2's where its figures are at hand: our own Bernoulli
// traffic, so the means agree as far as chance allows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "models/noc/engine.h"

namespace aimc::noc {
namespace {

constexpr unsigned kSide = 8;
constexpr unsigned kFlits = 8;

/// A series of the reference: an 8 x 8 mesh, packets and buffers of eight flits.
struct Series {
  const char* name;
  const char* traffic;
  unsigned channels;
  double saturation;  // offered load at which the mean is three times that of an idle network
};

struct Point {
  double offered = 0.0;
  double latency = 0.0;
};

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

std::vector<Point> read_curve(const std::filesystem::path& path, const Series& series) {
  std::ifstream file(path);
  std::vector<Point> points;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> f = split(line);
    if (f.size() < 11 || f[1] != "8" || f[2] != series.traffic || f[3] != "8" ||
        f[6] != "va_sa_st3" || f[4] != std::to_string(series.channels) || f[7] != "latency" ||
        f[9] != "1") {
      continue;
    }
    points.push_back({std::stod(f[8]), std::stod(f[10])});
  }
  return points;
}

std::vector<Packet> traffic(const Series& series, double load, std::uint64_t cycles,
                            unsigned seed) {
  std::mt19937_64 random(seed);
  std::geometric_distribution<std::uint64_t> gap(load / kFlits);
  std::vector<Packet> packets;
  for (unsigned node = 0; node < kSide * kSide; ++node) {
    for (std::uint64_t cycle = gap(random); cycle < cycles; cycle += 1 + gap(random)) {
      auto to = static_cast<unsigned>(random() % (kSide * kSide));
      if (std::string(series.traffic) == "transpose") to = node % kSide * kSide + node / kSide;
      packets.push_back({{node}, {to}, kFlits, Plane::kRequest, cycle});
    }
  }
  std::stable_sort(packets.begin(), packets.end(), [](const Packet& a, const Packet& b) {
    return a.inject_cycle < b.inject_cycle;
  });
  return packets;
}

NocConfig config_of(const Series& series, Engine engine) {
  NocConfig config;
  config.engine = engine;
  config.width = config.height = kSide;
  config.packet_gap_cycles = 1;
  config.virtual_channels = series.channels;
  return config;
}

std::vector<Delivery> send(const NocConfig& config, const std::vector<Packet>& packets) {
  if (config.engine != Engine::kLt) {
    const auto engine =
        config.engine == Engine::kAt ? make_at_engine(config) : make_flit_engine(config);
    return replay(*engine, packets);
  }
  const auto network = make_lt_network(config);
  std::vector<Delivery> deliveries;
  for (const Packet& packet : packets) {
    network->retire_before(packet.inject_cycle);
    deliveries.push_back(network->send(packet));
  }
  return deliveries;
}

/// Mean latency of the packets of the second half.
double mean_latency(const Series& series, Engine engine, const std::vector<Packet>& packets) {
  const std::vector<Delivery> deliveries = send(config_of(series, engine), packets);
  double sum = 0.0;
  const std::size_t first = packets.size() / 2;
  for (std::size_t i = first; i < packets.size(); ++i) {
    sum += static_cast<double>(deliveries[i].tail_cycle - packets[i].inject_cycle);
  }
  return sum / static_cast<double>(packets.size() - first);
}

class Curve : public ::testing::TestWithParam<Series> {
 protected:
  void SetUp() override {
    if (AIMC_SANITIZED) GTEST_SKIP() << "millions of packets are for the optimised build";
    const char* root = std::getenv("AIMC_SHARED");
    const std::filesystem::path path =
        std::filesystem::path(root != nullptr ? root : "") / "refs/noc/booksim_latency_load.csv";
    if (root == nullptr || !std::filesystem::exists(path)) {
      GTEST_SKIP() << "AIMC_SHARED names no directory with reference curves";
    }
    for (const Point& point : read_curve(path, GetParam())) {
      if (point.offered <= 0.8 * GetParam().saturation) points.push_back(point);
    }
    ASSERT_GE(points.size(), 3U);
  }

  /// Packets enough to tell a per cent.
  static std::vector<Packet> packets_at(double load) {
    constexpr double kPackets = 100'000;
    return traffic(GetParam(), load,
                   static_cast<std::uint64_t>(kPackets * kFlits / (kSide * kSide * load)), 1);
  }

  std::vector<Point> points;
};

class OneChannelCurve : public Curve {};

TEST_P(Curve, FlitAgreesWithTheReference) {
  for (const Point& point : points) {
    const double mean = mean_latency(GetParam(), Engine::kFlit, packets_at(point.offered));
    const double error = mean / point.latency - 1.0;
    std::printf("%-16s load %.3f: flit %7.3f, reference %7.3f, %+.2f %%\n", GetParam().name,
                point.offered, mean, point.latency, 100.0 * error);
    EXPECT_LE(std::abs(error), 0.02);
  }
}

// The flit engine equals the reference packet by packet, so it stands for it on packets that are
// the same for both.
TEST_P(OneChannelCurve, AtAndLtAgreeWithFlit) {
  for (const Point& point : points) {
    const std::vector<Packet> packets = packets_at(point.offered);
    const double flit = mean_latency(GetParam(), Engine::kFlit, packets);
    const double at = mean_latency(GetParam(), Engine::kAt, packets) / flit - 1.0;
    const double lt = mean_latency(GetParam(), Engine::kLt, packets) / flit - 1.0;
    std::printf("%-16s load %.3f: flit %7.3f, at %+.3f %%, lt %+.2f %%\n", GetParam().name,
                point.offered, flit, 100.0 * at, 100.0 * lt);
    EXPECT_LE(std::abs(at), 0.01);
    EXPECT_LE(std::abs(lt), 0.10);
  }
}

/// Offered load at which the mean is three times that of an idle network.
double saturation(const Series& series, Engine engine) {
  constexpr std::uint64_t kCycles = 20'000;
  const auto mean = [&](double load) {
    double sum = 0.0;
    for (unsigned seed = 1; seed <= 3; ++seed) {
      sum += mean_latency(series, engine, traffic(series, load, kCycles, seed));
    }
    return sum / 3;
  };
  const double idle = mean(0.01);
  double low = 0.05;
  double high = 0.5;
  while (high - low > 0.001) {
    const double load = (low + high) / 2;
    (mean(load) > 3.0 * idle ? high : low) = load;
  }
  return (low + high) / 2;
}

TEST_P(OneChannelCurve, AtSaturatesWhereFlitDoes) {
  const double flit = saturation(GetParam(), Engine::kFlit);
  const double at = saturation(GetParam(), Engine::kAt);
  std::printf("%s: saturates at %.4f (flit), %.4f (at); reference %.4f\n", GetParam().name, flit,
              at, GetParam().saturation);
  EXPECT_NEAR(at / flit, 1.0, 0.02);
  EXPECT_NEAR(at / GetParam().saturation, 1.0, 0.02);
}

constexpr Series kUniform{"uniform", "uniform", 1, 0.24685};
constexpr Series kTranspose{"transpose", "transpose", 1, 0.12815};
constexpr Series kUniformFour{"uniform, 4 VCs", "uniform", 4, 0.3781};
constexpr Series kTransposeFour{"transpose, 4 VCs", "transpose", 4, 0.14065};

std::string name_of(const ::testing::TestParamInfo<Series>& entry) {
  return std::string(entry.param.traffic) + std::to_string(entry.param.channels);
}

INSTANTIATE_TEST_SUITE_P(Loads, Curve,
                         ::testing::Values(kUniform, kTranspose, kUniformFour, kTransposeFour),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Loads, OneChannelCurve, ::testing::Values(kUniform, kTranspose), name_of);

}  // namespace
}  // namespace aimc::noc
