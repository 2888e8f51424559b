#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "platform/network/network.h"
#include "platform/network/requantise.h"

namespace aimc::network {

/// The elements of a network's tensors while it runs. Constants are read from the file's bytes.
class Values {
 public:
  /// Makes room for the network's inputs and what operators write; all zero.
  explicit Values(const Network& network);

  /// Elements of an INT8 tensor, or the bits of a UINT8 one.
  const std::int8_t* int8(std::size_t tensor) const;
  std::int8_t* int8(std::size_t tensor) { return bytes_[tensor].data(); }
  /// Elements of a FLOAT32 tensor that is no constant.
  const float* float32(std::size_t tensor) const { return floats_[tensor].data(); }
  float* float32(std::size_t tensor) { return floats_[tensor].data(); }

 private:
  const Network* network_;
  std::vector<std::vector<std::int8_t>> bytes_;  // by tensor
  std::vector<std::vector<float>> floats_;
};

/// The stored value of a real one in an INT8 or UINT8 tensor: the nearest, ties away from zero, at
/// the end of the range for one beyond; no number counts as 0.
std::int32_t quantise(float value, const Tensor& tensor);

/// The multiplier of MEAN: that of the scales divided by the number of elements. The fraction is
/// truncated after it was raised by as many bits as the division takes off, as TFLite does.
Multiplier divided(Multiplier factor, std::uint64_t count);

/// How SOFTMAX takes its inputs' differences to Q5.26.
struct SoftmaxFactor {
  Multiplier factor;
  std::int32_t least = 0;  ///< a difference below it counts as minus infinity
};
SoftmaxFactor softmax_factor(const Tensor& input, float beta);

/// One operator, made ready: reads and writes tensors.
using Kernel = std::function<void(Values&)>;

/// Sums to stored values: multiplier (one, or one a channel), zero point, range of the activation.
class Requantiser {
 public:
  Requantiser(std::vector<Multiplier> multipliers, const Tensor& output, Activation activation,
              Rounding rounding);

  std::int8_t operator()(std::int32_t sum, std::size_t channel) const;

 private:
  std::vector<Multiplier> multipliers_;
  std::int32_t zero_point_;
  std::int32_t least_;
  std::int32_t most_;
  Rounding rounding_;
};

/// One function an operator, or a family of them: the kernel of a checked operator. They throw
/// std::out_of_range when its scales do not make a multiplier.
Kernel make_convolution(const Network& network, const Operator& op, Rounding rounding);
Kernel make_depthwise_convolution(const Network& network, const Operator& op, Rounding rounding);
Kernel make_fully_connected(const Network& network, const Operator& op, Rounding rounding);
Kernel make_add(const Network& network, const Operator& op, Rounding rounding);
Kernel make_quantise(const Network& network, const Operator& op, Rounding rounding);
Kernel make_dequantise(const Network& network, const Operator& op);
Kernel make_pool(const Network& network, const Operator& op);
Kernel make_mean(const Network& network, const Operator& op, Rounding rounding);
Kernel make_reshape(const Network& network, const Operator& op);
Kernel make_concatenation(const Network& network, const Operator& op);
Kernel make_pad(const Network& network, const Operator& op);
Kernel make_softmax(const Network& network, const Operator& op, Rounding rounding);

}  // namespace aimc::network
