// Published networks, compiled and executed, where the folder of reference results is present.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "platform/network/input_tensors.h"
#include "platform/network/tflite_reader.h"
#include "tests/unit/compiler/executor.h"

namespace aimc::compiler {
namespace {

Chip chip_of(unsigned tiles, nmpu::Configuration configuration) {
  Chip chip;
  chip.tiles = tiles;
  chip.mesh_width = tiles == 64 ? 8 : 4;

  chip.tile.nmpu.configuration = configuration;
  return chip;
}

class Published : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("AIMC_SHARED");
    if (folder == nullptr || !std::ifstream(std::string(folder) + "/data/README.md").is_open()) {
      GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
    }
    data_ = std::string(folder) + "/data/";
  }

  std::vector<std::vector<std::int8_t>> samples(const network::Network& network,
                                                const std::string& file, std::size_t count) const {
    const network::Tensor& tensor = network.tensors[image_input(network)];
    const auto all = network::load_samples(data_ + "samples/" + file, tensor);
    std::vector<std::vector<std::int8_t>> list;
    for (std::size_t i = 0; i < count; ++i) {
      list.emplace_back(tensor.elements);
      all.store(i, tensor, list.back().data());
    }
    return list;
  }

  /// Compiles, executes the image and compares with what was predicted.
  CompiledNetwork check(const std::string& model, const std::string& file, std::size_t count,
                        const Chip& chip) const {
    const auto network = network::load_tflite(data_ + "models/" + model);
    Options options;
    if (!file.empty()) options.samples = samples(network, file, count);
    CompiledNetwork compiled = compile(network, chip, options);
    if (file.empty()) options.samples = {{-128}, {3}, {127}};
    test::Executor executor(network, chip, compiled.image);
    const auto results = executor.run(options.samples);
    if (!file.empty()) {
      EXPECT_EQ(results.outputs, compiled.predicted_outputs);
      EXPECT_EQ(results.logits, compiled.predicted_logits);
    }
    return compiled;
  }

  std::string data_;
};

TEST_F(Published, ResnetIsComputedAsPredicted) {
  for (const auto configuration : {nmpu::Configuration::kPaper, nmpu::Configuration::kWide}) {
    const CompiledNetwork compiled = check(
        "pretrainedResnet_quant.tflite", "cifar10_x_300x32x32x3.u8", 2, chip_of(16, configuration));
    EXPECT_EQ(compiled.report.equal_decisions, 1.0);
  }
}

TEST_F(Published, ResnetRunsOnAnyNumberOfTiles) {
  // Packed, copied, and in several epochs.
  for (const unsigned tiles : {3U, 6U, 64U}) {
    SCOPED_TRACE(tiles);
    check("pretrainedResnet_quant.tflite", "cifar10_x_300x32x32x3.u8", 2,
          chip_of(tiles, nmpu::Configuration::kWide));
  }
}

TEST_F(Published, AutoencoderIsComputedAsPredicted) {
  const CompiledNetwork compiled =
      check("ad01_int8.tflite", "cfu_ad_x_6x40x640.i8", 4, chip_of(16, nmpu::Configuration::kWide));
  EXPECT_LT(compiled.report.output_error.rms, 6.0);
}

TEST_F(Published, SineRuns) {
  check("hello_world_int8.tflite", "", 0, chip_of(16, nmpu::Configuration::kWide));
}

}  // namespace
}  // namespace aimc::compiler
