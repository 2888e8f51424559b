#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "platform/cli/commands.h"
#include "platform/cli/run_arguments.h"
#include "platform/config/platform_file.h"
#include "platform/soc/simulation.h"

namespace aimc::cli {

/// What another subcommand adds to a run of firmware.
struct RunAdditions {
  std::vector<std::string> firmware_args;
  std::vector<platform::LoadBlob> loads;   ///< lie in RAM
  std::vector<platform::SaveRange> saves;  ///< lie in RAM
  bool summary = true;                     ///< print figures on stdout at the end
  bool uart_on_stdout = true;              ///< otherwise on stderr
  /// Looks at the result before its files are written, with what was saved. May add to what the
  /// firmware reported; returns further files of the run: name and content.
  std::function<std::vector<std::pair<std::string, std::string>>(
      platform::RunResult&, const std::vector<std::vector<std::uint8_t>>& saved)>
      finished;
};

/// The platform that --platform, --set, --analog, --noc and --age describe.
platform::LoadedPlatform plan_platform(const RunArguments& arguments);

/// Runs firmware as `aimc-vp run` does, and returns the status of the process.
int run_firmware(const RunArguments& arguments, const Invocation& invocation,
                 const RunAdditions& additions);

}  // namespace aimc::cli
