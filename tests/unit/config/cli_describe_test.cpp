#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "platform/cli/cli.h"
#include "platform/config/platform_file.h"

namespace {

using ::testing::HasSubstr;

/// Runs the program without a simulation; returns what it prints.
std::string output_of(const std::vector<std::string>& arguments, int expected_status = 0) {
  ::testing::internal::CaptureStdout();
  const int status = aimc::cli::cli_main("aimc-vp", arguments, nullptr);
  EXPECT_EQ(status, expected_status);
  return ::testing::internal::GetCapturedStdout();
}

TEST(CliPlatforms, ListsThePresets) {
  EXPECT_THAT(output_of({"platforms"}), HasSubstr("default             16 analog PCM tiles"));
}

TEST(CliDescribe, ShowsMapTilesNetworkClocksAndSources) {
  const std::string text = output_of({"describe", "--set", "noc.width=5"});
  EXPECT_THAT(text, HasSubstr("0x80000000..0x87ffffff  RAM"));
  EXPECT_THAT(text, HasSubstr("0x40000000..0x40ffffff  tiles"));
  EXPECT_THAT(text, HasSubstr("16 tiles of 256 x 256"));
  EXPECT_THAT(text, HasSubstr("5 x 4 mesh"));
  EXPECT_THAT(text, HasSubstr("host 500 MHz"));
  EXPECT_THAT(text, HasSubstr("set on the command line"));
}

TEST(CliDescribe, JsonHasEverySettingWithUnitAndSource) {
  const auto json = nlohmann::json::parse(output_of({"describe", "--json"}));
  EXPECT_EQ(json["platform"], "default");
  EXPECT_EQ(json["settings"].size(), aimc::platform::soc_settings().size());
  std::map<std::string, std::string> units;
  for (const auto& setting : json["settings"]) {
    EXPECT_FALSE(setting["source"].get<std::string>().empty()) << setting["key"];
    units[setting["key"]] = setting["unit"];
  }
  EXPECT_EQ(units["tile.adc.energy_pj"], "pJ");
  EXPECT_EQ(units["tile.device.g_max_us"], "uS");
  EXPECT_EQ(units["tile.device.t0_s"], "s");
  EXPECT_EQ(units["tile.device.pulse_ns"], "ns");
  EXPECT_EQ(units["host.cycles.div"], "cycles");
  EXPECT_EQ(units["host.energy_pj.div"], "pJ");
  EXPECT_EQ(units["noc.link_energy_pj_per_byte"], "pJ/B");
  EXPECT_EQ(units["noc.width"], "");
  const auto energy = nlohmann::json::parse(output_of({"describe", "--json", "--energy"}));
  EXPECT_GT(energy["settings"].size(), 20U);
  EXPECT_LT(energy["settings"].size(), json["settings"].size());
  EXPECT_EQ(units["area.cell_um2"], "um2");
  EXPECT_EQ(units["area.sram_um2_per_kib"], "um2/KiB");
  EXPECT_EQ(units["area.ram_mm2_per_mib"], "mm2/MiB");
  EXPECT_EQ(units["voltage.tile.nominal_v"], "V");
  EXPECT_EQ(units["published.one_phase.tops"], "TOPS");
  EXPECT_EQ(units["published.one_phase.tops_per_mm2"], "TOPS/mm2");
}

TEST(CliDescribe, PeakFiguresStandBesideThePublishedOnes) {
  const std::string text = output_of({"describe", "--platform", "hermes64", "--energy"});
  EXPECT_THAT(text, HasSubstr("voltage.tile.voltage_v"));
  EXPECT_THAT(text, HasSubstr("tile/crossbar"));
  EXPECT_THAT(text, HasSubstr("one-phase             four-phase"));
  EXPECT_THAT(text, HasSubstr("fitted"));
  EXPECT_THAT(text, HasSubstr("predicted"));
  const auto peak = nlohmann::json::parse(
      output_of({"describe", "--platform", "hermes64", "--energy", "--json"}))["peak"];
  EXPECT_NEAR(peak["modes"][0]["tops"].get<double>(), 63.1, 0.1);
  EXPECT_NEAR(peak["modes"][1]["tops_per_w_dac_array_adc"].get<double>(), 2.44, 0.01);
  EXPECT_EQ(peak["published"].size(), 8U);
  EXPECT_THAT(output_of({"describe", "--energy"}), HasSubstr("Nothing was published"));
}

TEST(CliDescribe, YamlIsAPlatformFile) {
  const std::string text = output_of({"describe", "--yaml", "--set", "noc.width=5"});
  const auto platform = aimc::platform::load_platform_text(text, "described.yaml");
  EXPECT_EQ(platform.config.noc.width, 5U);
}

TEST(CliDescribe, HelpAndVersionSucceed) {
  EXPECT_THAT(output_of({"--help"}), HasSubstr("describe"));
  EXPECT_THAT(output_of({"run", "--help"}), HasSubstr("--max-sim-time"));
  EXPECT_THAT(output_of({"--version"}), HasSubstr("aimc-vp "));
}

}  // namespace
