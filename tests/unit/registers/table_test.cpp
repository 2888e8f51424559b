#include <aimc/registers.h>
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace aimc::regs {
namespace {

using Windows = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // offset, size

template <typename Table>
void check_table(const Table& table, const Windows& windows) {
  std::map<std::uint32_t, std::string> taken;
  std::set<std::string> names;
  for (const core::RegisterDesc& desc : table) {
    EXPECT_EQ(desc.offset % 4, 0U) << desc.name;
    EXPECT_GE(desc.count, 1U) << desc.name;
    EXPECT_TRUE(names.insert(desc.name).second) << desc.name << " appears twice";
    for (const char character : std::string(desc.name)) {
      EXPECT_TRUE(character == '_' || std::isupper(character) != 0 || std::isdigit(character) != 0)
          << desc.name;
    }
    EXPECT_NE(desc.mask, 0U) << desc.name;
    EXPECT_EQ(desc.reset & ~desc.mask, 0U) << desc.name << " has reset bits that do not exist";
    for (std::uint32_t i = 0; i < desc.count; ++i) {
      const std::uint32_t offset = desc.offset + 4 * i;
      EXPECT_TRUE(taken.emplace(offset, desc.name).second)
          << desc.name << " overlaps " << taken[offset];
      for (const auto& [start, size] : windows) {
        EXPECT_FALSE(offset >= start && offset - start < size) << desc.name << " lies in a window";
      }
    }
  }
  for (std::size_t i = 0; i < windows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_TRUE(windows[i].first >= windows[j].first + windows[j].second ||
                  windows[j].first >= windows[i].first + windows[i].second);
    }
  }
}

TEST(RegisterTableTest, SystemControlIsConsistent) {
  check_table(system_control::kRegisters,
              {{system_control::kArgsOffset, system_control::kArgsWindowSize}});
  EXPECT_LE(system_control::kArgsOffset + system_control::kArgsWindowSize, soc::kSystemControlSize);
}

TEST(RegisterTableTest, TileIsConsistent) {
  const Windows windows{{tile::kSramOffset, tile::kSramWindowSize},
                        {tile::kNmpuParamsOffset, tile::kNmpuParamsWindowSize},
                        {tile::kWeightsOffset, tile::kWeightsWindowSize}};
  check_table(tile::kRegisters, windows);
  for (const auto& [offset, size] : windows) EXPECT_LE(offset + size, soc::kTileStride);
}

template <std::size_t N>
void check_fields(const std::array<core::RegisterField, N>& fields, std::uint32_t mask) {
  std::uint32_t seen = 0;
  for (const core::RegisterField& field : fields) {
    EXPECT_EQ(seen & field.mask(), 0U);
    seen |= field.mask();
  }
  EXPECT_EQ(seen, mask);
}

TEST(RegisterTableTest, MasksAreTheUnionOfTheFields) {
  const auto mask_of = [](std::uint32_t offset) {
    for (const core::RegisterDesc& desc : tile::kRegisters) {
      if (desc.offset == offset) return desc.mask;
    }
    return 0U;
  };
  check_fields(
      std::array{tile::kReadModeMagnitudeBits, tile::kReadModeFourPhase, tile::kReadModeRange},
      mask_of(tile::kReadMode));
  check_fields(std::array{tile::kGeometryRows, tile::kGeometryColumns}, mask_of(tile::kGeometry));
  check_fields(std::array{tile::kStatusBusy, tile::kStatusQueued, tile::kStatusProgrammed,
                          tile::kStatusThreads},
               mask_of(tile::kStatus));
  EXPECT_EQ(mask_of(tile::kCmd), 0xFFFFFFFFU);
}

TEST(RegisterFieldTest, PutsAndGets) {
  constexpr core::RegisterField kMiddle{4, 8};
  EXPECT_EQ(kMiddle.mask(), 0xFF0U);
  EXPECT_EQ(kMiddle.put(0x1AB), 0xAB0U);
  EXPECT_EQ(kMiddle.get(0xFFFFFABFU), 0xABU);
  EXPECT_EQ(kMiddle.get_signed(0x800U), -128);
  EXPECT_EQ(kMiddle.get_signed(0x7F0U), 127);
  constexpr core::RegisterField kWhole{0, 32};
  EXPECT_EQ(kWhole.mask(), 0xFFFFFFFFU);
  EXPECT_EQ(kWhole.get_signed(kWhole.put(0x80000000U)), -0x7FFFFFFF - 1);
}

TEST(MemoryMapTest, FollowsQemusVirtMachine) {
  // Addresses and the UART's source of QEMU 7.2's riscv32 virt machine (hw/riscv/virt.c).
  EXPECT_EQ(soc::kBootRomBase, 0x1000U);
  EXPECT_EQ(soc::kBootRomSize, 0xF000U);
  EXPECT_EQ(soc::kFinisherBase, 0x100000U);
  EXPECT_EQ(soc::kClintBase, 0x2000000U);
  EXPECT_EQ(soc::kPlicBase, 0xC000000U);
  EXPECT_EQ(soc::kUartBase, 0x10000000U);
  EXPECT_EQ(soc::kIrqUart, 10U);
  EXPECT_EQ(soc::kRamBase, 0x80000000U);
}

TEST(MemoryMapTest, RegionsDoNotOverlap) {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> regions{
      {soc::kBootRomBase, soc::kBootRomSize}, {soc::kFinisherBase, soc::kFinisherSize},
      {soc::kClintBase, soc::kClintSize},     {soc::kPlicBase, soc::kPlicSize},
      {soc::kUartBase, soc::kUartSize},       {soc::kSystemControlBase, soc::kSystemControlSize},
      {soc::kTilesBase, soc::kTilesSize},     {soc::kRamBase, soc::kRamSize}};
  for (std::size_t i = 1; i < regions.size(); ++i) {
    EXPECT_LE(regions[i - 1].first + regions[i - 1].second, regions[i].first) << i;
  }
  EXPECT_LE(regions.back().first + regions.back().second, std::uint64_t{1} << 32U);
}

}  // namespace
}  // namespace aimc::regs
