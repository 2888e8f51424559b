// RTL with one pipeline stage more: the values are right, the timing is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cosim/nmpu_fault.h"
#include "tests/cosim/nmpu_fault_support.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NmpuExtraStage : public ::testing::Test {
 protected:
  NmpuExtraStage() { test::choose_fault("extra_stage"); }
  ~NmpuExtraStage() override { test::choose_fault(""); }
};

TEST_F(NmpuExtraStage, StopsLockstepWithBothCycleCounts) {
  const auto lockstep = make_lockstep({}, "tile3");
  EXPECT_THAT(test::Traffic(*lockstep).mismatch(),
              AllOf(HasSubstr("tile3 at 4242 ps"),
                    HasSubstr("expected 7 cycles (model), actual 8 cycles (RTL)"),
                    HasSubstr("256 columns from column 0")));
  EXPECT_EQ(lockstep->lockstep().mismatches, 1U);
}

TEST_F(NmpuExtraStage, ChangesOnlyTheTiming) {
  const auto model = make_model({});
  const auto rtl = make_rtl();
  test::Traffic expected(*model);
  test::Traffic actual(*rtl);
  EXPECT_EQ(expected.run(), 7U);
  EXPECT_EQ(actual.run(), 8U);
  EXPECT_EQ(actual.data().out, expected.data().out);
}

TEST_F(NmpuExtraStage, AModelOfFourStagesAgrees) {
  Format format;
  format.stages = 4;
  const auto lockstep = make_lockstep(format, "tile3");
  EXPECT_EQ(test::Traffic(*lockstep).mismatch(), "no mismatch");
}

}  // namespace
}  // namespace aimc::nmpu
