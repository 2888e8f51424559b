#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

/// How a trace is replayed.
struct ReplayOptions {
  std::uint64_t last = 0;          ///< only this many vectors, the last ones; 0: all
  std::string waves;               ///< VCD of what is replayed; empty: none
  std::uint64_t period_ps = 1000;  ///< of the clock, in the waveform
};

/// What came of it.
struct ReplayResult {
  std::uint64_t vectors = 0;
  std::uint64_t columns = 0;
  std::string mismatch;  ///< the first difference, after which the replay ends; empty: none
};

/// Feeds a trace to fresh instances of the RTL alone, one a tile, and compares values, cycles and
/// saturation with what the trace holds.
/// @param trace can be read twice
/// @param name for messages, e.g. the file's
/// @throws TraceError for a bad trace; std::runtime_error if the waveform cannot be written;
/// std::invalid_argument if the program has no RTL of the trace's formats
ReplayResult replay_on_rtl(std::istream& trace, const std::string& name,
                           const ReplayOptions& options);

}  // namespace aimc::nmpu
