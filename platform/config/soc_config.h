#pragma once

#include <cstdint>
#include <string>

#include "models/noc/circuits.h"
#include "models/noc/network.h"
#include "models/peripherals/dma_config.h"
#include "models/riscv/host_cpu.h"
#include "models/tile/tile_config.h"

namespace aimc::platform {

/// RAM of the host subsystem.
struct RamConfig {
  unsigned size_mib = 128;  ///< 1..1024
  unsigned access_ns = 4;   ///< a non-direct access (from the network), ns
};

/// The host's local bus.
struct BusConfig {
  unsigned cycles = 2;     ///< host cycles of an access to a local peripheral
  double energy_pj = 2.0;  ///< energy of one 32-bit access
};

/// Static power, mW.
struct LeakageConfig {
  double host_mw = 0.5;
  double ram_mw = 1.0;
  double noc_router_mw = 0.05;
  double tile_mw = 0.5;
};

/// Firmware-visible identification and everything the models are built from.
struct SocConfig {
  std::string name = "default";
  std::string description;
  riscv::HostConfig host;
  RamConfig ram;
  BusConfig bus;
  noc::NocConfig noc;
  noc::CircuitConfig circuits;
  peripherals::DmaConfig dma;
  unsigned tile_count = 16;  ///< 1 .. width * height of the mesh
  unsigned crossing_cycles =
      2;  ///< clock-domain crossing between host bus and network, network cycles each way
  tile::TileConfig tile;
  std::string technology = "pcm_like";  ///< what tile.crossbar.device was taken from
  std::string device_table = "none";    ///< file of tile.crossbar.device.table
  LeakageConfig leakage;
};

}  // namespace aimc::platform
