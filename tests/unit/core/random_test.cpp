#include "models/core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "models/core/elementary.h"

namespace aimc::core {
namespace {

using Words = std::array<std::uint32_t, 4>;

std::vector<float> normals(const RandomStream& stream, std::uint64_t block, std::size_t n) {
  std::vector<float> samples(n);
  stream.normals(block, samples.data(), n);
  return samples;
}

// Vectors published with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, BulkFormsEqualSingleSamples) {
  const RandomStream stream(7, "tile3", "read");
  // Lengths around the batch size and a start beyond 2^32.
  for (const std::uint64_t block :
       {std::uint64_t{0}, std::uint64_t{0xFFFFFFF0}, std::uint64_t{1} << 40}) {
    for (const std::size_t n : {1U, 3U, 4U, 255U, 256U, 257U, 1000U}) {
      const auto bulk = normals(stream, block, n);
      for (std::size_t k = 0; k < n; ++k) {
        ASSERT_EQ(float_bits(bulk[k]), float_bits(stream.normal(4 * block + k)))
            << "block " << block << " k " << k;
      }
    }
  }
  for (const std::uint64_t first :
       {std::uint64_t{0}, std::uint64_t{5}, (std::uint64_t{1} << 34) - 3}) {
    std::vector<std::uint32_t> words(700);
    stream.words(first, words.data(), words.size());
    for (std::size_t k = 0; k < words.size(); ++k) {
      ASSERT_EQ(words[k], stream.bits((first + k) / 4)[(first + k) % 4])
          << "first " << first << " k " << k;
    }
  }
}

TEST(RandomStream, NothingIsWrittenBeyondTheEnd) {
  const RandomStream stream(7, "tile3", "read");
  std::vector<float> samples(300, 99.0F);
  stream.normals(0, samples.data(), 258);
  EXPECT_TRUE(
      std::all_of(samples.begin() + 258, samples.end(), [](float z) { return z == 99.0F; }));
  stream.normals(0, samples.data(), 0);
  stream.words(0, nullptr, 0);
}

TEST(RandomStream, SeedPathAndPurposeSelectTheStream) {
  std::set<Words> seen;
  std::size_t streams = 0;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    for (const char* path : {"", "tile1", "tile2", "tile12"}) {
      for (const char* purpose : {"", "read", "adc", "2read"}) {
        seen.insert(RandomStream(seed, path, purpose).bits(0));
        ++streams;
      }
    }
  }
  EXPECT_EQ(seen.size(), streams);  // "tile1" + "2read" differs from "tile12" + "read" as well
  EXPECT_EQ(RandomStream(1, "tile1", "read").bits(5), RandomStream(1, "tile1", "read").bits(5));
  EXPECT_NE(RandomStream(1, "tile1", "read").bits(5), RandomStream(1, "tile1", "read").bits(6));
}

TEST(RandomStream, UniformCoversTheUnitInterval) {
  const RandomStream stream(1, "test", "uniform");
  constexpr std::size_t kSamples = 100'000;
  std::vector<double> samples(kSamples);
  for (std::size_t i = 0; i < kSamples; ++i) samples[i] = static_cast<double>(stream.uniform(i));
  std::sort(samples.begin(), samples.end());
  EXPECT_GE(samples.front(), 0.0);
  EXPECT_LT(samples.back(), 1.0);
  double distance = 0.0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    distance =
        std::max(distance, std::fabs(samples[i] - (static_cast<double>(i) + 0.5) / kSamples));
  }
  EXPECT_LT(distance * std::sqrt(kSamples), 1.95);  // Kolmogorov-Smirnov at p = 0.001
}

