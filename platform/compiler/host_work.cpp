#include <algorithm>
#include <stdexcept>

#include "platform/compiler/graph.h"
#include "platform/network/geometry.h"
#include "platform/network/kernel.h"
#include "platform/network/requantise.h"

namespace aimc::compiler {
namespace {

using network::Network;
using network::Operator;
using network::OperatorCode;
using network::Tensor;
using network::Window;

constexpr aimc_net_clamp kWholeRange{-128, 127};

aimc_net_factor factor_of(const network::Multiplier& multiplier) {
  return {multiplier.fraction, multiplier.shift};
}

double ratio(float numerator, float denominator) {
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

aimc_net_clamp clamp_of(network::Activation activation, const Tensor& out) {
  const auto [least, most] = activation_range(activation, out.scale(), out.zero_point());
  return {least, most};
}

void set_padding(aimc_net_window& window, const Tensor& in, const Window& height,
                 const Window& width, network::Padding padding) {
  window.filter_rows = static_cast<std::uint32_t>(height.filter);
  window.filter_columns = static_cast<std::uint32_t>(width.filter);
  window.stride_rows = static_cast<std::uint32_t>(height.stride);
  window.stride_columns = static_cast<std::uint32_t>(width.stride);
  window.dilation_rows = static_cast<std::uint32_t>(height.dilation);
  window.dilation_columns = static_cast<std::uint32_t>(width.dilation);
  window.before_rows = static_cast<std::uint32_t>(height.padding_before(in.shape[1], padding));
  window.before_columns = static_cast<std::uint32_t>(width.padding_before(in.shape[2], padding));
}

HostWork add_on_host(const Network& network, const Operator& op) {
  constexpr double kRaised = 1 << 20;
  const Tensor& a = *network.input_of(op, 0);
  const Tensor& b = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  const double common = 2.0 * static_cast<double>(std::max(a.scale(), b.scale()));
  aimc_net_add add{};
  add.zero_points[0] = a.zero_point();
  add.zero_points[1] = b.zero_point();
  add.zero_points[2] = out.zero_point();
  add.factors[0] = factor_of(network::make_multiplier(static_cast<double>(a.scale()) / common));
  add.factors[1] = factor_of(network::make_multiplier(static_cast<double>(b.scale()) / common));
  add.factors[2] =
      factor_of(network::make_multiplier(common / (kRaised * static_cast<double>(out.scale()))));
  add.clamp = clamp_of(std::get<network::ActivationOptions>(op.options).activation, out);
  return {AIMC_NET_HOST_ADD, add};
}

HostWork pool(const Network& network, const Operator& op) {
  const auto& options = std::get<network::PoolOptions>(op.options);
  aimc_net_window window{};
  set_padding(window, *network.input_of(op, 0), {options.filter_height, options.stride_height, 1},
              {options.filter_width, options.stride_width, 1}, options.padding);
  window.clamp = clamp_of(options.activation, network.tensors[op.output]);
  const bool average = op.code == OperatorCode::kAveragePool2d;
  return {
      average ? std::uint32_t{AIMC_NET_HOST_AVERAGE_POOL} : std::uint32_t{AIMC_NET_HOST_MAX_POOL},
      window};
}

HostWork mean(const Network& network, std::size_t index, const Activation& input) {
  const Operator& op = network.operators[index];
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& out = network.tensors[op.output];
  // All dimensions but the last, unless they are 1 anyway.
  std::vector<bool> reduced(in.shape.size());
  for (const std::int32_t axis : network.int32_constant(*network.input_of(op, 1))) {
    reduced[network::dimension_of(axis, in.shape.size())] = true;
  }
  for (std::size_t i = 0; i < reduced.size(); ++i) {
    const bool last = i + 1 == reduced.size();
    if (reduced[i] != last || in.shape[i] == 1) continue;
    refuse(network, index,
           "a mean over other dimensions of " + network::shape_text(in.shape) +
               " than all but the last; expected that");
  }
  const network::Multiplier whole = network::make_multiplier(ratio(in.scale(), out.scale()));
  const network::Multiplier each = network::divided(whole, input.rows * input.columns);
  return {AIMC_NET_HOST_MEAN,
          aimc_net_requantise{factor_of(each), in.zero_point(), out.zero_point(), kWholeRange}};
}

HostWork softmax(const Network& network, const Operator& op) {
  const network::SoftmaxFactor factor = network::softmax_factor(
      *network.input_of(op, 0), std::get<network::SoftmaxOptions>(op.options).beta);
  return {AIMC_NET_HOST_SOFTMAX,
          aimc_net_softmax{factor.factor.fraction, factor.factor.shift, factor.least}};
}

HostWork pad(const Network& network, std::size_t index) {
  const Operator& op = network.operators[index];
  const std::vector<std::int32_t> amounts = network.int32_constant(*network.input_of(op, 1));
  std::vector<std::uint32_t> before;
  for (std::size_t i = 0; i < amounts.size(); i += 2) {
    before.push_back(static_cast<std::uint32_t>(amounts[i]));
  }
  before.insert(before.begin(), before.size() < 3 ? 3 - before.size() : 0, 0);
  const std::size_t first = before.size() - 3;
  if (std::any_of(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(first),
                  [](std::uint32_t count) { return count != 0; })) {
    refuse(network, index, "padding of the batch; expected none");
  }
  return {AIMC_NET_HOST_PAD, aimc_net_pad{before[first], before[first + 1], before[first + 2]}};
}

HostWork concatenation(const Network& network, std::size_t index) {
  const Operator& op = network.operators[index];
  const std::size_t rank = network.tensors[op.output].shape.size();
  const std::size_t axis =
      network::dimension_of(std::get<network::ConcatenationOptions>(op.options).axis, rank);
  if (axis + 3 < rank) refuse(network, index, "it joins batches; expected another dimension");
  return {AIMC_NET_HOST_CONCATENATION,
          aimc_net_concatenation{static_cast<std::uint32_t>(axis + 3 - rank)}};
}

HostWork quantise(const Network& network, const Operator& op) {
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& out = network.tensors[op.output];
  return {AIMC_NET_HOST_QUANTISE,
          aimc_net_requantise{factor_of(network::make_multiplier(ratio(in.scale(), out.scale()))),
                              in.zero_point(), out.zero_point(), kWholeRange}};
}

HostWork depthwise(const Network& network, const Operator& op) {
  const auto& options = std::get<network::ConvolutionOptions>(op.options);
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& filter = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  DepthwiseWork work;
  set_padding(work.parameters.window, in,
              {filter.shape[1], options.stride_height, options.dilation_height},
              {filter.shape[2], options.stride_width, options.dilation_width}, options.padding);
  work.parameters.window.clamp = clamp_of(options.activation, out);
  work.parameters.multiplier = static_cast<std::uint32_t>(filter.shape[3] / in.shape[3]);
  work.parameters.input_zero_point = in.zero_point();
  work.parameters.output_zero_point = out.zero_point();
  const std::int8_t* const weights = network.int8_constant(filter);
  work.weights.assign(weights, weights + filter.elements);
  const Tensor* const bias = network.input_of(op, 2);
  const std::size_t channels = filter.shape[3];
  work.biases =
      bias == nullptr ? std::vector<std::int32_t>(channels) : network.int32_constant(*bias);
  const std::vector<float>& scales = filter.quantisation.scale;
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const float scale = scales[scales.size() == 1 ? 0 : channel];
    work.factors.push_back(factor_of(
        network::make_multiplier(static_cast<double>(in.scale()) * static_cast<double>(scale) /
                                 static_cast<double>(out.scale()))));
  }
  return {AIMC_NET_HOST_DEPTHWISE, std::move(work)};
}

HostWork make_work(const Network& network, std::size_t index, const std::vector<Activation>& inputs,
                   const Activation& output) {
  const Operator& op = network.operators[index];
  switch (op.code) {
    case OperatorCode::kAdd:
      if (!inputs[0].same_shape(inputs[1]) || !inputs[0].same_shape(output)) {
        refuse(network, index,
               "inputs of " + network::shape_text(network.input_of(op, 0)->shape) + " and " +
                   network::shape_text(network.input_of(op, 1)->shape) + "; expected equal shapes");
      }
      return add_on_host(network, op);
    case OperatorCode::kAveragePool2d:
    case OperatorCode::kMaxPool2d:
      return pool(network, op);
    case OperatorCode::kMean:
      return mean(network, index, inputs[0]);
    case OperatorCode::kSoftmax:
      return softmax(network, op);
    case OperatorCode::kPad:
      return pad(network, index);
    case OperatorCode::kConcatenation:
      return concatenation(network, index);
    case OperatorCode::kQuantize:
      return quantise(network, op);
    case OperatorCode::kDepthwiseConv2d:
      return depthwise(network, op);
    default:
      break;
  }
  refuse(network, index, "not between the operators of a compiled network; expected at its end");
}

}  // namespace

HostWork host_work(const Network& network, std::size_t operator_index,
                   const std::vector<Activation>& inputs, const Activation& output) {
  try {
    return make_work(network, operator_index, inputs, output);
  } catch (const std::out_of_range& error) {
    refuse(network, operator_index, std::string("its scales make ") + error.what());
  }
}

}  // namespace aimc::compiler
