// Operators against arithmetic written out again in double precision, which leaves one unit of
// rounding, and the roundings against their definitions.

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "platform/network/interpreter.h"
#include "platform/network/tflite_reader.h"
#include "tests/unit/network/model_builder.h"

namespace aimc::network {
namespace {

TEST(Requantise, RoundsOnceOrTwice) {
  const Multiplier factor = make_multiplier(0.375);
  EXPECT_EQ(factor.fraction, 3 << 29);
  EXPECT_EQ(factor.shift, -1);
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto value = static_cast<std::int32_t>(random()) / 16;
    const double real = std::ldexp(static_cast<double>(random() % 100000 + 1), -20);
    const Multiplier made = make_multiplier(real);
    const long double product = static_cast<long double>(value) * made.fraction;
    const auto once =
        static_cast<std::int64_t>(std::floor(std::ldexp(product, made.shift - 31) + 0.5L));
    const auto high = static_cast<std::int64_t>(std::floor(std::ldexp(product, -31) + 0.5L));
    const auto twice = static_cast<std::int64_t>(
        std::round(std::ldexp(static_cast<long double>(high), made.shift)));
    EXPECT_EQ(multiply(value, made, Rounding::kSingle), once);
    EXPECT_EQ(multiply(value, made, Rounding::kDouble), twice);
  }
}

/// Output of a network of one operator on random input, beside a reference in real numbers.
class OneOperator {
 public:
  explicit OneOperator(const test::ModelBuilder& model)
      : network_(read_tflite(test::ModelBuilder(model).build(), "m")) {}

  std::vector<std::int8_t> run(const std::vector<std::int8_t>& input,
                               Rounding rounding = Rounding::kDouble) const {
    Interpreter interpreter(network_, rounding);
    std::copy(input.begin(), input.end(), interpreter.int8_input(0));
    interpreter.run();
    const Values& values = interpreter.values();
    const std::size_t out = network_.outputs[0];
    return {values.int8(out), values.int8(out) + network_.tensors[out].elements};
  }

 private:
  Network network_;
};

std::vector<std::int8_t> random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::int8_t> bytes(count);
  for (std::int8_t& byte : bytes) byte = static_cast<std::int8_t>(random());
  return bytes;
}

std::vector<std::uint8_t> data(const std::vector<std::int8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

void expect_near(const std::vector<std::int8_t>& got, const std::vector<double>& real, double scale,
                 int zero_point, double tolerance = 0.51) {
  ASSERT_EQ(got.size(), real.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double stored = std::min(127.0, std::max(-128.0, real[i] / scale + zero_point));
    EXPECT_NEAR(got[i], stored, tolerance) << i;
  }
}

TEST(Operators, ConvolutionOfBothKinds) {
  for (const bool depthwise : {false, true}) {
    const auto input = random_bytes(5 * 4 * 3, 2);
    const auto weights = random_bytes(depthwise ? 2 * 3 * 6 : 2 * 2 * 3 * 3, 3);
    const int channels = depthwise ? 6 : 2;
    test::ModelBuilder model;
    std::vector<float> scales;
    std::vector<std::uint8_t> bias;
    for (int c = 0; c < channels; ++c) {
      scales.push_back(0.01F * static_cast<float>(c + 1));
      for (const int byte : {10 * c, 0, 0, 0}) bias.push_back(static_cast<std::uint8_t>(byte));
    }
    const std::vector<std::int64_t> zeros(scales.size());
    model.tensors = {
        {{1, 5, 4, 3}, 9, {0.5F}, {-7}, 0, {}},
        {depthwise ? std::vector<std::int32_t>{1, 2, 3, 6} : std::vector<std::int32_t>{2, 2, 3, 3},
         9, scales, zeros, depthwise ? 3 : 0, data(weights)},
        {{channels}, 2, {}, {}, 0, bias},
        {{1, 3, 4, channels}, 9, {2.0F}, {5}, 0, {}}};
    // SAME, stride 1 across and 2 down.
    model.operators = {{depthwise ? 4 : 3,
                        {0, 1, 2},
                        {3},
                        static_cast<std::uint8_t>(depthwise ? 2 : 1),
                        {{0, 1, 0}, {1, 4, 1}, {2, 4, 2}}}};
    if (depthwise) model.operators[0].options.push_back({3, 4, 2});
    model.inputs = {0};
    model.outputs = {3};
    std::vector<double> expected;
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 4; ++x) {
        for (int c = 0; c < channels; ++c) {
          double sum = 10.0 * c;
          for (int dy = 0; dy < 2; ++dy) {
            for (int dx = 0; dx < 3; ++dx) {
              for (int k = 0; k < 3; ++k) {
                const int row = 2 * y + dy;  // one row of padding, below
                const int column = x + dx - 1;
                if (row >= 5 || column < 0 || column >= 4 || (depthwise && k != c / 2)) continue;
                const int at = depthwise ? (dy * 3 + dx) * 6 + c : ((c * 2 + dy) * 3 + dx) * 3 + k;
                sum += (input[static_cast<std::size_t>((row * 4 + column) * 3 + k)] + 7) *
                       weights[static_cast<std::size_t>(at)];
              }
            }
          }
          expected.push_back(sum * 0.5 * scales[static_cast<std::size_t>(c)]);
        }
      }
    }
    expect_near(OneOperator(model).run(input, Rounding::kSingle), expected, 2.0, 5);
    expect_near(OneOperator(model).run(input), expected, 2.0, 5, 1.01);
  }
}

