#pragma once

#include <cstdint>
#include <vector>

#include "platform/compiler/plan.h"

namespace aimc::compiler {

/// Writes the image of a mapped graph. Bands and slots of the plan become as many as SRAM and
/// program memory ask for. Throws CompileError when a step does not fit even so.
std::vector<std::uint8_t> emit_image(const network::Network& network, const Graph& graph,
                                     Plan& plan, const Chip& chip, const Options& options);

}  // namespace aimc::compiler
