// The runtime's digital operators against the reference interpreter, bit by bit, on random shapes.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "firmware/runtime/nn.h"
#include "platform/network/geometry.h"
#include "platform/network/interpreter.h"
#include "platform/network/tflite_reader.h"
#include "tests/unit/network/model_builder.h"

namespace aimc::network {
namespace {

constexpr int kRounds = 40;
constexpr std::int8_t kUntouched = 77;

std::mt19937& random_source() {
  static std::mt19937 source(7);
  return source;
}

int draw(int least, int most) {
  return least + static_cast<int>(random_source()() % static_cast<unsigned>(most - least + 1));
}

float draw_scale() {
  return std::ldexp(1.0F + static_cast<float>(draw(0, 1000)) / 1000.0F, draw(-6, 2));
}

std::vector<std::uint8_t> draw_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_source()());
  return bytes;
}

/// A tensor of the test's model with a scale and a zero point of its own.
test::BuiltTensor activation(const std::vector<std::int32_t>& shape) {
  return {shape, 9, {draw_scale()}, {draw(-128, 127)}, 0, {}};
}

/// An activation as the runtime stores it.
struct Stored {
  aimc_nn_dims dims{};
  std::vector<std::uint32_t> words;

  explicit Stored(std::vector<std::size_t> shape) {
    while (shape.size() < 3) shape.insert(shape.begin(), 1);
    while (shape.size() > 3) shape.erase(shape.begin());
    const auto at = [&shape](std::size_t i) { return static_cast<std::uint32_t>(shape[i]); };
    dims = {at(0), at(1), at(2), (at(2) + 3) / 4 * 4};
    words.resize(std::size_t{dims.rows} * dims.columns * dims.pitch / 4);
    std::memset(data(), kUntouched, words.size() * 4);
  }

  std::int8_t* data() { return reinterpret_cast<std::int8_t*>(words.data()); }

  void put(const std::int8_t* elements) {
    for (std::size_t pixel = 0; pixel < std::size_t{dims.rows} * dims.columns; ++pixel) {
      std::copy_n(elements + pixel * dims.channels, dims.channels, data() + pixel * dims.pitch);
    }
  }

  std::vector<std::int8_t> elements() {
    std::vector<std::int8_t> list;
    for (std::size_t pixel = 0; pixel < std::size_t{dims.rows} * dims.columns; ++pixel) {
      const std::int8_t* from = data() + pixel * dims.pitch;
      list.insert(list.end(), from, from + dims.channels);
    }
    return list;
  }
};

/// A network of one operator that the reference has run on random inputs.
class Reference {
 public:
  explicit Reference(test::ModelBuilder model)
      : network_(read_tflite(model.build(), "m")), interpreter_(network_, Rounding::kDouble) {
    for (std::size_t i = 0; i < network_.inputs.size(); ++i) {
      const std::vector<std::uint8_t> bytes = draw_bytes(tensor(network_.inputs[i]).elements);
      std::copy(bytes.begin(), bytes.end(), interpreter_.int8_input(i));
    }
    interpreter_.run();
  }

  const Network& network() const { return network_; }
  const Tensor& tensor(std::size_t index) const { return network_.tensors[index]; }
  /// A tensor of the network's, stored for the runtime.
  Stored stored(std::size_t index) const {
    Stored made(tensor(index).shape);
    made.put(interpreter_.values().int8(index));
    return made;
  }
  Stored room(std::size_t index) const { return Stored(tensor(index).shape); }
  void expect(std::size_t index, Stored& result) const {
    const std::int8_t* const values = interpreter_.values().int8(index);
    EXPECT_EQ(result.elements(), std::vector<std::int8_t>(values, values + tensor(index).elements));
  }

 private:
  Network network_;
  Interpreter interpreter_;
};

aimc_net_factor factor(double real) {
  const Multiplier made = make_multiplier(real);
  return {made.fraction, made.shift};
}

aimc_net_clamp clamp(Activation what, const Tensor& out) {
  const auto [least, most] = activation_range(what, out.scale(), out.zero_point());
  return {least, most};
}

