#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/config/soc_config.h"
#include "platform/soc/soc.h"

namespace aimc::platform {

/// "; tile 3 thread 0 at command 12 waits for semaphore 4 to have 2, it has 1", for each thread of
/// a tile program that waits; empty when none does. A long list is cut.
std::string tile_threads_that_wait(const Soc& soc);

/// Carries out the `monitor` commands of a debugger that show the SoC: "tiles", "noc". Nothing when
/// the command is neither. Changes nothing.
std::optional<std::string> monitor_command(const Soc& soc, const SocConfig& config,
                                           std::string_view command);

/// Lines about these commands.
std::string monitor_help();

}  // namespace aimc::platform
