// The Verilated RTL against the bit-exact model and the reference: values and cycles, for
// everything a vector can be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "models/nmpu/backend.h"
#include "tests/unit/nmpu/reference.h"

#ifndef AIMC_TEST_LANES
#define AIMC_TEST_LANES ::aimc::nmpu::format::kLanes
#endif

namespace aimc::nmpu {
namespace {

using ::testing::HasSubstr;

constexpr unsigned kLanes = AIMC_TEST_LANES;
constexpr unsigned kCapacity = kLanes * format::kMaxBeats;

std::vector<Configuration> built_configurations() {
#ifdef AIMC_TEST_PAPER_ONLY
  return {Configuration::kPaper};
#else
  return {Configuration::kPaper, Configuration::kWide};
#endif
}

Format built_format(Configuration configuration = Configuration::kPaper) {
  return make_format(configuration, kLanes);
}

class NmpuRtlIn : public ::testing::TestWithParam<Configuration> {};

/// A number from the environment, for campaigns longer than the everyday run.
std::uint64_t setting(const char* name, std::uint64_t value) {
  const char* text = std::getenv(name);
  return text == nullptr ? value : std::strtoull(text, nullptr, 0);
}

void write_random_params(Backend& backend, std::vector<ColumnParams>& params,
                         test::Stimulus& stimulus) {
  for (unsigned c = 0; c < kCapacity; ++c) {
    backend.write_params(c, params[c] = stimulus.params());
  }
}

TEST_P(NmpuRtlIn, RandomVectorsEqualModelAndReference) {
  const Format format = built_format(GetParam());
  const auto seed = static_cast<std::uint32_t>(setting("AIMC_TEST_SEED", 1));
  const std::uint64_t wanted = setting("AIMC_TEST_COLUMNS", 1'000'000);
  std::cout << "AIMC_TEST_SEED=" << seed << " AIMC_TEST_COLUMNS=" << wanted << "\n";
  test::Stimulus stimulus(seed, format);
  const auto backend = make_lockstep(format, "tile0");
  std::vector<ColumnParams> params(kCapacity);
  write_random_params(*backend, params, stimulus);
  std::uint64_t vectors = 0;
  std::uint64_t inside = 0;  // results that are neither bound: where a wrong bit shows
  while (backend->lockstep().columns_compared < wanted) {
    const unsigned first = stimulus.chance(2) ? 0 : stimulus.below(kCapacity);
    test::Data data(1 + stimulus.below(kCapacity - first));
    stimulus.fill(data);
    // A few parameters change between vectors.
    for (unsigned i = stimulus.below(8); i > 0; --i) {
      const unsigned column = stimulus.below(kCapacity);
      backend->write_params(column, params[column] = stimulus.params());
    }
    const VectorConfig config = stimulus.config();
    const unsigned cycles =
        backend->run(data.vector(first, config), data.out.data(), 1000 * vectors);
    const unsigned last = first + static_cast<unsigned>(data.cp.size()) - 1;
    ASSERT_EQ(cycles, last / kLanes - first / kLanes + 1 + 3);
    for (unsigned i = 0; i < data.cp.size(); ++i) {
      ASSERT_EQ(data.out[i], test::reference_column(data.cp[i], data.cn[i], data.psum[i],
                                                    params[first + i], config, format))
          << "vector " << vectors << ", column " << first + i;
      const int low = config.psum_out ? -32768 : -128;
      const int high = config.psum_out ? 32767 : 127;
      inside += data.out[i] > low && data.out[i] < high ? 1 : 0;
    }
    ++vectors;
  }
  EXPECT_EQ(backend->lockstep().mismatches, 0U);
  EXPECT_GT(inside, wanted / 3) << "the stimulus saturates too often to prove much";
  std::cout << vectors << " vectors, " << backend->lockstep().columns_compared << " columns, "
            << inside << " of them not saturated\n";
}

TEST_P(NmpuRtlIn, EverySettingEqualsTheModel) {
  const Format format = built_format(GetParam());
  const auto backend = make_lockstep(format, "tile0");
  test::Stimulus stimulus(7, format);
  std::vector<ColumnParams> params(kCapacity);
  write_random_params(*backend, params, stimulus);
  test::Data data(kLanes);
  for (unsigned setting = 0; setting < 16 * 16 * 2 * 2 * 3 * 3; ++setting) {
    VectorConfig config;
    config.cut_pre = setting % 16;
    config.cut_post = setting / 16 % 16;
    config.relu = (setting & 256) != 0;
    config.psum_out = (setting & 512) != 0;
    config.addend = static_cast<Addend>(setting / 1024 % 3);
    config.rounding = static_cast<Rounding>(setting / 3072);
    for (const int zero_point : {-128, 3, 127}) {
      config.zero_point = static_cast<std::int8_t>(zero_point);
      stimulus.fill(data);
      ASSERT_NO_THROW(backend->run(data.vector(0, config), data.out.data(), 0));
    }
  }
  EXPECT_EQ(backend->lockstep().columns_compared, 3U * 3072U * 3U * kLanes);
}

INSTANTIATE_TEST_SUITE_P(Configurations, NmpuRtlIn, ::testing::ValuesIn(built_configurations()),
                         [](const auto& tested) {
                           return tested.param == Configuration::kWide ? "wide" : "paper";
                         });

TEST(NmpuRtl, EveryPlaceAndLengthEqualsTheModel) {
  // All pairs of first and last column within three beats.
  const auto backend = make_lockstep(built_format(), "tile0");
  test::Stimulus stimulus(8);
  std::vector<ColumnParams> params(kCapacity);
  write_random_params(*backend, params, stimulus);
  VectorConfig config;
  config.psum_out = true;
  config.addend = Addend::kPsum;
  for (unsigned first = 0; first < 3 * kLanes; ++first) {
    for (unsigned last = first; last < 3 * kLanes; ++last) {
      test::Data data(last - first + 1);
      stimulus.fill(data);
      const unsigned cycles = backend->run(data.vector(first, config), data.out.data(), 0);
      ASSERT_EQ(cycles, last / kLanes - first / kLanes + 1 + format::kStages);
    }
  }
}

TEST(NmpuRtl, CyclesAreCountedAtThePins) {
  const auto rtl = make_rtl();
  const auto cycles = [&](unsigned first, unsigned columns) {
    test::Data data(columns);
    return rtl->run(data.vector(first, {}), data.out.data(), 0);
  };
  EXPECT_EQ(cycles(0, 4 * kLanes), 7U);  // 256 columns on 64 lanes
  EXPECT_EQ(cycles(0, 1), 4U);
  EXPECT_EQ(cycles(kLanes - 1, 2), 5U);
  EXPECT_EQ(cycles(0, kCapacity), format::kMaxBeats + 3);
  EXPECT_EQ(rtl->lockstep().columns_compared, 0U);
}

TEST(NmpuRtl, ColumnsWithoutParametersGiveTheZeroPoint) {
  const auto rtl = make_rtl();
  test::Data data(kCapacity);
  test::Stimulus(3).fill(data);
  VectorConfig config;
  config.zero_point = -9;
  config.addend = Addend::kBias;
  rtl->run(data.vector(0, config), data.out.data(), 0);
  EXPECT_THAT(data.out, ::testing::Each(-9));
}

TEST(NmpuRtl, InstancesAreIndependent) {
  const auto first = make_rtl();
  const auto second = make_rtl();
  first->write_params(2, {128, 0, 0, 0});
  second->write_params(2, {0, 128, 0, 0});
  test::Data data(1);
  data.cp[0] = 77;
  data.cn[0] = 11;
  VectorConfig config;
  config.psum_out = true;
  first->run(data.vector(2, config), data.out.data(), 0);
  EXPECT_EQ(data.out[0], 77);
  second->run(data.vector(2, config), data.out.data(), 0);
  EXPECT_EQ(data.out[0], -11);
}

TEST(NmpuRtl, RefusesWhatTheModelRefusesAndGoesOn) {
  const auto rtl = make_rtl();
  test::Data data(2);
  data.cp[1] = 4096;
  try {
    rtl->run(data.vector(0, {}), data.out.data(), 0);
    FAIL() << "a count of 13 bits was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("cp of column 1 is 4096"));
  }
  EXPECT_THROW(rtl->run(data.vector(kCapacity - 1, {}), data.out.data(), 0), std::invalid_argument);
  EXPECT_THROW(rtl->write_params(kCapacity, {}), std::invalid_argument);
  data.cp[1] = 4095;
  EXPECT_EQ(rtl->run(data.vector(0, {}), data.out.data(), 0), 4U);
}

#ifdef AIMC_TEST_PAPER_ONLY
TEST(NmpuFactory, RefusesAConfigurationThatWasNotBuilt) {
  try {
    make_rtl(Configuration::kWide);
    FAIL() << "it was made";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("without RTL of the configuration 'wide'"));
  }
}
#endif

TEST(NmpuFactory, MakesTheNamedBackends) {
  for (const auto kind : {BackendKind::kModel, BackendKind::kRtl, BackendKind::kLockstep}) {
    const auto backend = make_backend(kind, built_format(), "tile5");
    backend->write_params(0, {128, 128, 0, 0});
    test::Data data(1);
    data.cp[0] = 100;
    EXPECT_EQ(backend->run(data.vector(0, {}), data.out.data(), 0), 4U);
    EXPECT_EQ(data.out[0], 127);
    EXPECT_EQ(backend->lockstep().columns_compared, kind == BackendKind::kLockstep ? 1U : 0U);
  }
  EXPECT_THROW(make_backend(static_cast<BackendKind>(9), {}, ""), std::invalid_argument);
}

}  // namespace
}  // namespace aimc::nmpu
