#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/soc/simulation.h"

namespace aimc::cli {

/// Exit statuses besides the firmware's own.
inline constexpr int kBadUsage = 2;           ///< command line, configuration or files
inline constexpr int kStoppedByPlatform = 3;  ///< time limit, mismatch, trap, endless wait
inline constexpr int kInternalError = 70;     ///< a defect of this program

/// Simulates; the program passes platform::run_simulation, tests something else.
using Runner = std::function<platform::RunResult(const platform::RunOptions&)>;

/// The whole program: parses `arguments` (without the program's name), does what they say, and
/// returns the exit status. Nothing escapes as an exception; errors are one line on stderr.
/// @param program argv[0], for the command line in summary.json
int cli_main(const std::string& program, const std::vector<std::string>& arguments,
             const Runner& run);

}  // namespace aimc::cli
