#include "platform/observe/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/observe/fake_run.h"

namespace {

using aimc::observe::console_summary;
using aimc::observe::ProgressLine;
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

class Progress : public ::testing::Test {
 public:
  ~Progress() override { std::fclose(stream_); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 protected:
  Progress() : stream_(std::tmpfile()) {}

  ProgressLine make(bool terminal) {
    return {stream_, terminal, std::chrono::seconds(10), [this] { return now_; }};
  }
  std::string shown() {
    std::string text(static_cast<std::size_t>(std::ftell(stream_)), ' ');
    std::rewind(stream_);
    const std::size_t size = std::fread(text.data(), 1, text.size(), stream_);
    text.resize(size);
    return text;
  }

  std::FILE* stream_;
  ProgressLine::Clock::time_point now_{};
};

TEST_F(Progress, IsALineNowAndThenWhereThereIsNoTerminal) {
  ProgressLine line = make(false);
  for (unsigned second = 0; second <= 25; ++second) {
    line.update({0, 0, second * 1'000'000'000ULL, second * 3'000'000ULL, second});
    now_ += std::chrono::seconds(1);
  }
  line.clear();
  EXPECT_EQ(shown(),
            "10 ms simulated in 10 s, 3.0 million host instructions/s, 10 MVMs\n"
            "20 ms simulated in 20 s, 3.0 million host instructions/s, 20 MVMs\n");
}

TEST_F(Progress, TellsTheTimeThatIsLeftFromTheTimeThatUnitsTook) {
  ProgressLine line = make(false);
  now_ += std::chrono::seconds(5);  // preparing
  line.update({0, 200, 0, 0, 0});
  now_ += std::chrono::seconds(20);
  line.update({50, 200, 0, 0, 7});
  EXPECT_EQ(shown(),
            "0 s simulated in 25 s, 0.0 million host instructions/s, 7 MVMs, 50 of 200 (25 %), "
            "60 s left\n");
}

TEST_F(Progress, RewritesTheLineOfATerminalAndRemovesIt) {
  ProgressLine line = make(true);
  line.update({});
  now_ += std::chrono::milliseconds(150);
  line.update({1, 0, 1'000'000, 0, 0});
  now_ += std::chrono::milliseconds(50);
  line.update({2, 0, 2'000'000, 0, 0});
  line.clear();
  line.clear();
  EXPECT_EQ(shown(),
            "\r\x1b[K1 us simulated in 0 s, 0.0 million host instructions/s, 0 MVMs\r\x1b[K");
}

TEST(ConsoleSummary, SaysThatThePlatformStopped) {
  aimc::platform::RunResult result = fake_result();
  result.status = aimc::platform::RunStatus::kPlatform;
  result.reason = "time limit of 1 ms reached at 0x80000010 (main+0x10)";
  EXPECT_THAT(console_summary(fake_record(), result),
              HasSubstr("exit         3, stopped by the platform: time limit of 1 ms"));
}

}  // namespace
