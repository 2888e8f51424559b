#pragma once

#include "firmware/runtime/network_image.h"
#include "platform/compiler/modes.h"

namespace aimc::compiler {

/// What compile() has found out about every step, by step.
struct Findings {
  std::vector<ModeChoice> chosen;       ///< for the NMPU of the platform
  std::vector<ModeChoice> paper, wide;  ///< for each configuration of the NMPU
};

/// The layers and totals of a report.
Report summarise(const network::Network& network, const Graph& graph, const Plan& plan,
                 const Chip& chip, const Findings& findings);

}  // namespace aimc::compiler
