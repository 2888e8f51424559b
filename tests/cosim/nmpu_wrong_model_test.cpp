// A wrong constant in the C++ model must not pass lockstep against the right RTL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cosim/nmpu_fault_support.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

std::string mismatch_with(const Format& format) {
  const auto lockstep = make_lockstep(format, "tile11");
  std::string text = test::Traffic(*lockstep).mismatch();
  EXPECT_EQ(lockstep->lockstep().mismatches, text == "no mismatch" ? 0U : 1U);
  return text;
}

TEST(NmpuWrongModel, RightConstantsPass) {
  EXPECT_EQ(mismatch_with({}), "no mismatch");
}

TEST(NmpuWrongModel, WrongScaleFractionIsNoticed) {
  Format format;
  format.scale_int_bits = 2;
  format.scale_frac_bits = 6;
  EXPECT_THAT(mismatch_with(format),
              AllOf(HasSubstr("tile11, column 0, at 4242 ps"),
                    ContainsRegex("expected -?[0-9]+ \\(model\\), actual -?[0-9]+ \\(RTL\\)"),
                    HasSubstr("sp=120 sn=125 offset=-4")));
}

TEST(NmpuWrongModel, WrongOffsetFractionIsNoticed) {
  Format format;
  format.offset_int_bits = 6;
  format.offset_frac_bits = 2;
  EXPECT_THAT(mismatch_with(format), HasSubstr("tile11, column "));
}

TEST(NmpuWrongModel, WrongStageCountIsNoticed) {
  Format format;
  format.stages = 4;
  EXPECT_THAT(mismatch_with(format),
              AllOf(HasSubstr("tile11 at 4242 ps"),
                    HasSubstr("expected 8 cycles (model), actual 7 cycles (RTL)")));
}

TEST(NmpuWrongModel, WrongLaneCountIsNoticed) {
  Format format;
  format.lanes = 32;
  EXPECT_THAT(mismatch_with(format),
              HasSubstr("expected 11 cycles (model), actual 7 cycles (RTL)"));
}

}  // namespace
}  // namespace aimc::nmpu
