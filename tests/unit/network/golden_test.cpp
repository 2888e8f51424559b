// Published networks on published samples, where the folder of reference results is present.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "platform/network/input_tensors.h"
#include "platform/network/interpreter.h"
#include "platform/network/tflite_reader.h"

namespace aimc::network {
namespace {

class Golden : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("AIMC_SHARED");
    if (folder == nullptr || !std::ifstream(std::string(folder) + "/data/README.md").is_open()) {
      GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
    }
    data_ = std::string(folder) + "/data/";
  }

  std::vector<std::int8_t> bytes(const std::string& name) const {
    std::ifstream file(data_ + name, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return {text.begin(), text.end()};
  }

  /// Elements of a tensor that differ from the reference, over all samples.
  std::size_t differences(const std::string& model, const std::string& samples, Rounding rounding,
                          const std::string& reference, bool before_softmax) const {
    const Network network = load_tflite(data_ + "models/" + model);
    Interpreter interpreter(network, rounding);
    const InputSamples inputs =
        load_samples(data_ + "samples/" + samples, network.tensors[network.inputs[0]]);
    const std::vector<std::int8_t> expected = bytes("golden/" + reference);
    const std::size_t tensor = before_softmax
                                   ? static_cast<std::size_t>(network.operators.back().inputs[0])
                                   : network.outputs[0];
    const std::size_t elements = network.tensors[tensor].elements;
    EXPECT_EQ(expected.size(), elements * inputs.count);
    std::size_t count = 0;
    for (std::size_t i = 0; i < inputs.count; ++i) {
      inputs.store(i, network.tensors[network.inputs[0]], interpreter.int8_input(0));
      interpreter.run();
      const Values& values = interpreter.values();
      for (std::size_t j = 0; j < elements; ++j) {
        if (values.int8(tensor)[j] != expected[i * elements + j]) ++count;
      }
    }
    return count;
  }

  std::string data_;
};

constexpr const char* kResnet = "pretrainedResnet_quant.tflite";
constexpr const char* kImages = "cifar10_x_300x32x32x3.u8";

TEST_F(Golden, ResnetWithDoubleRounding) {
  EXPECT_EQ(differences(kResnet, kImages, Rounding::kDouble, "ic_cifar300_logits_300x10.i8", true),
            0U);
}

TEST_F(Golden, ResnetWithSingleRounding) {
  EXPECT_EQ(differences(kResnet, kImages, Rounding::kSingle,
                        "ic_cifar300_logits_single_rounding_300x10.i8", true),
            0U);
}

TEST_F(Golden, ResnetPublishedProbabilities) {
  EXPECT_EQ(differences(kResnet, "cfu_ic_x_10x32x32x3.i8", Rounding::kDouble,
                        "cfu_ic_softmax_10x10.i8", false),
            0U);
}

TEST_F(Golden, AutoencoderPublishedOutputs) {
  EXPECT_EQ(differences("ad01_int8.tflite", "cfu_ad_x_6x40x640.i8", Rounding::kDouble,
                        "cfu_ad_out_240x640.i8", false),
            0U);
}

}  // namespace
}  // namespace aimc::network
