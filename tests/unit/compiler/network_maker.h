#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "platform/network/geometry.h"
#include "platform/network/network.h"
#include "platform/network/operator_checks.h"

namespace aimc::test {

/// Makes networks of random weights, operator by operator. Functions return the tensor an operator
/// writes.
class NetworkMaker {
 public:
  explicit NetworkMaker(unsigned seed) : random_(seed) { network_.file = "made"; }

  std::size_t input(std::vector<std::size_t> shape, std::int32_t zero_point) {
    const std::size_t made = activation(std::move(shape), 1.0F, zero_point);
    network_.inputs = {made};
    return made;
  }

  std::size_t convolution(std::size_t from, std::size_t channels, std::size_t height,
                          std::size_t width, network::ConvolutionOptions options,
                          std::int32_t zero_point = -128) {
    const std::vector<std::size_t> in = shape(from);
    const network::Window rows{height, options.stride_height, options.dilation_height};
    const network::Window columns{width, options.stride_width, options.dilation_width};
    const std::size_t taps = height * width * in[3];
    const std::size_t weights = constant({channels, height, width, in[3]}, taps, channels, from);
    const std::size_t bias = biases(channels);
    const std::size_t to = activation({1, rows.positions(in[1], options.padding),
                                       columns.positions(in[2], options.padding), channels},
                                      1.0F, zero_point);
    return add(network::OperatorCode::kConv2d, {from, weights, bias}, to, options);
  }

  std::size_t depthwise(std::size_t from, std::size_t height, std::size_t width,
                        network::ConvolutionOptions options) {
    const std::vector<std::size_t> in = shape(from);
    const network::Window rows{height, options.stride_height, 1};
    const network::Window columns{width, options.stride_width, 1};
    const std::size_t channels = in[3] * options.depth_multiplier;
    const std::size_t weights =
        constant({1, height, width, channels}, height * width, channels, from, 3);
    const std::size_t bias = biases(channels);
    const std::size_t to = activation({1, rows.positions(in[1], options.padding),
                                       columns.positions(in[2], options.padding), channels},
                                      1.0F, -3);
    return add(network::OperatorCode::kDepthwiseConv2d, {from, weights, bias}, to, options);
  }

  std::size_t connected(std::size_t from, std::size_t columns,
                        network::Activation activation_kind = network::Activation::kNone) {
    const std::size_t rows = shape(from).back();
    const std::size_t vectors = network_.tensors[from].elements / rows;
    const std::size_t weights = constant({columns, rows}, rows, 1, from);
    const std::size_t bias = biases(columns);
    const std::size_t to = activation({vectors, columns}, 1.0F, 4);
    return add(network::OperatorCode::kFullyConnected, {from, weights, bias}, to,
               network::ActivationOptions{activation_kind});
  }

  std::size_t sum(std::size_t a, std::size_t b, network::Activation activation_kind) {
    const std::size_t to = activation(shape(a), 1.37F, -20);
    return add(network::OperatorCode::kAdd, {a, b}, to,
               network::ActivationOptions{activation_kind});
  }

  std::size_t pool(std::size_t from, std::size_t size) {
    const std::vector<std::size_t> in = shape(from);
    network::PoolOptions options;
    options.padding = network::Padding::kValid;
    options.filter_height = options.filter_width = size;
    options.stride_height = options.stride_width = size;
    const std::size_t to =
        activation({1, in[1] / size, in[2] / size, in[3]}, network_.tensors[from].scale(),
                   network_.tensors[from].zero_point());
    return add(network::OperatorCode::kMaxPool2d, {from}, to, options);
  }

  std::size_t reshape(std::size_t from, std::vector<std::size_t> to_shape) {
    const std::size_t to = activation(std::move(to_shape), network_.tensors[from].scale(),
                                      network_.tensors[from].zero_point());
    return add(network::OperatorCode::kReshape, {from}, to, std::monostate{});
  }

