// Tells the faulty copy of the RTL which fault it has: the environment variable AIMC_NMPU_FAULT.
#include "tests/cosim/nmpu_fault.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

// In the order of the numbers in CMakeLists.txt.
constexpr std::array<std::string_view, 9> kFaults = {"",          "signedness", "cut",
                                                     "tie",       "saturation", "late_valid",
                                                     "lost_beat", "flip_bit",   "extra_stage"};

}  // namespace

extern "C" int aimc_nmpu_fault() {
  const char* const text = std::getenv("AIMC_NMPU_FAULT");
  const std::string_view name = text == nullptr ? "" : text;
  for (std::size_t i = 0; i < kFaults.size(); ++i) {
    if (kFaults[i] == name) return static_cast<int>(i);
  }
  std::fprintf(stderr, "AIMC_NMPU_FAULT=%s is no fault\n", text);
  std::abort();
}

namespace aimc::nmpu::test {

void choose_fault(const char* name) {
  ::setenv("AIMC_NMPU_FAULT", name, 1);
}

}  // namespace aimc::nmpu::test
