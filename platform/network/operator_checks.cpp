#include "platform/network/operator_checks.h"

#include <algorithm>
#include <cmath>

#include "platform/network/geometry.h"
#include "platform/network/network_error.h"

namespace aimc::network {
namespace {

using Shape = std::vector<std::size_t>;

/// Checks one operator.
class Check {
 public:
  Check(const Network& network, std::size_t index)
      : network_(network), index_(index), op_(network.operators[index]) {}

  void run() const {
    switch (op_.code) {
      case OperatorCode::kConv2d:
        return convolution(0);
      case OperatorCode::kDepthwiseConv2d:
        return convolution(3);
      case OperatorCode::kFullyConnected:
        return fully_connected();
      case OperatorCode::kAdd:
        return add();
      case OperatorCode::kAveragePool2d:
      case OperatorCode::kMaxPool2d:
        return pool();
      case OperatorCode::kConcatenation:
        return concatenation();
      case OperatorCode::kReshape:
        return reshape();
      case OperatorCode::kSoftmax:
        return softmax();
      case OperatorCode::kPad:
        return pad();
      case OperatorCode::kMean:
        return mean();
      case OperatorCode::kQuantize:
      case OperatorCode::kDequantize:
        return conversion();
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw NetworkError("model '" + network_.file + "', " + describe(network_, index_) + ": " + why);
  }
  [[noreturn]] void refuse(const Tensor& tensor, const std::string& why) const {
    refuse(describe_tensor(network_, static_cast<std::size_t>(&tensor - network_.tensors.data())) +
           ": " + why);
  }

  const Tensor& output() const { return network_.tensors[op_.output]; }

  void require_inputs(std::size_t least, std::size_t most) const {
    if (op_.inputs.size() >= least && op_.inputs.size() <= most) return;
    refuse(std::to_string(op_.inputs.size()) + " inputs; expected " + std::to_string(least) +
           (most == least ? "" : " to " + std::to_string(most)));
  }

  const Tensor& input(std::size_t index) const {
    const Tensor* const tensor = network_.input_of(op_, index);
    if (tensor == nullptr) refuse("input " + std::to_string(index) + " is left out");
    return *tensor;
  }

  void require_type(const Tensor& tensor, ElementType type) const {
    if (tensor.type == type) return;
    refuse(tensor, std::string("type ") + name_of(tensor.type) + "; expected " + name_of(type));
  }

  void require_one_scale(const Tensor& tensor) const {
    if (tensor.quantisation.scale.size() == 1 && tensor.scale() > 0.0F) return;
    refuse(tensor,
           std::to_string(tensor.quantisation.scale.size()) + " scales; expected one above 0");
  }

  /// INT8 with one scale and zero point.
  const Tensor& activation(const Tensor& tensor) const {
    require_type(tensor, ElementType::kInt8);
    require_one_scale(tensor);
    return tensor;
  }

  void require_rank(const Tensor& tensor, std::size_t rank) const {
    if (tensor.shape.size() == rank) return;
    refuse(tensor, "shape " + shape_text(tensor.shape) + "; expected " + std::to_string(rank) +
                       " dimensions");
  }

  void require_shape(const Tensor& tensor, const Shape& shape) const {
    if (tensor.shape == shape) return;
    refuse(tensor, "shape " + shape_text(tensor.shape) + "; expected " + shape_text(shape));
  }

  void require_same_quantisation(const Tensor& a, const Tensor& b) const {
    constexpr float kTolerance = 1e-6F;  // as TFLite
    if (std::fabs(a.scale() - b.scale()) <= kTolerance && a.zero_point() == b.zero_point()) return;
    refuse("input and output differ in scale (" + std::to_string(a.scale()) + ", " +
           std::to_string(b.scale()) + ") or zero point (" + std::to_string(a.zero_point()) + ", " +
           std::to_string(b.zero_point()) + "); expected the same");
  }

  const Tensor& constant(std::size_t index, ElementType type) const {
    const Tensor& tensor = input(index);
    require_type(tensor, type);
    if (!tensor.constant) refuse(tensor, "it is computed; expected a constant");
    return tensor;
  }

  void require_computed_unless_int8(const Tensor& tensor) const {
    if (!tensor.constant || tensor.type == ElementType::kInt8) return;
    refuse(tensor, std::string("a constant of type ") + name_of(tensor.type) +
                       "; expected INT8, or an operator's output");
  }

  /// Weights: INT8, one scale or one for each slice of `dimension`.
  const Tensor& weights(std::size_t rank, std::size_t dimension, bool symmetric) const {
    const Tensor& filter = constant(1, ElementType::kInt8);
    require_rank(filter, rank);
    const Quantisation& quantisation = filter.quantisation;
    const std::size_t scales = quantisation.scale.size();
    if (scales == 0) refuse(filter, "no scale; expected one, or one an output channel");
    if (scales > 1 && quantisation.dimension != dimension) {
      refuse(filter, "scales along dimension " + std::to_string(quantisation.dimension) +
                         "; expected " + std::to_string(dimension));
    }
    const bool zero = std::all_of(quantisation.zero_point.begin(), quantisation.zero_point.end(),
                                  [](std::int64_t value) { return value == 0; });
    if (!zero && (symmetric || scales > 1)) {
      refuse(filter, "a zero point of weights that is not 0");
    }
    return filter;
  }

  void bias(std::size_t channels) const {
    if (network_.input_of(op_, 2) == nullptr) return;
    const Tensor& tensor = constant(2, ElementType::kInt32);
    if (tensor.elements == channels) return;
    refuse(tensor,
           std::to_string(tensor.elements) + " biases; expected " + std::to_string(channels));
  }

  void require_window(const Tensor& in, const Window& height, const Window& width, Padding padding,
                      std::size_t channels) const {
    const Shape shape{in.shape[0], height.positions(in.shape[1], padding),
                      width.positions(in.shape[2], padding), channels};
    if (shape[1] == 0 || shape[2] == 0) {
      refuse("the window of " + std::to_string(height.span()) + "x" + std::to_string(width.span()) +
             " is larger than its input " + shape_text(in.shape));
    }
    require_shape(output(), shape);
  }

  /// @param channels the dimension of the filter that counts output channels
  void convolution(std::size_t channels) const {
    require_inputs(2, 3);
    const auto& options = std::get<ConvolutionOptions>(op_.options);
    const Tensor& in = activation(input(0));
    require_rank(in, 4);
    const Tensor& filter = weights(4, channels, true);
    if (channels == 0 && filter.shape[3] != in.shape[3]) {
      refuse(filter, "shape " + shape_text(filter.shape) + " for an input of " +
                         shape_text(in.shape) + "; expected as many channels (no groups)");
    }
    if (channels == 3 &&
        (filter.shape[0] != 1 || filter.shape[3] != in.shape[3] * options.depth_multiplier)) {
      refuse(filter, "shape " + shape_text(filter.shape) + " for an input of " +
                         shape_text(in.shape) + " and depth multiplier " +
                         std::to_string(options.depth_multiplier) + "; they do not fit");
    }
    bias(filter.shape[channels]);
    activation(output());
    require_window(in, {filter.shape[1], options.stride_height, options.dilation_height},
                   {filter.shape[2], options.stride_width, options.dilation_width}, options.padding,
                   filter.shape[channels]);
  }

  void fully_connected() const {
    require_inputs(2, 3);
    const Tensor& in = activation(input(0));
    const Tensor& filter = weights(2, 0, false);
    const std::size_t rows = filter.shape[1];
    const std::size_t columns = filter.shape[0];
    if (in.elements % rows != 0) {
      refuse("an input of " + shape_text(in.shape) + " for weights of " + shape_text(filter.shape) +
             "; expected whole vectors of " + std::to_string(rows));
    }
    bias(columns);
    const Tensor& out = activation(output());
    if (out.elements != in.elements / rows * columns || out.shape.empty() ||
        out.shape.back() != columns) {
      refuse(out, "shape " + shape_text(out.shape) + "; expected " +
                      std::to_string(in.elements / rows) + "x" + std::to_string(columns));
    }
  }

  void add() const {
    require_inputs(2, 2);
    const Tensor& a = activation(input(0));
    const Tensor& b = activation(input(1));
    activation(output());
    Shape shape(std::max(a.shape.size(), b.shape.size()), 1);
    for (const Tensor* tensor : {&a, &b}) {
      const std::size_t lead = shape.size() - tensor->shape.size();
      for (std::size_t i = 0; i < tensor->shape.size(); ++i) {
        const std::size_t size = tensor->shape[i];
        if (size != 1 && shape[lead + i] != 1 && shape[lead + i] != size) {
          refuse("inputs of " + shape_text(a.shape) + " and " + shape_text(b.shape) +
                 " do not fit together");
        }
        shape[lead + i] = std::max(shape[lead + i], size);
      }
    }
    require_shape(output(), shape);
  }

  void pool() const {
    require_inputs(1, 1);
    const auto& options = std::get<PoolOptions>(op_.options);
    const Tensor& in = activation(input(0));
    require_rank(in, 4);
    require_same_quantisation(in, activation(output()));
    require_window(in, {options.filter_height, options.stride_height, 1},
                   {options.filter_width, options.stride_width, 1}, options.padding, in.shape[3]);
  }

  void concatenation() const {
    if (op_.inputs.empty()) refuse("0 inputs; expected 1 and more");
    const Tensor& first = activation(input(0));
    const std::int32_t axis = std::get<ConcatenationOptions>(op_.options).axis;
    const std::size_t dimension = dimension_of(axis, first.shape.size());
    if (dimension == first.shape.size()) {
      refuse("axis " + std::to_string(axis) + " of " + shape_text(first.shape));
    }
    Shape shape = first.shape;
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
      const Tensor& tensor = activation(input(i));
      require_same_quantisation(tensor, activation(output()));
      Shape expected = first.shape;
      if (tensor.shape.size() == expected.size()) expected[dimension] = tensor.shape[dimension];
      require_shape(tensor, expected);
      if (i > 0) shape[dimension] += tensor.shape[dimension];
    }
    require_shape(output(), shape);
  }