TEST(RuntimeOperators, Add) {
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::int32_t> shape{1, draw(1, 4), draw(1, 4), draw(1, 9)};
    std::vector<std::int32_t> other = shape;
    if (round % 3 == 1) other[static_cast<std::size_t>(draw(1, 3))] = 1;
    const bool relu = round % 2 == 1;
    test::ModelBuilder model;
    model.tensors = {activation(shape), activation(other), activation(shape)};
    model.operators = {{0, {0, 1}, {2}, 11, {{0, 1, relu ? 1U : 0U}}}};
    model.inputs = {0, 1};
    model.outputs = {2};
    const Reference reference(model);
    const Tensor& a = reference.tensor(0);
    const Tensor& b = reference.tensor(1);
    const Tensor& out = reference.tensor(2);
    const double common = 2.0 * static_cast<double>(std::max(a.scale(), b.scale()));
    const aimc_net_add p{{a.zero_point(), b.zero_point(), out.zero_point()},
                         {factor(static_cast<double>(a.scale()) / common),
                          factor(static_cast<double>(b.scale()) / common),
                          factor(common / ((1 << 20) * static_cast<double>(out.scale())))},
                         clamp(relu ? Activation::kRelu : Activation::kNone, out)};
    Stored first = reference.stored(0);
    Stored second = reference.stored(1);
    Stored result = reference.room(2);
    aimc_nn_add_s8(&p, &first.dims, first.data(), &second.dims, second.data(), &result.dims,
                   result.data());
    reference.expect(2, result);
  }
}

TEST(RuntimeOperators, Quantise) {
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::int32_t> shape{1, draw(1, 4), draw(1, 4), draw(1, 9)};
    test::ModelBuilder model;
    model.tensors = {activation(shape), activation(shape)};
    model.operators = {{114, {0}, {1}, 0, {}}};
    model.inputs = {0};
    model.outputs = {1};
    const Reference reference(model);
    const Tensor& in = reference.tensor(0);
    const Tensor& out = reference.tensor(1);
    const aimc_net_requantise p{
        factor(static_cast<double>(in.scale()) / static_cast<double>(out.scale())),
        in.zero_point(),
        out.zero_point(),
        {-128, 127}};
    Stored from = reference.stored(0);
    Stored result = reference.room(1);
    aimc_nn_requantise_s8(&p, &from.dims, from.data(), &result.dims, result.data());
    reference.expect(1, result);
  }
}

aimc_net_window window(const Tensor& in, const Window& height, const Window& width,
                       Padding padding) {
  const auto narrow = [](std::size_t value) { return static_cast<std::uint32_t>(value); };
  return {narrow(height.filter),
          narrow(width.filter),
          narrow(height.stride),
          narrow(width.stride),
          narrow(height.dilation),
          narrow(width.dilation),
          narrow(height.padding_before(in.shape[1], padding)),
          narrow(width.padding_before(in.shape[2], padding)),
          {-128, 127}};
}

std::size_t draw_size(int least, int most) {
  return static_cast<std::size_t>(draw(least, most));
}

TEST(RuntimeOperators, Pools) {
  for (int round = 0; round < kRounds; ++round) {
    const bool average = round % 2 == 0;
    const bool relu = round % 4 >= 2;
    const bool large = round == 0;  // more elements than a lane of the sums holds
    const Window height{large ? 20 : draw_size(1, 4), draw_size(1, 3), 1};
    const Window width{large ? 20 : draw_size(1, 4), draw_size(1, 3), 1};
    const Padding padding = round % 3 == 0 ? Padding::kValid : Padding::kSame;
    const std::size_t rows = large ? 21 : draw_size(4, 9);
    const std::size_t columns = large ? 21 : draw_size(4, 9);
    const int channels = draw(1, 9);
    test::ModelBuilder model;
    model.tensors = {activation({1, static_cast<int>(rows), static_cast<int>(columns), channels}),
                     activation({1, static_cast<int>(height.positions(rows, padding)),
                                 static_cast<int>(width.positions(columns, padding)), channels})};
    model.tensors[1].scale = model.tensors[0].scale;
    model.tensors[1].zero_point = model.tensors[0].zero_point;
    model.operators = {{average ? 1 : 17,
                        {0},
                        {1},
                        5,
                        {{0, 1, padding == Padding::kValid ? 1U : 0U},
                         {1, 4, width.stride},
                         {2, 4, height.stride},
                         {3, 4, width.filter},
                         {4, 4, height.filter},
                         {5, 1, relu ? 1U : 0U}}}};
    model.inputs = {0};
    model.outputs = {1};
    const Reference reference(model);
    aimc_net_window p = window(reference.tensor(0), height, width, padding);
    p.clamp = clamp(relu ? Activation::kRelu : Activation::kNone, reference.tensor(1));
    Stored from = reference.stored(0);
    Stored result = reference.room(1);
    const auto pool = average ? aimc_nn_avgpool_s8 : aimc_nn_max_pool_s8;
    pool(&p, &from.dims, from.data(), &result.dims, result.data());
    reference.expect(1, result);
  }
}

