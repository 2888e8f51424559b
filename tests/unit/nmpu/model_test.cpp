// The bit-exact model against numbers worked out by hand, at every edge of rounding, saturation and
// activation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "models/nmpu/backend.h"
#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu {
namespace {

using ::testing::HasSubstr;

VectorConfig to_psum(Addend addend = Addend::kNone) {
  VectorConfig config;
  config.psum_out = true;
  config.addend = addend;
  return config;
}

VectorConfig to_int8(unsigned cut_pre, unsigned cut_post, bool relu = false, int zero_point = 0) {
  VectorConfig config;
  config.cut_pre = static_cast<std::uint8_t>(cut_pre);
  config.cut_post = static_cast<std::uint8_t>(cut_post);
  config.relu = relu;
  config.zero_point = static_cast<std::int8_t>(zero_point);
  return config;
}

/// One column through a fresh model.
int one(std::uint16_t cp, std::uint16_t cn, std::int16_t psum, const ColumnParams& params,
        const VectorConfig& config) {
  const auto model = make_model({});
  model->write_params(0, params);
  std::int16_t out = 0;
  model->run({0, 1, &cp, &cn, &psum, config}, &out, 0);
  return out;
}

/// One column whose accumulator is `acc`, within +/- 4095, and nothing else.
int from_acc(int acc, const VectorConfig& config) {
  const ColumnParams unit{1, 1, 0, 0};
  return acc >= 0 ? one(static_cast<std::uint16_t>(acc), 0, 0, unit, config)
                  : one(0, static_cast<std::uint16_t>(-acc), 0, unit, config);
}

TEST(NmpuFormat, PaperIsThePublishedOne) {
  const Format paper = make_format(Configuration::kPaper);
  EXPECT_EQ(paper.scale_int_bits, 1U);
  EXPECT_EQ(paper.scale_frac_bits, 7U);
  EXPECT_EQ(paper.offset_int_bits, 7U);
  EXPECT_EQ(paper.offset_frac_bits, 1U);
  EXPECT_EQ(paper.lanes, 64U);
}

TEST(NmpuFormat, WideHas16BitScalesAndOffsets) {
  const Format wide = make_format(Configuration::kWide);
  EXPECT_EQ(wide.scale_bits(), 16U);
  EXPECT_EQ(wide.offset_bits(), 16U);
}

TEST(NmpuFormat, AccumulatorHoldsItsExtremes) {
  EXPECT_EQ(format::kPaperAccMax, 4095 * 255 + 127 * 64 + 32767 * 128);
  EXPECT_EQ(format::kPaperAccMin, -4095 * 255 - 128 * 64 - 32768 * 128);
  EXPECT_EQ(format::kWideAccMax, 4095LL * 65535 + 32767LL * 2048 + 32767LL * 32768);
  EXPECT_EQ(format::kWideAccMin, -4095LL * 65535 - 32768LL * 2048 - 32768LL * 32768);
  for (const Format& f : {format::kPaper, format::kWide}) {
    const bool wide = f.configuration == Configuration::kWide;
    const std::int64_t limit = std::int64_t{1} << (f.acc_bits - 1);
    EXPECT_LT((wide ? format::kWideAccMax : format::kPaperAccMax) + (1 << 14), limit);
    EXPECT_GE(wide ? format::kWideAccMin : format::kPaperAccMin, -limit);
  }
}

TEST(NmpuModel, ScalesEachPolarityInUnitsOfOne128th) {
  EXPECT_EQ(one(1000, 0, 0, {128, 0, 0, 0}, to_psum()), 1000);
  EXPECT_EQ(one(0, 1000, 0, {0, 128, 0, 0}, to_psum()), -1000);
  EXPECT_EQ(one(4095, 0, 0, {255, 0, 0, 0}, to_psum()), 8158);      // 4095 * 1.9921875 = 8158.008
  EXPECT_EQ(one(0, 4095, 0, {0, 255, 0, 0}, to_psum()), -8158);     // -8158.008
  EXPECT_EQ(one(1600, 1500, 0, {120, 136, 0, 0}, to_psum()), -94);  // 1500 - 1593.75 = -93.75
}

TEST(NmpuModel, OffsetCountsHalves) {
  EXPECT_EQ(one(0, 0, 0, {0, 0, 127, 0}, to_psum()), 64);  // 63.5 rounds up
  EXPECT_EQ(one(0, 0, 0, {0, 0, -128, 0}, to_psum()), -64);
  EXPECT_EQ(one(0, 0, 0, {0, 0, -127, 0}, to_psum()), -63);  // -63.5 rounds up
  EXPECT_EQ(one(0, 0, 0, {0, 0, 1, 0}, to_int8(0, 0)), 64);  // half a count = 64/128
}

TEST(NmpuModel, AddsNothingBiasOrPartialSum) {
  const ColumnParams params{128, 128, 0, 500};
  EXPECT_EQ(one(30, 10, -3000, params, to_psum(Addend::kNone)), 20);
  EXPECT_EQ(one(30, 10, -3000, params, to_psum(Addend::kBias)), 520);
  EXPECT_EQ(one(30, 10, -3000, params, to_psum(Addend::kPsum)), -2980);
}

TEST(NmpuModel, PartialSumRoundsHalfUp) {
  const std::array<std::pair<int, int>, 12> cases = {{{0, 0},
                                                      {63, 0},
                                                      {64, 1},
                                                      {127, 1},
                                                      {128, 1},
                                                      {191, 1},
                                                      {192, 2},
                                                      {-1, 0},
                                                      {-64, 0},
                                                      {-65, -1},
                                                      {-192, -1},
                                                      {-193, -2}}};
  for (const auto& [acc, expected] : cases) EXPECT_EQ(from_acc(acc, to_psum()), expected) << acc;
}

TEST(NmpuModel, PartialSumSaturatesAt16Bits) {
  const ColumnParams params{128, 128, 0, 0};
  EXPECT_EQ(one(0, 0, 32767, params, to_psum(Addend::kPsum)), 32767);
  EXPECT_EQ(one(1, 0, 32767, params, to_psum(Addend::kPsum)), 32767);
  EXPECT_EQ(one(0, 1, 32767, params, to_psum(Addend::kPsum)), 32766);
  EXPECT_EQ(one(0, 0, -32768, params, to_psum(Addend::kPsum)), -32768);
  EXPECT_EQ(one(0, 1, -32768, params, to_psum(Addend::kPsum)), -32768);
  EXPECT_EQ(one(1, 0, -32768, params, to_psum(Addend::kPsum)), -32767);
}

TEST(NmpuModel, PartialSumIgnoresCutsActivationAndZeroPoint) {
  VectorConfig config = to_int8(5, 9, true, -77);
  config.psum_out = true;
  for (const int acc : {-4000, -65, -64, 0, 63, 64, 4000}) {
    EXPECT_EQ(from_acc(acc, config), from_acc(acc, to_psum())) << acc;
  }
}

TEST(NmpuModel, CutBeforeRoundingTruncatesDownwards) {
  EXPECT_EQ(from_acc(15, to_int8(4, 0)), 0);
  EXPECT_EQ(from_acc(16, to_int8(4, 0)), 1);
  EXPECT_EQ(from_acc(-1, to_int8(4, 0)), -1);
  EXPECT_EQ(from_acc(-16, to_int8(4, 0)), -1);
  EXPECT_EQ(from_acc(-17, to_int8(4, 0)), -2);
}

TEST(NmpuModel, CutAfterRoundingRoundsHalfUp) {
  EXPECT_EQ(from_acc(7, to_int8(0, 4)), 0);
  EXPECT_EQ(from_acc(8, to_int8(0, 4)), 1);
  EXPECT_EQ(from_acc(-8, to_int8(0, 4)), 0);
  EXPECT_EQ(from_acc(-9, to_int8(0, 4)), -1);
  EXPECT_EQ(from_acc(1, to_int8(0, 1)), 1);
  EXPECT_EQ(from_acc(-1, to_int8(0, 1)), 0);
}

TEST(NmpuModel, BothCutsTogetherAreNotOneCut) {
  // 0b0111: the low bits are lost before the half is added.
  EXPECT_EQ(from_acc(7, to_int8(0, 3)), 1);
  EXPECT_EQ(from_acc(7, to_int8(2, 1)), 1);
  EXPECT_EQ(from_acc(7, to_int8(3, 0)), 0);
  EXPECT_EQ(from_acc(-1, to_int8(2, 2)), 0);   // -1 >> 2 = -1; (-1 + 2) >> 2 = 0
  EXPECT_EQ(from_acc(-9, to_int8(2, 2)), -1);  // -9 >> 2 = -3; (-3 + 2) >> 2 = -1
}

TEST(NmpuModel, ActivationSaturatesAt8Bits) {
  EXPECT_EQ(from_acc(127, to_int8(0, 0)), 127);
  EXPECT_EQ(from_acc(128, to_int8(0, 0)), 127);
  EXPECT_EQ(from_acc(-128, to_int8(0, 0)), -128);
  EXPECT_EQ(from_acc(-129, to_int8(0, 0)), -128);
  EXPECT_EQ(from_acc(4095, to_int8(0, 0, false, 127)), 127);
  EXPECT_EQ(from_acc(-4095, to_int8(0, 0, false, -128)), -128);
}

TEST(NmpuModel, ZeroPointIsAddedBeforeSaturation) {
  EXPECT_EQ(from_acc(200, to_int8(0, 0, false, -100)), 100);
  EXPECT_EQ(from_acc(-200, to_int8(0, 0, false, 100)), -100);
}

TEST(NmpuModel, ReluBoundsAtTheZeroPoint) {
  for (const int zero_point : {-128, -1, 0, 1, 127}) {
    EXPECT_EQ(from_acc(-4000, to_int8(0, 0, true, zero_point)), zero_point);
    EXPECT_EQ(from_acc(-1, to_int8(0, 0, true, zero_point)), zero_point);
    EXPECT_EQ(from_acc(0, to_int8(0, 0, true, zero_point)), zero_point);
    EXPECT_EQ(from_acc(1, to_int8(0, 0, true, zero_point)), std::min(zero_point + 1, 127));
    EXPECT_EQ(from_acc(4000, to_int8(0, 0, true, zero_point)), 127);
  }
}

TEST(NmpuModel, ExtremesOfTheAccumulatorDoNotWrap) {
  const VectorConfig cuts = to_int8(15, 1);
  VectorConfig with_bias = cuts;
  with_bias.addend = Addend::kBias;
  EXPECT_EQ(one(4095, 0, 0, {255, 255, 127, 32767}, with_bias), 80);     // 5246529 >> 15 = 160
  EXPECT_EQ(one(0, 4095, 0, {255, 255, -128, -32768}, with_bias), -80);  // -5246721 >> 15 = -161
  with_bias = to_int8(0, 15);
  with_bias.addend = Addend::kBias;
  EXPECT_EQ(one(4095, 0, 0, {255, 255, 127, 32767}, with_bias), 127);  // 160.1 + 0.5
  EXPECT_EQ(one(0, 4095, 0, {255, 255, -128, -32768}, with_bias), -128);
  EXPECT_EQ(one(4095, 0, 32767, {255, 255, 127, 0}, to_psum(Addend::kPsum)), 32767);
  EXPECT_EQ(one(0, 4095, -32768, {255, 255, -128, 0}, to_psum(Addend::kPsum)), -32768);
}

TEST(NmpuModel, ColumnsWithoutParametersGiveTheZeroPoint) {
  const auto model = make_model({});
  test::Data data(1024);
  test::Stimulus(3).fill(data);
  model->run(data.vector(0, to_int8(0, 0, false, 9)), data.out.data(), 0);
  EXPECT_THAT(data.out, ::testing::Each(9));
}

TEST(NmpuModel, ParametersFollowTheFirstColumn) {
  const auto model = make_model({});
  for (unsigned c = 0; c < 1024; ++c) {
    model->write_params(c, {0, 0, 0, static_cast<std::int16_t>(c)});
  }
  test::Data data(100);
  model->run(data.vector(333, to_psum(Addend::kBias)), data.out.data(), 0);
  for (unsigned i = 0; i < 100; ++i) EXPECT_EQ(data.out[i], static_cast<int>(333 + i));
}

TEST(NmpuModel, CyclesAreBeatsTouchedPlusStages) {
  const auto model = make_model({});
  const auto cycles = [&](unsigned first, unsigned columns) {
    test::Data data(columns);
    return model->run(data.vector(first, to_psum()), data.out.data(), 0);
  };
  EXPECT_EQ(cycles(0, 256), 7U);
  EXPECT_EQ(cycles(0, 1), 4U);
  EXPECT_EQ(cycles(0, 64), 4U);
  EXPECT_EQ(cycles(0, 65), 5U);
  EXPECT_EQ(cycles(63, 2), 5U);  // straddles two beats
  EXPECT_EQ(cycles(1, 64), 5U);
  EXPECT_EQ(cycles(64, 64), 4U);
  EXPECT_EQ(cycles(0, 1024), 19U);
  EXPECT_EQ(cycles(1023, 1), 4U);
}

TEST(NmpuModel, RoundsTiesByMode) {
  const auto both = [](int acc, Rounding rounding) {
    VectorConfig psum = to_psum();
    psum.rounding = rounding;
    VectorConfig activation = to_int8(0, 7);
    activation.rounding = rounding;
    EXPECT_EQ(from_acc(acc, psum), from_acc(acc, activation)) << acc;
    return from_acc(acc, psum);
  };
  //                 -2.5  -1.5  -0.5  0.5  1.5  2.5   just above and below 1.5
  const std::array<int, 8> accs = {-320, -192, -64, 64, 192, 320, 193, 191};
  const std::array<int, 8> up = {-2, -1, 0, 1, 2, 3, 2, 1};
  const std::array<int, 8> even = {-2, -2, 0, 0, 2, 2, 2, 1};
  const std::array<int, 8> down = {-3, -2, -1, 0, 1, 2, 1, 1};
  for (std::size_t i = 0; i < accs.size(); ++i) {
    EXPECT_EQ(both(accs[i], Rounding::kHalfUp), up[i]) << accs[i];
    EXPECT_EQ(both(accs[i], Rounding::kHalfEven), even[i]) << accs[i];
    EXPECT_EQ(both(accs[i], Rounding::kTruncate), down[i]) << accs[i];
  }
}

TEST(NmpuModel, NothingCutIsNothingRounded) {
  for (const auto rounding : {Rounding::kHalfUp, Rounding::kHalfEven, Rounding::kTruncate}) {
    VectorConfig config = to_int8(1, 0);
    config.rounding = rounding;
    EXPECT_EQ(from_acc(7, config), 3);
    EXPECT_EQ(from_acc(-7, config), -4);
  }
}

TEST(NmpuModel, CountsWhatExceedsItsRange) {
  const auto model = make_model({});
  for (unsigned c = 0; c < 4; ++c) model->write_params(c, {128, 128, 0, 0});
  test::Data data(4);
  data.psum = {32767, -32768, 32767, 0};
  data.cp = {1, 0, 0, 4095};
  data.cn = {0, 1, 0, 0};
  model->run(data.vector(0, to_psum(Addend::kPsum)), data.out.data(), 0);
  EXPECT_EQ(model->saturation().psums, 2U);  // 32768 and -32769; 32767 and 4095 fit
  EXPECT_EQ(model->saturation().activations, 0U);
  VectorConfig config = to_int8(0, 7, false, -1);
  data.cp = {128, 129, 0, 0};
  data.cn = {0, 0, 127, 128};
  model->run(data.vector(0, config), data.out.data(), 0);  // 127, 128, -128, -129
  EXPECT_EQ(model->saturation().activations, 2U);
  config.relu = true;  // its bound is no saturation
  model->run(data.vector(0, config), data.out.data(), 0);
  EXPECT_EQ(model->saturation().activations, 3U);
  EXPECT_EQ(model->saturation().psums, 2U);
  model->clear_saturation();
  EXPECT_EQ(model->saturation(), Saturation{});
}

TEST(NmpuModel, WideExtremesDoNotWrap) {
  const auto model = make_model(make_format(Configuration::kWide));
  model->write_params(0, {65535, 65535, 32767, 32767});
  model->write_params(1, {65535, 65535, -32768, -32768});
  test::Data data(2);
  data.cp = {4095, 0};
  data.cn = {0, 4095};
  VectorConfig config = to_int8(15, 9);
  config.addend = Addend::kBias;
  model->run(data.vector(0, config), data.out.data(), 0);
  EXPECT_EQ(data.out[0], 84);   // 1,409,181,697 >> 15 = 43,004; / 512 = 83.99
  EXPECT_EQ(data.out[1], -84);  // -1,409,216,513 >> 15 = -43,006
  EXPECT_EQ(model->saturation().activations, 0U);
}

class NmpuReference : public ::testing::TestWithParam<Configuration> {};

TEST_P(NmpuReference, EqualsTheModelForEverySetting) {
  const Format format = make_format(GetParam());
  const auto model = make_model(format);
  test::Stimulus stimulus(20240511, format);
  std::vector<ColumnParams> params(64);
  test::Data data(64);
  Saturation saturated;
  for (unsigned setting = 0; setting < 16 * 16 * 2 * 2 * 3 * 3; ++setting) {
    VectorConfig config = to_int8(setting % 16, setting / 16 % 16, (setting & 256) != 0,
                                  static_cast<int>(stimulus.below(256)) - 128);
    config.psum_out = (setting & 512) != 0;
    config.addend = static_cast<Addend>(setting / 1024 % 3);
    config.rounding = static_cast<Rounding>(setting / 3072);
    for (unsigned c = 0; c < 64; ++c) model->write_params(c, params[c] = stimulus.params());
    stimulus.fill(data);
    model->run(data.vector(0, config), data.out.data(), 0);
    for (unsigned c = 0; c < 64; ++c) {
      bool saturates = false;
      ASSERT_EQ(data.out[c], test::reference_column(data.cp[c], data.cn[c], data.psum[c], params[c],
                                                    config, format, &saturates))
          << "setting " << setting << ", column " << c;
      (config.psum_out ? saturated.psums : saturated.activations) += saturates ? 1 : 0;
    }
    ASSERT_EQ(model->saturation(), saturated) << "setting " << setting;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, NmpuReference,
                         ::testing::Values(Configuration::kPaper, Configuration::kWide),
                         [](const auto& tested) {
                           return tested.param == Configuration::kWide ? "wide" : "paper";
                         });

// ---- bad input ----

template <typename Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no std::invalid_argument";
}

std::string message_of_run(const Vector& vector) {
  return message_of([&] {
    std::vector<std::int16_t> out(2048);
    make_model({})->run(vector, out.data(), 0);
  });
}

TEST(NmpuErrors, VectorOutsideTheParameterMemory) {
  const test::Data data(2);
  Vector vector = data.vector(1023, {});
  EXPECT_THAT(message_of_run(vector),
              HasSubstr("2 columns from column 1023, expected 1 or more within 0..1023"));
  vector = data.vector(0, {});
  vector.columns = 0;
  EXPECT_THAT(message_of_run(vector), HasSubstr("0 columns"));
  vector.columns = 0xFFFFFFFF;
  vector.first_column = 1;
  EXPECT_THAT(message_of_run(vector), HasSubstr("4294967295 columns"));
  EXPECT_THAT(message_of([] { make_model({})->write_params(1024, {}); }), HasSubstr("column 1024"));
}

TEST(NmpuErrors, ValuesOutsideTheirFormat) {
  test::Data data(3);
  data.cn[2] = 4096;
  EXPECT_THAT(message_of_run(data.vector(5, {})),
              HasSubstr("cn of column 7 is 4096, expected 0..4095"));
  data.cn[2] = 0;
  data.cp[0] = 65535;
  EXPECT_THAT(message_of_run(data.vector(5, {})), HasSubstr("cp of column 5 is 65535"));
  data.cp[0] = 0;
  EXPECT_THAT(message_of_run(data.vector(0, to_int8(16, 0))),
              HasSubstr("cut_pre is 16, expected 0..15"));
  EXPECT_THAT(message_of_run(data.vector(0, to_int8(0, 16))), HasSubstr("cut_post is 16"));
  EXPECT_THAT(message_of_run(data.vector(0, to_psum(static_cast<Addend>(3)))),
              HasSubstr("addend is 3"));
}

TEST(NmpuErrors, MissingArrays) {
  const test::Data data(1);
  Vector vector = data.vector(0, to_psum(Addend::kPsum));
  vector.psum = nullptr;
  EXPECT_THAT(message_of_run(vector), HasSubstr("psum is a null pointer"));
  vector.config.addend = Addend::kNone;
  EXPECT_EQ(message_of_run(vector), "no std::invalid_argument");
  vector.cn = nullptr;
  EXPECT_THAT(message_of_run(vector), HasSubstr("cn is a null pointer"));
}

TEST(NmpuErrors, FormatsThatCannotBeBuilt) {
  const auto message = [](unsigned scale_frac, unsigned offset_frac, unsigned stages,
                          unsigned lanes) {
    Format format;
    format.scale_frac_bits = scale_frac;
    format.offset_frac_bits = offset_frac;
    format.stages = stages;
    format.lanes = lanes;
    return message_of([&] { make_model(format); });
  };
  EXPECT_THAT(message(0, 0, 3, 64), HasSubstr("scale_frac_bits is 0"));
  EXPECT_THAT(message(9, 1, 3, 64), HasSubstr("overflow the accumulator of 25 bits"));
  EXPECT_THAT(message(99, 1, 3, 64), HasSubstr("scale_frac_bits is 99"));
  EXPECT_THAT(message(7, 8, 3, 64), HasSubstr("offset_frac_bits is 8"));
  EXPECT_THAT(message(7, 1, 0, 64), HasSubstr("stages is 0"));
  EXPECT_THAT(message(7, 1, 3, 0), HasSubstr("lanes is 0"));
  EXPECT_EQ(message(8, 1, 3, 64), "no std::invalid_argument");
}

TEST(NmpuModel, FormatChangesArithmeticAndTiming) {
  Format format;
  format.scale_frac_bits = 6;
  format.offset_frac_bits = 2;
  format.stages = 5;
  format.lanes = 10;
  const auto model = make_model(format);
  model->write_params(0, {64, 0, 3, 0});
  test::Data data(21);
  data.cp[0] = 100;
  EXPECT_EQ(model->run(data.vector(0, to_psum()), data.out.data(), 0), 3U + 5U);
  EXPECT_EQ(data.out[0], 101);  // 100 * 64/64 + 3/4, rounded
}

}  // namespace
}  // namespace aimc::nmpu
