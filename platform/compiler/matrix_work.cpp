#include "platform/compiler/matrix_work.h"

#include <algorithm>
#include <cmath>

#include "platform/network/geometry.h"
#include "platform/network/requantise.h"

namespace aimc::compiler {
namespace {

using network::Network;
using network::Operator;
using network::Tensor;
using network::Window;

constexpr std::size_t kAlignment = 4;

std::size_t filled(std::size_t count) {
  return (count + kAlignment - 1) / kAlignment * kAlignment;
}

/// What both kinds of matrix have: scales, biases, zero points.
void take_scales(MatrixWork& work, const Network& network, const Operator& op) {
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& filter = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  const std::vector<float>& scales = filter.quantisation.scale;
  for (std::size_t column = 0; column < work.columns; ++column) {
    const float scale = scales[scales.size() == 1 ? 0 : column];
    work.factors.push_back(static_cast<double>(in.scale()) * static_cast<double>(scale) /
                           static_cast<double>(out.scale()));
  }
  const Tensor* const bias = network.input_of(op, 2);
  work.biases =
      bias == nullptr ? std::vector<std::int32_t>(work.columns) : network.int32_constant(*bias);
  work.input_zero_point = in.zero_point();
  work.output_zero_point = out.zero_point();
}

/// A weight as a cell holds it.
std::int8_t cell(const Network& network, std::size_t index, std::int32_t weight) {
  if (weight < -127 || weight > 127) {
    refuse(network, index,
           "a weight of " + std::to_string(weight) + "; expected -127 to 127 to fit a cell");
  }
  return static_cast<std::int8_t>(weight);
}

}  // namespace

bool needs_patches(const Operator& op, const Network& network) {
  const auto& options = std::get<network::ConvolutionOptions>(op.options);
  return options.dilation_width > 1 && network.input_of(op, 1)->shape[2] > 1;
}

aimc_net_window window_of(const Network& network, const Operator& op) {
  const auto& options = std::get<network::ConvolutionOptions>(op.options);
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& filter = *network.input_of(op, 1);
  const Window height{filter.shape[1], options.stride_height, options.dilation_height};
  const Window width{filter.shape[2], options.stride_width, options.dilation_width};
  aimc_net_window window{};
  window.filter_rows = static_cast<std::uint32_t>(height.filter);
  window.filter_columns = static_cast<std::uint32_t>(width.filter);
  window.stride_rows = static_cast<std::uint32_t>(height.stride);
  window.stride_columns = static_cast<std::uint32_t>(width.stride);
  window.dilation_rows = static_cast<std::uint32_t>(height.dilation);
  window.dilation_columns = static_cast<std::uint32_t>(width.dilation);
  window.before_rows =
      static_cast<std::uint32_t>(height.padding_before(in.shape[1], options.padding));
  window.before_columns =
      static_cast<std::uint32_t>(width.padding_before(in.shape[2], options.padding));
  window.clamp = {-128, 127};
  return window;
}

MatrixWork convolution_work(const Network& network, std::size_t operator_index,
                            const Activation& input, bool patches) {
  const Operator& op = network.operators[operator_index];
  const Tensor& filter = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  const std::size_t channels = filter.shape[3];
  const std::size_t taps = filter.shape[1] * filter.shape[2] * channels;
  const aimc_net_window window = window_of(network, op);
  const std::size_t pitch = input.pitch();
  MatrixWork work;
  work.columns = filter.shape[0];
  work.real_rows = taps;
  work.in_rows = input.rows;
  work.in_row_bytes = input.columns * pitch;
  work.out_rows = out.shape[1];
  work.out_columns = out.shape[2];
  work.column_stride = pitch;
  work.segment_bytes = pitch;
  if (!patches) {
    work.segments = window.filter_rows;
    work.segment_bytes = window.filter_columns * pitch;
    work.dilation = window.dilation_rows;
    work.row_stride = window.stride_rows;
    work.column_stride = window.stride_columns * pitch;
    work.pad_rows = window.before_rows;
    work.pad_bytes = window.before_columns * pitch;
  }
  take_scales(work, network, op);
  work.weights.resize(work.rows() * work.columns);
  const std::int8_t* from = network.int8_constant(filter);
  for (std::size_t column = 0; column < work.columns; ++column) {
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const std::size_t row = patches ? tap : tap / channels * pitch + tap % channels;
      work.weights[row * work.columns + column] = cell(network, operator_index, *from++);
    }
  }
  return work;
}

bool holds_vectors(const Network& network, const Operator& op, const Activation& input) {
  const std::size_t rows = network.input_of(op, 1)->shape[1];
  return input.channels == rows || (input.channels == input.pitch() && rows % kAlignment == 0);
}

MatrixWork connected_work(const Network& network, std::size_t operator_index,
                          const Activation& input) {
  const Operator& op = network.operators[operator_index];
  const Tensor& filter = *network.input_of(op, 1);
  const std::size_t rows = filter.shape[1];
  if (!holds_vectors(network, op, input)) {
    refuse(network, operator_index,
           "vectors of " + std::to_string(rows) + " out of an input of " +
               network::shape_text(network.input_of(op, 0)->shape) + "; expected one a pixel");
  }
  MatrixWork work;
  work.columns = filter.shape[0];
  work.real_rows = rows;
  work.segment_bytes = filled(rows);
  work.column_stride = work.segment_bytes;
  work.out_columns = input.bytes() / work.segment_bytes;
  work.in_row_bytes = input.bytes();
  take_scales(work, network, op);
  work.weights.resize(work.rows() * work.columns);
  const std::int32_t zero_point = filter.zero_point();
  const std::int8_t* from = network.int8_constant(filter);
  for (std::size_t column = 0; column < work.columns; ++column) {
    for (std::size_t row = 0; row < rows; ++row) {
      work.weights[row * work.columns + column] =
          cell(network, operator_index, *from++ - zero_point);
    }
  }
  return work;
}

std::optional<AddWork> add_work(const Network& network, const Operator& op, const Activation& a,
                                const Activation& b) {
  constexpr double kLargest = 65535.0;
  constexpr int kMostShift = 31;
  const Tensor& out = network.tensors[op.output];
  if (!a.same_shape(b) || a.rows * a.columns * a.channels != out.elements) return std::nullopt;
  const auto& options = std::get<network::ActivationOptions>(op.options);
  const auto [least, most] = activation_range(options.activation, out.scale(), out.zero_point());
  if (most < 127 || (least != -128 && least != out.zero_point())) return std::nullopt;
  const double factor_a = static_cast<double>(a.scale) / static_cast<double>(out.scale());
  const double factor_b = static_cast<double>(b.scale) / static_cast<double>(out.scale());
  const double larger = std::max(factor_a, factor_b);
  int shift = kMostShift;
  while (shift > 0 && std::round(std::ldexp(larger, shift)) > kLargest) --shift;
  if (shift == 0) return std::nullopt;
  AddWork work;
  work.multiplier_a = static_cast<std::uint32_t>(std::llround(std::ldexp(factor_a, shift)));
  work.multiplier_b = static_cast<std::uint32_t>(std::llround(std::ldexp(factor_b, shift)));
  work.shift = static_cast<unsigned>(shift);
  work.relu = least == out.zero_point() && least != -128;
  work.zero_point_a = a.zero_point;
  work.zero_point_b = b.zero_point;
  work.zero_point_out = out.zero_point();
  return work;
}

}  // namespace aimc::compiler
