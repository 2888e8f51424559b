#include "platform/observe/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/observe/fake_run.h"

namespace {

using aimc::observe::component_energy_j;
using aimc::observe::energy_csv;
using aimc::observe::exact_number;
using aimc::observe::make_summary;
using aimc::observe::summary_text;
using aimc::observe::total_energy_j;
using aimc::test::fake_record;
using aimc::test::fake_result;
using nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::StartsWith;

std::vector<std::string> keys(const ordered_json& json) {
  std::vector<std::string> names;
  for (const auto& [key, value] : json.items()) names.push_back(key);
  return names;
}

TEST(Summary, HasTheStableKeysInOrder) {
  const ordered_json summary = make_summary(fake_record(), fake_result());
  EXPECT_THAT(keys(summary),
              ElementsAre("schema", "version", "platform", "firmware", "arguments", "seed",
                          "noc_model", "analog_model", "devices", "run", "exit", "reported", "time",
                          "host", "tiles", "noc", "energy", "area", "metrics"));
  EXPECT_EQ(summary["schema"], "aimc-vp/summary/1");
  EXPECT_THAT(keys(summary["run"]),
              ElementsAre("wall_s", "host_mips", "threads", "nmpu_backend", "nmpu_compared",
                          "nmpu_mismatches", "command", "output"));
  EXPECT_THAT(keys(summary["tiles"][0]), ElementsAre("id", "x", "y", "mvms", "macs", "nmpu_columns",
                                                     "busy_s", "utilisation", "energy_j"));
  EXPECT_THAT(keys(summary["noc"]), ElementsAre("packets", "flits", "flit_hops", "bytes",
                                                "mean_latency_cycles", "max_link_utilisation"));
  EXPECT_THAT(keys(summary["energy"]), ElementsAre("total_j", "by_component_j", "by_activity_j"));
  EXPECT_THAT(keys(summary["metrics"]),
              ElementsAre("macs", "ops_per_s", "ops_per_s_per_mm2", "ops_per_j", "mean_power_w"));
  EXPECT_THAT(keys(summary["area"]), ElementsAre("total_mm2", "by_component_mm2"));
  EXPECT_THAT(keys(summary["reported"]), ElementsAre("accuracy", "images", "latency_s"));
}

TEST(Summary, DerivesWhatFollowsFromTheRest) {
  const ordered_json summary = make_summary(fake_record(), fake_result());
  EXPECT_DOUBLE_EQ(summary["run"]["host_mips"], 6.0);
  EXPECT_DOUBLE_EQ(summary["time"]["simulated_s"], 2e-3);
  EXPECT_DOUBLE_EQ(summary["tiles"][0]["busy_s"], 0.5e-3);
  EXPECT_DOUBLE_EQ(summary["tiles"][0]["utilisation"], 0.25);
  EXPECT_DOUBLE_EQ(summary["tiles"][0]["energy_j"], 0.3e-9);
  EXPECT_DOUBLE_EQ(summary["tiles"][1]["energy_j"], 1.3e-9) << "tile10 is another tile";
  const double total = summary["energy"]["total_j"];
  EXPECT_EQ(summary["metrics"]["macs"], 4000);
  EXPECT_DOUBLE_EQ(summary["metrics"]["ops_per_s"], 8000 / 2e-3);
  EXPECT_DOUBLE_EQ(summary["area"]["total_mm2"], 2.5);
  EXPECT_DOUBLE_EQ(summary["area"]["by_component_mm2"]["tile/adc"], 2.0);
  EXPECT_DOUBLE_EQ(summary["metrics"]["ops_per_s_per_mm2"], 8000 / 2e-3 / 2.5);
  EXPECT_DOUBLE_EQ(summary["metrics"]["ops_per_j"], 8000 / total);
  EXPECT_DOUBLE_EQ(summary["metrics"]["mean_power_w"], total / 2e-3);
}

TEST(Summary, EnergyTotalsAgree) {
  const ordered_json energy = make_summary(fake_record(), fake_result())["energy"];
  const double total = energy["total_j"];
  for (const char* table : {"by_component_j", "by_activity_j"}) {
    double sum = 0.0;
    for (const auto& [name, joules] : energy[table].items()) sum += joules.get<double>();
    EXPECT_NEAR(sum, total, 1e-12 * total) << table;
  }
  EXPECT_DOUBLE_EQ(energy["by_component_j"]["tile0/adc"], 0.1e-9);
  EXPECT_DOUBLE_EQ(energy["by_activity_j"]["conversion"], 1.1e-9);
  EXPECT_DOUBLE_EQ(total, total_energy_j(fake_result()));
  EXPECT_DOUBLE_EQ(component_energy_j(fake_result(), "tile1"), 1.3e-9);
}

TEST(Summary, NumbersReadBackExactly) {
  const auto summary = nlohmann::json::parse(summary_text(fake_record(), fake_result()));
  EXPECT_EQ(summary["reported"]["latency_s"].get<double>(), 1.0 / 3.0);
  EXPECT_EQ(summary["seed"].get<std::uint64_t>(), 18446744073709551615U);
}

TEST(Summary, ARunWithoutTimeOrEnergyHasNoInfiniteNumbers) {
  aimc::platform::RunResult empty;
  aimc::observe::RunRecord record;
  const auto summary = nlohmann::json::parse(summary_text(record, empty));
  EXPECT_EQ(summary["run"]["host_mips"], 0.0);
  EXPECT_EQ(summary["metrics"]["ops_per_s"], 0.0);
  EXPECT_EQ(summary["tiles"].size(), 0U);
}

TEST(Summary, SurvivesWhateverTheFirmwareReports) {
  aimc::platform::RunResult result = fake_result();
  result.reported = {
      {"bad\xFF\"name", std::numeric_limits<double>::quiet_NaN()}, {"x", 1}, {"x", 2}};
  const auto summary = nlohmann::json::parse(summary_text(fake_record(), result));
  EXPECT_EQ(summary["reported"]["x"], 2) << "the last report counts";
  EXPECT_EQ(summary["reported"].size(), 2U);
}

TEST(EnergyCsv, HasOneLineAnAccount) {
  EXPECT_THAT(energy_csv(fake_result()), StartsWith("component,activity,count,energy_j\n"
                                                    "host,instructions,3000000,3e-05\n"
                                                    "tile0/adc,conversion,100,1e-10\n"));
  aimc::platform::RunResult result;
  result.energy = {{"a,b", "say \"x\"", 1, 0.1}};
  EXPECT_EQ(energy_csv(result),
            "component,activity,count,energy_j\n\"a,b\",\"say \"\"x\"\"\",1,0.1\n");
}

TEST(ExactNumber, ReadsBack) {
  for (const double value : {0.0, 1.0, 0.1, 1.0 / 3.0, 6.02e23, 1e-300}) {
    EXPECT_EQ(std::stod(exact_number(value)), value);
  }
}

}  // namespace
