#pragma once

#include <cstddef>

#include "platform/network/network.h"

namespace aimc::network {

/// One dimension of a window (a filter, a pool) that moves over an input.
struct Window {
  std::size_t filter = 1;    ///< elements of the window
  std::size_t stride = 1;    ///< elements from one position to the next
  std::size_t dilation = 1;  ///< elements from one of the window's elements to the next

  /// Elements of the input that the window reaches over.
  std::size_t span() const { return (filter - 1) * dilation + 1; }

  /// Positions over `input` elements; 0 when the window does not fit into an unpadded input.
  /// Source: the definition of SAME and VALID padding in TensorFlow's documentation of tf.nn.
  std::size_t positions(std::size_t input, Padding padding) const {
    if (padding == Padding::kSame) return (input + stride - 1) / stride;
    return input < span() ? 0 : (input - span()) / stride + 1;
  }

  /// Padding before the first element of the input: half of what is missing, rounded down.
  std::size_t padding_before(std::size_t input, Padding padding) const {
    const std::size_t reach = (positions(input, padding) - 1) * stride + span();
    return reach > input ? (reach - input) / 2 : 0;
  }
};

}  // namespace aimc::network
