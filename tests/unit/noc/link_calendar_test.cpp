#include "models/noc/link_calendar.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace aimc::noc {
namespace {

TEST(LinkCalendar, FindsTheEarliestGapThatIsLongEnough) {
  LinkCalendar calendar;
  EXPECT_EQ(calendar.earliest_gap(5, 10), 5U);
  calendar.reserve(10, 14);
  calendar.reserve(17, 30);
  EXPECT_EQ(calendar.earliest_gap(0, 10), 0U);
  EXPECT_EQ(calendar.earliest_gap(0, 11), 30U);
  EXPECT_EQ(calendar.earliest_gap(7, 3), 7U);
  EXPECT_EQ(calendar.earliest_gap(8, 3), 14U);
  EXPECT_EQ(calendar.earliest_gap(8, 4), 30U);
  EXPECT_EQ(calendar.earliest_gap(29, 1), 30U);
}

TEST(LinkCalendar, MergesWhatTouches) {
  LinkCalendar calendar;
  calendar.reserve(10, 12);
  calendar.reserve(14, 16);
  EXPECT_EQ(calendar.size(), 2U);
  calendar.reserve(12, 14);
  EXPECT_EQ(calendar.size(), 1U);
  EXPECT_EQ(calendar.earliest_gap(9, 2), 16U);
}

TEST(LinkCalendar, AReservationEndsWhereTheNextBegins) {
  LinkCalendar calendar;
  calendar.reserve(20, 30);
  calendar.reserve(5, 25);
  EXPECT_EQ(calendar.size(), 1U);
  EXPECT_EQ(calendar.earliest_gap(4, 2), 30U);
  calendar.reserve(0, 3);
  EXPECT_EQ(calendar.earliest_gap(0, 2), 3U);
}

TEST(LinkCalendar, ForgetsOnlyWhatIsOver) {
  LinkCalendar calendar;
  for (std::uint64_t begin = 0; begin < 100; begin += 10) calendar.reserve(begin, begin + 5);
  calendar.forget_before(45);
  EXPECT_EQ(calendar.size(), 5U);
  EXPECT_EQ(calendar.earliest_gap(45, 6), 95U);
  calendar.forget_before(52);
  EXPECT_EQ(calendar.size(), 5U);
  EXPECT_EQ(calendar.earliest_gap(52, 1), 55U);
}

TEST(LinkCalendar, AgreesWithABitmap) {
  constexpr std::uint64_t kCycles = 600;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    LinkCalendar calendar;
    std::vector<bool> taken(3 * kCycles, false);
    std::uint64_t forgotten = 0;
    for (unsigned step = 0; step < 200; ++step) {
      if (step % 10 == 9) calendar.forget_before(forgotten += random() % 20);
      const std::uint64_t length = 1 + random() % 9;
      const std::uint64_t from = forgotten + random() % (kCycles - forgotten);
      const auto is_free = [&](std::uint64_t at) {
        for (std::uint64_t i = 0; i < length; ++i) {
          if (taken[at + i]) return false;
        }
        return true;
      };
      std::uint64_t expected = from;
      while (!is_free(expected)) ++expected;
      ASSERT_EQ(calendar.earliest_gap(from, length), expected);
      const std::uint64_t end = expected + length + random() % 4;
      calendar.reserve(expected, end);
      for (std::uint64_t i = expected; i < end && !taken[i]; ++i) taken[i] = true;
    }
  }
}

}  // namespace
}  // namespace aimc::noc