/// The multiplier of MEAN has the division: its fraction truncated after it was raised.
aimc_net_factor mean_factor(double real, std::uint64_t count) {
  aimc_net_factor made = factor(real);
  int shift = 0;
  while ((count >> (shift + 1)) != 0) ++shift;
  shift = std::min(shift, 31 + made.shift);
  made.fraction = static_cast<std::int32_t>((std::int64_t{made.fraction} << shift) /
                                            static_cast<std::int64_t>(count));
  made.shift -= shift;
  return made;
}

TEST(RuntimeOperators, Mean) {
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::int32_t> shape{1, draw(1, 20), draw(1, 20), draw(1, 9)};
    test::ModelBuilder model;
    model.tensors = {activation(shape),
                     {{2}, 2, {}, {}, 0, {1, 0, 0, 0, 2, 0, 0, 0}},
                     activation({1, 1, 1, shape[3]})};
    model.operators = {{40, {0, 1}, {2}, 27, {{0, 1, 1}}}};
    model.inputs = {0};
    model.outputs = {2};
    const Reference reference(model);
    const Tensor& in = reference.tensor(0);
    const Tensor& out = reference.tensor(2);
    const aimc_net_requantise p{
        mean_factor(static_cast<double>(in.scale()) / static_cast<double>(out.scale()),
                    in.shape[1] * in.shape[2]),
        in.zero_point(),
        out.zero_point(),
        {-128, 127}};
    Stored from = reference.stored(0);
    Stored result = reference.room(2);
    aimc_nn_mean_s8(&p, &from.dims, from.data(), result.data());
    reference.expect(2, result);
  }
}

TEST(RuntimeOperators, Softmax) {
  for (int round = 0; round < kRounds; ++round) {
    const int channels = round == 0 ? 5000 : draw(1, 40);
    const std::vector<std::int32_t> shape{1, channels};
    test::ModelBuilder model;
    model.tensors = {activation(shape), {shape, 9, {1.0F / 256}, {-128}, 0, {}}};
    model.operators = {{25, {0}, {1}, 9, {{0, 4, 0x3F800000U}}}};
    model.inputs = {0};
    model.outputs = {1};
    const Reference reference(model);
    const double real = static_cast<double>(reference.tensor(0).scale()) * (1 << 26);
    const aimc_net_factor beta = factor(std::min(real, 2147483647.0));
    const aimc_net_softmax p{beta.fraction, beta.shift,
                             -static_cast<std::int32_t>(
                                 std::min(1e6, std::floor(31 * std::ldexp(1.0, 26 - beta.shift))))};
    Stored from = reference.stored(0);
    Stored result = reference.room(1);
    aimc_nn_softmax_s8(&p, &from.dims, from.data(), &result.dims, result.data());
    reference.expect(1, result);
  }
}

