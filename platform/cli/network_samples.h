#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "platform/network/input_tensors.h"
#include "platform/network/interpreter.h"

namespace aimc::cli {

/// Samples of all inputs of a network out of files: file i feeds input i, then come further rounds
/// of files.
class NetworkSamples {
 public:
  /// Throws UsageError or network::NetworkError. The network must outlive the samples.
  NetworkSamples(const network::Network& network, const std::vector<std::string>& files);

  std::size_t count() const { return count_; }
  /// Writes a sample to the interpreter's inputs.
  void feed(std::size_t sample, network::Interpreter& interpreter) const;

 private:
  const network::Network& network_;
  std::vector<network::InputSamples> files_;
  std::size_t count_ = 0;
};

/// The tensor that decisions are taken from: an output, or what goes into its SOFTMAX, where equal
/// results are fewer.
std::size_t logits_of(const network::Network& network);

}  // namespace aimc::cli
