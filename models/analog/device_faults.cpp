#include "models/analog/device_faults.h"

#include <cmath>

namespace aimc::analog {
namespace {

constexpr double kMostSigma = 6.0;  // normals of RandomStream stay below
constexpr unsigned kLow = 0;
constexpr unsigned kHigh = 127;

double share(std::uint32_t word) {
  return word * 0x1p-32;
}

}  // namespace

DeviceFaults::DeviceFaults(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config.device),
      yield_(seed, path, "yield"),
      endurance_(seed, path, "endurance"),
      shortest_life_(config_.endurance_cycles *
                     std::pow(10.0, -kMostSigma * config_.endurance_decades)) {}

bool DeviceFaults::none(std::uint32_t cycles) const {
  return config_.stuck_low + config_.stuck_high + config_.stuck_level == 0.0 &&
         config_.prior_cycles + cycles <= shortest_life_;
}

std::optional<unsigned> DeviceFaults::stuck_at(std::size_t device, std::uint32_t cycles) const {
  const auto words = yield_.bits(device);
  double fate = share(words[0]) - config_.stuck_low;
  if (fate < 0.0) return kLow;
  fate -= config_.stuck_high;
  if (fate < 0.0) return kHigh;
  fate -= config_.stuck_level;
  if (fate < 0.0) return words[1] % (kHigh + 1);
  const double written = config_.prior_cycles + cycles;
  if (written <= shortest_life_) return std::nullopt;
  const auto z = static_cast<double>(endurance_.normal(device));
  const double life = config_.endurance_cycles * std::pow(10.0, config_.endurance_decades * z);
  if (written <= life) return std::nullopt;
  return share(words[2]) < config_.worn_high ? kHigh : kLow;
}

}  // namespace aimc::analog