TEST(RuntimeOperators, Depthwise) {
  for (int round = 0; round < kRounds; ++round) {
    const Window height{draw_size(1, 3), draw_size(1, 2), draw_size(1, 2)};
    const Window width{draw_size(1, 3), draw_size(1, 2), draw_size(1, 2)};
    const Padding padding = round % 2 == 0 ? Padding::kValid : Padding::kSame;
    const std::size_t rows = draw_size(5, 9);
    const std::size_t columns = draw_size(5, 9);
    const int channels = draw(1, 5);
    const int multiplier = draw(1, 3);
    const auto count = static_cast<std::size_t>(channels * multiplier);
    test::ModelBuilder model;
    test::BuiltTensor filter{
        {1, static_cast<int>(height.filter), static_cast<int>(width.filter), channels * multiplier},
        9,
        {},
        std::vector<std::int64_t>(count),
        3,
        draw_bytes(height.filter * width.filter * count)};
    for (std::size_t c = 0; c < count; ++c) filter.scale.push_back(draw_scale() / 64);
    std::vector<std::uint8_t> bias = draw_bytes(4 * count);
    for (std::size_t c = 0; c < count; ++c) bias[4 * c + 3] = bias[4 * c + 2] = 0;
    model.tensors = {
        activation({1, static_cast<int>(rows), static_cast<int>(columns), channels}),
        filter,
        {{static_cast<int>(count)}, 2, {}, {}, 0, bias},
        activation({1, static_cast<int>(height.positions(rows, padding)),
                    static_cast<int>(width.positions(columns, padding)), static_cast<int>(count)})};
    model.operators = {{4,
                        {0, 1, 2},
                        {3},
                        2,
                        {{0, 1, padding == Padding::kValid ? 1U : 0U},
                         {1, 4, width.stride},
                         {2, 4, height.stride},
                         {3, 4, static_cast<std::uint64_t>(multiplier)},
                         {5, 4, width.dilation},
                         {6, 4, height.dilation}}}};
    model.inputs = {0};
    model.outputs = {3};
    const Reference reference(model);
    const Tensor& in = reference.tensor(0);
    const Tensor& weights = reference.tensor(1);
    const Tensor& out = reference.tensor(3);
    std::vector<aimc_net_factor> factors;
    for (const float scale : weights.quantisation.scale) {
      factors.push_back(factor(static_cast<double>(in.scale()) * static_cast<double>(scale) /
                               static_cast<double>(out.scale())));
    }
    const aimc_net_depthwise p{window(in, height, width, padding),
                               static_cast<std::uint32_t>(multiplier),
                               in.zero_point(),
                               out.zero_point(),
                               0,
                               0,
                               0};
    const std::vector<std::int32_t> biases =
        reference.network().int32_constant(reference.tensor(2));
    Stored from = reference.stored(0);
    Stored result = reference.room(3);
    aimc_nn_depthwise_conv_s8(&p, reference.network().int8_constant(weights), biases.data(),
                              factors.data(), &from.dims, from.data(), &result.dims, result.data());
    reference.expect(3, result);
  }
}

TEST(RuntimeOperators, PadConcatenateReshape) {
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<int> in{1, draw(1, 4), draw(1, 4), draw(1, 6)};
    std::vector<int> before(4);
    std::vector<int> padded = in;
    std::vector<std::uint8_t> amounts;
    for (std::size_t d = 0; d < 4; ++d) {
      before[d] = d == 0 ? 0 : draw(0, 2);
      const int after = d == 0 ? 0 : draw(0, 2);
      padded[d] += before[d] + after;
      for (const int amount : {before[d], after}) {
        amounts.insert(amounts.end(), {static_cast<std::uint8_t>(amount), 0, 0, 0});
      }
    }
    const int axis = draw(1, 3);
    std::vector<int> joined = padded;
    joined[static_cast<std::size_t>(axis)] *= 2;
    const int total = joined[1] * joined[2] * joined[3];
    test::ModelBuilder model;
    const test::BuiltTensor like = activation(in);
    const auto shaped = [&like](const std::vector<int>& shape) {
      test::BuiltTensor tensor = like;
      tensor.shape = shape;
      return tensor;
    };
    model.tensors = {like,
                     {{4, 2}, 2, {}, {}, 0, amounts},
                     shaped(padded),
                     shaped(joined),
                     shaped({1, total / joined[1], joined[1]})};
    model.operators = {{34, {0, 1}, {2}, 0, {}},
                       {2, {2, 2}, {3}, 10, {{0, 4, static_cast<std::uint64_t>(axis)}}},
                       {22, {3}, {4}, 0, {}}};
    model.inputs = {0};
    model.outputs = {4};
    const Reference reference(model);
    const auto zero = static_cast<std::int8_t>(reference.tensor(0).zero_point());
    const auto amount = [&before](std::size_t d) { return static_cast<std::uint32_t>(before[d]); };
    const aimc_net_pad p{amount(1), amount(2), amount(3)};
    Stored from = reference.stored(0);
    Stored pad = reference.room(2);
    aimc_nn_pad_s8(&p, zero, &from.dims, from.data(), &pad.dims, pad.data());
    reference.expect(2, pad);
    Stored join = reference.room(3);
    const auto along = static_cast<std::uint32_t>(axis - 1);
    const auto half = static_cast<std::uint32_t>(padded[static_cast<std::size_t>(axis)]);
    aimc_nn_concatenate_s8(along, 0, &pad.dims, pad.data(), &join.dims, join.data());
    aimc_nn_concatenate_s8(along, half, &pad.dims, pad.data(), &join.dims, join.data());
    reference.expect(3, join);
    Stored flat = reference.room(4);
    aimc_nn_reshape_s8(&join.dims, join.data(), &flat.dims, flat.data());
    reference.expect(4, flat);
  }
}

