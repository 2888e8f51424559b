#pragma once

#include <optional>

#include "platform/compiler/graph.h"

namespace aimc::compiler {

/// True for a convolution whose patches a tile cannot gather: bytes of a filter's row that do not
/// lie together.
bool needs_patches(const network::Operator& op, const network::Network& network);
/// Filter, strides, dilation, padding of a CONV_2D.
aimc_net_window window_of(const network::Network& network, const network::Operator& op);
/// CONV_2D on an activation, or on its patches.
MatrixWork convolution_work(const network::Network& network, std::size_t operator_index,
                            const Activation& input, bool patches);

/// True when the vectors of a FULLY_CONNECTED lie in this activation one behind the other.
bool holds_vectors(const network::Network& network, const network::Operator& op,
                   const Activation& input);
/// FULLY_CONNECTED on an activation; throws CompileError when it does not hold its vectors.
MatrixWork connected_work(const network::Network& network, std::size_t operator_index,
                          const Activation& input);

/// ADD in a tile's unit; nothing when shapes or activation are beyond it.
std::optional<AddWork> add_work(const network::Network& network, const network::Operator& op,
                                const Activation& a, const Activation& b);

}  // namespace aimc::compiler
