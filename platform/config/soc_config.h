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

/// Area of the parts of the chip.
struct AreaConfig {
  double adc_um2 = 1043.0;  ///< converters of both polarities of one column
  double dac_um2 = 124.0;   ///< driver of one row
  double cell_um2 = 3.44;   ///< a differential pair in the array, with its share of the wiring
  double nmpu_lane_um2 = 1030.0;    ///< a lane of the NMPU with its parameters
  double sram_um2_per_kib = 405.0;  ///< SRAM of a tile
  double control_um2 = 20000.0;     ///< sequencer, registers and network port of a tile
  double router_um2 = 28700.0;      ///< a router with its links
  double host_mm2 = 0.021;          ///< the core with its peripherals
  double ram_mm2_per_mib = 0.33;    ///< RAM of the host subsystem
};

/// Supply of a domain, and the supply its energies and leakage are given for.
struct SupplyConfig {
  double voltage_v = 0.8;
  double nominal_v = 0.8;
};

/// Supplies of the clock domains.
struct VoltageConfig {
  SupplyConfig host;  ///< core, RAM, local bus
  SupplyConfig noc;   ///< routers, links, DMA engine
  SupplyConfig tile;  ///< SRAM, NMPU, control, drivers and converters of the tiles
};

/// What was published of a chip in one read mode; 0: nothing.
struct PublishedMode {
  double mvm_ns = 0.0;
  double tops = 0.0;
  double tops_per_w = 0.0;    ///< of drivers, array and converters
  double tops_per_mm2 = 0.0;  ///< of the tiles
};

/// Published figures the derived ones are shown beside.
struct PublishedConfig {
  unsigned input_bits = 7;  ///< magnitude bits of the inputs the figures are for, 1 .. 8
  PublishedMode one_phase;
  PublishedMode four_phase;
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
  VoltageConfig voltage;
  AreaConfig area;
  PublishedConfig published;
};

}  // namespace aimc::platform
