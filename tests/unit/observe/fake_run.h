#pragma once

#include "platform/observe/summary.h"

namespace aimc::test {

/// A run that never was, with something in every field.
inline platform::RunResult fake_result() {
  platform::RunResult result;
  result.reason = "pass";
  result.reported = {{"accuracy", 0.8931}, {"images", 10.0}, {"latency_s", 1.0 / 3.0}};
  result.simulated_ps = 2'000'000'000;
  result.host_instructions = 3'000'000;
  result.host_cycles = 4'000'000;
  result.tiles = {{0, 0, 0, 5, 1000, 640, 500'000'000}, {1, 1, 0, 7, 3000, 896, 0}};
  result.noc.packets = 10;
  result.noc.flits = 50;
  result.noc.flit_hops = 200;
  result.noc.bytes = 640;
  result.noc.mean_latency_cycles = 17.25;
  result.noc.max_link_utilisation = 0.125;
  result.energy = {
      {"host", "instructions", 3'000'000, 3e-5}, {"tile0/adc", "conversion", 100, 0.1e-9},
      {"tile0/nmpu", "column", 640, 0.2e-9},     {"tile1/adc", "conversion", 140, 0.3e-9},
      {"tile10/adc", "conversion", 1, 0.7e-9},   {"tile1", "leakage", 0, 1e-9}};
  result.area = {{"tile/adc", 2.0}, {"host", 0.5}};
  result.nmpu_compared = 1536;
  return result;
}

inline observe::RunRecord fake_record() {
  observe::RunRecord record;
  record.version = "1.2.3";
  record.platform = "default";
  record.firmware = "fashion.elf";
  record.arguments = {"images=10"};
  record.seed = 18446744073709551615U;
  record.noc_model = "lt";
  record.analog_model = "physical";
  record.nmpu_backend = "lockstep";
  record.command = "aimc-vp run fashion.elf";
  record.output = "out/fashion";
  record.wall_s = 0.5;
  return record;
}

}  // namespace aimc::test
