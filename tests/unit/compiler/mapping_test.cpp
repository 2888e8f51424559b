// Small networks that take every way through the compiler, on chips small enough to make it: their
// images must compute what the matrices predict, bit for bit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "platform/compiler/image.h"
#include "platform/compiler/verify.h"
#include "tests/unit/compiler/executor.h"
#include "tests/unit/compiler/network_maker.h"

namespace aimc::compiler {
namespace {

using network::Activation;
using network::ConvolutionOptions;
using network::Padding;
using test::NetworkMaker;
using ::testing::HasSubstr;

Chip small_chip(unsigned tiles, unsigned rows, unsigned columns, unsigned sram_kib) {
  Chip chip;
  chip.tiles = tiles;
  chip.mesh_width = 4;
  chip.tile.sram_kib = sram_kib;
  chip.tile.crossbar.rows = rows;
  chip.tile.crossbar.columns = columns;
  chip.tile.nmpu.configuration = nmpu::Configuration::kWide;
  return chip;
}

/// Compiles, executes on a few samples, compares.
Report check(NetworkMaker& maker, std::size_t output, const Chip& chip, Options options = {}) {
  const network::Network network = maker.make(output);
  options.samples = maker.samples(4);
  const CompiledNetwork compiled = compile(network, chip, options);
  test::Executor executor(network, chip, compiled.image);
  const auto results = executor.run(options.samples);
  EXPECT_EQ(results.outputs, compiled.predicted_outputs);
  EXPECT_EQ(results.logits, compiled.predicted_logits);
  std::uint64_t mvms = 0;
  std::uint64_t macs = 0;
  for (const LayerReport& layer : compiled.report.layers) {
    mvms += layer.mvms;
    if (layer.executes == "tiles") macs += layer.macs + layer.filler_macs;
  }
  EXPECT_EQ(executor.mvms(), mvms * options.samples.size());
  EXPECT_EQ(executor.macs(), macs * options.samples.size());
  // Far from exact would mean that the matrices are wrong, not that converters are coarse.
  EXPECT_LT(compiled.report.output_error.rms, 12.0);
  return compiled.report;
}

ConvolutionOptions options_of(Padding padding, std::size_t stride, std::size_t dilation_height,
                              std::size_t dilation_width, Activation activation) {
  ConvolutionOptions options;
  options.padding = padding;
  options.stride_height = options.stride_width = stride;
  options.dilation_height = dilation_height;
  options.dilation_width = dilation_width;
  options.activation = activation;
  return options;
}

TEST(Mapping, ConvolutionsOfAllShapes) {
  struct Case {
    std::size_t height, width, channels, out, filter_height, filter_width;
    ConvolutionOptions options;
  };
  const std::vector<Case> cases{
      {7, 9, 3, 5, 3, 3, options_of(Padding::kSame, 1, 1, 1, Activation::kRelu)},
      {8, 8, 4, 6, 3, 3, options_of(Padding::kSame, 2, 1, 1, Activation::kNone)},
      {9, 6, 5, 8, 3, 2, options_of(Padding::kValid, 1, 1, 1, Activation::kRelu)},
      {8, 7, 6, 4, 1, 1, options_of(Padding::kValid, 1, 1, 1, Activation::kNone)},
      {8, 7, 6, 4, 1, 1, options_of(Padding::kSame, 2, 1, 1, Activation::kRelu)},
      {12, 8, 3, 4, 3, 3, options_of(Padding::kSame, 1, 2, 1, Activation::kRelu)},
      {10, 9, 3, 4, 3, 3, options_of(Padding::kSame, 1, 2, 2, Activation::kRelu)},
      {9, 9, 20, 7, 3, 3, options_of(Padding::kSame, 1, 1, 1, Activation::kRelu6)},
      {5, 16, 2, 3, 5, 1, options_of(Padding::kSame, 3, 1, 1, Activation::kNone)},
      {6, 6, 70, 21, 2, 3, options_of(Padding::kSame, 2, 1, 1, Activation::kRelu)},
  };
  unsigned seed = 1;
  for (const Case& c : cases) {
    for (const unsigned tiles : {16U, 64U}) {
      SCOPED_TRACE(seed);
      NetworkMaker maker(++seed);
      const std::size_t in = maker.input({1, c.height, c.width, c.channels}, -100);
      const std::size_t out =
          maker.convolution(in, c.out, c.filter_height, c.filter_width, c.options, -30);
      check(maker, out, small_chip(tiles, 64, 16, 8));
    }
  }
}

/// Two convolutions, a residual connection, a pool, a vector.
std::size_t residual(NetworkMaker& maker, std::size_t size = 12) {
  const auto same = options_of(Padding::kSame, 1, 1, 1, Activation::kRelu);
  const std::size_t in = maker.input({1, size, size, 3}, -128);
  const std::size_t first = maker.convolution(in, 8, 3, 3, same);
  const std::size_t second = maker.convolution(first, 8, 3, 3, same, -5);
  const std::size_t sum = maker.sum(first, second, Activation::kRelu);
  const std::size_t pooled = maker.pool(sum, size / 4);
  const std::size_t flat = maker.reshape(pooled, {1, 128});
  return maker.softmax(maker.connected(flat, 10));
}

TEST(Mapping, TilesAreSharedCopiedAndReloaded) {
  std::size_t most_epochs = 0;
  std::size_t most_copies = 0;
  for (const unsigned tiles : {2U, 3U, 5U, 12U, 40U}) {
    SCOPED_TRACE(tiles);
    NetworkMaker maker(7);
    const Report report = check(maker, residual(maker), small_chip(tiles, 72, 16, 16));
    EXPECT_EQ(report.layers.back().executes, "host");
    most_epochs = std::max(most_epochs, report.epochs);
    for (const LayerReport& layer : report.layers) {
      most_copies = std::max(most_copies, layer.copies);
    }
  }
  EXPECT_GT(most_epochs, 1U);
  EXPECT_GT(most_copies, 2U);
}

TEST(Mapping, SmallMemoriesMakeBands) {
  std::size_t most_bands = 0;
  for (const unsigned kib : {4U, 5U, 6U, 8U}) {
    SCOPED_TRACE(kib);
    NetworkMaker maker(8);
    Options options;
    options.copies = 1;
    const Report report = check(maker, residual(maker, 28), small_chip(12, 72, 16, kib), options);
    for (const LayerReport& layer : report.layers) {
      most_bands = std::max(most_bands, layer.bands);
    }
  }
  EXPECT_GT(most_bands, 2U);
}

TEST(Mapping, LayersLargerThanTheChip) {
  NetworkMaker maker(9);
  const std::size_t in = maker.input({1, 100}, 3);
  const std::size_t wide = maker.connected(in, 150, Activation::kRelu);
  const std::size_t out = maker.connected(wide, 33);
  const Report report = check(maker, out, small_chip(4, 40, 16, 4));
  EXPECT_GT(report.epochs, 3U);
}

TEST(Mapping, VectorsAndOddShapes) {
  NetworkMaker maker(10);
  const std::size_t in = maker.input({1, 4, 5, 6}, -7);
  const std::size_t deep =
      maker.depthwise(in, 3, 3, options_of(Padding::kSame, 1, 1, 1, Activation::kRelu));
  // Six channels have filler: the elements have to move.
  const std::size_t rows = maker.reshape(deep, {8, 15});
  const std::size_t out = maker.connected(rows, 7);
  const Report report = check(maker, out, small_chip(4, 64, 16, 8));
  EXPECT_EQ(report.host_macs, 4U * 5U * 6U * 9U);
}

/// Error of the first convolution.
double first_error(const Options& options) {
  NetworkMaker maker(11);
  return check(maker, residual(maker), small_chip(40, 72, 16, 16), options)
      .layers.front()
      .error.rms;
}

TEST(Mapping, MorePhasesAndFinerPiecesAreMoreExact) {
  Options options;
  options.finer = false;
  const double coarse = first_error(options);
  options.four_phase = true;
  EXPECT_LT(first_error(options), coarse);
  options = {};
  EXPECT_LE(first_error(options), coarse);
}

TEST(Mapping, IsTheSameEveryTime) {
  std::vector<std::vector<std::uint8_t>> images;
  for (int i = 0; i < 2; ++i) {
    NetworkMaker maker(12);
    images.push_back(compile(maker.make(residual(maker)), small_chip(40, 72, 16, 16), {}).image);
  }
  EXPECT_EQ(images[0], images[1]);
}

TEST(Mapping, RefusesWhatDoesNotFit) {
  const auto refusal = [](const network::Network& network, const Chip& chip) -> std::string {
    try {
      compile(network, chip, {});
    } catch (const CompileError& error) {
      return error.what();
    }
    return "accepted";
  };
  NetworkMaker maker(13);
  const std::size_t in = maker.input({1, 400}, 3);
  const network::Network network = maker.make(maker.connected(in, 5));
  EXPECT_THAT(refusal(network, small_chip(2, 40, 16, 4)),
              HasSubstr("operator 0 (FULLY_CONNECTED): 400 rows take 10 tiles"));
  Options options;
  options.samples = {{1, 2, 3}};
  EXPECT_THROW(compile(network, small_chip(16, 40, 16, 4), options), CompileError);
  Chip little = small_chip(16, 40, 16, 4);
  little.ram_bytes = 1 << 20U;
  EXPECT_THAT(refusal(network, little), HasSubstr("expected within the RAM"));
  EXPECT_THAT(refusal(network, small_chip(16, 40, 3, 4)), HasSubstr("tiles of 40 x 3"));
  network::Network two = network;
  two.outputs.push_back(two.outputs.front());
  EXPECT_THAT(refusal(two, small_chip(16, 40, 16, 4)), HasSubstr("1 inputs and 2 outputs"));
}

class Image : public ::testing::Test {
 protected:
  void SetUp() override {
    NetworkMaker maker(14);
    image_ = compile(maker.make(residual(maker)), chip_, {}).image;
  }