  void reshape() const {
    require_inputs(1, 2);
    require_type(output(), input(0).type);
    if (input(0).type == ElementType::kInt32 || input(0).type == ElementType::kInt64) {
      refuse(input(0),
             std::string("type ") + name_of(input(0).type) + "; expected INT8, UINT8 or FLOAT32");
    }
    require_computed_unless_int8(input(0));
    if (input(0).elements == output().elements) return;
    refuse(output(), "shape " + shape_text(output().shape) + " of an input of " +
                         shape_text(input(0).shape) + "; expected as many elements");
  }

  void softmax() const {
    require_inputs(1, 1);
    const Tensor& in = activation(input(0));
    if (in.shape.empty()) refuse(in, "a single number; expected a dimension and more");
    const Tensor& out = activation(output());
    require_shape(out, in.shape);
    if (out.scale() == 1.0F / 256.0F && out.zero_point() == -128) return;
    refuse(out, "scale " + std::to_string(out.scale()) + ", zero point " +
                    std::to_string(out.zero_point()) + "; expected 1/256 and -128");
  }

  void pad() const {
    require_inputs(2, 2);
    const Tensor& in = activation(input(0));
    require_same_quantisation(in, activation(output()));
    const Tensor& amounts = constant(1, ElementType::kInt32);
    require_shape(amounts, {in.shape.size(), 2});
    const std::vector<std::int32_t> padding = network_.int32_constant(amounts);
    Shape shape = in.shape;
    for (std::size_t i = 0; i < padding.size(); ++i) {
      if (padding[i] < 0) refuse(amounts, "a padding of " + std::to_string(padding[i]));
      shape[i / 2] += static_cast<std::size_t>(padding[i]);
    }
    require_shape(output(), shape);
  }

