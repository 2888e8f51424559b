// Commands through tohost: how they are put together from stores, and what each does.

#include <gtest/gtest.h>

#include "tests/unit/riscv/guest_fakes.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kTohost = kMemoryBase + 0x1000;
constexpr std::uint32_t kFromhost = kMemoryBase + 0x1040;
constexpr std::uint32_t kCall = kMemoryBase + 0x2000;
constexpr std::uint32_t kPutCharacter = 0x01010000U;

class HtifTest : public testing::Test {
 protected:
  void store(std::uint32_t address, std::uint32_t value) {
    ASSERT_TRUE(memory.write_word(address, value));
    htif.stored(address, 4);
  }
  void lower(std::uint32_t value) { store(kTohost, value); }
  void upper(std::uint32_t value) { store(kTohost + 4, value); }
  void system_call(std::uint32_t number, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    std::uint32_t address = kCall;
    for (const std::uint32_t word : {number, a, b, c}) {
      ASSERT_TRUE(memory.write_word(address, word) && memory.write_word(address + 4, 0));
      address += 8;
    }
    lower(kCall);
    upper(0);
  }

  FakeMemory memory;
  FakePlatform platform;
  Htif htif{{kTohost, kFromhost, 8, 8}, platform, memory};
};

TEST_F(HtifTest, BothHalvesMakeACommand) {
  lower(1);
  EXPECT_TRUE(platform.exits.empty());
  upper(0);
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(memory.word(kTohost), 0U);
  EXPECT_EQ(memory.word(kFromhost), 1U);
}

TEST_F(HtifTest, UpperHalfMayComeFirst) {
  upper(kPutCharacter);
  lower('A');
  EXPECT_EQ(platform.printed, "A");
  EXPECT_TRUE(platform.exits.empty());
}

TEST_F(HtifTest, LowerHalfOfAnOddCharacterIsNoExit) {
  for (const char c : std::string("AaBb")) {
    lower(static_cast<std::uint32_t>(c));
    upper(kPutCharacter);
    EXPECT_EQ(memory.word(kFromhost), 0x100U | static_cast<std::uint32_t>(c));
    EXPECT_EQ(memory.word(kFromhost + 4), kPutCharacter);
    EXPECT_EQ(memory.word(kTohost), 0U);
    EXPECT_EQ(memory.word(kTohost + 4), 0U);
  }
  EXPECT_EQ(platform.printed, "AaBb");
  EXPECT_TRUE(platform.exits.empty());
}

TEST_F(HtifTest, RepeatedLowerHalfIsACommand) {
  lower(7 << 1 | 1);
  EXPECT_TRUE(platform.exits.empty());
  lower(7 << 1 | 1);
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{7}));
}

TEST_F(HtifTest, LoneLowerHalfIsACommandAfterAWhile) {
  lower(3 << 1 | 1);
  EXPECT_EQ(platform.expecting, 1U);
  EXPECT_TRUE(platform.exits.empty());
  htif.expire();
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{3}));
  htif.expire();
  EXPECT_EQ(platform.exits.size(), 1U);
}

TEST_F(HtifTest, ClearingIsNoCommandAndLeavesNothingBehind) {
  lower(0);
  upper(0);
  lower('C');
  EXPECT_TRUE(platform.exits.empty());
  upper(kPutCharacter);
  EXPECT_EQ(platform.printed, "C");
  lower(0);
  htif.expire();
  upper(kPutCharacter);
  EXPECT_EQ(platform.printed, "C");
  lower('D');
  EXPECT_EQ(platform.printed, "CD");
  upper(kPutCharacter);
  htif.reset();
  lower('E');
  EXPECT_TRUE(platform.exits.empty());
  EXPECT_EQ(platform.printed, "CD");
}

TEST_F(HtifTest, NarrowVariableActsAtOnce) {
  Htif narrow{{kTohost, kTohost + 4, 4, 4}, platform, memory};
  ASSERT_TRUE(memory.write_word(kTohost + 8, 0x12345678));
  ASSERT_TRUE(memory.write_word(kTohost, 5 << 1 | 1));
  narrow.stored(kTohost, 4);
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{5}));
  EXPECT_EQ(memory.word(kTohost + 4), 1U);
  EXPECT_EQ(memory.word(kTohost + 8), 0x12345678U);
}

TEST_F(HtifTest, StoreOfLessThanAWordCounts) {
  ASSERT_TRUE(memory.write_word(kTohost, 1));
  htif.stored(kTohost, 1);
  ASSERT_TRUE(memory.write_word(kTohost + 4, 0));
  htif.stored(kTohost + 6, 2);
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{0}));
}

TEST_F(HtifTest, WithoutFromhostNothingIsWritten) {
  Htif silent{{kTohost, std::nullopt, 8, 8}, platform, memory};
  ASSERT_TRUE(memory.write_word(kTohost, 'x') && memory.write_word(kTohost + 4, kPutCharacter));
  silent.stored(kTohost, 4);
  silent.stored(kTohost + 4, 4);
  EXPECT_EQ(platform.printed, "x");
  EXPECT_EQ(memory.word(kFromhost), 0U);
}

TEST_F(HtifTest, SystemCallsWriteAndExit) {
  const std::string text = "two words";
  ASSERT_TRUE(memory.write(kMemoryBase + 0x3000, reinterpret_cast<const std::uint8_t*>(text.data()),
                           text.size()));
  system_call(64, 1, kMemoryBase + 0x3000, 3);
  EXPECT_EQ(platform.printed, "two");
  EXPECT_EQ(memory.word(kCall), 3U);
  EXPECT_EQ(memory.word(kFromhost), 1U);
  EXPECT_EQ(memory.word(kFromhost + 4), 0U);
  system_call(64, 2, kMemoryBase + 0x3003, 6);
  EXPECT_EQ(platform.printed, text);
  system_call(93, 12, 0, 0);
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{12}));
}

TEST_F(HtifTest, SystemCallsThatFailAnswer) {
  system_call(64, 3, kMemoryBase, 1);
  EXPECT_EQ(memory.word(kCall), 0U - 9U);
  EXPECT_EQ(memory.word(kCall + 4), ~0U);
  system_call(64, 1, 0x40000000U, 1);
  EXPECT_EQ(memory.word(kCall), 0U - 14U);
  system_call(64, 1, memory.end() - 4096, 5000);
  EXPECT_EQ(memory.word(kCall), 4096U);
  system_call(214, 0, 0, 0);
  EXPECT_EQ(memory.word(kCall), 0U - 38U);
  EXPECT_TRUE(platform.refused.empty());
}

TEST_F(HtifTest, WhatIsNotThereIsRefused) {
  lower(0x1234);
  upper(0x05030000U);
  EXPECT_EQ(platform.refused, (std::vector<std::string>{"device 5, command 3"}));
  lower(0x40000000U);
  upper(0);
  EXPECT_EQ(platform.refused.size(), 2U);
}

TEST_F(HtifTest, NobodyTypes) {
  lower(0);
  upper(0x01000000U);
  EXPECT_EQ(memory.word(kTohost + 4), 0U);
  EXPECT_EQ(memory.word(kFromhost), 0U);
  EXPECT_TRUE(platform.refused.empty());
}

}  // namespace
}  // namespace aimc::riscv
