#include "platform/network/interpreter.h"

#include <algorithm>
#include <stdexcept>

namespace aimc::network {
namespace {

Kernel make_kernel(const Network& network, const Operator& op, Rounding rounding) {
  switch (op.code) {
    case OperatorCode::kAdd:
      return make_add(network, op, rounding);
    case OperatorCode::kAveragePool2d:
    case OperatorCode::kMaxPool2d:
      return make_pool(network, op);
    case OperatorCode::kConcatenation:
      return make_concatenation(network, op);
    case OperatorCode::kConv2d:
      return make_convolution(network, op, rounding);
    case OperatorCode::kDepthwiseConv2d:
      return make_depthwise_convolution(network, op, rounding);
    case OperatorCode::kDequantize:
      return make_dequantise(network, op);
    case OperatorCode::kFullyConnected:
      return make_fully_connected(network, op, rounding);
    case OperatorCode::kReshape:
      return make_reshape(network, op);
    case OperatorCode::kSoftmax:
      return make_softmax(network, op, rounding);
    case OperatorCode::kPad:
      return make_pad(network, op);
    case OperatorCode::kMean:
      return make_mean(network, op, rounding);
    case OperatorCode::kQuantize:
      break;
  }
  return make_quantise(network, op, rounding);
}

}  // namespace

Values::Values(const Network& network)
    : network_(&network), bytes_(network.tensors.size()), floats_(network.tensors.size()) {
  const auto make_room = [&](std::size_t index) {
    const Tensor& tensor = network.tensors[index];
    if (tensor.type == ElementType::kFloat32) {
      floats_[index].resize(tensor.elements);
    } else {
      bytes_[index].resize(tensor.elements);
    }
  };
  for (const std::size_t input : network.inputs) make_room(input);
  for (const Operator& op : network.operators) make_room(op.output);
}

const std::int8_t* Values::int8(std::size_t tensor) const {
  const Tensor& what = network_->tensors[tensor];
  return what.constant ? network_->int8_constant(what) : bytes_[tensor].data();
}

Requantiser::Requantiser(std::vector<Multiplier> multipliers, const Tensor& output,
                         Activation activation, Rounding rounding)
    : multipliers_(std::move(multipliers)), zero_point_(output.zero_point()), rounding_(rounding) {
  const auto [least, most] = activation_range(activation, output.scale(), zero_point_);
  least_ = least;
  most_ = most;
}

std::int8_t Requantiser::operator()(std::int32_t sum, std::size_t channel) const {
  const Multiplier& factor = multipliers_[multipliers_.size() == 1 ? 0 : channel];
  const std::int64_t value = std::int64_t{multiply(sum, factor, rounding_)} + zero_point_;
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, least_, most_));
}

Interpreter::Interpreter(const Network& network, Rounding rounding)
    : network_(network), values_(network) {
  kernels_.reserve(network.operators.size());
  for (std::size_t i = 0; i < network.operators.size(); ++i) {
    try {
      kernels_.push_back(make_kernel(network, network.operators[i], rounding));
    } catch (const std::out_of_range& error) {
      throw NetworkError("model '" + network.file + "', " + describe(network, i) +
                         ": its scales make " + error.what());
    }
  }
}

void Interpreter::run() {
  for (const Kernel& kernel : kernels_) kernel(values_);
}

void Interpreter::run_operator(std::size_t index) {
  kernels_.at(index)(values_);
}

std::size_t decision(const std::int8_t* values, std::size_t count) {
  return static_cast<std::size_t>(std::max_element(values, values + count) - values);
}

}  // namespace aimc::network
