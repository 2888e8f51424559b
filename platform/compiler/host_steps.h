#pragma once

#include <cstdint>
#include <vector>

#include "platform/compiler/graph.h"
#include "platform/network/interpreter.h"

namespace aimc::compiler {

/// Activations while a graph is computed, each as it lies in RAM.
using ActivationValues = std::vector<std::vector<std::int8_t>>;

/// Room for all activations, zero points throughout.
ActivationValues make_values(const Graph& graph);

/// Between elements in C order and an activation with filler.
void fill_up(const Activation& activation, const std::int8_t* elements,
             std::vector<std::int8_t>& values);
void take_out(const Activation& activation, const std::vector<std::int8_t>& values,
              std::int8_t* elements);

/// Computes a step of the host exactly.
/// @param interpreter computes operators on values taken from and put back to `values`
void run_host_step(const Graph& graph, const Step& step, network::Interpreter& interpreter,
                   const network::Network& network, ActivationValues& values);

/// Computes an ADD as the digital unit of a tile does.
void run_add_step(const Graph& graph, const Step& step, ActivationValues& values);

}  // namespace aimc::compiler
