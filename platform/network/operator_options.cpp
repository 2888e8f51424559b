#include "platform/network/operator_options.h"

#include <array>
#include <cmath>

namespace aimc::network {
namespace {

struct Readable {
  std::int32_t builtin;
  OperatorCode code;
};

constexpr std::array<Readable, 13> kReadable{{
    {0, OperatorCode::kAdd},
    {1, OperatorCode::kAveragePool2d},
    {2, OperatorCode::kConcatenation},
    {3, OperatorCode::kConv2d},
    {4, OperatorCode::kDepthwiseConv2d},
    {6, OperatorCode::kDequantize},
    {9, OperatorCode::kFullyConnected},
    {17, OperatorCode::kMaxPool2d},
    {22, OperatorCode::kReshape},
    {25, OperatorCode::kSoftmax},
    {34, OperatorCode::kPad},
    {40, OperatorCode::kMean},
    {114, OperatorCode::kQuantize},
}};

struct Named {
  std::int32_t builtin;
  const char* name;
};

// Operators that networks of this kind hold beside those that are read.
constexpr std::array<Named, 36> kNamed{{
    {5, "DEPTH_TO_SPACE"},
    {8, "FLOOR"},
    {11, "L2_NORMALIZATION"},
    {12, "L2_POOL_2D"},
    {14, "LOGISTIC"},
    {16, "LSTM"},
    {18, "MUL"},
    {19, "RELU"},
    {20, "RELU_N1_TO_1"},
    {21, "RELU6"},
    {23, "RESIZE_BILINEAR"},
    {24, "RNN"},
    {26, "SPACE_TO_DEPTH"},
    {27, "SVDF"},
    {28, "TANH"},
    {36, "GATHER"},
    {37, "BATCH_TO_SPACE_ND"},
    {38, "SPACE_TO_BATCH_ND"},
    {39, "TRANSPOSE"},
    {41, "SUB"},
    {42, "DIV"},
    {43, "SQUEEZE"},
    {44, "UNIDIRECTIONAL_SEQUENCE_LSTM"},
    {45, "STRIDED_SLICE"},
    {47, "EXP"},
    {49, "SPLIT"},
    {50, "LOG_SOFTMAX"},
    {53, "CAST"},
    {54, "PRELU"},
    {55, "MAXIMUM"},
    {56, "ARG_MAX"},
    {57, "MINIMUM"},
    {60, "PADV2"},
    {67, "TRANSPOSE_CONV"},
    {117, "HARD_SWISH"},
    {126, "BATCH_MATMUL"},
}};

// Members of the union of options, by their number in the schema.
enum OptionsType : std::uint8_t {
  kNone = 0,
  kConv2dOptions = 1,
  kDepthwiseConv2dOptions = 2,
  kPool2dOptions = 5,
  kFullyConnectedOptions = 8,
  kSoftmaxOptions = 9,
  kConcatenationOptions = 10,
  kAddOptions = 11,
  kReducerOptions = 27,
};

constexpr std::int32_t kMostStride = 1 << 16;  // far above any tensor's extent that is used

std::optional<FlatTable> options_table(const FlatTable& op, OptionsType expected) {
  const std::uint8_t type = op.u8(3, kNone);
  if (type == kNone) return std::nullopt;
  if (type != expected) {
    op.refuse("options of type " + std::to_string(type) + "; expected type " +
              std::to_string(expected));
  }
  return op.table(4, op.where() + ", options");
}

FlatTable required_table(const FlatTable& op, OptionsType expected) {
  auto table = options_table(op, expected);
  if (!table) op.refuse("there are no options; expected strides and padding");
  return *table;
}

std::size_t extent(const FlatTable& options, unsigned field, std::int32_t absent,
                   const char* name) {
  const std::int32_t value = options.i32(field, absent);
  if (value < 1 || value > kMostStride) {
    options.refuse(std::string(name) + " is " + std::to_string(value) + "; expected 1 to " +
                   std::to_string(kMostStride));
  }
  return static_cast<std::size_t>(value);
}

Padding padding(const FlatTable& options) {
  const std::int8_t value = options.i8(0, 0);
  if (value != 0 && value != 1) {
    options.refuse("padding is " + std::to_string(value) + "; expected 0 (SAME) or 1 (VALID)");
  }
  return value == 0 ? Padding::kSame : Padding::kValid;
}

Activation activation(const FlatTable& options, unsigned field) {
  const std::int8_t value = options.i8(field, 0);
  switch (value) {
    case 0:
      return Activation::kNone;
    case 1:
      return Activation::kRelu;
    case 2:
      return Activation::kReluN1To1;
    case 3:
      return Activation::kRelu6;
    default:
      options.refuse("fused activation " + std::to_string(value) +
                     "; expected 0 (none), 1 (RELU), 2 (RELU_N1_TO_1) or 3 (RELU6)");
  }
}

ConvolutionOptions convolution(const FlatTable& op, bool depthwise) {
  const FlatTable table = required_table(op, depthwise ? kDepthwiseConv2dOptions : kConv2dOptions);
  const unsigned shift = depthwise ? 1 : 0;  // the depth multiplier stands before the activation
  ConvolutionOptions options;
  options.padding = padding(table);
  options.stride_width = extent(table, 1, 0, "stride_w");
  options.stride_height = extent(table, 2, 0, "stride_h");
  if (depthwise) options.depth_multiplier = extent(table, 3, 0, "depth_multiplier");
  options.activation = activation(table, 3 + shift);
  options.dilation_width = extent(table, 4 + shift, 1, "dilation_w_factor");
  options.dilation_height = extent(table, 5 + shift, 1, "dilation_h_factor");
  return options;
}

PoolOptions pool(const FlatTable& op) {
  const FlatTable table = required_table(op, kPool2dOptions);
  PoolOptions options;
  options.padding = padding(table);
  options.stride_width = extent(table, 1, 0, "stride_w");
  options.stride_height = extent(table, 2, 0, "stride_h");
  options.filter_width = extent(table, 3, 0, "filter_width");
  options.filter_height = extent(table, 4, 0, "filter_height");
  options.activation = activation(table, 5);
  return options;
}

Options fully_connected(const FlatTable& op) {
  const auto table = options_table(op, kFullyConnectedOptions);
  if (!table) return ActivationOptions{};
  if (table->i8(1, 0) != 0) {
    table->refuse("weights_format is " + std::to_string(table->i8(1, 0)) +
                  "; expected 0 (default order)");
  }
  return ActivationOptions{activation(*table, 0)};
}

Options concatenation(const FlatTable& op, const FlatTable& table) {
  if (activation(table, 1) != Activation::kNone) op.refuse("a fused activation; expected none");
  return ConcatenationOptions{table.i32(0, 0)};
}

Options softmax(const FlatTable& op) {
  const auto table = options_table(op, kSoftmaxOptions);
  const float beta = table ? table->f32(0, 0.0F) : 0.0F;
  if (!std::isfinite(beta) || beta <= 0.0F) op.refuse("beta is not a number above 0");
  return SoftmaxOptions{beta};
}

}  // namespace

std::optional<OperatorCode> operator_of(std::int32_t builtin_code) {
  for (const Readable& known : kReadable) {
    if (known.builtin == builtin_code) return known.code;
  }
  return std::nullopt;
}

std::string builtin_name(std::int32_t builtin_code) {
  if (const auto code = operator_of(builtin_code)) return name_of(*code);
  for (const Named& known : kNamed) {
    if (known.builtin == builtin_code) return known.name;
  }
  return "operator code " + std::to_string(builtin_code);
}

std::string readable_operators() {
  std::string text;
  for (const Readable& known : kReadable) {
    text += (text.empty() ? "" : ", ") + std::string(name_of(known.code));
  }
  return text;
}

Options read_options(OperatorCode code, const FlatTable& op) {
  switch (code) {
    case OperatorCode::kConv2d:
      return convolution(op, false);
    case OperatorCode::kDepthwiseConv2d:
      return convolution(op, true);
    case OperatorCode::kAveragePool2d:
    case OperatorCode::kMaxPool2d:
      return pool(op);
    case OperatorCode::kFullyConnected:
      return fully_connected(op);
    case OperatorCode::kAdd: {
      const auto table = options_table(op, kAddOptions);
      return ActivationOptions{table ? activation(*table, 0) : Activation::kNone};
    }
    case OperatorCode::kConcatenation: {
      const auto table = options_table(op, kConcatenationOptions);
      if (!table) return ConcatenationOptions{};
      return concatenation(op, *table);
    }
    case OperatorCode::kSoftmax:
      return softmax(op);
    case OperatorCode::kMean: {
      const auto table = options_table(op, kReducerOptions);
      return MeanOptions{table && table->u8(0, 0) != 0};
    }
    case OperatorCode::kDequantize:
    case OperatorCode::kReshape:
    case OperatorCode::kPad:
    case OperatorCode::kQuantize:
      break;
  }
  return std::monostate{};
}

}  // namespace aimc::network
