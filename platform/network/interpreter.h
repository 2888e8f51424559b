#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/network/kernel.h"
#include "platform/network/network.h"
#include "platform/network/network_error.h"
#include "platform/network/requantise.h"

namespace aimc::network {

/// Runs a network as TFLite's reference kernels for INT8 do, bit by bit. It is what other ways to
/// compute the network are compared with, so it is written to be read, not to be fast.
///
/// The network must outlive the interpreter. What all operators have computed stays readable until
/// the next run. One thread at a time.
class Interpreter {
 public:
  /// Throws NetworkError when the scales of an operator do not make a multiplier.
  Interpreter(const Network& network, Rounding rounding);

  /// Elements of input `index` of the network, to be written before run(); of the type that the
  /// tensor has (UINT8 as int8() too, by their bits), shape order, last dimension fastest.
  std::int8_t* int8_input(std::size_t index) { return values_.int8(network_.inputs.at(index)); }
  float* float_input(std::size_t index) { return values_.float32(network_.inputs.at(index)); }

  /// Executes all operators in their order.
  void run();
  /// Executes one operator, on what its inputs hold: for a caller who replaces others by their own.
  void run_operator(std::size_t index);

  /// Elements of any tensor that is an input or an operator's output, or an INT8 constant.
  const Values& values() const { return values_; }
  /// The same, to be changed between run_operator() calls.
  Values& values() { return values_; }

 private:
  const Network& network_;
  Values values_;
  std::vector<Kernel> kernels_;  // by operator
};

/// The first element of the greatest value in `count` elements, count 1 and more: a decision.
std::size_t decision(const std::int8_t* values, std::size_t count);

}  // namespace aimc::network