TEST(Operators, AddRepeatsTheSmallerInput) {
  const auto input = random_bytes(2 * 3, 4);
  const auto other = random_bytes(3, 5);
  test::ModelBuilder model;
  model.tensors = {{{2, 3}, 9, {0.5F}, {3}, 0, {}},
                   {{3}, 9, {0.25F}, {-9}, 0, data(other)},
                   {{2, 3}, 9, {0.75F}, {1}, 0, {}}};
  model.operators = {{0, {0, 1}, {2}, 0, {}}};
  model.inputs = {0};
  model.outputs = {2};
  std::vector<double> expected;
  for (std::size_t i = 0; i < 6; ++i) {
    expected.push_back(0.5 * (input[i] - 3) + 0.25 * (other[i % 3] + 9));
  }
  expect_near(OneOperator(model).run(input), expected, 0.75, 1);
}

TEST(Operators, MeanAndPools) {
  const auto input = random_bytes(4 * 4 * 2, 6);
  for (const int code : {1, 17, 40}) {  // AVERAGE_POOL_2D, MAX_POOL_2D, MEAN
    test::ModelBuilder model;
    model.tensors = {{{1, 4, 4, 2}, 9, {0.5F}, {3}, 0, {}},
                     {{2}, 2, {}, {}, 0, {1, 0, 0, 0, 2, 0, 0, 0}},
                     {{1, 1, 1, 2}, 9, {0.5F}, {3}, 0, {}}};
    if (code == 40) {
      model.operators = {{code, {0, 1}, {2}, 27, {{0, 1, 1}}}};
    } else {
      model.operators = {
          {code, {0}, {2}, 5, {{0, 1, 1}, {1, 4, 4}, {2, 4, 4}, {3, 4, 4}, {4, 4, 4}}}};
    }
    model.inputs = {0};
    model.outputs = {2};
    std::vector<double> expected;
    for (std::size_t c = 0; c < 2; ++c) {
      double sum = 0.0;
      double most = -128.0;
      for (std::size_t i = 0; i < 16; ++i) {
        sum += input[2 * i + c];
        most = std::max(most, static_cast<double>(input[2 * i + c]));
      }
      expected.push_back(0.5 * ((code == 17 ? most : sum / 16.0) - 3));
    }
    expect_near(OneOperator(model).run(input), expected, 0.5, 3);
  }
}

TEST(Operators, PadConcatenateReshape) {
  test::ModelBuilder model;
  model.tensors = {{{2, 2}, 9, {1.0F}, {7}, 0, {}},
                   {{2, 2}, 2, {}, {}, 0, {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
                   {{2, 3}, 9, {1.0F}, {7}, 0, {}},
                   {{2, 5}, 9, {1.0F}, {7}, 0, {}},
                   {{10}, 9, {1.0F}, {7}, 0, {}}};
  model.operators = {
      {34, {0, 1}, {2}, 0, {}}, {2, {2, 0}, {3}, 10, {{0, 4, 0xFFFFFFFFU}}}, {22, {3}, {4}, 0, {}}};
  model.inputs = {0};
  model.outputs = {4};
  EXPECT_EQ(OneOperator(model).run({1, 2, 3, 4}),
            (std::vector<std::int8_t>{7, 1, 2, 1, 2, 7, 3, 4, 3, 4}));
}

TEST(Operators, SoftmaxIsThatOfRealNumbers) {
  const auto input = random_bytes(12, 8);
  test::ModelBuilder model;
  model.tensors = {{{1, 12}, 9, {0.03F}, {3}, 0, {}}, {{1, 12}, 9, {1.0F / 256}, {-128}, 0, {}}};
  model.operators = {{25, {0}, {1}, 9, {{0, 4, 0x3F800000U}}}};
  model.inputs = {0};
  model.outputs = {1};
  double sum = 0.0;
  std::vector<double> expected;
  for (const std::int8_t value : input) sum += std::exp(0.03 * value);
  for (const std::int8_t value : input) expected.push_back(std::exp(0.03 * value) / sum);
  expect_near(OneOperator(model).run(input), expected, 1.0 / 256, -128);
}

TEST(Operators, QuantiseToAnotherScale) {
  const auto input = random_bytes(40, 9);
  test::ModelBuilder model;
  model.tensors = {{{40}, 9, {0.3F}, {3}, 0, {}}, {{40}, 9, {0.7F}, {-20}, 0, {}}};
  model.operators = {{114, {0}, {1}, 0, {}}};
  model.inputs = {0};
  model.outputs = {1};
  std::vector<double> expected;
  for (const std::int8_t value : input) expected.push_back(static_cast<double>(0.3F) * (value - 3));
  const auto scale = static_cast<double>(0.7F);
  expect_near(OneOperator(model).run(input, Rounding::kSingle), expected, scale, -20);
  // The first of two roundings, half as coarse, adds up to a quarter.
  expect_near(OneOperator(model).run(input), expected, scale, -20, 0.76);
}

}  // namespace
}  // namespace aimc::network