TEST(RandomStream, NormalsHaveTheRightMomentsAndShape) {
  constexpr std::size_t kSamples = 1 << 20;
  auto samples = normals(RandomStream(1, "test", "normal"), 0, kSamples);
  const double n = kSamples;
  double mean = 0.0;
  double square = 0.0;
  double cube = 0.0;
  double fourth = 0.0;
  for (const float sample : samples) {
    const auto z = static_cast<double>(sample);
    mean += z / n;
    square += z * z / n;
    cube += z * z * z / n;
    fourth += z * z * z * z / n;
  }
  // Four standard errors of each moment: the k-th power has variance E[z^2k] - E[z^k]^2.
  EXPECT_NEAR(mean, 0.0, 4.0 * std::sqrt(1.0 / n));
  EXPECT_NEAR(square, 1.0, 4.0 * std::sqrt(2.0 / n));
  EXPECT_NEAR(cube, 0.0, 4.0 * std::sqrt(15.0 / n));
  EXPECT_NEAR(fourth, 3.0, 4.0 * std::sqrt(96.0 / n));

  std::sort(samples.begin(), samples.end());
  EXPECT_LT(samples.back(), 6.0F);
  EXPECT_GT(samples.front(), -6.0F);
  double distance = 0.0;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const double expected = 0.5 * std::erfc(-static_cast<double>(samples[i]) / std::sqrt(2.0));
    distance = std::max(distance, std::fabs(expected - (static_cast<double>(i) + 0.5) / n));
  }
  EXPECT_LT(distance * std::sqrt(n), 1.95);
}

TEST(RandomStream, NeighboursAndStreamsAreUncorrelated) {
  constexpr std::size_t kSamples = 1 << 18;
  const auto a = normals(RandomStream(1, "tile0", "read"), 0, kSamples);
  const auto b = normals(RandomStream(1, "tile1", "read"), 0, kSamples);
  for (const std::size_t lag : {1U, 2U, 3U, 4U, 256U}) {
    double sum = 0.0;
    for (std::size_t i = lag; i < kSamples; ++i) sum += static_cast<double>(a[i] * a[i - lag]);
    EXPECT_LT(std::fabs(sum), 4.0 * std::sqrt(kSamples)) << "lag " << lag;
  }
  double cross = 0.0;
  for (std::size_t i = 0; i < kSamples; ++i) cross += static_cast<double>(a[i] * b[i]);
  EXPECT_LT(std::fabs(cross), 4.0 * std::sqrt(kSamples));
}

TEST(RandomStream, ExtremeWordsGiveFiniteNormals) {
  // The largest radius comes from words below 2^8, the smallest from words near 2^32; a million
  // blocks hold some.
  const auto samples = normals(RandomStream(3, "test", "extremes"), 0, 1 << 22);
  EXPECT_TRUE(
      std::all_of(samples.begin(), samples.end(), [](float z) { return std::fabs(z) < 6.0F; }));
}

// The same bits on every compiler, optimisation level and instruction set; recorded once.
TEST(RandomStream, NormalsAreBitIdenticalEverywhere) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const float z : normals(RandomStream(1, "tile0", "read"), 0, 1 << 16)) {
    hash = (hash ^ float_bits(z)) * 0x100000001B3U;
  }
  EXPECT_EQ(hash, 0x36B5CD1246E90A87U);
}

TEST(Elementary, AgreesWithTheLibrary) {
  for (int i = -100'000; i <= 100'000; ++i) {
    const auto f = static_cast<float>(std::pow(10.0, i * 3e-4));
    const double exact = std::log(static_cast<double>(f));
    ASSERT_NEAR(static_cast<double>(det_log(f)), exact, 2e-7 * std::max(1.0, std::fabs(exact)))
        << f;
  }
  for (int i = -87'000; i <= 87'000; ++i) {
    const auto f = static_cast<float>(i * 1e-3);
    const double exact = std::exp(static_cast<double>(f));
    ASSERT_NEAR(static_cast<double>(det_exp(f)) / exact, 1.0, 2e-7) << f;
  }
  for (int i = -7854; i <= 7854; ++i) {
    const auto f = static_cast<float>(i * 1e-4);
    ASSERT_NEAR(static_cast<double>(det_sin(f)), std::sin(static_cast<double>(f)), 1e-7) << f;
    ASSERT_NEAR(static_cast<double>(det_cos(f)), std::cos(static_cast<double>(f)), 1e-7) << f;
  }
  EXPECT_EQ(det_log(1.0F), 0.0F);
  EXPECT_EQ(det_exp(0.0F), 1.0F);
  EXPECT_EQ(det_exp(-1000.0F), det_exp(-87.0F));
}

}  // namespace
}  // namespace aimc::core
