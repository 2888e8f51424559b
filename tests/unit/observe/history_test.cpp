#include "platform/soc/history.h"

#include <gtest/gtest.h>

namespace {

using aimc::platform::History;

double sum(const History& history, std::size_t series) {
  double total = 0.0;
  for (std::size_t bin = 0; bin < history.bins(); ++bin) total += history.amount(series, bin);
  return total;
}

TEST(History, SpreadsAnAmountOverTheTimeItTook) {
  History history(100, 10);
  const std::size_t a = history.open("a");
  history.add(a, 50, 250, 8.0);
  history.add(a, 300, 300, 1.0);
  history.close(400);
  ASSERT_EQ(history.bins(), 4U);
  EXPECT_DOUBLE_EQ(history.amount(a, 0), 2.0);
  EXPECT_DOUBLE_EQ(history.amount(a, 1), 4.0);
  EXPECT_DOUBLE_EQ(history.amount(a, 2), 2.0);
  EXPECT_DOUBLE_EQ(history.amount(a, 3), 1.0);
}

TEST(History, WhatEndsAtAnEdgeBelongsToTheBinBeforeIt) {
  History history(100, 10);
  const std::size_t a = history.open("a");
  history.add(a, 0, 100, 3.0);
  history.close(200);
  EXPECT_DOUBLE_EQ(history.amount(a, 0), 3.0);
  EXPECT_DOUBLE_EQ(history.amount(a, 1), 0.0);
}

TEST(History, TakesBinsTogetherWhenThereWouldBeTooManyAndLosesNothing) {
  History history(10, 4);
  const std::size_t a = history.open("a");
  const std::size_t b = history.open("b");
  for (unsigned i = 0; i < 1000; ++i) {
    history.add(a, i * 10, i * 10 + 10, 0.1 * i);
    if (i % 7 == 0) history.add(b, i * 10, i * 10 + 3, 1.0);
  }
  history.close(9'998);
  EXPECT_EQ(history.width_ps(), 2'560U);
  ASSERT_EQ(history.bins(), 4U);
  EXPECT_NEAR(sum(history, a), 0.1 * 999 * 1000 / 2, 1e-7);
  EXPECT_EQ(sum(history, b), 143.0);
  EXPECT_EQ(history.end_ps(3), 9'998U);
  EXPECT_EQ(history.end_ps(2), history.begin_ps(3));
}

TEST(History, PutsWhatLiesBehindItsEndIntoTheLastBin) {
  History history(100, 10);
  const std::size_t a = history.open("a");
  history.add(a, 150, 350, 2.0);
  history.close(200);
  ASSERT_EQ(history.bins(), 2U);
  EXPECT_DOUBLE_EQ(history.amount(a, 1), 2.0);
}

TEST(History, OfNoTimeHasOneBin) {
  History history(100, 10);
  const std::size_t a = history.open("a");
  history.add(a, 0, 0, 2.0);
  history.close(0);
  ASSERT_EQ(history.bins(), 1U);
  EXPECT_DOUBLE_EQ(history.amount(a, 0), 2.0);
  EXPECT_EQ(history.end_ps(0), 0U);
}

TEST(History, CanBeMadeCoarser) {
  History history(100, 10);
  const std::size_t a = history.open("a");
  for (unsigned i = 0; i < 5; ++i) history.add(a, i * 100, i * 100 + 100, 1.0);
  history.close(450);
  const History coarser = history.coarser(2);
  ASSERT_EQ(coarser.bins(), 3U);
  EXPECT_DOUBLE_EQ(coarser.amount(a, 0), 2.0);
  EXPECT_DOUBLE_EQ(coarser.amount(a, 2), 1.0);
  EXPECT_EQ(coarser.end_ps(2), 450U);
}

}  // namespace