  std::size_t softmax(std::size_t from) {
    const std::size_t to = activation(shape(from), 1.0F / 256.0F, -128);
    return add(network::OperatorCode::kSoftmax, {from}, to, network::SoftmaxOptions{0.05F});
  }

  network::Network make(std::size_t output) {
    network_.outputs = {output};
    return network_;
  }

  /// Random elements of the input.
  std::vector<std::vector<std::int8_t>> samples(std::size_t count) {
    std::vector<std::vector<std::int8_t>> list(count);
    for (auto& sample : list) {
      sample.resize(network_.tensors[network_.inputs.front()].elements);
      for (std::int8_t& element : sample) element = static_cast<std::int8_t>(random_());
    }
    return list;
  }

  const std::vector<std::size_t>& shape(std::size_t tensor) const {
    return network_.tensors[tensor].shape;
  }

 private:
  std::size_t tensor(std::vector<std::size_t> of_shape, network::ElementType type) {
    network::Tensor made;
    made.name = "t" + std::to_string(network_.tensors.size());
    made.type = type;
    made.shape = std::move(of_shape);
    for (const std::size_t size : made.shape) made.elements *= size;
    network_.tensors.push_back(std::move(made));
    return network_.tensors.size() - 1;
  }

  std::size_t activation(std::vector<std::size_t> of_shape, float scale, std::int32_t zero_point) {
    const std::size_t made = tensor(std::move(of_shape), network::ElementType::kInt8);
    network_.tensors[made].quantisation = {{scale}, {zero_point}, 0};
    return made;
  }

  void attach(std::size_t made, const void* bytes, std::size_t count) {
    network::Tensor& what = network_.tensors[made];
    what.constant = true;
    what.data_begin = network_.bytes.size();
    what.data_bytes = count;
    network_.bytes.resize(network_.bytes.size() + count);
    std::memcpy(network_.bytes.data() + what.data_begin, bytes, count);
  }

  /// Weights whose sums spread over a good part of the output's range.
  std::size_t constant(std::vector<std::size_t> of_shape, std::size_t taps, std::size_t scales,
                       std::size_t from, std::size_t dimension = 0) {
    const std::size_t made = tensor(std::move(of_shape), network::ElementType::kInt8);
    std::vector<std::int8_t> weights(network_.tensors[made].elements);
    for (std::int8_t& weight : weights) {
      weight = static_cast<std::int8_t>(static_cast<int>(random_() % 255) - 127);
    }
    attach(made, weights.data(), weights.size());
    const float spread = 40.0F / (73.0F * 90.0F * std::sqrt(static_cast<float>(taps))) /
                         network_.tensors[from].scale();
    network::Quantisation& quantisation = network_.tensors[made].quantisation;
    quantisation.dimension = dimension;
    for (std::size_t i = 0; i < scales; ++i) {
      quantisation.scale.push_back(spread * (0.3F + 0.1F * static_cast<float>(random_() % 10)));
      quantisation.zero_point.push_back(0);
    }
    return made;
  }

  std::size_t biases(std::size_t count) {
    std::vector<std::int32_t> values(count);
    for (std::int32_t& value : values) value = static_cast<std::int32_t>(random_() % 20001) - 10000;
    const std::size_t made = tensor({count}, network::ElementType::kInt32);
    attach(made, values.data(), 4 * count);
    return made;
  }

  std::size_t add(network::OperatorCode code, const std::vector<std::size_t>& inputs,
                  std::size_t output, network::Options options) {
    network::Operator op;
    op.code = code;
    for (const std::size_t from : inputs) op.inputs.push_back(static_cast<std::int32_t>(from));
    op.output = output;
    op.options = std::move(options);
    network_.operators.push_back(std::move(op));
    check_operator(network_, network_.operators.size() - 1);
    return output;
  }

  network::Network network_;
  std::mt19937 random_;
};

}  // namespace aimc::test
