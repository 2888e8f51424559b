#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/nmpu/replay.h"
#include "platform/soc/simulation.h"

namespace aimc::cli {

/// Exit statuses besides the firmware's own.
inline constexpr int kBadUsage = 2;           ///< command line, configuration or files
inline constexpr int kStoppedByPlatform = 3;  ///< time limit, mismatch, trap, endless wait
inline constexpr int kInternalError = 70;     ///< a defect of this program

/// Simulates; the program passes platform::run_simulation, tests something else.
using Runner = std::function<platform::RunResult(const platform::RunOptions&)>;

/// Replays a trace of NMPU traffic; the program passes nmpu::replay_on_rtl.
using Replayer = std::function<nmpu::ReplayResult(std::istream&, const std::string&,
                                                  const nmpu::ReplayOptions&)>;

/// The whole program: parses `arguments` (without the program's name), does what they say, and
/// returns the exit status. Nothing escapes as an exception; errors are one line on stderr.
/// @param program argv[0], for the command line in summary.json
/// @param replay may be empty: nothing is replayed then
int cli_main(const std::string& program, const std::vector<std::string>& arguments,
             const Runner& run, const Replayer& replay = {});

}  // namespace aimc::cli
