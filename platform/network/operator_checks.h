#pragma once

#include <cstddef>

#include "platform/network/network.h"

namespace aimc::network {

/// Checks that an operator's tensors fit it and one another: their number, types, shapes and
/// quantisation. Throws NetworkError.
void check_operator(const Network& network, std::size_t index);

}  // namespace aimc::network
