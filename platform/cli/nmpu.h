#pragma once

#include <string>

#include "platform/cli/cli.h"

namespace aimc::cli {

/// What --waves asks for.
struct WavesRequest {
  unsigned tile = 0;
  core::TimePs from = 0;
  core::TimePs to = 0;
};

/// "nmpu:TILE@FROM..TO", times with their unit; throws UsageError.
WavesRequest parse_waves(const std::string& text, unsigned tile_count);

/// Writes what led to a lockstep mismatch into `folder`: nmpu_mismatch.trace and, by a replay on
/// the RTL alone, nmpu_mismatch.vcd. Throws observe::OutputError.
/// @param period_ps of the NMPU's clock
/// @return lines for the user: the files, and the command that replays the one vector
std::string keep_mismatch(const nmpu::Recording& recording, const std::string& folder,
                          core::TimePs period_ps, const std::string& program,
                          const Replayer& replay);

}  // namespace aimc::cli
