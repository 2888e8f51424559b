// SOFTMAX for INT8 in fixed point, as TFLite Micro's reference kernel computes it with gemmlowp's
// functions: exp(x) for x <= 0 as a polynomial on [-1/4, 0) times factors exp(-2^k), and 1 / x by
// Newton's iteration. Bits are as there; the number format of a value is written QI.F: I integer
// bits, F fraction bits, 31 together.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "platform/network/kernel.h"

namespace aimc::network {
namespace {

constexpr int kDifferenceBits = 5;  // integer bits of a difference to the greatest input
constexpr int kSumBits = 12;        // integer bits of the sum of exponentials
constexpr std::int32_t kOne = std::numeric_limits<std::int32_t>::max();  // 1 in Q0.31

/// Product of QI.F and QJ.G in Q(I+J).
std::int32_t times(std::int32_t a, std::int32_t b) {
  return high_half_of_doubled_product(a, b);
}

/// exp(x) in Q0.31 for x in Q0.31, -1/4 <= x < 0: the Taylor series around -1/8 to the fourth
/// order.
std::int32_t exp_of_small(std::int32_t x) {
  constexpr std::int32_t kExpOfMinusEighth = 1895147668;  // exp(-1/8)
  constexpr std::int32_t kThird = 715827883;              // 1/3
  const std::int32_t d = x + (1 << 28);                   // plus 1/8
  const std::int32_t d2 = times(d, d);
  const std::int32_t d3 = times(d2, d);
  const std::int32_t d4 = times(d2, d2);
  const std::int32_t fourth = divide_by_power_of_two(d4, 2);
  const std::int32_t tail = divide_by_power_of_two(times(fourth + d3, kThird) + d2, 1);
  return kExpOfMinusEighth + times(kExpOfMinusEighth, d + tail);
}

/// exp(x) in Q0.31 for x <= 0 in Q5.26.
std::int32_t exp_of_negative(std::int32_t x) {
  constexpr int kFractionBits = 31 - kDifferenceBits;
  constexpr std::int32_t kQuarter = 1 << (kFractionBits - 2);
  // exp(-2^k) for k = -2 to 4
  constexpr std::array<std::int32_t, 7> kFactors{1672461947, 1302514674, 790015084, 290630308,
                                                 39332535,   720401,     242};
  if (x == 0) return kOne;
  const std::int32_t small = (x & (kQuarter - 1)) - kQuarter;
  const std::int32_t rest = small - x;  // a multiple of 1/4
  std::int32_t result = exp_of_small(saturating_shift_left(small, kDifferenceBits));
  for (std::size_t k = 0; k < kFactors.size(); ++k) {
    if ((rest & (kQuarter << k)) != 0) result = times(result, kFactors[k]);
  }
  return result;
}

/// 1 / (1 + x) in Q0.31 for x in Q0.31, 0 <= x < 1.
std::int32_t reciprocal_of_one_plus(std::int32_t x) {
  constexpr std::int32_t k48Over17 = 1515870810;        // in Q2.29
  constexpr std::int32_t kMinus32Over17 = -1010580540;  // in Q2.29
  constexpr std::int32_t kOneInQ2 = 1 << 29;
  const auto half = static_cast<std::int32_t>((std::int64_t{x} + kOne + 1) / 2);  // (1 + x) / 2
  std::int32_t estimate = k48Over17 + times(half, kMinus32Over17);
  for (int i = 0; i < 3; ++i) {
    const std::int32_t error = kOneInQ2 - times(half, estimate);
    estimate += saturating_shift_left(times(estimate, error), 2);
  }
  return saturating_shift_left(estimate, 1);  // half of 1 / half, from Q1.30
}

int leading_zeros(std::uint32_t value) {
  int zeros = 0;
  while (zeros < 32 && (value & (0x80000000U >> static_cast<unsigned>(zeros))) == 0) ++zeros;
  return zeros;
}

struct Softmax {
  Multiplier factor;   // of a difference, to Q5.26
  std::int32_t least;  // a difference below it counts as minus infinity
  std::size_t depth;
  std::size_t rows;
  Rounding rounding;
  std::size_t input;
  std::size_t output;
};

/// exp(difference) in Q0.31, or nothing worth counting: -1.
std::int32_t exponential(const Softmax& softmax, std::int32_t difference) {
  if (difference < softmax.least) return -1;
  return exp_of_negative(multiply(difference, softmax.factor, softmax.rounding));
}

void run_row(const Softmax& softmax, const std::int8_t* in, std::int8_t* out) {
  const std::int32_t greatest = *std::max_element(in, in + softmax.depth);
  std::int64_t sum = 0;  // in Q12.19
  for (std::size_t i = 0; i < softmax.depth; ++i) {
    const std::int32_t value = exponential(softmax, in[i] - greatest);
    if (value >= 0) sum += divide_by_power_of_two(value, kSumBits);
  }
  // The greatest input alone makes the sum 1; beyond 4096 equal inputs it does not fit its format.
  const auto held = static_cast<std::uint32_t>(std::min<std::int64_t>(sum, kOne));
  const int headroom = leading_zeros(held);
  const auto fraction =
      static_cast<std::int32_t>((held << static_cast<unsigned>(headroom)) - 0x80000000U);
  const std::int32_t scale = reciprocal_of_one_plus(fraction);
  const int shift = kSumBits - headroom + 31 - 8;
  for (std::size_t i = 0; i < softmax.depth; ++i) {
    const std::int32_t value = exponential(softmax, in[i] - greatest);
    std::int32_t result = std::numeric_limits<std::int8_t>::min();
    if (value >= 0) result += divide_by_power_of_two(times(scale, value), shift);
    out[i] = static_cast<std::int8_t>(
        std::min<std::int32_t>(result, std::numeric_limits<std::int8_t>::max()));
  }
}

}  // namespace

SoftmaxFactor softmax_factor(const Tensor& input, float beta) {
  const double real = static_cast<double>(beta) * static_cast<double>(input.scale()) *
                      (1 << (31 - kDifferenceBits));
  SoftmaxFactor scale;
  scale.factor = make_multiplier(std::min(real, static_cast<double>(kOne)));
  // The greatest difference that stays within Q5.26 when it is multiplied.
  constexpr double kFar = 1e6;
  scale.least = -static_cast<std::int32_t>(
      std::min(kFar, std::floor(((1 << kDifferenceBits) - 1) *
                                std::ldexp(1.0, 31 - kDifferenceBits - scale.factor.shift))));
  return scale;
}

Kernel make_softmax(const Network& network, const Operator& op, Rounding rounding) {
  const Tensor& in = *network.input_of(op, 0);
  const SoftmaxFactor scale = softmax_factor(in, std::get<SoftmaxOptions>(op.options).beta);
  Softmax softmax;
  softmax.factor = scale.factor;
  softmax.least = scale.least;
  softmax.depth = in.shape.back();
  softmax.rows = in.elements / softmax.depth;
  softmax.rounding = rounding;
  softmax.input = static_cast<std::size_t>(op.inputs[0]);
  softmax.output = op.output;
  return [softmax](Values& values) {
    const std::int8_t* in_row = std::as_const(values).int8(softmax.input);
    std::int8_t* out_row = values.int8(softmax.output);
    for (std::size_t row = 0; row < softmax.rows; ++row) {
      run_row(softmax, in_row, out_row);
      in_row += softmax.depth;
      out_row += softmax.depth;
    }
  };
}

}  // namespace aimc::network
