#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/analog/level_sample.h"

namespace aimc::analog {
namespace {

using test::expect_equal;
using test::LevelSample;

// Means and spreads over 400,000 devices, made with the tool the equations come from.
TEST(PcmReference, MomentsAgreeWithAihwkitAtEveryLevelAndTime) {
  const char* folder = std::getenv("AIMC_SHARED");
  if (folder == nullptr)
    GTEST_SKIP() << "AIMC_SHARED does not name the folder of reference results";
  std::ifstream file(std::string(folder) + "/refs/aimc/device_moments.json");
  if (!file) GTEST_SKIP() << "no refs/aimc/device_moments.json in " << folder;
  const auto reference = nlohmann::json::parse(file);
  const double samples = reference.at("samples");
  int compared = 0;
  for (const auto& row : reference.at("rows")) {
    if (row.at("model") != "aihwkit.PCMLike(g_max=25)") continue;
    const double r = row.at("g_rel");
    const LevelSample devices(DeviceConfig{}, r);
    const std::string level = "level " + std::to_string(r);
    expect_equal(devices.programmed(), row.at("programmed"), samples, level);
    expect_equal(devices.drift(), row.at("nu"), samples, level + " drift");
    for (const auto& [age, moments] : row.at("t").items()) {
      expect_equal(devices.read(std::stod(age)), moments, samples,
                   std::string(level).append(" age ").append(age));
      ++compared;
    }
  }
  EXPECT_GE(compared, 60);
}

}  // namespace
}  // namespace aimc::analog
