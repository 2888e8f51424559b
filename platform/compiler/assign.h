#pragma once

#include <vector>

#include "platform/compiler/plan.h"

namespace aimc::compiler {

/// Gives every step an epoch and its lanes their tiles. Splits and read modes of `plan` are
/// settled; bands are not. Throws CompileError for a step that is larger than the chip.
void assign_tiles(const network::Network& network, const Graph& graph, Plan& plan, const Chip& chip,
                  const Options& options);

}  // namespace aimc::compiler
