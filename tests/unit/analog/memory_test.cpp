#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/unit/analog/analog_test_util.h"

namespace aimc::analog {
namespace {

// Bytes of the heap that are in use.
std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(Memory, ATileOf256By256TakesNoMoreThanOneAndAHalfMebibytes) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's heap does not tell";
#endif
  for (const double cycle_fraction : {1.0, 0.5}) {
    CrossbarConfig config;
    config.device.cycle_fraction = cycle_fraction;
    const std::vector<std::int8_t> weights(256 * 256, 50);
    const std::vector<std::int8_t> inputs(256, 10);
    const std::size_t before = heap_bytes();
    Crossbar crossbar(config, 1, "tile0");
    crossbar.program(weights.data(), {0, 256, 0, 256}, 0);
    test::run(crossbar, inputs, 0, {0, 256, 0, 256}, {}, test::kSecond);
    const auto mebibytes = static_cast<double>(heap_bytes() - before) / (1024.0 * 1024.0);
    EXPECT_GT(mebibytes, 1.3);  // otherwise it is not the crossbar that was measured
    EXPECT_LE(mebibytes, 1.5);
  }
}

}  // namespace
}  // namespace aimc::analog
