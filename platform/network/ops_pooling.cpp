#include <algorithm>
#include <limits>

#include "platform/network/geometry.h"
#include "platform/network/kernel.h"

namespace aimc::network {
namespace {

struct Range {
  std::size_t begin;
  std::size_t end;
};

/// Elements of the input under a window at a position: those in the padding do not count.
Range covered(const Window& window, std::size_t position, std::size_t before, std::size_t input) {
  const std::size_t start = position * window.stride;  // in the padded input
  const std::size_t begin = start > before ? start - before : 0;
  const std::size_t end = start + window.filter > before ? start + window.filter - before : 0;
  return {begin, std::min(end, input)};
}

struct Pool {
  bool average;
  Window height;
  Window width;
  std::size_t top;  // padding
  std::size_t left;
  std::vector<std::size_t> in;  // shapes
  std::vector<std::size_t> out;
  std::int32_t least;
  std::int32_t most;
  std::size_t input;
  std::size_t output;
};

/// Mean rounded to the nearest, ties away from zero.
std::int32_t rounded_mean(std::int64_t sum, std::int64_t count) {
  return static_cast<std::int32_t>((sum > 0 ? sum + count / 2 : sum - count / 2) / count);
}

std::int8_t pooled(const Pool& pool, const std::int8_t* image, const Range& rows,
                   const Range& columns, std::size_t channel) {
  std::int64_t sum = 0;
  std::int32_t greatest = std::numeric_limits<std::int8_t>::min();
  for (std::size_t y = rows.begin; y < rows.end; ++y) {
    for (std::size_t x = columns.begin; x < columns.end; ++x) {
      const std::int32_t value = image[(y * pool.in[2] + x) * pool.in[3] + channel];
      sum += value;
      greatest = std::max(greatest, value);
    }
  }
  const auto count =
      static_cast<std::int64_t>((rows.end - rows.begin) * (columns.end - columns.begin));
  const std::int32_t value = pool.average ? rounded_mean(sum, count) : greatest;
  return static_cast<std::int8_t>(std::clamp(value, pool.least, pool.most));
}

void run_pool(const Pool& pool, Values& values) {
  const std::int8_t* image = std::as_const(values).int8(pool.input);
  std::int8_t* out = values.int8(pool.output);
  for (std::size_t batch = 0; batch < pool.in[0]; ++batch) {
    for (std::size_t y = 0; y < pool.out[1]; ++y) {
      const Range rows = covered(pool.height, y, pool.top, pool.in[1]);
      for (std::size_t x = 0; x < pool.out[2]; ++x) {
        const Range columns = covered(pool.width, x, pool.left, pool.in[2]);
        for (std::size_t channel = 0; channel < pool.in[3]; ++channel) {
          *out++ = pooled(pool, image, rows, columns, channel);
        }
      }
    }
    image += pool.in[1] * pool.in[2] * pool.in[3];
  }
}

/// Dimensions that MEAN adds up.
std::vector<bool> reduced_dimensions(const Network& network, const Operator& op) {
  const std::size_t rank = network.input_of(op, 0)->shape.size();
  std::vector<bool> reduced(rank);
  for (const std::int32_t axis : network.int32_constant(*network.input_of(op, 1))) {
    reduced[dimension_of(axis, rank)] = true;
  }
  return reduced;
}

struct Mean {
  std::vector<std::size_t> shape;
  std::vector<std::size_t> step;  // in the output, by dimension of the input
  std::uint32_t zero_point_sum;   // zero point times elements of a sum
  Requantiser store;
  std::size_t input;
  std::size_t output;
  std::size_t outputs;
  std::size_t elements;
};

void run_mean(const Mean& mean, Values& values) {
  std::vector<std::uint32_t> sums(mean.outputs);  // wrap at 32 bits
  std::vector<std::size_t> at(mean.shape.size());
  const std::int8_t* const in = std::as_const(values).int8(mean.input);
  std::size_t to = 0;
  for (std::size_t i = 0; i < mean.elements; ++i) {
    sums[to] += static_cast<std::uint32_t>(std::int32_t{in[i]});
    for (std::size_t d = mean.shape.size(); d-- > 0;) {
      to += mean.step[d];
      if (++at[d] < mean.shape[d]) break;
      at[d] = 0;
      to -= mean.step[d] * mean.shape[d];
    }
  }
  std::int8_t* const out = values.int8(mean.output);
  for (std::size_t i = 0; i < mean.outputs; ++i) {
    out[i] = mean.store(static_cast<std::int32_t>(sums[i] - mean.zero_point_sum), 0);
  }
}

}  // namespace

Multiplier divided(Multiplier factor, std::uint64_t count) {
  int shift = 0;
  while (shift < 32 && (count >> (shift + 1)) != 0) ++shift;
  shift = std::min(shift, 31 + factor.shift);
  factor.fraction = static_cast<std::int32_t>(
      static_cast<std::uint64_t>(std::int64_t{factor.fraction} << shift) / count);
  factor.shift -= shift;
  return factor;
}

Kernel make_pool(const Network& network, const Operator& op) {
  const auto& options = std::get<PoolOptions>(op.options);
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& out = network.tensors[op.output];
  const Window height{options.filter_height, options.stride_height, 1};
  const Window width{options.filter_width, options.stride_width, 1};
  const auto [least, most] = activation_range(options.activation, out.scale(), out.zero_point());
  Pool pool{op.code == OperatorCode::kAveragePool2d,
            height,
            width,
            height.padding_before(in.shape[1], options.padding),
            width.padding_before(in.shape[2], options.padding),
            in.shape,
            out.shape,
            least,
            most,
            static_cast<std::size_t>(op.inputs[0]),
            op.output};
  return [pool = std::move(pool)](Values& values) { run_pool(pool, values); };
}

Kernel make_mean(const Network& network, const Operator& op, Rounding rounding) {
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& out = network.tensors[op.output];
  const std::vector<bool> reduced = reduced_dimensions(network, op);
  std::vector<std::size_t> step(in.shape.size());
  std::size_t kept = 1;
  for (std::size_t d = in.shape.size(); d-- > 0;) {
    if (reduced[d]) continue;
    step[d] = kept;
    kept *= in.shape[d];
  }
  const std::uint64_t count = in.elements / kept;
  const Multiplier factor =
      make_multiplier(static_cast<double>(in.scale()) / static_cast<double>(out.scale()));
  Mean mean{in.shape,
            std::move(step),
            static_cast<std::uint32_t>(in.zero_point()) * static_cast<std::uint32_t>(count),
            Requantiser({divided(factor, count)}, out, Activation::kNone, rounding),
            static_cast<std::size_t>(op.inputs[0]),
            op.output,
            kept,
            in.elements};
  return [mean = std::move(mean)](Values& values) { run_mean(mean, values); };
}

}  // namespace aimc::network
