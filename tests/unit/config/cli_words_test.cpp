#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/cli/words.h"

namespace {

using aimc::cli::parse_age;
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

TEST(Words, AgesReachFromNothingToCenturies) {
  EXPECT_EQ(parse_age("--age", "0"), 0.0);
  EXPECT_EQ(parse_age("--age", "10ms"), 0.01);
  EXPECT_EQ(parse_age("--age", "90s"), 90.0);
  EXPECT_EQ(parse_age("--age", "5min"), 300.0);
  EXPECT_EQ(parse_age("--age", "1h"), 3600.0);
  EXPECT_EQ(parse_age("--age", "1day"), 86400.0);
  EXPECT_EQ(parse_age("--age", "30days"), 2592000.0);
  EXPECT_EQ(parse_age("--age", "1month"), 2592000.0);
  EXPECT_EQ(parse_age("--age", "1.5years"), 47304000.0);
  for (const char* wrong :
       {"", "1", "day", "1 day", "-1s", "1e30s", "nans", "infs", "1fortnight"}) {
    EXPECT_THROW(parse_age("--age", wrong), UsageError) << wrong;
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
