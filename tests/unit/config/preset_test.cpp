#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/config/platform_dump.h"

namespace {

using aimc::platform::Annotation;
using aimc::platform::LoadedPlatform;
using aimc::platform::Setting;
using aimc::platform::SocConfig;
using aimc::platform::to_text;

std::string read_source(const std::string& name) {
  std::ifstream stream(std::string(AIMC_SOURCE_DIR) + "/" + name);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(DefaultPreset, EqualsTheDefaultsOfTheStructs) {
  const LoadedPlatform platform = aimc::platform::load_platform("default");
  const SocConfig defaults;
  for (const Setting& s : aimc::platform::soc_settings()) {
    EXPECT_EQ(to_text(s.get(platform.config)), to_text(s.get(defaults))) << s.path;
  }
  EXPECT_EQ(platform.config.name, defaults.name);
}

TEST(DefaultPreset, EveryValueIsAnnotated) {
  for (const auto& preset : aimc::platform::presets()) {
    const YAML::Node root = YAML::Load(preset.text);
    if (root["extends"]) continue;
    const LoadedPlatform platform = aimc::platform::load_platform(preset.name);
    EXPECT_FALSE(preset.description.empty()) << preset.name;
    EXPECT_EQ(platform.config.name, preset.name);
    for (const Setting& s : aimc::platform::soc_settings()) {
      const Annotation& annotation = platform.annotations.at(s.path);
      EXPECT_FALSE(annotation.source.empty()) << s.path;
      EXPECT_EQ(annotation.source.find("set in "), std::string::npos)
          << preset.name << ": " << s.path << " is a plain scalar";
    }
  }
}

TEST(DefaultPreset, OnlyTheQuantumANameAndPublishedFiguresAreDescriptive) {
  const LoadedPlatform platform = aimc::platform::load_platform("default");
  for (const auto& [path, annotation] : platform.annotations) {
    EXPECT_EQ(annotation.descriptive, path == "host.quantum_us" || path == "tile.device.kind" ||
                                          path.rfind("published.", 0) == 0)
        << path;
  }
}

TEST(Presets, AreThoseOfTheSourceTree) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(AIMC_SOURCE_DIR) + "/platform/presets")) {
    files += entry.path().extension() == ".yaml" ? 1 : 0;
  }
  const auto all = aimc::platform::presets();
  EXPECT_EQ(all.size(), files);
  for (const auto& preset : all) {
    EXPECT_TRUE(preset.text == read_source("platform/presets/" + preset.name + ".yaml"))
        << preset.name << " is not what was built in";
  }
}

TEST(Schema, MatchesTheCommittedFile) {
  EXPECT_TRUE(aimc::platform::schema_text() == read_source("platform/presets/schema.json"))
      << "regenerate it: aimc-vp describe --schema > platform/presets/schema.json";
}

TEST(Schema, KnowsEverySetting) {
  const auto schema = nlohmann::json::parse(aimc::platform::schema_text());
  for (const Setting& s : aimc::platform::soc_settings()) {
    std::string pointer;
    for (const char c : "." + s.path)
      pointer += c == '.' ? std::string("/properties/") : std::string(1, c);
    EXPECT_TRUE(schema.contains(nlohmann::json::json_pointer(pointer))) << s.path;
  }
}

TEST(Dump, ReadsBackAsTheSamePlatform) {
  const LoadedPlatform platform =
      aimc::platform::load_platform("default", {"noc.width=8", "tile.analog=ideal"});
  const std::string text = aimc::platform::dump_yaml(platform);
  const LoadedPlatform again = aimc::platform::load_platform_text(text, "dump.yaml");
  for (const Setting& s : aimc::platform::soc_settings()) {
    EXPECT_EQ(to_text(s.get(again.config)), to_text(s.get(platform.config))) << s.path;
    EXPECT_EQ(again.annotations.at(s.path).source, platform.annotations.at(s.path).source);
    EXPECT_EQ(again.annotations.at(s.path).kind, platform.annotations.at(s.path).kind);
    EXPECT_EQ(again.annotations.at(s.path).descriptive,
              platform.annotations.at(s.path).descriptive);
  }
  EXPECT_EQ(aimc::platform::dump_yaml(again), text);
  const auto json = aimc::platform::dump_json(platform);
  EXPECT_EQ(json["noc"]["width"]["value"], 8);
  EXPECT_EQ(json["tile"]["analog"]["value"], "ideal");
}

}  // namespace
