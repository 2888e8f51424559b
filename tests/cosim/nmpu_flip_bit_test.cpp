// RTL in which one bit of one lane is inverted: lockstep stops, and the RTL's own results are
// wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cosim/nmpu_fault.h"
#include "tests/cosim/nmpu_fault_support.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NmpuFlippedBit : public ::testing::Test {
 protected:
  NmpuFlippedBit() { test::choose_fault("flip_bit"); }
  ~NmpuFlippedBit() override { test::choose_fault(""); }
};

TEST_F(NmpuFlippedBit, StopsLockstepAtItsColumn) {
  const auto model = make_model({});
  test::Traffic expected(*model);
  expected.run();
  const int right = expected.data().out[37];

  const auto lockstep = make_lockstep({}, "tile3");
  EXPECT_THAT(test::Traffic(*lockstep).mismatch(),
              AllOf(HasSubstr("tile3, column 37, at 4242 ps"),
                    HasSubstr("expected " + std::to_string(right) + " (model)"),
                    HasSubstr("actual " + std::to_string(right ^ 1) + " (RTL)")));
  EXPECT_EQ(lockstep->lockstep().mismatches, 1U);
  EXPECT_EQ(lockstep->lockstep().columns_compared, 38U);
}

TEST_F(NmpuFlippedBit, ChangesTheRtlsResults) {
  const auto model = make_model({});
  const auto rtl = make_rtl();
  test::Traffic expected(*model);
  test::Traffic actual(*rtl);
  EXPECT_EQ(expected.run(), actual.run());
  for (unsigned c = 0; c < 256; ++c) {
    const int flipped = c % 64 == 37 ? 1 : 0;
    EXPECT_EQ(actual.data().out[c], expected.data().out[c] ^ flipped) << c;
  }
}

}  // namespace
}  // namespace aimc::nmpu
