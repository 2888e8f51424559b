#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace aimc::test {

/// A path below the temporary directory that no other process uses: test cases run side by side,
/// each in its own process.
inline std::string scratch_path(const std::string& name) {
  return ::testing::TempDir() + "aimc_" + std::to_string(::getpid()) + "_" + name;
}

}  // namespace aimc::test
