#include "models/core/time.h"

#include <gtest/gtest.h>

#include "models/core/register_desc.h"

namespace aimc::core {
namespace {

TEST(Clock, PeriodIsRoundedToPicoseconds) {
  EXPECT_EQ(Clock(1000.0).period_ps(), 1000U);
  EXPECT_EQ(Clock(10.0).period_ps(), 100'000U);
  EXPECT_EQ(Clock(300.0).period_ps(), 3333U);
}

TEST(Clock, FindsTheEdgeAtOrAfterATime) {
  const Clock clock(500.0);
  EXPECT_EQ(clock.period_ps(), 2000U);
  EXPECT_EQ(clock.time_of(7), 14'000U);
  EXPECT_EQ(clock.cycle_at_or_after(0), 0U);
  EXPECT_EQ(clock.cycle_at_or_after(1), 1U);
  EXPECT_EQ(clock.cycle_at_or_after(2000), 1U);
  EXPECT_EQ(clock.cycle_at_or_after(2001), 2U);
}

TEST(RegisterField, GetsAndPutsBits) {
  constexpr RegisterField kField{4, 8};
  static_assert(kField.mask() == 0xFF0);
  EXPECT_EQ(kField.get(0x1235), 0x23U);
  EXPECT_EQ(kField.put(0x23), 0x230U);
  EXPECT_EQ(kField.put(0x1FF), 0xFF0U);  // what does not fit is dropped
}

TEST(RegisterField, SignedValuesAreTwosComplement) {
  constexpr RegisterField kField{8, 8};
  EXPECT_EQ(kField.get_signed(0x0000'8000), -128);
  EXPECT_EQ(kField.get_signed(0x0000'7F00), 127);
  EXPECT_EQ(kField.get_signed(0x0000'FF00), -1);
}

TEST(RegisterField, AWholeWordIsAField) {
  constexpr RegisterField kField{0, 32};
  EXPECT_EQ(kField.mask(), 0xFFFF'FFFFU);
  EXPECT_EQ(kField.get(0xDEAD'BEEF), 0xDEAD'BEEFU);
  EXPECT_EQ(kField.get_signed(0xFFFF'FFFE), -2);
  EXPECT_EQ(kField.put(0xDEAD'BEEF), 0xDEAD'BEEFU);
}

}  // namespace
}  // namespace aimc::core
