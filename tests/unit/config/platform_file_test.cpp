#include "platform/config/platform_file.h"
#include "tests/support/scratch_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace {

using aimc::platform::ConfigError;
using aimc::platform::load_platform;
using aimc::platform::load_platform_text;
using aimc::platform::LoadedPlatform;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The message with which a platform file that extends the default is refused; "" if it is not.
std::string refusal(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    load_platform_text("extends: default\n" + text, "my.yaml", overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string set_refusal(const std::string& text) {
  try {
    load_platform("default", {text});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(PlatformFile, ExtendsAPresetAndKeepsTheRest) {
  const LoadedPlatform platform = load_platform_text(
      "extends: default\nnoc: {width: 8, height: 2}\ntile:\n  adc:\n    energy_pj: 20\n",
      "my.yaml");
  EXPECT_EQ(platform.config.name, "my");
  EXPECT_EQ(platform.config.noc.width, 8U);
  EXPECT_EQ(platform.config.noc.height, 2U);
  EXPECT_EQ(platform.config.tile.crossbar.adc.energy_pj, 20.0);
  EXPECT_EQ(platform.config.tile.crossbar.rows, 256U);
  EXPECT_EQ(platform.annotations.at("noc.width").source, "set in my.yaml");
  EXPECT_EQ(platform.annotations.at("noc.width").kind, "assumed");
  EXPECT_EQ(platform.annotations.at("noc.width").origin, "my.yaml:2");
  EXPECT_EQ(platform.annotations.at("tile.rows").kind, "independent");
}

TEST(PlatformFile, TakesAnnotatedValues) {
  const LoadedPlatform platform = load_platform_text(
      "extends: default\nname: mine\nbus:\n"
      "  energy_pj: {value: 3.5, kind: independent, source: \"measured, board 7\"}\n"
      "host:\n  quantum_us: 5\n",
      "my.yaml");
  EXPECT_EQ(platform.config.name, "mine");
  EXPECT_EQ(platform.config.bus.energy_pj, 3.5);
  EXPECT_EQ(platform.annotations.at("bus.energy_pj").source, "measured, board 7");
  EXPECT_EQ(platform.annotations.at("bus.energy_pj").kind, "independent");
  EXPECT_TRUE(platform.annotations.at("host.quantum_us").descriptive) << "inherited";
}

TEST(PlatformFile, RefusesUnknownKeysWithTheNearest) {
  EXPECT_EQ(refusal("noc:\n  widht: 8\n"),
            "my.yaml:3: unknown key 'noc.widht' (did you mean 'noc.width'?)");
  EXPECT_EQ(refusal("nok: {width: 8}\n"), "my.yaml:2: unknown key 'nok' (did you mean 'noc'?)");
  EXPECT_EQ(refusal("host: {sram_kib: 8}\n"),
            "my.yaml:2: unknown key 'host.sram_kib' (did you mean 'tile.sram_kib'?)");
  EXPECT_THAT(refusal("bus: {qqqqqqqqqq: 8}\n"), HasSubstr("(known: cycles, energy_pj)"));
  EXPECT_THAT(refusal("bus: {energy_pj: {value: 1, sauce: x}}\n"),
              HasSubstr("unknown key 'bus.energy_pj.sauce' (did you mean 'source'?)"));
}

TEST(PlatformFile, RefusesWrongTypesWithPlaceAndExpectation) {
  EXPECT_EQ(refusal("noc:\n  height: 4\n  width: wide\n"),
            "my.yaml:4: key 'noc.width': value 'wide' is not a whole number; expected a whole "
            "number from 1 to 32");
  EXPECT_EQ(refusal("noc:\n  width: [4]\n"),
            "my.yaml:3: key 'noc.width': a list is given; expected a whole number from 1 to 32");
  EXPECT_THAT(refusal("noc:\n  width:\n"), HasSubstr("key 'noc.width': nothing is given"));
  EXPECT_THAT(refusal("noc:\n  width: '4'\n"), HasSubstr("is not a whole number"));
  EXPECT_THAT(refusal("noc: 4\n"), HasSubstr("my.yaml:2: key 'noc' is a section"));
  EXPECT_THAT(refusal("noc:\n  width: {source: x}\n"),
              HasSubstr("my.yaml:3: key 'noc.width': an annotated value needs the key 'value'"));
  EXPECT_THAT(refusal("noc:\n  width: {value: 4, kind: guessed}\n"),
              HasSubstr("my.yaml:3: key 'noc.width.kind': value 'guessed' is not known"));
  EXPECT_THAT(refusal("noc:\n  width: {value: {value: 4}}\n"), HasSubstr("a map is given"));
}

TEST(PlatformFile, RefusesValuesOutOfRange) {
  EXPECT_EQ(refusal("tile:\n  rows: 1025\n"),
            "my.yaml:3: key 'tile.rows': value '1025' is out of range; expected a whole number "
            "from 1 to 1024");
}

TEST(PlatformFile, RefusesAKeyGivenTwice) {
  EXPECT_THAT(refusal("noc:\n  width: 4\n  width: 5\n"),
              HasSubstr("my.yaml:4: key 'noc.width' is given twice"));
  EXPECT_THAT(refusal("noc: {}\nnoc: {}\n"), HasSubstr("my.yaml:3: key 'noc' is given twice"));
}

TEST(PlatformFile, RefusesWhatIsNoYaml) {
  EXPECT_THAT(refusal("noc: {width: 4\n"),
              AllOf(StartsWith("my.yaml:"), HasSubstr("not valid YAML")));
  EXPECT_THROW(load_platform_text("just text", "my.yaml"), ConfigError);
  EXPECT_THROW(load_platform_text("", "my.yaml"), ConfigError);
  EXPECT_THROW(load_platform_text("[1, 2]", "my.yaml"), ConfigError);
}

TEST(PlatformFile, WithoutExtendsEverySettingIsNeeded) {
  try {
    load_platform_text("noc: {width: 4}\n", "my.yaml");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("my.yaml: key 'host.clock_mhz' is missing"),
                                    HasSubstr("'extends: default'")));
  }
}

TEST(PlatformFile, RefusesTilesOutsideTheMesh) {
  EXPECT_THAT(refusal("tile:\n  count: 17\n"),
              AllOf(StartsWith("my.yaml:3: key 'tile.count': value '17': tile 16 lies outside the "
                               "4x4 mesh"),
                    HasSubstr("expected at most 16")));
  EXPECT_THAT(set_refusal("noc.width=2"), AllOf(HasSubstr("tile 15 lies outside the 2x4 mesh"),
                                                HasSubstr("noc.width 2 from --set noc.width=2")));
}

TEST(PlatformFile, RefusesSettingsThatDoNotFitTogether) {
  EXPECT_THAT(
      refusal("tile:\n  device:\n    pulses_max: 5\n"),
      HasSubstr("key 'tile.device.pulses_mean': value '10': the mean is above the maximum"));
  EXPECT_THAT(refusal("tile:\n  columns: 1024\n  nmpu:\n    lanes: 32\n"),
              AllOf(StartsWith("my.yaml:3: key 'tile.columns': value '1024'"),
                    HasSubstr("expected at most 512")));
  EXPECT_THAT(refusal("tile: {adc: {full_scale_counts_four_phase: 100}}\n"),
              HasSubstr("four phases count less than one"));
  EXPECT_THAT(refusal("tile:\n  adc:\n    kind: ramp\n    bits: 3\n    energy_model: survey\n"),
              AllOf(StartsWith("my.yaml:5: key 'tile.adc.bits': value '3'"),
                    HasSubstr("expected at least 4")));
  EXPECT_THAT(refusal("tile: {weights: {signs: offset, slice_bits: 4}}\n"),
              AllOf(HasSubstr("'tile.weights.signs'"), HasSubstr("expected differential")));
  EXPECT_THAT(refusal("tile: {adc: {bits: 0}}\n"), HasSubstr("a whole number from 1 to 12"));
}

TEST(Override, ChangesAValueAndSaysSo) {
  const LoadedPlatform platform = load_platform("default", {"noc.width=8", "noc.width=6"});
  EXPECT_EQ(platform.config.noc.width, 6U) << "the last one counts";
  EXPECT_EQ(platform.annotations.at("noc.width").origin, "--set noc.width=6");
}

TEST(Override, IsCheckedLikeAFile) {
  EXPECT_EQ(set_refusal("noc.width=wide"),
            "--set noc.width=wide: key 'noc.width': value 'wide' is not a whole number; expected a "
            "whole number from 1 to 32");
  EXPECT_EQ(set_refusal("noc.widht=8"),
            "--set noc.widht=8: unknown key 'noc.widht' (did you mean 'noc.width'?)");
  EXPECT_THAT(set_refusal("noc.width"), HasSubstr("expected PATH=VALUE"));
  EXPECT_THAT(set_refusal("=8"), HasSubstr("expected PATH=VALUE"));
  EXPECT_THAT(set_refusal("noc=8"), HasSubstr("key 'noc' is a section"));
  EXPECT_THAT(set_refusal("noc.width="), HasSubstr("value '' is not a whole number"));
}

class PlatformFiles : public ::testing::Test {
 public:
  ~PlatformFiles() override { std::filesystem::remove_all(folder_); }
  PlatformFiles(const PlatformFiles&) = delete;
  PlatformFiles& operator=(const PlatformFiles&) = delete;

 protected:
  PlatformFiles() : folder_(aimc::test::scratch_path("platform_files/")) {
    std::filesystem::create_directories(folder_ + "sub");
  }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + name) << text;
    return folder_ + name;
  }
  static std::string refusal(const std::string& name) {
    try {
      load_platform(name);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }
  std::string folder_;
};

TEST_F(PlatformFiles, ExtendEachOtherRelativeToThemselves) {
  write("base.yaml", "extends: default\nnoc: {width: 6}\n");
  const std::string file = write("sub/mine.yaml", "extends: ../base.yaml\nnoc: {height: 5}\n");
  const LoadedPlatform platform = load_platform(file);
  EXPECT_EQ(platform.config.noc.width, 6U);
  EXPECT_EQ(platform.config.noc.height, 5U);
  EXPECT_EQ(platform.config.name, "mine");
}

TEST_F(PlatformFiles, ThatCannotBeFoundAreNamed) {
  EXPECT_EQ(refusal("defualt"),
            "platform 'defualt' is neither a preset nor a file (did you mean 'default'?)");
  EXPECT_THAT(refusal(folder_ + "none.yaml"), HasSubstr("none.yaml' does not exist"));
  EXPECT_THAT(refusal(folder_), HasSubstr("is not a file"));
  EXPECT_THAT(refusal(write("a.yaml", "extends: none.yaml\n")), HasSubstr("does not exist"));
  EXPECT_THAT(refusal(write("b.yaml", "extends: defualt\n")),
              HasSubstr("b.yaml:1: key 'extends': 'defualt' is neither a preset nor a file"));
}

TEST_F(PlatformFiles, ThatExtendThemselvesAreRefused) {
  const std::string file = write("a.yaml", "extends: b.yaml\n");
  write("b.yaml", "extends: a.yaml\n");
  EXPECT_THAT(refusal(file), HasSubstr("extends itself"));
}

}  // namespace
