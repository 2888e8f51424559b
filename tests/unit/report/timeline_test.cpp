#include "platform/report/timeline.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

namespace {

using aimc::report::binned_power;
using aimc::report::binned_timeline;
using aimc::report::CsvTable;
using aimc::report::mvm_window;
using aimc::report::RunFolder;

/// Ten bins of a second and a last one of half of it: set-up in 0..3, MVMs in 4..8, of which the
/// first is half empty.
RunFolder sample() {
  std::string power = "begin_s,end_s,total_w,host_w,tiles_adc_w\n";
  std::string timeline = "begin_s,end_s,track,utilisation\n";
  for (int bin = 0; bin < 11; ++bin) {
    const std::string times =
        std::to_string(bin) + "," + (bin < 10 ? std::to_string(bin + 1) : "10.5");
    const bool mvm = bin >= 4 && bin <= 8;
    const double adc = mvm ? (bin == 4 ? 0.4 : 1.0) : 0.0;
    power += times + "," + std::to_string(1.0 + adc) + ",1," + std::to_string(adc) + "\n";
    timeline += times + ",host," + (mvm ? "0.25" : "1") + "\n";
    timeline += times + ",tile3/crossbar," + (mvm ? (bin == 4 ? "0.32" : "0.8") : "0.1") + "\n";
    timeline += times + ",noc/busiest," + (mvm ? "0.5" : "0.9") + "\n";
  }
  RunFolder run;
  run.simulated_s = 10.5;
  run.tables.emplace("power.csv", CsvTable(power, "power.csv"));
  run.tables.emplace("timeline.csv", CsvTable(timeline, "timeline.csv"));
  return run;
}

TEST(MvmWindow, LeavesOutSetUpAndEdges) {
  const auto window = mvm_window(sample());
  ASSERT_TRUE(window.has_value());
  EXPECT_EQ(window->bins, 4U);
  EXPECT_DOUBLE_EQ(window->seconds, 4.0);
  EXPECT_DOUBLE_EQ(window->stretch.begin_s, 5.0);
  EXPECT_DOUBLE_EQ(window->stretch.end_s, 9.0);
  EXPECT_DOUBLE_EQ(window->busy.at("tile3/crossbar"), 0.8);
  EXPECT_DOUBLE_EQ(window->busy.at("host"), 0.25);
  EXPECT_DOUBLE_EQ(window->busiest_link, 0.5);
  EXPECT_DOUBLE_EQ(window->energy_j.at("tiles_adc"), 4.0);
  EXPECT_DOUBLE_EQ(window->energy_j.at("host"), 4.0);
  EXPECT_FALSE(window->coarse());
}

TEST(MvmWindow, NeedsBothFilesAndMvms) {
  RunFolder run = sample();
  run.tables.erase("power.csv");
  EXPECT_FALSE(mvm_window(run).has_value());
  run.tables.emplace("power.csv",
                     CsvTable("begin_s,end_s,total_w,tiles_adc_w\n0,10.5,1,0\n", "power.csv"));
  EXPECT_FALSE(mvm_window(run).has_value());
}

TEST(Binned, KeepsTheIntegralWhateverTheNumberOfBins) {
  const RunFolder run = sample();
  for (const std::size_t most : {1U, 3U, 7U, 100U}) {
    const auto power = binned_power(run, {0.0, 10.5}, most);
    ASSERT_TRUE(power.has_value());
    EXPECT_LE(power->values[0].size(), most);
    ASSERT_EQ(power->tracks, (std::vector<std::string>{"host", "tiles_adc"}));
    const auto& adc = power->values[1];
    EXPECT_NEAR(std::accumulate(adc.begin(), adc.end(), 0.0) * power->bin_s, 4.4, 1e-9) << most;
  }
}

TEST(Binned, CutsOutAStretch) {
  const auto timeline = binned_timeline(sample(), {4.0, 6.0}, 50);
  ASSERT_TRUE(timeline.has_value());
  EXPECT_DOUBLE_EQ(timeline->begin_s, 4.0);
  EXPECT_DOUBLE_EQ(timeline->bin_s, 1.0);
  ASSERT_EQ(timeline->tracks[1], "tile3/crossbar");
  ASSERT_EQ(timeline->values[1].size(), 2U);
  EXPECT_DOUBLE_EQ(timeline->values[1][0], 0.32);
  EXPECT_DOUBLE_EQ(timeline->values[1][1], 0.8);
}

}  // namespace
