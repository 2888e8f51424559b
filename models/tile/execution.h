#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/probe.h"
#include "models/core/time.h"
#include "models/tile/command.h"

namespace aimc::tile {

/// A command between its start and its finish: what it has read and worked out, and what becomes of
/// it. Reused for the next command, so that it keeps its memory.
struct Execution {
  /// A part of the command in time, relative to its start.
  struct Phase {
    core::Track track;
    core::ActivityName name;
    core::TimePs begin_ps;
    core::TimePs end_ps;
  };

  Command command;
  core::TimePs started_ps = 0;
  std::vector<Phase> phases;
  std::vector<std::uint8_t> results;  ///< bytes to be written, one repetition after the other
  std::size_t result_bytes = 0;       ///< of one repetition
  double dac_j = 0.0;
  double array_j = 0.0;
  double adc_j = 0.0;
  double program_j = 0.0;
  std::uint64_t pulses = 0;     ///< of programming
  std::uint64_t saturated = 0;  ///< conversions at full scale and inputs that were limited
  std::uint64_t bytes_read = 0;
  core::TimePs crossbar_ps = 0;     ///< time the crossbar integrates or is programmed
  core::TimePs nmpu_ps = 0;         ///< time the NMPU has a vector
  nmpu::Saturation nmpu_saturated;  ///< results of a POST that exceeded their range
};

}  // namespace aimc::tile