  /// The image with one word changed and a checksum that fits.
  std::vector<std::uint8_t> with(std::size_t at, std::uint32_t word) const {
    std::vector<std::uint8_t> changed = image_;
    std::memcpy(changed.data() + at, &word, sizeof word);
    const std::uint32_t crc = image_crc(changed);
    std::memcpy(changed.data() + offsetof(aimc_net_header, crc), &crc, sizeof crc);
    return changed;
  }
  std::uint32_t word(std::size_t at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, image_.data() + at, sizeof value);
    return value;
  }

  Chip chip_ = small_chip(12, 72, 16, 16);
  std::vector<std::uint8_t> image_;
};

TEST_F(Image, IsRefusedWhenAnythingIsOutOfBounds) {
  verify_image(image_, chip_);
  std::vector<std::uint8_t> damaged = image_;
  damaged[200] ^= 1U;
  EXPECT_THROW(verify_image(damaged, chip_), ImageError);
  const std::vector<std::pair<std::size_t, const char*>> fields{
      {offsetof(aimc_net_header, magic), "magic"},
      {offsetof(aimc_net_header, version), "version"},
      {offsetof(aimc_net_header, tile_rows), "tile_rows"},
      {offsetof(aimc_net_header, workspace_bytes), "workspace_bytes"},
      {offsetof(aimc_net_header, input), "header 0"},
      {offsetof(aimc_net_header, jobs), "jobs"},
      {word(offsetof(aimc_net_header, jobs)) + offsetof(aimc_net_job, tile), "tile"},
      {word(offsetof(aimc_net_header, jobs)) + offsetof(aimc_net_job, entry), "entry"},
      {word(offsetof(aimc_net_header, fetches)) + offsetof(aimc_net_fetch, offset), "offset"},
      {word(offsetof(aimc_net_header, fetches)) + offsetof(aimc_net_fetch, sram), "sram"},
      {word(offsetof(aimc_net_header, blocks)) + offsetof(aimc_net_block, weights_at),
       "weights_at"},
      {word(offsetof(aimc_net_header, tensors)) + offsetof(aimc_net_tensor, bytes), "bytes"},
      {word(offsetof(aimc_net_header, steps)) + offsetof(aimc_net_step, output), "output"},
  };
  for (const auto& [at, name] : fields) {
    SCOPED_TRACE(name);
    try {
      verify_image(with(at, 0x7FFFFFFCU), chip_);
      ADD_FAILURE() << "accepted";
    } catch (const ImageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(name));
    }
  }
}

TEST_F(Image, NoChangedWordLeadsTheVerifierAstray) {
  // Whatever a word says, the verifier accepts or refuses; it reads nothing beyond the image.
  for (std::size_t at = 0; at + 4 <= image_.size(); at += 4 * (1 + at / 4 % 5)) {
    for (const std::uint32_t value : {0U, 0xFFFFFFFFU, word(at) + 4, word(at) ^ 0x80000000U}) {
      try {
        verify_image(with(at, value), chip_);
      } catch (const ImageError&) {
        continue;
      }
    }
  }
  for (std::size_t size = 0; size < image_.size(); size += 97) {
    EXPECT_THROW(
        verify_image({image_.begin(), image_.begin() + static_cast<std::ptrdiff_t>(size)}, chip_),
        ImageError);
  }
}

}  // namespace
}  // namespace aimc::compiler
