#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "platform/config/curve_text.h"
#include "platform/config/device_table.h"
#include "platform/config/platform_dump.h"
#include "platform/config/platform_file.h"
#include "tests/support/scratch_path.h"
#include "tests/unit/analog/level_sample.h"

namespace {

using aimc::analog::CrossbarConfig;
using aimc::analog::DeviceConfig;
using aimc::analog::DeviceKind;
using aimc::analog::test::expect_equal;
using aimc::analog::test::LevelSample;
using aimc::platform::ConfigError;
using aimc::platform::load_platform;
using aimc::platform::load_platform_text;
using aimc::platform::LoadedPlatform;
using aimc::platform::parse_device_table;
using ::testing::HasSubstr;

CrossbarConfig technology(const std::string& name) {
  return load_platform("default", {"tile.technology=" + name}).config.tile.crossbar;
}

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(Technologies, AreCompleteAnnotatedAndBuildACrossbar) {
  const auto all = aimc::platform::technologies();
  EXPECT_GE(all.size(), 9U);
  for (const auto& preset : all) {
    SCOPED_TRACE(preset.name);
    EXPECT_FALSE(preset.description.empty());
    const LoadedPlatform platform = load_platform("default", {"tile.technology=" + preset.name});
    EXPECT_EQ(platform.config.technology, preset.name);
    for (const auto& [path, annotation] : platform.annotations) {
      if (path.rfind("tile.device.", 0) != 0) continue;
      EXPECT_GT(annotation.source.size(), 5U) << path;
      EXPECT_THAT(annotation.origin, HasSubstr(".yaml:")) << path;
    }
    CrossbarConfig config = platform.config.tile.crossbar;
    config.rows = config.columns = 8;
    EXPECT_NO_THROW(aimc::analog::Crossbar(config, 1, "tile0"));
  }
}

TEST(Technologies, CountEqualWeightsAlikeUnlessTheirChipsDiffer) {
  const double reference =
      aimc::analog::Crossbar(technology("pcm_like"), 1, "t").count_scale({8, false, 0});
  for (const char* name : {"reram_wan2022", "reram_cmo", "reram_milo", "mram_sot", "flash_sonos",
                           "sram_capacitive", "ideal_device"}) {
    const aimc::analog::Crossbar crossbar(technology(name), 1, "t");
    EXPECT_NEAR(crossbar.count_scale({8, false, 0}) / reference, 1.0, 1e-9) << name;
  }
}

// The ranges surveys of in-memory computing give for each kind.
TEST(Technologies, LieInTheRangesOfSurveys) {
  const auto ratio = [](const DeviceConfig& device) { return device.g_max_us / device.g_min_us; };
  for (const char* name : {"reram_wan2022", "reram_cmo", "reram_milo"}) {
    const DeviceConfig device = technology(name).device;
    EXPECT_EQ(device.kind, DeviceKind::kReram);
    EXPECT_LE(device.pulse_ns, 10.0);
    EXPECT_GE(device.endurance_cycles, 1e8);
    EXPECT_LE(device.endurance_cycles, 1e9);
  }
  for (const char* name : {"pcm_like", "pcm_hermes1", "pcm_hermes2"}) {
    const DeviceConfig device = technology(name).device;
    EXPECT_EQ(device.kind, DeviceKind::kPcm);
    EXPECT_GE(device.endurance_cycles, 1e6);
    EXPECT_LE(device.endurance_cycles, 1e8);
    // A device that aims at zero has the mean of half a normal distribution.
    const double off = 0.3989 * aimc::analog::PowerLawDevice(device).programming_sigma_us(0.0);
    EXPECT_GE(device.g_max_us / off, 1e2) << name;
    EXPECT_LE(device.g_max_us / off, 1e3) << name;
  }
  const DeviceConfig mram = technology("mram_sot").device;
  EXPECT_LE(mram.pulse_ns, 10.0);
  EXPECT_GE(mram.endurance_cycles, 1e15);
  EXPECT_GE(ratio(mram), 2.0);
  EXPECT_LE(ratio(mram), 3.0);
}

TEST(Technologies, HermesCurvesHaveThePublishedValues) {
  const DeviceConfig two = technology("pcm_hermes2").device;
  const DeviceConfig one = technology("pcm_hermes1").device;
  const auto sigma = [](const DeviceConfig& device, double r) {
    return aimc::analog::PowerLawDevice(device).programming_sigma_us(r);
  };
  EXPECT_NEAR(sigma(two, 0.5),
              0.16603222 + 4.71806468 * 0.5 - 8.48101252 * 0.25 + 4.68961419 * 0.125, 1e-9);
  EXPECT_NEAR(sigma(one, 1.0), 0.15781817 + 2.32443916 - 2.16310839 + 0.68841818, 1e-9);
  EXPECT_NEAR(two.drift_mean.at(0.05), -0.0387 * std::log(0.05) - 0.0182, 1e-6);
  EXPECT_NEAR(two.drift_mean.at(0.5), -0.0436 * 0.25 - 0.0126 * 0.5 + 0.0736, 1e-12);
  EXPECT_NEAR(two.drift_sigma.at(0.2), -0.0117 * std::log(0.2) - 0.0057, 1e-6);
  EXPECT_NEAR(one.drift_sigma.at(0.8), -0.0165 * 0.64 + 0.0116 * 0.8 + 0.0104, 1e-12);
  EXPECT_NEAR(two.read_fraction.at(0.02), -0.0117 * std::log(0.02) - 0.0069, 1e-6);
  EXPECT_NEAR(one.read_fraction.at(0.001), 0.04, 1e-12);
  EXPECT_NEAR(one.read_fraction.at(0.5), 0.0664 * 0.125 - 0.1352 * 0.25 + 0.0768 * 0.5 + 0.0088,
              1e-12);
  EXPECT_EQ(two.t0_s, 300.0);
  EXPECT_EQ(one.t0_s, 200.0);
}

// Read noise as it is computed for every device against the curve it comes from.
TEST(Technologies, HermesReadNoiseOfDevicesIsThatOfTheCurve) {
  DeviceConfig config = technology("pcm_hermes1").device;
  config.programming_noise = 0.0;
  const auto model = aimc::analog::make_device_model(config);
  for (unsigned magnitude = 1; magnitude < 128; ++magnitude) {
    const auto words = model->program(magnitude, 0.0F, 0.0F);
    float mean = 0.0F;
    float variance = 0.0F;
    model->read_moments(1.0, &words.first, &words.second, 1, &mean, &variance);
    const double r = magnitude / 127.0;
    const double sigma =
        config.read_fraction.at(r) * aimc::analog::read_noise_growth(config, config.t0_s);
    const double limit = r > 0.05 ? 1e-3 : 5e-2;  // below, reads are cut off at zero
    EXPECT_NEAR(std::sqrt(variance) / (sigma * r * 10.35), 1.0, limit) << magnitude;
  }
}

TEST(Technologies, MomentsAgreeWithTheToolsTheyAreFrom) {
  const char* folder = std::getenv("AIMC_SHARED");
  if (folder == nullptr)
    GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
  std::ifstream file(std::string(folder) + "/refs/aimc/device_moments.json");
  if (!file) GTEST_SKIP() << "no refs/aimc/device_moments.json in " << folder;
  const auto reference = nlohmann::json::parse(file);
  const double samples = reference.at("samples");
  DeviceConfig wan = technology("reram_wan2022").device;
  wan.read_noise = 0.0;  // the reference has relaxation alone
  const DeviceConfig milo = technology("reram_milo").device;
  int compared = 0;
  for (const auto& row : reference.at("rows")) {
    const std::string model = row.at("model");
    const double r = row.at("g_rel");
    if (model == "aihwkit.ReRamWan2022(g_max=40)") {
      const LevelSample devices(wan, r);
      for (const auto& [time, moments] : row.at("t").items()) {
        expect_equal(devices.read(std::stod(time) - wan.t0_s), moments, samples,
                     "Wan, level " + std::to_string(r) + ", time " + time);
        ++compared;
      }
    } else if (model == "crosssim.RRAMMilo prog") {
      expect_equal(LevelSample(milo, r).programmed(), row.at("sample"), samples,
                   "Milo, level " + std::to_string(r));
      ++compared;
    }
  }
  EXPECT_GE(compared, 44);
}

TEST(Technologies, CmoRelaxesAsPublished) {
  DeviceConfig cmo = technology("reram_cmo").device;
  cmo.read_noise = 0.0;
  for (const double t : {1.0, 1000.0, 1e6}) {
    const auto found = LevelSample(cmo, 0.5).read(t - cmo.t0_s);
    const double g = 9.0 + 79.2 * 0.5;
    EXPECT_NEAR(found.mean, g - 0.08900206 * std::log(t), 4.0 * found.mean_error + 1e-3) << t;
    const double relaxed = 0.04201137 * std::log(t) + 0.41183342;
    const double programmed = 0.00081107 + 0.00106879 * g;
    EXPECT_NEAR(found.sigma, std::hypot(relaxed, programmed), 4.0 * found.sigma_error + 1e-3) << t;
  }
  const double sigma = 0.0277316483 * std::log10(50.0);
  EXPECT_NEAR(cmo.read_fraction.at(50.0 / 88.2) * 50.0, sigma, 1e-6);
}

TEST(Technologies, ComeBeforeOtherSettingsWhateverTheOrder) {
  const std::string text =
      "extends: default\ntile:\n  device: {g_max_us: 30}\n  technology: reram_wan2022\n";
  const auto platform = load_platform_text(text, "my.yaml");
  EXPECT_EQ(platform.config.tile.crossbar.device.g_max_us, 30.0);
  EXPECT_EQ(platform.config.tile.crossbar.device.kind, DeviceKind::kReram);
  EXPECT_EQ(platform.config.tile.crossbar.adc.full_scale_current_ua, 160.0);
  const auto set =
      load_platform("default", {"tile.device.g_max_us=30", "tile.technology=reram_wan2022"});
  EXPECT_EQ(set.config.tile.crossbar.device.g_max_us, 30.0);
  EXPECT_EQ(set.config.tile.crossbar.device.kind, DeviceKind::kReram);
}

TEST(Technologies, ReadBackFromADump) {
  for (const auto& preset : aimc::platform::technologies()) {
    const auto platform = load_platform("default", {"tile.technology=" + preset.name});
    const std::string text = aimc::platform::dump_yaml(platform);
    EXPECT_EQ(aimc::platform::dump_yaml(load_platform_text(text, "dump.yaml")), text);
  }
}

TEST(Technologies, OfAUserLieBesideThePlatformFile) {
  const std::string path = aimc::test::scratch_path("technology");
  std::filesystem::create_directories(path);
  std::ofstream(path + "/mine.yaml")
      << "extends: ideal_device\nname: mine\ntile:\n  device:\n    law: relaxation\n"
         "    table: mine.csv\n    g_max_us: 50\n";
  std::ofstream(path + "/mine.csv")
      << "# measured\nlevel,time_s,mean_us,std_us\n0,1,0.5,0.1\n1,1,50,2\n\n0,1e6,0.4,0.2\n"
         "1,1e6,45,3\n";
  std::ofstream(path + "/soc.yaml") << "extends: default\ntile: {technology: ./mine.yaml}\n";
  const DeviceConfig device = load_platform(path + "/soc.yaml").config.tile.crossbar.device;
  EXPECT_EQ(device.table.levels, (std::vector<double>{0, 1}));
  EXPECT_EQ(device.table.times_s, (std::vector<double>{1, 1e6}));
  EXPECT_EQ(device.table.mean_us, (std::vector<double>{0.5, 50, 0.4, 45}));
  EXPECT_EQ(device.table.std_us, (std::vector<double>{0.1, 2, 0.2, 3}));
}

TEST(Technologies, AreRefusedWithThePlaceAndTheNearestName) {
  EXPECT_THAT(refusal([] { load_platform("default", {"tile.technology=pcm_lik"}); }),
              HasSubstr("value 'pcm_lik' is not a technology (did you mean 'pcm_like'?)"));
  EXPECT_THAT(refusal([] { load_platform("default", {"tile.technology=./no.yaml"}); }),
              HasSubstr("technology file './no.yaml' does not exist"));
  EXPECT_THAT(refusal([] {
                load_platform_text("extends: default\ntile:\n  technology: rram\n", "my.yaml");
              }),
              HasSubstr("my.yaml:3: key 'tile.technology': value 'rram'"));
  const std::string file = aimc::test::scratch_path("t.yaml");
  const auto refused = [&](const std::string& text) {
    std::ofstream(file) << text;
    return refusal([&] { load_platform("default", {"tile.technology=" + file}); });
  };
  EXPECT_THAT(refused("tile:\n  device:\n    g_max_us: -1\n"),
              HasSubstr("t.yaml:3: key 'tile.device.g_max_us': value '-1' is out of range"));
  EXPECT_THAT(refused("noc: {width: 2}\n"), HasSubstr("t.yaml:1: unknown key 'noc'"));
  EXPECT_THAT(refused("name: x\n"), HasSubstr("key 'tile' is missing"));
  EXPECT_THAT(refused("extends: " + file + "\ntile: {}\n"), HasSubstr("extends itself"));
  EXPECT_THAT(refused("tile: {technology: pcm_like}\n"), HasSubstr("cannot stand in a technology"));
}

TEST(Technologies, ParametersThatDoNotFitTogetherAreRefused) {
  const auto refused = [](std::vector<std::string> settings) {
    return refusal([&] { load_platform("default", settings); });
  };
  EXPECT_THAT(refused({"tile.device.g_min_us=25"}),
              HasSubstr("--set tile.device.g_min_us=25: key 'tile.device.g_min_us'"));
  EXPECT_THAT(refused({"tile.device.levels=1"}), HasSubstr("a single level holds no weight"));
  EXPECT_THAT(refused({"tile.device.stuck_low=0.6", "tile.device.stuck_level=0.6"}),
              HasSubstr("more than all devices are stuck"));
  EXPECT_THAT(refused({"tile.device.law=relaxation"}),
              HasSubstr("has neither this nor tile.device.table"));
  EXPECT_THAT(refused({"tile.device.binary_cells=true"}), HasSubstr("more than two states"));
  EXPECT_THAT(refused({"tile.device.iv_scale_v=0.01"}), HasSubstr("thermal voltage"));
  EXPECT_THAT(refused({"tile.device.drift_mean=log 1 2 3"}),
              HasSubstr("it ends where a number belongs"));
  EXPECT_THAT(refused({"tile.device.programming_noise_factor=-1"}), HasSubstr("out of range"));
}

TEST(CurveText, ReadsBack) {
  for (const char* text :
       {"poly 0", "poly 1 -2.5 0 1e-06", "log -0.0155 0.0244 0.049 0.1", "power 0.0088 -0.65 0 0.2",
        "logratio 1 2 0 3", "below 0.25 log 1 2 3 4 else poly 1 2"}) {
    EXPECT_EQ(aimc::platform::curve_text(aimc::platform::parse_curve(text)), text);
  }
  const std::string list = "at 1 shift poly 0 spread poly 1 at 10 shift poly -1 spread poly 2";
  EXPECT_EQ(aimc::platform::relaxation_text(aimc::platform::parse_relaxation(list)), list);
  EXPECT_TRUE(aimc::platform::parse_relaxation("none").empty());
}

TEST(CurveText, IsRefusedWhereItIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "it ends"},
      {"spline 1", "'spline' stands where poly, log, power or logratio belongs"},
      {"poly", "a coefficient belongs"},
      {"poly 1 2 3 4 5 6 7", "more than six coefficients"},
      {"poly 1 x", "'x' stands where nothing more belongs"},
      {"poly nan", "a coefficient belongs"},
      {"log 1 2 4 3", "lower limit above its upper"},
      {"below 0 log 1 2 3 4 else poly 1", "splits at a level"},
      {"below 0.5 log 1 2 3 4 poly 1", "'poly' stands where 'else' belongs"}};
  for (const auto& [text, what] : cases) {
    EXPECT_THAT(refusal([text = text] { aimc::platform::parse_curve(text); }), HasSubstr(what));
  }
  EXPECT_THAT(refusal([] {
                aimc::platform::parse_relaxation(
                    "at 2 shift poly 0 spread poly 0 at 1 shift poly 0 spread poly 0");
              }),
              HasSubstr("do not ascend"));
}

