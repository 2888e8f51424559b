#pragma once

#include <vector>

#include "platform/compiler/cost.h"
#include "platform/compiler/plan.h"

namespace aimc::compiler {

/// Gives every step an epoch, and its matrices one lane a part on tiles that are numbered from 0 in
/// every epoch; blocks share a tile where there are more of them than tiles. Splits and read modes
/// of `plan` are settled. Throws CompileError for a step that is larger than the chip.
void assign_tiles(const network::Network& network, const Graph& graph, Plan& plan,
                  const Chip& chip);

/// Copies matrices onto tiles that an epoch leaves over, as long as that makes the slowest step
/// faster. Lanes then compute a share of the output rows each.
void add_copies(const Graph& graph, Plan& plan, const Chip& chip, const Options& options);

/// Gives ADDs tiles with little to do.
void assign_adds(const Graph& graph, Plan& plan, const Chip& chip);

/// Renumbers the tiles of every epoch so that bytes travel few links.
void place_tiles(const Graph& graph, Plan& plan, const Chip& chip);

}  // namespace aimc::compiler
