// Decoding of tile commands: every rule of the command format refuses with its code and the
// offending word.
#include "models/tile/command.h"

#include <gtest/gtest.h>

namespace aimc::tile {
namespace {

constexpr TileGeometry kGeometry{256, 128, 0x10000};

constexpr std::uint32_t region(std::uint32_t first, std::uint32_t number) {
  return first | number << 16U;
}

CommandWords mvm() {
  return {0x02, 0x000, 0x400, 1, 0, 0, region(0, 256), region(0, 128)};
}
CommandWords post() {
  return {0x03, 0x400, 0x800, 1, 0, 0, 0, region(0, 128)};
}
CommandWords add() {
  return {0x04, 0x000, 0x100, 16, 0, 0, 0x200, 0};
}
CommandWords add8() {
  return {0x0C, 0x000, 0x100, 16, region(300, 200), 8, 0x200, 0};
}
CommandWords gather() {  // 100 bytes each, 1,000 apart, of which the last gives 56
  return {0x02, 0x000, 0x400, 1 | 100U << 16U, 1000U << 16U, 0, region(0, 256), region(0, 128)};
}
CommandWords put() {
  return {0x06, 0x000, 0x40010000, 64, 0, 0, 0, 0};
}

CommandWords put_to_tiles() {
  return {0x106, 0x000, 0x40010000, 64, region(2, 3), 0, 0, 0};
}

struct Case {
  const char* name;
  CommandWords base;
  unsigned word;
  std::uint32_t value;
  Error code;
};

class Refused : public ::testing::TestWithParam<Case> {};

TEST_P(Refused, WithCodeAndWord) {
  const Case& c = GetParam();
  CommandWords words = c.base;
  ASSERT_FALSE(decode(words, kGeometry).refusal.has_value()) << "the base command must be good";
  words[c.word] = c.value;
  const Decoded decoded = decode(words, kGeometry);
  ASSERT_TRUE(decoded.refusal.has_value());
  EXPECT_EQ(decoded.refusal->code, c.code);
  EXPECT_EQ(decoded.refusal->value, c.value);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, Refused,
    ::testing::Values(
        Case{"put_rectangle_unasked", put(), 4, region(2, 3), Error::kBadFlags},
        Case{"put_no_columns", put_to_tiles(), 4, region(0, 3), Error::kBadRegion},
        Case{"put_no_rows", put_to_tiles(), 4, region(2, 0), Error::kBadRegion},
        Case{"put_reserved_flag", put_to_tiles(), 0, 0x306, Error::kBadFlags},
        Case{"move_to_tiles", {0x05, 0, 0, 64}, 0, 0x105, Error::kBadFlags},
        Case{"opcode", mvm(), 0, 0x77, Error::kBadOpcode},
        Case{"mvm_reserved_flag", mvm(), 0, 0x00010002, Error::kBadFlags},
        Case{"mvm_inputs_misaligned", mvm(), 1, 2, Error::kMisaligned},
        Case{"mvm_inputs_outside", mvm(), 1, 0xFF04, Error::kBadAddress},
        Case{"mvm_counts_outside", mvm(), 2, 0xFE04, Error::kBadAddress},
        Case{"mvm_no_repetition", mvm(), 3, 0, Error::kBadLength},
        Case{"mvm_too_many", mvm(), 3, 65536, Error::kBadLength},
        Case{"mvm_stride_misaligned", mvm(), 4, 6, Error::kMisaligned},
        Case{"mvm_stride_long", mvm(), 5, 0x10000, Error::kBadLength},
        Case{"mvm_rows_outside", mvm(), 6, region(1, 256), Error::kBadRegion},
        Case{"mvm_no_columns", mvm(), 7, region(0, 0), Error::kBadRegion},
        Case{"post_columns_outside", post(), 7, region(127, 2), Error::kBadRegion},
        Case{"post_rounding_reserved", post(), 0, 0x00300003, Error::kBadFlags},
        Case{"post_addend_reserved", post(), 0, 0x00000603, Error::kBadFlags},
        Case{"post_psum_with_relu", post(), 0, 0x00000903, Error::kBadFlags},
        Case{"post_psum_address_without_psum", post(), 6, 0x100, Error::kBadFlags},
        Case{"add_odd", add(), 3, 15, Error::kBadLength},
        Case{"add_b_outside", add(), 6, 0xFFF0, Error::kBadAddress},
        Case{"add_unused_word", add(), 7, 1, Error::kBadFlags},
        Case{"add8_length", add8(), 3, 18, Error::kMisaligned},
        Case{"add8_empty", add8(), 3, 0, Error::kBadLength},
        Case{"add8_no_shift", add8(), 5, 0x100, Error::kBadFlags},
        Case{"add8_reserved_bits", add8(), 5, 0x208, Error::kBadFlags},
        Case{"add8_unused_word", add8(), 7, 1, Error::kBadFlags},
        Case{"add8_b_outside", add8(), 6, 0xFFF4, Error::kBadAddress},
        Case{"gather_segment_misaligned", gather(), 3, 1 | 98U << 16U, Error::kMisaligned},
        Case{"gather_stride_misaligned", gather(), 4, 1002U << 16U, Error::kMisaligned},
        Case{"gather_no_repetition", gather(), 3, 100U << 16U, Error::kBadLength},
        Case{"gather_stride_without_segments", mvm(), 4, 1000U << 16U, Error::kBadFlags},
        Case{"put_length_misaligned", put(), 3, 6, Error::kMisaligned},
        Case{"put_target_misaligned", put(), 2, 0x40010002, Error::kMisaligned},
        Case{"put_too_long", put(), 3, 0x10004, Error::kBadLength}),
    [](const ::testing::TestParamInfo<Case>& tested) { return tested.param.name; });

TEST(Decode, RepetitionsCountInTheRangeCheck) {
  CommandWords words = mvm();
  words[3] = 64;
  words[4] = 256;
  words[5] = 512;
  EXPECT_FALSE(decode(words, kGeometry).refusal.has_value());
  words[5] = 1024;  // 0x400 + 63 * 1024 + 512 is beyond 64 KiB
  EXPECT_EQ(decode(words, kGeometry).refusal->code, Error::kBadAddress);
}

TEST(Decode, GatheredInputsReachAsFarAsTheirLastSegment) {
  CommandWords words = gather();  // the last byte is 2 x 1,000 + 55 behind the first
  words[1] = 0x10000 - 2056;
  EXPECT_FALSE(decode(words, kGeometry).refusal.has_value());
  words[1] += 4;
  EXPECT_EQ(decode(words, kGeometry).refusal->code, Error::kBadAddress);
  words[1] -= 4 * 20;
  words[3] += 19;  // twenty in all, a word apart
  words[4] += 4;
  EXPECT_FALSE(decode(words, kGeometry).refusal.has_value());
  words[1] += 4;
  EXPECT_EQ(decode(words, kGeometry).refusal->code, Error::kBadAddress);
}

TEST(Decode, FieldsOfAdd8) {
  const CommandWords words = {0x7F80FB0C, 0x000, 0x100, 16, 0xFFFF0001, 0x11F, 0x200, 0};
  const Decoded decoded = decode(words, kGeometry);
  ASSERT_FALSE(decoded.refusal.has_value());
  const ScaledAdd& add = decoded.command.scaled_add;
  EXPECT_EQ(add.zero_a, -5);
  EXPECT_EQ(add.zero_b, -128);
  EXPECT_EQ(add.zero_out, 127);
  EXPECT_EQ(add.factor_a, 1);
  EXPECT_EQ(add.factor_b, 65535);
  EXPECT_EQ(add.shift, 31U);
  EXPECT_TRUE(add.relu);
}

TEST(Decode, FieldsOfPost) {
  CommandWords words = post();
  words[0] = 0x03 | 2U << 9U | 1U << 11U | 3U << 12U | 4U << 16U | 1U << 20U | 0x80U << 24U;
  words[6] = 0x1000;
  const Decoded decoded = decode(words, kGeometry);
  ASSERT_FALSE(decoded.refusal.has_value());
  const nmpu::VectorConfig& vector = decoded.command.vector;
  EXPECT_EQ(vector.addend, nmpu::Addend::kPsum);
  EXPECT_TRUE(vector.relu);
  EXPECT_EQ(vector.cut_pre, 3);
  EXPECT_EQ(vector.cut_post, 4);
  EXPECT_EQ(vector.rounding, nmpu::Rounding::kHalfEven);
  EXPECT_EQ(vector.zero_point, -128);
  EXPECT_FALSE(vector.psum_out);
  EXPECT_EQ(decoded.command.addend, 0x1000U);
}

TEST(Decode, PutToARectangleOfTiles) {
  const Command command = decode(put_to_tiles(), kGeometry).command;
  EXPECT_TRUE(command.multicast);
  EXPECT_EQ(command.tile_columns, 2U);
  EXPECT_EQ(command.tile_rows, 3U);
  EXPECT_FALSE(decode(put(), kGeometry).command.multicast);
}

}  // namespace
}  // namespace aimc::tile
