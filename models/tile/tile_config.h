#pragma once

#include "models/analog/crossbar.h"
#include "models/nmpu/backend.h"

namespace aimc::tile {

/// Energy constants of a tile's digital part.
struct TileEnergyConfig {
  double sram_read_pj_per_byte = 0.10;   ///< SRAM read
  double sram_write_pj_per_byte = 0.08;  ///< SRAM write
  double nmpu_column_pj = 0.4;           ///< one column through the NMPU
  double command_pj = 5.0;               ///< decoding and sequencing one command
};

/// Which NMPU a tile has.
struct NmpuConfig {
  nmpu::Configuration configuration = nmpu::Configuration::kPaper;
  unsigned lanes = nmpu::format::kLanes;
};

/// Everything a tile needs to know.
struct TileConfig {
  double clock_mhz = 1000.0;           ///< tile and NMPU clock
  unsigned sram_kib = 64;              ///< 4..64
  unsigned sram_bytes_per_cycle = 32;  ///< width of the SRAM port, 4..128, a power of two
  unsigned command_cycles = 4;         ///< fetch and decode of one command
  unsigned control_cycles = 1;         ///< WAIT, SIGNAL, LOOP, IRQ or HALT of a tile program; > 0
  unsigned access_cycles = 2;          ///< a register or SRAM access from the network
  analog::CrossbarConfig crossbar;
  NmpuConfig nmpu;
  TileEnergyConfig energy;

  /// Number formats of the tile's NMPU.
  nmpu::Format nmpu_format() const { return nmpu::make_format(nmpu.configuration, nmpu.lanes); }
};

}  // namespace aimc::tile
