#include "platform/config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using aimc::platform::parse_setting;
using aimc::platform::Setting;
using aimc::platform::SettingKind;
using aimc::platform::SettingValue;
using aimc::platform::SocConfig;
using aimc::platform::to_text;
using ::testing::HasSubstr;

const Setting& setting(const std::vector<Setting>& settings, const std::string& path) {
  for (const Setting& candidate : settings) {
    if (candidate.path == path) return candidate;
  }
  throw std::out_of_range(path);
}

std::string refusal(const std::string& path, const std::string& text, bool quoted = false) {
  const auto settings = aimc::platform::soc_settings();
  try {
    parse_setting(setting(settings, path), text, quoted);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(Settings, PathsAreUniqueAndDescribed) {
  std::set<std::string> paths;
  for (const Setting& s : aimc::platform::soc_settings()) {
    EXPECT_TRUE(paths.insert(s.path).second) << s.path;
    EXPECT_FALSE(s.description.empty()) << s.path;
  }
  for (const std::string& path : paths) {
    EXPECT_EQ(paths.count(path.substr(0, path.rfind('.'))), 0U) << path << " lies in a setting";
  }
}

/// A value of the setting's range that is not its present one.
SettingValue another_value(const Setting& s, const SocConfig& config) {
  const SettingValue now = s.get(config);
  switch (s.kind) {
    case SettingKind::kFlag:
      return !std::get<bool>(now);
    case SettingKind::kChoice:
      return s.choices.at(s.choices[0] == std::get<std::string>(now) ? 1 : 0);
    case SettingKind::kText:
      for (const char* text :
           {"rv32imc_zicsr_zbb", "poly 1 2", "at 1 shift poly 0 spread poly 1", "0>1"}) {
        try {
          return s.canonical(text);
        } catch (const std::invalid_argument&) {
          continue;  // a text of another kind
        }
      }
      throw std::logic_error("no text for " + s.path);
    case SettingKind::kWhole: {
      const auto low = static_cast<std::uint64_t>(s.range.minimum);
      return std::get<std::uint64_t>(now) == low ? static_cast<std::uint64_t>(s.range.maximum)
                                                 : low;
    }
    case SettingKind::kReal:
      return std::get<double>(now) == s.range.maximum ? s.range.minimum : s.range.maximum;
  }
  throw std::logic_error("kind");
}

TEST(Settings, EachChangesItsFieldAndNoOther) {
  const auto settings = aimc::platform::soc_settings();
  for (const Setting& changed : settings) {
    SocConfig config;
    const SettingValue value = another_value(changed, config);
    changed.set(config, value);
    const SocConfig defaults;
    for (const Setting& s : settings) {
      const SettingValue expected = &s == &changed ? value : s.get(defaults);
      EXPECT_EQ(to_text(s.get(config)), to_text(expected)) << changed.path << " against " << s.path;
    }
  }
}

TEST(Settings, TextOfEveryDefaultReadsBack) {
  const SocConfig defaults;
  for (const Setting& s : aimc::platform::soc_settings()) {
    const SettingValue value = s.get(defaults);
    EXPECT_EQ(parse_setting(s, to_text(value), false), value) << s.path;
  }
}

TEST(Settings, RefuseWrongTypes) {
  EXPECT_EQ(refusal("noc.width", "four"),
            "value 'four' is not a whole number; expected a whole number from 1 to 32");
  EXPECT_THAT(refusal("noc.width", "4.5"), HasSubstr("is not a whole number"));
  EXPECT_THAT(refusal("noc.width", "4", true), HasSubstr("is not a whole number"));
  EXPECT_THAT(refusal("noc.width", ""), HasSubstr("is not a whole number"));
  EXPECT_THAT(refusal("noc.width", "4 "), HasSubstr("is not a whole number"));
  EXPECT_EQ(refusal("noc.clock_mhz", "fast"),
            "value 'fast' is not a number; expected a number above 0 and at most 10000");
  EXPECT_THAT(refusal("noc.clock_mhz", "nan"), HasSubstr("is not a number"));
  EXPECT_THAT(refusal("noc.clock_mhz", "inf"), HasSubstr("is not a number"));
  EXPECT_THAT(refusal("host.trap_misaligned", "1"), HasSubstr("expected true or false"));
  EXPECT_EQ(refusal("noc.routing", "diagonal"),
            "value 'diagonal' is not known; expected one of xy, yx");
}

TEST(Settings, InstructionSet) {
  const std::string form = "rv32i[m][a][f]c[_zicntr][_zicsr][_zifencei][_zba][_zbb][_zbs]";
  EXPECT_EQ(refusal("host.isa", "rv64imac"),
            "value 'rv64imac' is no instruction set of this hart: it does not begin with rv32; "
            "expected " +
                form);
  EXPECT_THAT(refusal("host.isa", "rv32mac"), HasSubstr("the base 'i' is missing"));
  EXPECT_THAT(refusal("host.isa", "rv32ima"), HasSubstr("'c' is missing"));
  EXPECT_THAT(refusal("host.isa", "rv32imafdc"), HasSubstr("no extension 'd' here"));
  EXPECT_THAT(refusal("host.isa", "rv32imca_zbc"), HasSubstr("no extension 'zbc' here"));
  EXPECT_THAT(refusal("host.isa", "rv32imac_"), HasSubstr("no extension '' here"));
  EXPECT_THAT(refusal("host.isa", "rv32immc"), HasSubstr("'m' is there twice"));
  EXPECT_THAT(refusal("host.isa", "rv32ic_zba_zba"), HasSubstr("'zba' is there twice"));
  EXPECT_THAT(refusal("host.isa", ""), HasSubstr("it does not begin with rv32"));
  const auto settings = aimc::platform::soc_settings();
  EXPECT_EQ(to_text(parse_setting(setting(settings, "host.isa"), "rv32imac_zba_zbb_zbs", false)),
            "rv32imac_zicsr_zba_zbb_zbs");
}

TEST(Settings, RefuseValuesOutOfRange) {
  EXPECT_THAT(refusal("noc.width", "0"), HasSubstr("value '0' is out of range"));
  EXPECT_THAT(refusal("noc.width", "33"), HasSubstr("value '33' is out of range"));
  EXPECT_THAT(refusal("noc.width", "-1"), HasSubstr("value '-1' is out of range"));
  EXPECT_THAT(refusal("noc.width", "99999999999999999999"), HasSubstr("is out of range"));
  EXPECT_THAT(refusal("noc.clock_mhz", "0"), HasSubstr("value '0' is out of range"));
  EXPECT_THAT(refusal("bus.energy_pj", "-0.5"), HasSubstr("value '-0.5' is out of range"));
  EXPECT_THAT(refusal("noc.flit_bytes", "24"), HasSubstr("value '24' is not a power of two"));
  EXPECT_THAT(refusal("tile.adc.full_scale_counts", "4096"),
              HasSubstr("expected a whole number from 1 to 4095"));
}

TEST(Settings, TakeHexadecimalAndExponents) {
  EXPECT_EQ(refusal("noc.width", "0x10"), "");
  EXPECT_EQ(refusal("noc.clock_mhz", "1e3"), "");
  EXPECT_NE(refusal("noc.width", "0xg"), "");
}

}  // namespace
