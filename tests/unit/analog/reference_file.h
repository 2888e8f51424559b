#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace aimc::analog::test {

/// Results made with another tool; none where they are not at hand.
inline std::optional<nlohmann::json> reference_results(const std::string& name) {
  const char* folder = std::getenv("AIMC_SHARED");
  if (folder == nullptr) return std::nullopt;
  std::ifstream file(std::string(folder) + "/refs/aimc/" + name);
  if (!file) return std::nullopt;
  return nlohmann::json::parse(file);
}

}  // namespace aimc::analog::test
