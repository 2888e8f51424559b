#pragma once

namespace aimc::peripherals {

/// Settings of the DMA engine.
struct DmaConfig {
  double clock_mhz = 1000.0;         ///< of the engine: the network's
  unsigned setup_cycles = 4;         ///< to decode a descriptor and start on it
  unsigned buffer_bytes = 1024;      ///< largest burst, 4..4096, a multiple of four
  double energy_pj_per_byte = 0.18;  ///< of a byte through its buffer
};

}  // namespace aimc::peripherals
