#include <algorithm>

#include "platform/network/kernel.h"

namespace aimc::network {
namespace {

/// Product of the dimensions from `first` on.
std::size_t elements_from(const std::vector<std::size_t>& shape, std::size_t first) {
  std::size_t elements = 1;
  for (std::size_t i = first; i < shape.size(); ++i) elements *= shape[i];
  return elements;
}

struct Part {
  std::size_t tensor;
  std::size_t block;  // elements that lie together in the output
};

struct Padded {
  std::vector<std::size_t> in;  // shapes
  std::vector<std::size_t> out;
  std::vector<std::size_t> before;
  std::int8_t fill;
  std::size_t input;
  std::size_t output;
};

void run_pad(const Padded& pad, Values& values) {
  const std::int8_t* from = std::as_const(values).int8(pad.input);
  std::int8_t* const out = values.int8(pad.output);
  std::fill(out, out + elements_from(pad.out, 0), pad.fill);
  const std::size_t row = pad.in.empty() ? 1 : pad.in.back();
  const std::size_t rows = elements_from(pad.in, 0) / row;
  std::vector<std::size_t> at(pad.in.size());
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t to = 0;
    for (std::size_t d = 0; d < at.size(); ++d) to = to * pad.out[d] + at[d] + pad.before[d];
    std::copy(from, from + row, out + to);
    from += row;
    for (std::size_t d = at.size(); d-- > 1;) {
      if (++at[d - 1] < pad.in[d - 1]) break;
      at[d - 1] = 0;
    }
  }
}

}  // namespace

Kernel make_reshape(const Network& network, const Operator& op) {
  const auto from = static_cast<std::size_t>(op.inputs[0]);
  const std::size_t to = op.output;
  const std::size_t elements = network.tensors[to].elements;
  if (network.tensors[to].type == ElementType::kFloat32) {
    return [from, to, elements](Values& values) {
      std::copy_n(std::as_const(values).float32(from), elements, values.float32(to));
    };
  }
  return [from, to, elements](Values& values) {
    std::copy_n(std::as_const(values).int8(from), elements, values.int8(to));
  };
}

Kernel make_concatenation(const Network& network, const Operator& op) {
  const Tensor& out = network.tensors[op.output];
  const std::size_t axis =
      dimension_of(std::get<ConcatenationOptions>(op.options).axis, out.shape.size());
  std::vector<Part> parts;
  parts.reserve(op.inputs.size());
  for (const std::int32_t input : op.inputs) {
    const auto tensor = static_cast<std::size_t>(input);
    parts.push_back({tensor, elements_from(network.tensors[tensor].shape, axis)});
  }
  const std::size_t repeats = out.elements / elements_from(out.shape, axis);
  return [parts = std::move(parts), repeats, to = op.output](Values& values) {
    std::int8_t* write = values.int8(to);
    for (std::size_t i = 0; i < repeats; ++i) {
      for (const Part& part : parts) {
        const std::int8_t* const read = std::as_const(values).int8(part.tensor) + i * part.block;
        write = std::copy_n(read, part.block, write);
      }
    }
  };
}

Kernel make_pad(const Network& network, const Operator& op) {
  const Tensor& in = *network.input_of(op, 0);
  const Tensor& out = network.tensors[op.output];
  const std::vector<std::int32_t> amounts = network.int32_constant(*network.input_of(op, 1));
  Padded pad{in.shape,
             out.shape,
             {},
             static_cast<std::int8_t>(out.zero_point()),
             static_cast<std::size_t>(op.inputs[0]),
             op.output};
  for (std::size_t i = 0; i < in.shape.size(); ++i) {
    pad.before.push_back(static_cast<std::size_t>(amounts[2 * i]));
  }
  return [pad = std::move(pad)](Values& values) { run_pad(pad, values); };
}

}  // namespace aimc::network
