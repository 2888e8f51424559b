#include "platform/observe/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/observe/fake_run.h"

namespace {

using aimc::observe::console_summary;
using aimc::observe::si_text;
using aimc::test::fake_record;
using aimc::test::fake_result;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SiText, PicksThePrefix) {
  EXPECT_EQ(si_text(1.234567e-5, "J"), "12.35 uJ");
  EXPECT_EQ(si_text(0.99996e-3, "s"), "1 ms");
  EXPECT_EQ(si_text(999.96, "W"), "1 kW");
  EXPECT_EQ(si_text(-2e3, "W"), "-2 kW");
  EXPECT_EQ(si_text(0.0, "J"), "0 J");
  EXPECT_EQ(si_text(1e-21, "J"), "0.001 aJ");
}

TEST(ConsoleSummary, ShowsOutcomeMetricsTimeEnergyAndSpeed) {
  const std::string text = console_summary(fake_record(), fake_result());
  EXPECT_THAT(text, AllOf(HasSubstr("exit         0 by the firmware: pass\n"),
                          HasSubstr("accuracy     0.8931\n"), HasSubstr("2 ms simulated"),
                          HasSubstr("2 of 2 used, 12 MVMs"), HasSubstr("10 packets"),
                          HasSubstr("1536 columns compared, 0 mismatches"),
                          HasSubstr("6.0 million host instructions/s")));
}

TEST(ConsoleSummary, TakesTilesTogether) {
  const std::string text = console_summary(fake_record(), fake_result());
  EXPECT_THAT(text, AllOf(HasSubstr("tiles/adc                  1.1 nJ"), Not(HasSubstr("tile0")),
                          Not(HasSubstr("tile10"))));
}

TEST(ConsoleSummary, SaysThatThePlatformStopped) {
  aimc::platform::RunResult result = fake_result();
  result.status = aimc::platform::RunStatus::kPlatform;
  result.reason = "time limit of 1 ms reached at 0x80000010 (main+0x10)";
  EXPECT_THAT(console_summary(fake_record(), result),
              HasSubstr("exit         3, stopped by the platform: time limit of 1 ms"));
}

}  // namespace
