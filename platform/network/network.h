#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace aimc::network {

/// Types of a tensor's elements that are read.
enum class ElementType { kFloat32, kInt32, kUint8, kInt64, kInt8 };
/// "INT8", as TFLite calls it.
const char* name_of(ElementType type);
/// Bytes of one element.
std::size_t bytes_of(ElementType type);

/// Value = scale * (stored - zero point); for each slice of one dimension, or one pair for all.
struct Quantisation {
  std::vector<float> scale;              ///< finite, not negative; empty: not quantised
  std::vector<std::int64_t> zero_point;  ///< as many as scales, within the element type
  std::size_t dimension = 0;             ///< whose slices the pairs belong to, when there are many
};

/// One tensor of a network.
struct Tensor {
  std::string name;
  ElementType type = ElementType::kInt8;
  std::vector<std::size_t> shape;  ///< every dimension 1 and more; empty for a single number
  std::size_t elements = 1;        ///< product of the dimensions
  Quantisation quantisation;
  bool constant = false;       ///< its elements are in the file
  std::size_t data_begin = 0;  ///< of a constant: where its elements begin in the file
  std::size_t data_bytes = 0;  ///< of a constant: elements times their size

  /// The scale and zero point of a tensor that has one of each.
  float scale() const { return quantisation.scale.front(); }
  std::int32_t zero_point() const {
    return static_cast<std::int32_t>(quantisation.zero_point.front());
  }
};

/// Operators that are read, under TFLite's names.
enum class OperatorCode {
  kAdd,
  kAveragePool2d,
  kConcatenation,
  kConv2d,
  kDepthwiseConv2d,
  kDequantize,
  kFullyConnected,
  kMaxPool2d,
  kReshape,
  kSoftmax,
  kPad,
  kMean,
  kQuantize,
};
/// "CONV_2D", as TFLite calls it.
const char* name_of(OperatorCode code);

enum class Padding { kSame, kValid };
/// What is done to a result before it is stored.
enum class Activation { kNone, kRelu, kReluN1To1, kRelu6 };

/// CONV_2D and DEPTHWISE_CONV_2D.
struct ConvolutionOptions {
  Padding padding = Padding::kSame;
  std::size_t stride_width = 1;
  std::size_t stride_height = 1;
  std::size_t dilation_width = 1;
  std::size_t dilation_height = 1;
  std::size_t depth_multiplier = 1;  ///< DEPTHWISE_CONV_2D: outputs a channel of the input
  Activation activation = Activation::kNone;
};

/// AVERAGE_POOL_2D and MAX_POOL_2D.
struct PoolOptions {
  Padding padding = Padding::kSame;
  std::size_t stride_width = 1;
  std::size_t stride_height = 1;
  std::size_t filter_width = 1;
  std::size_t filter_height = 1;
  Activation activation = Activation::kNone;
};

/// FULLY_CONNECTED and ADD.
struct ActivationOptions {
  Activation activation = Activation::kNone;
};

struct ConcatenationOptions {
  std::int32_t axis = 0;  ///< a dimension of the output; a negative one counts from the last
};

struct SoftmaxOptions {
  float beta = 1.0F;  ///< above 0
};

struct MeanOptions {
  bool keep_dimensions = false;
};

using Options = std::variant<std::monostate, ConvolutionOptions, PoolOptions, ActivationOptions,
                             ConcatenationOptions, SoftmaxOptions, MeanOptions>;

/// One operator; its place in the list is the order of execution.
struct Operator {
  OperatorCode code = OperatorCode::kAdd;
  std::int32_t version = 1;          ///< as the file gives it
  std::vector<std::int32_t> inputs;  ///< tensors; -1 for a bias that is left out
  std::size_t output = 0;            ///< tensor
  Options options;
};

/// A network that was read and checked: shapes fit together, every tensor an operator reads is a
/// constant, an input of the network or the output of an operator before it.
struct Network {
  std::string file;                 ///< name, for messages
  std::vector<std::uint8_t> bytes;  ///< of the file, where constants lie
  std::vector<Tensor> tensors;
  std::vector<Operator> operators;
  std::vector<std::size_t> inputs;   ///< tensors
  std::vector<std::size_t> outputs;  ///< tensors

  /// Elements of a constant of type INT8.
  const std::int8_t* int8_constant(const Tensor& tensor) const;
  /// Elements of a constant of type INT32, wherever it lies in the file.
  std::vector<std::int32_t> int32_constant(const Tensor& tensor) const;
  /// Input `index` of an operator as a tensor; null when it is left out.
  const Tensor* input_of(const Operator& op, std::size_t index) const;
};

/// Multiply-accumulates of an operator (positions in the padding count); 0 for all but CONV_2D,
/// DEPTHWISE_CONV_2D and FULLY_CONNECTED.
std::uint64_t multiply_accumulates(const Network& network, const Operator& op);

/// The dimension of `rank` ones that an axis names, negative ones counted from behind; `rank` when
/// it names none.
std::size_t dimension_of(std::int32_t axis, std::size_t rank);

/// "1x32x32x3", or "scalar".
std::string shape_text(const std::vector<std::size_t>& shape);
/// A name out of a file on one line: what cannot be printed is '?', what is long is cut.
std::string printable(const std::string& name);
/// "operator 3 (CONV_2D)".
std::string describe(const Network& network, std::size_t operator_index);
/// "tensor 7 'name'".
std::string describe_tensor(const Network& network, std::size_t tensor);

}  // namespace aimc::network
