#include "platform/cli/network_samples.h"

#include "platform/cli/usage_error.h"

namespace aimc::cli {

using network::Operator;
using network::OperatorCode;

std::size_t logits_of(const network::Network& network) {
  const std::size_t output = network.outputs.front();
  for (const Operator& op : network.operators) {
    if (op.output != output) continue;
    if (op.code == OperatorCode::kDequantize) return static_cast<std::size_t>(op.inputs[0]);
    if (op.code == OperatorCode::kSoftmax) return static_cast<std::size_t>(op.inputs[0]);
  }
  return output;
}

NetworkSamples::NetworkSamples(const network::Network& network,
                               const std::vector<std::string>& files)
    : network_(network) {
  const std::size_t inputs = network.inputs.size();
  if (files.size() % inputs != 0) {
    throw UsageError(std::to_string(files.size()) + " input files for a network of " +
                     std::to_string(inputs) + " inputs; expected as many, or a multiple");
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    files_.push_back(load_samples(files[i], network.tensors[network.inputs[i % inputs]]));
    const std::size_t first = files_[i - i % inputs].count;
    if (files_[i].count != first) {
      throw UsageError("input '" + files[i] + "' has " + std::to_string(files_[i].count) +
                       " samples; expected " + std::to_string(first) + " as '" +
                       files[i - i % inputs] + "'");
    }
    if (i % inputs == 0) count_ += first;
  }
}

void NetworkSamples::feed(std::size_t sample, network::Interpreter& interpreter) const {
  const std::size_t inputs = network_.inputs.size();
  std::size_t first = 0;
  while (sample >= files_[first].count) {
    sample -= files_[first].count;
    first += inputs;
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    const network::Tensor& tensor = network_.tensors[network_.inputs[i]];
    if (tensor.type == network::ElementType::kFloat32) {
      files_[first + i].store(sample, tensor, interpreter.float_input(i));
    } else {
      files_[first + i].store(sample, tensor, interpreter.int8_input(i));
    }
  }
}

}  // namespace aimc::cli
