#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/config/soc_config.h"
#include "platform/soc/soc.h"

namespace aimc::platform {

/// Carries out the `monitor` commands of a debugger that show the SoC: "tiles", "noc". Nothing when
/// the command is neither. Changes nothing.
std::optional<std::string> monitor_command(const Soc& soc, const SocConfig& config,
                                           std::string_view command);

/// Lines about these commands.
std::string monitor_help();

}  // namespace aimc::platform
