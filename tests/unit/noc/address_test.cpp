#include <gtest/gtest.h>

#include <stdexcept>

#include "models/noc/address_map.h"
#include "models/noc/burst.h"

namespace aimc::noc {
namespace {

TEST(AddressMap, FindsTheRangeThatHoldsAllOfAnAccess) {
  AddressMap map;
  map.add({0x4000, 0x1000, {3}, false});
  map.add({0x1000, 0x1000, {1}, true});
  ASSERT_NE(map.find(0x4ffc, 4), nullptr);
  EXPECT_EQ(map.find(0x4ffc, 4)->node.id, 3U);
  EXPECT_EQ(map.find(0x4ffc, 4)->local(0x4ffc), 0xffcU);
  EXPECT_EQ(map.find(0x1ffc, 4)->local(0x1ffc), 0x1ffcU);
  EXPECT_EQ(map.find(0x4ffd, 4), nullptr);
  EXPECT_EQ(map.find(0x0fff, 1), nullptr);
  EXPECT_EQ(map.find(0x2000, 1), nullptr);
  EXPECT_EQ(map.find(0x5000, 1), nullptr);
  EXPECT_EQ(AddressMap().find(0, 1), nullptr);
}

TEST(AddressMap, ReachesToTheEndOfTheAddressSpace) {
  AddressMap map;
  map.add({0xffff'ffff'ffff'f000, 0x1000, {0}, false});
  EXPECT_NE(map.find(0xffff'ffff'ffff'fff0, 16), nullptr);
  EXPECT_EQ(map.find(0xffff'ffff'ffff'fff0, 17), nullptr);
}

TEST(AddressMap, RefusesEmptyOverlappingAndOverflowingRanges) {
  AddressMap map;
  map.add({0x4000, 0x1000, {3}, false});
  EXPECT_THROW(map.add({0x8000, 0, {3}, false}), std::invalid_argument);
  EXPECT_THROW(map.add({0x4fff, 1, {3}, false}), std::invalid_argument);
  EXPECT_THROW(map.add({0x3000, 0x1001, {3}, false}), std::invalid_argument);
  EXPECT_THROW(map.add({0x3000, 0x4000, {3}, false}), std::invalid_argument);
  EXPECT_THROW(map.add({0xffff'ffff'ffff'f000, 0x1001, {3}, false}), std::invalid_argument);
  EXPECT_NO_THROW(map.add({0x3000, 0x1000, {3}, false}));
  EXPECT_NO_THROW(map.add({0x5000, 0x1000, {3}, false}));
}

TEST(Burst, EndsAtBoundariesAndAtTheLongestBurst) {
  NocConfig config;  // 256 beats of 16 bytes: 4 KiB
  EXPECT_EQ(first_burst_bytes(config, 0, 9000), 4096U);
  EXPECT_EQ(first_burst_bytes(config, 4095, 9000), 1U);
  EXPECT_EQ(first_burst_bytes(config, 100, 50), 50U);
  config.max_burst_beats = 4;
  EXPECT_EQ(first_burst_bytes(config, 0, 9000), 64U);
  EXPECT_EQ(first_burst_bytes(config, 4090, 9000), 6U);
}

TEST(Burst, DataTravelsWithOnePacketOfTheTwo) {
  const NocConfig config;
  EXPECT_EQ(burst_flits(config, Direction::kWrite, 1).request, 2U);
  EXPECT_EQ(burst_flits(config, Direction::kWrite, 17).request, 3U);
  EXPECT_EQ(burst_flits(config, Direction::kWrite, 17).response, 1U);
  EXPECT_EQ(burst_flits(config, Direction::kRead, 64).request, 1U);
  EXPECT_EQ(burst_flits(config, Direction::kRead, 64).response, 5U);
  EXPECT_EQ(burst_flits(config, Direction::kNone, 64).request, 1U);
  EXPECT_EQ(burst_flits(config, Direction::kNone, 64).response, 1U);
}

}  // namespace
}  // namespace aimc::noc