  void mean() const {
    require_inputs(2, 2);
    const Tensor& in = activation(input(0));
    activation(output());
    const Tensor& axes = constant(1, ElementType::kInt32);
    std::vector<bool> reduced(in.shape.size());
    for (const std::int32_t axis : network_.int32_constant(axes)) {
      const std::size_t dimension = dimension_of(axis, in.shape.size());
      if (dimension == in.shape.size()) {
        refuse(axes, "axis " + std::to_string(axis) + " of " + shape_text(in.shape));
      }
      reduced[dimension] = true;
    }
    Shape shape;
    for (std::size_t i = 0; i < in.shape.size(); ++i) {
      if (!reduced[i]) shape.push_back(in.shape[i]);
      if (reduced[i] && std::get<MeanOptions>(op_.options).keep_dimensions) shape.push_back(1);
    }
    require_shape(output(), shape);
  }

  void conversion() const {
    require_inputs(1, 1);
    const Tensor& in = input(0);
    const Tensor& out = output();
    require_computed_unless_int8(in);
    const auto quantised = [this](const Tensor& tensor) {
      if (tensor.type != ElementType::kInt8 && tensor.type != ElementType::kUint8) {
        refuse(tensor, std::string("type ") + name_of(tensor.type) + "; expected INT8 or UINT8");
      }
      require_one_scale(tensor);
    };
    if (op_.code == OperatorCode::kDequantize) {
      quantised(in);
      require_type(out, ElementType::kFloat32);
    } else {
      quantised(out);
      if (in.type != ElementType::kFloat32) quantised(in);
    }
    require_shape(out, in.shape);
  }

  const Network& network_;
  std::size_t index_;
  const Operator& op_;
};

}  // namespace

void check_operator(const Network& network, std::size_t index) {
  Check(network, index).run();
}

}  // namespace aimc::network
