#include <algorithm>

#include "platform/network/geometry.h"
#include "platform/network/kernel.h"

namespace aimc::network {
namespace {

/// Sums wrap at 32 bits, as an accumulator register does.
std::int32_t wrapped(std::uint32_t sum) {
  return static_cast<std::int32_t>(sum);
}

/// Sum of products of inputs (zero point taken off) and stored weights.
std::uint32_t dot(const std::int16_t* inputs, const std::int8_t* weights, std::size_t count) {
  constexpr std::size_t kBlock = 32768;  // products below 2^15 in magnitude: no overflow inside
  std::uint32_t total = 0;
  for (std::size_t begin = 0; begin < count; begin += kBlock) {
    const std::size_t end = std::min(count, begin + kBlock);
    std::int32_t sum = 0;
    for (std::size_t i = begin; i < end; ++i) sum += inputs[i] * weights[i];
    total += static_cast<std::uint32_t>(sum);
  }
  return total;
}

/// Multiplier of every output channel: input scale times weight scale over output scale, in double
/// precision.
std::vector<Multiplier> multipliers(const Tensor& input, const Tensor& filter,
                                    const Tensor& output) {
  std::vector<Multiplier> list;
  list.reserve(filter.quantisation.scale.size());
  for (const float scale : filter.quantisation.scale) {
    list.push_back(make_multiplier(static_cast<double>(input.scale()) * static_cast<double>(scale) /
                                   static_cast<double>(output.scale())));
  }
  return list;
}

std::vector<std::int32_t> bias_of(const Network& network, const Operator& op,
                                  std::size_t channels) {
  const Tensor* const bias = network.input_of(op, 2);
  return bias == nullptr ? std::vector<std::int32_t>(channels) : network.int32_constant(*bias);
}

/// What a convolution of either kind does for one image.
struct Convolution {
  Window height;
  Window width;
  std::size_t in_height;
  std::size_t in_width;
  std::size_t in_channels;
  std::size_t out_height;
  std::size_t out_width;
  std::size_t out_channels;
  std::size_t batches;
  std::int64_t top;  // padding
  std::int64_t left;
  std::int32_t zero_point;
  std::vector<std::int32_t> bias;
  Requantiser store;
  std::size_t input;
  std::size_t filter;
  std::size_t output;

