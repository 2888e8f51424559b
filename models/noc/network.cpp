#include "models/noc/network.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace aimc::noc {

namespace {

[[noreturn]] void refuse(const char* what, const std::string& value, const std::string& expected) {
  throw std::invalid_argument(std::string("noc: ") + what + " is " + value + ", expected " +
                              expected);
}

void check_range(const char* what, unsigned value, unsigned low, unsigned high) {
  if (value >= low && value <= high) return;
  refuse(what, std::to_string(value), std::to_string(low) + ".." + std::to_string(high));
}

void check_energy(const char* what, double value) {
  if (std::isfinite(value) && value >= 0.0) return;
  refuse(what, std::to_string(value), "a number of pJ, at least 0");
}

}  // namespace

void check(const NocConfig& config) {
  check_range("width", config.width, 1, 32);
  check_range("height", config.height, 1, 32);
  check_range("router_cycles", config.router_cycles, 1, 64);
  check_range("max_burst_beats", config.max_burst_beats, 1, 256);
  check_range("buffer_flits", config.buffer_flits, 1, 256);
  check_range("packet_gap_cycles", config.packet_gap_cycles, 0, 16);
  check_range("virtual_channels", config.virtual_channels, 1, 8);
  check_range("flit_bytes", config.flit_bytes, 4, 64);
  if ((config.flit_bytes & (config.flit_bytes - 1)) != 0) {
    refuse("flit_bytes", std::to_string(config.flit_bytes), "a power of two");
  }
  if (!(config.clock_mhz >= 1.0 && config.clock_mhz <= 100'000.0)) {
    refuse("clock_mhz", std::to_string(config.clock_mhz), "1..100000");
  }
  if (config.topology == Wrap::kTorus && config.virtual_channels < 2) {
    refuse("virtual_channels", std::to_string(config.virtual_channels), "at least 2 on a torus");
  }
  check_energy("router_energy_pj_per_byte", config.router_energy_pj_per_byte);
  check_energy("link_energy_pj_per_byte", config.link_energy_pj_per_byte);
}

const char* engine_name(Engine engine) {
  switch (engine) {
    case Engine::kAt:
      return "at";
    case Engine::kFlit:
      return "flit";
    default:
      return "lt";
  }
}

void check_single_channel(const NocConfig& config, const char* engine) {
  const unsigned channels = config.topology == Wrap::kTorus ? 2 : 1;
  if (config.virtual_channels == channels) return;
  refuse("virtual_channels", std::to_string(config.virtual_channels),
         std::to_string(channels) + " with the " + engine);
}

unsigned node_count(const NocConfig& config) {
  return config.width * config.height + 2;
}

Node host_node(const NocConfig& config) {
  return {config.width * config.height};
}

Node memory_node(const NocConfig& config) {
  return {config.width * config.height + 1};
}

}  // namespace aimc::noc
