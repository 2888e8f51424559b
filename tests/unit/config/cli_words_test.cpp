#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/cli/words.h"

namespace {

using aimc::cli::parse_number;
using aimc::cli::parse_time;
using aimc::cli::UsageError;

TEST(Words, TimesNeedAUnit) {
  EXPECT_EQ(parse_time("--t", "10ms"), 10'000'000'000U);
  EXPECT_EQ(parse_time("--t", "1.5us"), 1'500'000U);
  EXPECT_EQ(parse_time("--t", "1ps"), 1U);
  EXPECT_EQ(parse_time("--t", "2s"), 2'000'000'000'000U);
  EXPECT_EQ(parse_time("--t", "1e3ns"), 1'000'000U);
  for (const char* wrong : {"10", "ms", "10 ms", "10min", "-1ms", "0ns", "1e30s", "nans", ""}) {
    EXPECT_THROW(parse_time("--t", wrong), UsageError) << wrong;
  }
}

TEST(Words, NumbersAreWhole) {
  EXPECT_EQ(parse_number("--n", "42"), 42U);
  EXPECT_EQ(parse_number("--n", "0x80000000"), 0x80000000U);
  EXPECT_EQ(parse_number("--n", "18446744073709551615"), 18446744073709551615U);
  for (const char* wrong : {"", "-1", "1.5", "0x", "12a", "18446744073709551616"}) {
    EXPECT_THROW(parse_number("--n", wrong), UsageError) << wrong;
  }
}

}  // namespace
