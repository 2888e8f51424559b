#include "models/tile/disassemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace aimc::tile {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t region(std::uint32_t first, std::uint32_t number) {
  return first | number << 16U;
}

TEST(Disassemble, WordsThatNoTileTakesAreShownWithTheReason) {
  EXPECT_EQ(disassemble({0x99}),
            ".words 0x00000099 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000 0x00000000 "
            "0x00000000  ; BAD_OPCODE 0x00000099");
  EXPECT_THAT(disassemble({0x00, 7}), HasSubstr("; BAD_FLAGS 0x00000007"));
  EXPECT_THAT(disassemble({0x05, 2, 0, 4}), HasSubstr("; MISALIGNED 0x00000002"));
  EXPECT_THAT(disassemble({0x07, 0, 0, 0}), HasSubstr("; BAD_LENGTH 0x00000000"));
  EXPECT_THAT(disassemble({0x01}), HasSubstr("; BAD_REGION"));
  EXPECT_THAT(disassemble({0x09, 1024}), HasSubstr("; BAD_ADDRESS 0x00000400"));
  EXPECT_THAT(disassemble({0x05, 0xFFFFFFFC, 0, 8}), HasSubstr("; BAD_ADDRESS 0xfffffffc"));
}

TEST(Disassemble, PutToSeveralTilesNamesTheRectangle) {
  EXPECT_EQ(disassemble({0x106, 0x100, 0x48000400, 64, region(2, 3)}),
            "put 0x0100 -> 0x48000400, 64 bytes, 2 x 3 tiles");
}

TEST(Disassemble, WhereAnMvmGathersItsInputs) {
  EXPECT_EQ(disassemble({0x202, 0x40, 0x80, 4 | 12U << 16U, 8 | 136U << 16U, 64, region(0, 36),
                         region(0, 16)}),
            "mvm 0x0040 -> 0x0080, rows 0..35, columns 0..15, zero point 2, in segments of 12, 136 "
            "apart, 4 times, strides 8 -> 64");
}

TEST(Disassemble, SettingsOfPostThatHaveNoEffectAreNotShown) {
  EXPECT_EQ(disassemble({0x103, 0x100, 0x200, 1, 0, 0, 0, region(8, 4)}),
            "post 0x0100 -> 0x0200, columns 8..11, to psums");
  EXPECT_EQ(disassemble({0x100103, 0x100, 0x200, 1, 0, 0, 0, region(8, 4)}),
            "post 0x0100 -> 0x0200, columns 8..11, to psums, rounded half to even");
  EXPECT_EQ(disassemble({0xFE052A03, 0x100, 0x200, 3, 16, 4, 0, region(0, 16)}),
            "post 0x0100 -> 0x0200, columns 0..15, plus bias, to int8: cut 2 + 5, zero point "
            "-2, relu, 3 times, strides 16 -> 4");
}

/// A command made of small numbers, so that legal ones and equal fields are frequent.
CommandWords random_words(std::mt19937& random) {
  const auto bits = [&random] { return static_cast<std::uint32_t>(random()); };
  const auto below = [&bits](std::uint32_t limit) { return bits() % limit; };
  CommandWords words{};
  words[0] = below(14);
  if (below(2) == 0) words[0] |= (bits() & bits() & bits()) & 0xFF3FFF00U;
  for (const unsigned i : {1U, 2U, 6U}) words[i] = below(2) == 0 ? 4 * below(6) : 0;
  for (const unsigned i : {4U, 5U}) words[i] = below(2) == 0 ? 4 * below(3) : 0;
  words[3] = below(3) == 0 ? 2 * below(8) : below(3);
  const std::uint32_t opcode = words[0] & 0xFFU;
  if (opcode == 0x02 && below(2) == 0) {
    words[3] += 4 * below(3) << 16U;
    words[4] += 4 * below(3) << 16U;
  }
  if (opcode == 0x0C) words[5] = below(4) + (below(2) == 0 ? 0x100 : 0);
  if (below(2) == 0) words[6] = region(below(4), below(4));
  if (below(2) == 0) words[7] = region(below(4), below(4));
  return words;
}

TEST(Disassemble, DifferentLegalCommandsHaveDifferentTexts) {
  std::mt19937 random(5);
  std::map<std::string, CommandWords> seen;
  std::map<std::uint32_t, unsigned> opcodes;
  for (unsigned i = 0; i < 50000; ++i) {
    const CommandWords words = random_words(random);
    const std::string text = disassemble(words);
    const bool legal =
        !decode(words, {0xFFFF, 0xFFFF, 0xFFFFFFFF}, CommandSource::kProgram).refusal;
    ASSERT_EQ(text.rfind(".words", 0) != 0, legal) << text;
    const auto [entry, is_new] = seen.emplace(text, words);
    ASSERT_EQ(entry->second, words) << text;
    if (is_new && legal) ++opcodes[words[0] & 0xFFU];
  }
  EXPECT_EQ(opcodes.size(), 13U);
  for (const auto& [opcode, count] : opcodes) {
    const bool alone = opcode == 0x00 || opcode == 0x0B;  // without operands
    EXPECT_GE(count, alone ? 1U : 5U) << opcode;
  }
}

}  // namespace
}  // namespace aimc::tile