TEST(DeviceTable, IsRefusedByFileLineAndColumn) {
  const std::string header = "level,time_s,mean_us,std_us\n";
  const std::pair<std::string, const char*> cases[] = {
      {"", "t.csv: no rows"},
      {"level,time,mean,std\n0,1,0,0\n", "t.csv:1: header 'level,time,mean,std'; expected"},
      {header + "0,1,0,0\n1,1,25,-1\n", "t.csv:3: column 'std_us': value '-1'; expected 0 .. 1"},
      {header + "0,1,0,0\n1,1,abc,1\n", "t.csv:3: column 'mean_us': value 'abc'; expected a num"},
      {header + "0,1,0,0\n1,1,nan,1\n", "t.csv:3: column 'mean_us': value 'nan'; expected a num"},
      {header + "0,1,0,0\n1,1,25\n", "t.csv:3: only 3 columns"},
      {header + "0,1,0,0\n1,1,25,1,7\n", "t.csv:3: more than four columns"},
      {header + "0,1,0,0\n0.5,1,9,1\n0.4,1,8,1\n1,1,25,1\n", "t.csv:4: column 'level'"},
      {header + "0.1,1,0,0\n1,1,25,1\n", "t.csv:2: column 'level': value '0.1'; expected 0"},
      {header + "0,1,0,0\n0.9,1,25,1\n", "ends at a level below 1"},
      {header + "0,2,0,0\n1,2,25,1\n0,1,0,0\n1,1,25,1\n", "t.csv:4: column 'time_s'"},
      {header + "0,0,0,0\n1,0,25,1\n", "t.csv:2: column 'time_s': value '0'; expected above 0"},
      {header + "0,1,0,0\n1,1,25,1\n0,2,0,0\n0.5,2,25,1\n", "t.csv:5: column 'level'"},
      {header + "0,1,0,0\n1,1,25,1\n0,2,0,0\n", "ends at a level below 1"}};
  for (const auto& [text, what] : cases) {
    EXPECT_THAT(refusal([text = text] { parse_device_table(text, "t.csv"); }), HasSubstr(what));
  }
  EXPECT_THAT(refusal([] {
                load_platform("default",
                              {"tile.technology=ideal_device", "tile.device.law=relaxation",
                               "tile.device.table=/no/such.csv"});
              }),
              HasSubstr("key 'tile.device.table': file '/no/such.csv' does not exist"));
}

}  // namespace
