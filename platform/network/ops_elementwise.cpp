#include <algorithm>
#include <cmath>
#include <limits>

#include "platform/network/kernel.h"

namespace aimc::network {
namespace {

constexpr int kAddShift = 20;  // fraction bits both inputs of ADD are raised by

/// Steps from one element to the next, by dimension of the output; 0 where the tensor is repeated.
std::vector<std::size_t> steps(const Tensor& tensor, const Tensor& output) {
  std::vector<std::size_t> list(output.shape.size());
  std::size_t step = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const std::size_t from = tensor.shape.size() - 1 - i;
    if (tensor.shape[from] != 1) list[output.shape.size() - 1 - i] = step;
    step *= tensor.shape[from];
  }
  return list;
}

struct Term {
  std::size_t tensor = 0;
  std::int32_t zero_point = 0;
  Multiplier factor;
  std::vector<std::size_t> step;

  std::int32_t raised(std::int8_t value, Rounding rounding) const {
    return multiply((value - zero_point) * (1 << kAddShift), factor, rounding);
  }
};

struct Addition {
  std::vector<std::size_t> shape;
  Term a;
  Term b;
  Requantiser store;
  std::size_t output;
  std::size_t elements;
  Rounding rounding;
};

/// Both inputs are brought to twice the larger of their scales, added there and brought to the
/// output's: as TFLite's ADD for INT8.
void add(const Addition& what, Values& values) {
  const std::int8_t* a = std::as_const(values).int8(what.a.tensor);
  const std::int8_t* b = std::as_const(values).int8(what.b.tensor);
  std::int8_t* out = values.int8(what.output);
  std::vector<std::size_t> at(what.shape.size());
  std::size_t at_a = 0;
  std::size_t at_b = 0;
  for (std::size_t i = 0; i < what.elements; ++i) {
    const std::int32_t sum =
        what.a.raised(a[at_a], what.rounding) + what.b.raised(b[at_b], what.rounding);
    out[i] = what.store(sum, 0);
    for (std::size_t d = what.shape.size(); d-- > 0;) {
      at_a += what.a.step[d];
      at_b += what.b.step[d];
      if (++at[d] < what.shape[d]) break;
      at[d] = 0;
      at_a -= what.a.step[d] * what.shape[d];
      at_b -= what.b.step[d] * what.shape[d];
    }
  }
}

std::int32_t least_of(ElementType type) {
  return type == ElementType::kInt8 ? std::numeric_limits<std::int8_t>::min() : 0;
}

std::int32_t most_of(ElementType type) {
  return type == ElementType::kInt8 ? std::numeric_limits<std::int8_t>::max()
                                    : std::numeric_limits<std::uint8_t>::max();
}

/// The number that a byte stands for.
std::int32_t stored(std::int8_t bits, ElementType type) {
  return type == ElementType::kInt8 ? bits : static_cast<std::uint8_t>(bits);
}

std::int8_t clamped(std::int64_t value, ElementType type) {
  return static_cast<std::int8_t>(std::clamp<std::int64_t>(value, least_of(type), most_of(type)));
}

}  // namespace

std::int32_t quantise(float value, const Tensor& tensor) {
  const float steps_from_zero = std::round(value / tensor.scale());
  if (std::isnan(steps_from_zero)) return tensor.zero_point();
  const double moved = static_cast<double>(steps_from_zero) + tensor.zero_point();
  return static_cast<std::int32_t>(
      std::clamp<double>(moved, least_of(tensor.type), most_of(tensor.type)));
}

Kernel make_add(const Network& network, const Operator& op, Rounding rounding) {
  const Tensor& a = *network.input_of(op, 0);
  const Tensor& b = *network.input_of(op, 1);
  const Tensor& out = network.tensors[op.output];
  const double common = 2.0 * static_cast<double>(std::max(a.scale(), b.scale()));
  const double back = common / ((1 << kAddShift) * static_cast<double>(out.scale()));
  const auto term = [&](std::size_t index, const Tensor& tensor) {
    return Term{static_cast<std::size_t>(op.inputs[index]), tensor.zero_point(),
                make_multiplier(static_cast<double>(tensor.scale()) / common), steps(tensor, out)};
  };
  Addition what{out.shape,
                term(0, a),
                term(1, b),
                Requantiser({make_multiplier(back)}, out,
                            std::get<ActivationOptions>(op.options).activation, rounding),
                op.output,
                out.elements,
                rounding};
  return [what = std::move(what)](Values& values) { add(what, values); };
}

Kernel make_quantise(const Network& network, const Operator& op, Rounding rounding) {
  const auto from = static_cast<std::size_t>(op.inputs[0]);
  const Tensor* const in = &network.tensors[from];
  const Tensor* const out = &network.tensors[op.output];
  const std::size_t to = op.output;
  if (in->type == ElementType::kFloat32) {
    return [from, to, out](Values& values) {
      const float* const read = std::as_const(values).float32(from);
      std::int8_t* const write = values.int8(to);
      for (std::size_t i = 0; i < out->elements; ++i) {
        write[i] = static_cast<std::int8_t>(quantise(read[i], *out));
      }
    };
  }
  const Multiplier factor =
      make_multiplier(static_cast<double>(in->scale()) / static_cast<double>(out->scale()));
  return [from, to, in, out, factor, rounding](Values& values) {
    const std::int8_t* const read = std::as_const(values).int8(from);
    std::int8_t* const write = values.int8(to);
    for (std::size_t i = 0; i < out->elements; ++i) {
      const std::int32_t value = stored(read[i], in->type) - in->zero_point();
      write[i] =
          clamped(std::int64_t{multiply(value, factor, rounding)} + out->zero_point(), out->type);
    }
  };
}

Kernel make_dequantise(const Network& network, const Operator& op) {
  const auto from = static_cast<std::size_t>(op.inputs[0]);
  const Tensor* const in = &network.tensors[from];
  const std::size_t to = op.output;
  return [from, to, in](Values& values) {
    const std::int8_t* const read = std::as_const(values).int8(from);
    float* const write = values.float32(to);
    for (std::size_t i = 0; i < in->elements; ++i) {
      const std::int32_t steps_from_zero = stored(read[i], in->type) - in->zero_point();
      write[i] = in->scale() * static_cast<float>(steps_from_zero);
    }
  };
}

}  // namespace aimc::network
