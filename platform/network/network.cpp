#include "platform/network/network.h"

#include <algorithm>

namespace aimc::network {

const char* name_of(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return "FLOAT32";
    case ElementType::kInt32:
      return "INT32";
    case ElementType::kUint8:
      return "UINT8";
    case ElementType::kInt64:
      return "INT64";
    case ElementType::kInt8:
      break;
  }
  return "INT8";
}

std::size_t bytes_of(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
    case ElementType::kInt32:
      return 4;
    case ElementType::kInt64:
      return 8;
    case ElementType::kUint8:
    case ElementType::kInt8:
      break;
  }
  return 1;
}

const char* name_of(OperatorCode code) {
  switch (code) {
    case OperatorCode::kAdd:
      return "ADD";
    case OperatorCode::kAveragePool2d:
      return "AVERAGE_POOL_2D";
    case OperatorCode::kConcatenation:
      return "CONCATENATION";
    case OperatorCode::kConv2d:
      return "CONV_2D";
    case OperatorCode::kDepthwiseConv2d:
      return "DEPTHWISE_CONV_2D";
    case OperatorCode::kDequantize:
      return "DEQUANTIZE";
    case OperatorCode::kFullyConnected:
      return "FULLY_CONNECTED";
    case OperatorCode::kMaxPool2d:
      return "MAX_POOL_2D";
    case OperatorCode::kReshape:
      return "RESHAPE";
    case OperatorCode::kSoftmax:
      return "SOFTMAX";
    case OperatorCode::kPad:
      return "PAD";
    case OperatorCode::kMean:
      return "MEAN";
    case OperatorCode::kQuantize:
      break;
  }
  return "QUANTIZE";
}

const std::int8_t* Network::int8_constant(const Tensor& tensor) const {
  return reinterpret_cast<const std::int8_t*>(bytes.data() + tensor.data_begin);
}

std::vector<std::int32_t> Network::int32_constant(const Tensor& tensor) const {
  std::vector<std::int32_t> values(tensor.elements);
  const std::uint8_t* at = bytes.data() + tensor.data_begin;
  for (std::int32_t& value : values) {
    const std::uint32_t word = at[0] | static_cast<std::uint32_t>(at[1]) << 8U |
                               static_cast<std::uint32_t>(at[2]) << 16U |
                               static_cast<std::uint32_t>(at[3]) << 24U;
    value = static_cast<std::int32_t>(word);
    at += 4;
  }
  return values;
}

const Tensor* Network::input_of(const Operator& op, std::size_t index) const {
  if (index >= op.inputs.size() || op.inputs[index] < 0) return nullptr;
  return &tensors[static_cast<std::size_t>(op.inputs[index])];
}

std::uint64_t multiply_accumulates(const Network& network, const Operator& op) {
  const std::uint64_t outputs = network.tensors[op.output].elements;
  switch (op.code) {
    case OperatorCode::kConv2d: {
      const Tensor& filter = *network.input_of(op, 1);
      return outputs * (filter.elements / filter.shape[0]);
    }
    case OperatorCode::kDepthwiseConv2d: {
      const Tensor& filter = *network.input_of(op, 1);
      return outputs * filter.shape[1] * filter.shape[2];
    }
    case OperatorCode::kFullyConnected:
      return outputs * network.input_of(op, 1)->shape[1];
    default:
      return 0;
  }
}

std::size_t dimension_of(std::int32_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  const std::int64_t dimension = axis < 0 ? axis + size : axis;
  return dimension < 0 || dimension >= size ? rank : static_cast<std::size_t>(dimension);
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::size_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string printable(const std::string& name) {
  constexpr std::size_t kLongest = 80;
  std::string text = name.substr(0, kLongest);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return name.size() > kLongest ? text + "..." : text;
}

std::string describe(const Network& network, std::size_t operator_index) {
  return "operator " + std::to_string(operator_index) + " (" +
         name_of(network.operators[operator_index].code) + ")";
}

std::string describe_tensor(const Network& network, std::size_t tensor) {
  return "tensor " + std::to_string(tensor) + " '" + printable(network.tensors[tensor].name) + "'";
}

}  // namespace aimc::network
