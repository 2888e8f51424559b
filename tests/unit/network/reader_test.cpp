#include <gmock/gmock.h>

#include "platform/network/tflite_reader.h"
#include "tests/unit/network/model_builder.h"

namespace aimc::network {
namespace {

using ::testing::HasSubstr;

/// FULLY_CONNECTED of 3 inputs and 2 outputs with a bias.
test::ModelBuilder small_model() {
  test::ModelBuilder model;
  model.tensors = {{{1, 3}, 9, {0.5F}, {-3}, 0, {}},
                   {{2, 3}, 9, {0.25F}, {0}, 0, {1, 2, 3, 4, 5, 6}},
                   {{2}, 2, {0.125F}, {0}, 0, {1, 0, 0, 0, 2, 0, 0, 0}},
                   {{1, 2}, 9, {1.0F}, {4}, 0, {}}};
  model.operators = {{9, {0, 1, 2}, {3}, 8, {{0, 1, 1}}}};
  model.inputs = {0};
  model.outputs = {3};
  return model;
}

std::string refusal(std::vector<std::uint8_t> bytes) {
  try {
    read_tflite(std::move(bytes), "m.tflite");
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "";
}

TEST(TfliteReader, ReadsTensorsAndOperators) {
  const Network network = read_tflite(small_model().build(), "m.tflite");
  ASSERT_EQ(network.tensors.size(), 4U);
  EXPECT_EQ(network.tensors[0].name, "t0");
  EXPECT_EQ(network.tensors[0].scale(), 0.5F);
  EXPECT_EQ(network.tensors[0].zero_point(), -3);
  EXPECT_FALSE(network.tensors[0].constant);
  EXPECT_EQ(network.int8_constant(network.tensors[1])[5], 6);
  EXPECT_EQ(network.int32_constant(network.tensors[2])[1], 2);
  ASSERT_EQ(network.operators.size(), 1U);
  EXPECT_EQ(network.operators[0].code, OperatorCode::kFullyConnected);
  EXPECT_EQ(std::get<ActivationOptions>(network.operators[0].options).activation,
            Activation::kRelu);
  EXPECT_EQ(multiply_accumulates(network, network.operators[0]), 6U);
}

TEST(TfliteReader, RefusesEveryTruncation) {
  const std::vector<std::uint8_t> whole = small_model().build();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}),
                HasSubstr("model 'm.tflite'"))
        << size;
  }
}

TEST(TfliteReader, SurvivesEveryMutatedByte) {
  const std::vector<std::uint8_t> whole = small_model().build();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned value : {0U, 1U, 0x7FU, 0x80U, 0xFFU}) {
      std::vector<std::uint8_t> bytes = whole;
      bytes[at] = static_cast<std::uint8_t>(value);
      const std::string why = refusal(std::move(bytes));
      EXPECT_EQ(why.find('\n'), std::string::npos);
      EXPECT_TRUE(why.empty() || why.rfind("model 'm.tflite'", 0) == 0) << why;
    }
  }
}

TEST(TfliteReader, NamesWhatItCannotUse) {
  test::ModelBuilder model = small_model();
  model.operators[0].code = 18;
  EXPECT_THAT(refusal(model.build()), HasSubstr("operator 0: MUL of 1x2 is not supported"));
  model = small_model();
  model.tensors[3].shape = {1, 5};
  EXPECT_THAT(refusal(model.build()),
              HasSubstr("operator 0 (FULLY_CONNECTED): tensor 3 't3': shape 1x5; expected 1x2"));
  model = small_model();
  model.tensors[1].data.pop_back();
  EXPECT_THAT(refusal(model.build()), HasSubstr("tensor 1 't1': buffer 2 has 5 bytes; expected 6"));
  model = small_model();
  model.tensors[1].scale = {-1.0F};
  EXPECT_THAT(refusal(model.build()), HasSubstr("tensor 1 't1', quantization: a scale of -1"));
  model = small_model();
  model.operators[0].inputs = {3, 1, 2};
  EXPECT_THAT(refusal(model.build()), HasSubstr("is read before an operator has written it"));
}

}  // namespace
}  // namespace aimc::network