TEST(RuntimeOperators, PatchesAreThoseOfAConvolution) {
  for (int round = 0; round < kRounds; ++round) {
    const auto narrow = [](int value) { return static_cast<std::uint32_t>(value); };
    Stored in({draw_size(3, 6), draw_size(3, 6), draw_size(1, 6)});
    const std::vector<std::uint8_t> bytes = draw_bytes(in.words.size() * 4);
    std::memcpy(in.data(), bytes.data(), bytes.size());
    const aimc_net_window p{narrow(draw(1, 3)), narrow(draw(1, 3)), narrow(draw(1, 2)),
                            narrow(draw(1, 2)), narrow(draw(1, 2)), narrow(draw(1, 2)),
                            narrow(draw(0, 2)), narrow(draw(0, 2)), {-128, 127}};
    const std::uint32_t channels = round % 2 == 0 ? in.dims.channels : in.dims.pitch;
    Stored out({3, 2, p.filter_rows * p.filter_columns * channels});
    aimc_nn_im2col_s8(&p, -9, &in.dims, in.data(), &out.dims, out.data());
    const std::vector<std::int8_t> got = out.elements();
    std::size_t at = 0;
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 2; ++x) {
        for (int i = 0; i < static_cast<int>(p.filter_rows); ++i) {
          for (int j = 0; j < static_cast<int>(p.filter_columns); ++j) {
            const int row = y * static_cast<int>(p.stride_rows) +
                            i * static_cast<int>(p.dilation_rows) - static_cast<int>(p.before_rows);
            const int column = x * static_cast<int>(p.stride_columns) +
                               j * static_cast<int>(p.dilation_columns) -
                               static_cast<int>(p.before_columns);
            const bool inside = row >= 0 && row < static_cast<int>(in.dims.rows) && column >= 0 &&
                                column < static_cast<int>(in.dims.columns);
            for (std::uint32_t c = 0; c < channels; ++c, ++at) {
              const int pixel = row * static_cast<int>(in.dims.columns) + column;
              const int expected =
                  inside ? in.data()[static_cast<std::size_t>(pixel) * in.dims.pitch + c] : -9;
              ASSERT_EQ(got[at], expected) << round;
            }
          }
        }
      }
    }
  }
}

TEST(RuntimeOperators, FillsAndDecides) {
  Stored values({1, 2, 3});
  const std::int8_t elements[] = {-128, 3, 1, 3, -5, 2};
  values.put(elements);
  EXPECT_EQ(values.data()[3], kUntouched);
  aimc_nn_fill(&values.dims, -7, values.data());
  EXPECT_EQ(values.data()[3], -7);
  EXPECT_EQ(values.data()[7], -7);
  EXPECT_EQ(values.elements(), std::vector<std::int8_t>(elements, elements + 6));
  EXPECT_EQ(aimc_nn_arg_max(&values.dims, values.data()), 1U);
}

}  // namespace
}  // namespace aimc::network