  /// Index of the input's pixel under an element of the window; -1 in the padding.
  std::int64_t pixel(std::size_t y, std::size_t x, std::size_t window_y,
                     std::size_t window_x) const {
    const std::int64_t row =
        static_cast<std::int64_t>(y * height.stride + window_y * height.dilation) - top;
    const std::int64_t column =
        static_cast<std::int64_t>(x * width.stride + window_x * width.dilation) - left;
    if (row < 0 || row >= static_cast<std::int64_t>(in_height) || column < 0 ||
        column >= static_cast<std::int64_t>(in_width)) {
      return -1;
    }
    return row * static_cast<std::int64_t>(in_width) + column;
  }
};

Convolution make_geometry(const Network& network, const Operator& op, Rounding rounding) {
  const auto& options = std::get<ConvolutionOptions>(op.options);
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& filter = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  const Window height{filter.shape[1], options.stride_height, options.dilation_height};
  const Window width{filter.shape[2], options.stride_width, options.dilation_width};
  return {height,
          width,
          in.shape[1],
          in.shape[2],
          in.shape[3],
          out.shape[1],
          out.shape[2],
          out.shape[3],
          in.shape[0],
          static_cast<std::int64_t>(height.padding_before(in.shape[1], options.padding)),
          static_cast<std::int64_t>(width.padding_before(in.shape[2], options.padding)),
          in.zero_point(),
          bias_of(network, op, out.shape[3]),
          Requantiser(multipliers(in, filter, out), out, options.activation, rounding),
          static_cast<std::size_t>(op.inputs[0]),
          static_cast<std::size_t>(op.inputs[1]),
          op.output};
}

/// The inputs under the window at a position, row by row; 0 in the padding, which stands for the
/// zero point.
void gather(const Convolution& conv, const std::int8_t* image, std::size_t y, std::size_t x,
            std::vector<std::int16_t>& patch) {
  auto to = patch.begin();
  for (std::size_t window_y = 0; window_y < conv.height.filter; ++window_y) {
    for (std::size_t window_x = 0; window_x < conv.width.filter; ++window_x) {
      const std::int64_t pixel = conv.pixel(y, x, window_y, window_x);
      const auto end = to + static_cast<std::ptrdiff_t>(conv.in_channels);
      if (pixel < 0) {
        std::fill(to, end, std::int16_t{0});
      } else {
        const std::int8_t* from = image + static_cast<std::size_t>(pixel) * conv.in_channels;
        std::transform(from, from + conv.in_channels, to, [&conv](std::int8_t value) {
          return static_cast<std::int16_t>(value - conv.zero_point);
        });
      }
      to = end;
    }
  }
}

void convolve(const Convolution& conv, Values& values) {
  const std::size_t taps = conv.height.filter * conv.width.filter * conv.in_channels;
  std::vector<std::int16_t> patch(taps);
  const std::int8_t* image = std::as_const(values).int8(conv.input);
  const std::int8_t* filter = std::as_const(values).int8(conv.filter);
  std::int8_t* out = values.int8(conv.output);
  for (std::size_t batch = 0; batch < conv.batches; ++batch) {
    for (std::size_t y = 0; y < conv.out_height; ++y) {
      for (std::size_t x = 0; x < conv.out_width; ++x) {
        gather(conv, image, y, x, patch);
        for (std::size_t channel = 0; channel < conv.out_channels; ++channel) {
          const std::uint32_t sum = dot(patch.data(), filter + channel * taps, taps) +
                                    static_cast<std::uint32_t>(conv.bias[channel]);
          *out++ = conv.store(wrapped(sum), channel);
        }
      }
    }
    image += conv.in_height * conv.in_width * conv.in_channels;
  }
}

/// One output of a depthwise convolution before the bias.
std::uint32_t depthwise_sum(const Convolution& conv, const std::int8_t* image,
                            const std::int8_t* filter, std::size_t y, std::size_t x,
                            std::size_t channel) {
  const std::size_t in_channel = channel / (conv.out_channels / conv.in_channels);
  std::uint32_t sum = 0;
  for (std::size_t window_y = 0; window_y < conv.height.filter; ++window_y) {
    for (std::size_t window_x = 0; window_x < conv.width.filter; ++window_x) {
      const std::int64_t pixel = conv.pixel(y, x, window_y, window_x);
      if (pixel < 0) continue;
      const std::int32_t in =
          image[static_cast<std::size_t>(pixel) * conv.in_channels + in_channel] - conv.zero_point;
      const std::int32_t weight =
          filter[(window_y * conv.width.filter + window_x) * conv.out_channels + channel];
      sum += static_cast<std::uint32_t>(in * weight);
    }
  }
  return sum;
}

void convolve_depthwise(const Convolution& conv, Values& values) {
  const std::int8_t* image = std::as_const(values).int8(conv.input);
  const std::int8_t* filter = std::as_const(values).int8(conv.filter);
  std::int8_t* out = values.int8(conv.output);
  for (std::size_t batch = 0; batch < conv.batches; ++batch) {
    for (std::size_t y = 0; y < conv.out_height; ++y) {
      for (std::size_t x = 0; x < conv.out_width; ++x) {
        for (std::size_t channel = 0; channel < conv.out_channels; ++channel) {
          const std::uint32_t sum = depthwise_sum(conv, image, filter, y, x, channel) +
                                    static_cast<std::uint32_t>(conv.bias[channel]);
          *out++ = conv.store(wrapped(sum), channel);
        }
      }
    }
    image += conv.in_height * conv.in_width * conv.in_channels;
  }
}

struct FullyConnected {
  std::size_t rows;
  std::size_t columns;
  std::size_t vectors;
  std::int32_t in_zero_point;
  std::int32_t weight_zero_point;
  std::vector<std::int32_t> bias;
  Requantiser store;
  std::size_t input;
  std::size_t filter;
  std::size_t output;
};

void connect(const FullyConnected& layer, Values& values) {
  std::vector<std::int16_t> inputs(layer.rows);
  const std::int8_t* from = std::as_const(values).int8(layer.input);
  const std::int8_t* filter = std::as_const(values).int8(layer.filter);
  std::int8_t* out = values.int8(layer.output);
  for (std::size_t vector = 0; vector < layer.vectors; ++vector) {
    std::uint32_t input_sum = 0;
    for (std::size_t row = 0; row < layer.rows; ++row) {
      inputs[row] = static_cast<std::int16_t>(*from++ - layer.in_zero_point);
      input_sum += static_cast<std::uint32_t>(inputs[row]);
    }
    const std::uint32_t correction =
        static_cast<std::uint32_t>(layer.weight_zero_point) * input_sum;
    for (std::size_t column = 0; column < layer.columns; ++column) {
      const std::uint32_t sum = dot(inputs.data(), filter + column * layer.rows, layer.rows) -
                                correction + static_cast<std::uint32_t>(layer.bias[column]);
      *out++ = layer.store(wrapped(sum), column);
    }
  }
}

}  // namespace

Kernel make_convolution(const Network& network, const Operator& op, Rounding rounding) {
  return [conv = make_geometry(network, op, rounding)](Values& values) { convolve(conv, values); };
}

Kernel make_depthwise_convolution(const Network& network, const Operator& op, Rounding rounding) {
  return [conv = make_geometry(network, op, rounding)](Values& values) {
    convolve_depthwise(conv, values);
  };
}

Kernel make_fully_connected(const Network& network, const Operator& op, Rounding rounding) {
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& filter = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  FullyConnected layer{filter.shape[1],
                       filter.shape[0],
                       in.elements / filter.shape[1],
                       in.zero_point(),
                       filter.zero_point(),
                       bias_of(network, op, filter.shape[0]),
                       Requantiser(multipliers(in, filter, out), out,
                                   std::get<ActivationOptions>(op.options).activation, rounding),
                       static_cast<std::size_t>(op.inputs[0]),
                       static_cast<std::size_t>(op.inputs[1]),
                       op.output};
  return [layer = std::move(layer)](Values& values) { connect(layer, values); };
}

}  // namespace aimc::network
