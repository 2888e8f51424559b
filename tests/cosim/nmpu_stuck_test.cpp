// RTL that swallows the last beat of a vector: the backend gives up with a clear text instead of
// waiting for ever.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string failure_of(Backend& backend) {
  test::Data data(12);  // three beats of four lanes
  try {
    backend.run(data.vector(0, {}), data.out.data(), 77);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no failure";
}

TEST(NmpuStuckRtl, IsReportedAsAHang) {
  const auto rtl = make_rtl();
  const auto text = AllOf(HasSubstr("the RTL hangs"),
                          HasSubstr("3 of 3 beats accepted and 2 given out"), HasSubstr("77 ps"));
  EXPECT_THAT(failure_of(*rtl), text);
  EXPECT_THAT(failure_of(*rtl), text) << "nothing of the first vector may be left in the second";
}

TEST(NmpuStuckRtl, LockstepNamesTheTile) {
  Format format;
  format.lanes = 4;
  EXPECT_THAT(failure_of(*make_lockstep(format, "tile9")),
              AllOf(HasSubstr("tile9 at 77 ps"), HasSubstr("hangs")));
}

}  // namespace
}  // namespace aimc::nmpu
