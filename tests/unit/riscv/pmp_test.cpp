// Physical memory protection on its own: directed cases, and random ones against a second
// implementation that looks at one byte at a time.

#include "models/riscv/pmp.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

namespace aimc::riscv {
namespace {

constexpr std::uint8_t kR = Pmp::kRead;
constexpr std::uint8_t kW = Pmp::kWrite;
constexpr std::uint8_t kX = Pmp::kExecute;
constexpr std::uint32_t kTor = 0x08;
constexpr std::uint32_t kNa4 = 0x10;
constexpr std::uint32_t kNapot = 0x18;
constexpr std::uint32_t kLock = 0x80;
constexpr Privilege kUser = Privilege::kUser;
constexpr Privilege kMachine = Privilege::kMachine;

TEST(Pmp, RefusesMoreThanSixteenEntries) {
  EXPECT_NO_THROW(Pmp(16));
  EXPECT_THROW(Pmp(17), std::invalid_argument);
}

TEST(Pmp, WithoutEntriesEverythingIsAllowed) {
  const Pmp pmp(0);
  EXPECT_TRUE(pmp.allows(0x80000000, 4, kR | kW | kX, kUser));
  EXPECT_FALSE(pmp.restricts(kUser));
  const std::vector<AddressRange> all = {{0, 0x100000000}};
  EXPECT_EQ(pmp.allowed(kR | kW, kUser), all);
}

TEST(Pmp, OfModesOnlyMachineMayDoWhatNoEntryMatches) {
  const Pmp pmp(1);
  EXPECT_FALSE(pmp.allows(0x80000000, 1, kR, kUser));
  EXPECT_TRUE(pmp.restricts(kUser));
  EXPECT_TRUE(pmp.allows(0x80000000, 1, kR | kW | kX, kMachine));
  EXPECT_FALSE(pmp.restricts(kMachine));
  EXPECT_TRUE(pmp.allowed(kR, kUser).empty());
}

TEST(Pmp, ConfigurationTakesOnlyLegalValues) {
  Pmp pmp(16);
  EXPECT_TRUE(pmp.write_config(0, 0x1F'7F'62'03));
  EXPECT_EQ(pmp.config(0), 0x1F'1F'00'03U) << "no bits 5 and 6, no W without R";
  EXPECT_FALSE(pmp.write_config(0, 0x1F'1F'00'03)) << "nothing new";
  pmp.write_config(1, 0x0000060EU);
  EXPECT_EQ(pmp.config(1), 0x0000040CU) << "X stays where W has to go";
  pmp.reset();
  EXPECT_EQ(pmp.config(0), 0U);
}

TEST(Pmp, EntriesThatAreMissingReadAsZero) {
  Pmp pmp(5);
  pmp.write_config(1, 0xFFFFFFFF);
  EXPECT_EQ(pmp.config(1), 0x0000009FU);
  EXPECT_FALSE(pmp.write_config(2, 0xFFFFFFFF));
  EXPECT_EQ(pmp.config(2), 0U);
  EXPECT_FALSE(pmp.write_address(5, 1));
  EXPECT_EQ(pmp.address(5), 0U);
}

// The ranges of one entry, with everything else as after reset.
TEST(Pmp, AddressMatching) {
  const struct {
    const char* name;
    std::uint32_t below;
    std::uint32_t address;
    std::uint32_t mode;
    AddressRange range;
  } cases[] = {
      {"off", 0, 0x1000, 0, {}},
      {"tor", 0x100, 0x200, kTor, {0x400, 0x800}},
      {"tor from zero", 0, 0x200, kTor, {0, 0x800}},
      {"empty tor", 0x200, 0x200, kTor, {}},
      {"turned tor", 0x201, 0x200, kTor, {}},
      {"tor to the end", 0x3FFFFFFF, 0x40000000, kTor, {0xFFFFFFFC, 0x100000000}},
      {"tor beyond the end", 0x20000000, 0xFFFFFFFF, kTor, {0x80000000, 0x100000000}},
      {"tor behind the end", 0x40000000, 0xFFFFFFFF, kTor, {}},
      {"na4", 0, 0x20000001, kNa4, {0x80000004, 0x80000008}},
      {"na4 behind the end", 0, 0x40000000, kNa4, {}},
      {"8 bytes", 0, 0x20000002, kNapot, {0x80000008, 0x80000010}},
      {"16 bytes", 0, 0x20000001, kNapot, {0x80000000, 0x80000010}},
      {"4 KiB", 0, 0x200001FF, kNapot, {0x80000000, 0x80001000}},
      {"2 GiB", 0, 0x2FFFFFFF, kNapot, {0x80000000, 0x100000000}},
      {"4 GiB", 0, 0x1FFFFFFF, kNapot, {0, 0x100000000}},
      {"8 GiB", 0, 0x3FFFFFFF, kNapot, {0, 0x100000000}},
      {"32 GiB", 0, 0xFFFFFFFF, kNapot, {0, 0x100000000}},
      {"8 bytes behind the end", 0, 0x40000000, kNapot, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Pmp pmp(16);
    pmp.write_address(2, c.below);
    pmp.write_address(3, c.address);
    pmp.write_config(0, (c.mode | kR) << 24U);
    std::vector<AddressRange> expected;
    if (!c.range.empty()) expected.push_back(c.range);
    EXPECT_EQ(pmp.allowed(kR, kUser), expected);
    EXPECT_TRUE(pmp.allowed(kR | kW, kUser).empty());
    for (const AddressRange& range : expected) {
      const auto first = static_cast<std::uint32_t>(range.begin);
      const auto last = static_cast<std::uint32_t>(range.end - 4);
      EXPECT_TRUE(pmp.allows(first, 4, kR, kUser));
      EXPECT_TRUE(pmp.allows(last, 4, kR, kUser));
      EXPECT_TRUE(range.begin == 0 || !pmp.allows(first - 1, 1, kR, kUser));
      EXPECT_TRUE(range.end == 0x100000000 || !pmp.allows(last + 4, 1, kR, kUser));
    }
  }
}

TEST(Pmp, LowestMatchingEntryDecides) {
  Pmp pmp(16);
  pmp.write_address(0, 0x20000001);  // 16 bytes: nothing
  pmp.write_address(1, 0x200001FF);  // 4 KiB: read and write
  pmp.write_config(0, (kNapot | kR | kW) << 8U | kNapot);
  EXPECT_FALSE(pmp.allows(0x8000000C, 4, kR, kUser));
  EXPECT_TRUE(pmp.allows(0x80000010, 4, kR | kW, kUser));
  EXPECT_FALSE(pmp.allows(0x80000010, 4, kX, kUser));
  EXPECT_FALSE(pmp.allows(0x80000010, 4, kR | kX, kUser)) << "all kinds are needed";
  const std::vector<AddressRange> rest = {{0x80000010, 0x80001000}};
  EXPECT_EQ(pmp.allowed(kR | kW, kUser), rest);
}

TEST(Pmp, PartlyMatchedAccessesFailWhateverThePermissions) {
  Pmp pmp(16);
  pmp.write_address(0, 0x20000000);
  pmp.write_address(1, 0x200001FF);
  pmp.write_config(0, (kNapot | kR | kW | kX) << 8U | kNa4 | kR | kW | kX);
  EXPECT_TRUE(pmp.allows(0x80000000, 4, kR, kUser));
  EXPECT_TRUE(pmp.allows(0x80000004, 4, kR, kUser));
  EXPECT_FALSE(pmp.allows(0x80000002, 4, kR, kUser));
  EXPECT_FALSE(pmp.allows(0x80000003, 2, kR, kMachine)) << "even unlocked and in machine mode";
  const std::vector<AddressRange> all = {{0x80000000, 0x80001000}};
  EXPECT_EQ(pmp.allowed(kR, kUser), all) << "but not word by word";
}

TEST(Pmp, LockedEntriesBindMachineMode) {
  Pmp pmp(16);
  pmp.write_address(0, 0x20000000);
  pmp.write_address(1, 0x20000001);
  pmp.write_config(0, (kNa4 | kR) << 8U | kNa4 | kLock | kR);
  EXPECT_TRUE(pmp.restricts(kMachine));
  EXPECT_TRUE(pmp.allows(0x80000000, 4, kR, kMachine));
  EXPECT_FALSE(pmp.allows(0x80000000, 4, kW, kMachine));
  EXPECT_TRUE(pmp.allows(0x80000004, 4, kW, kMachine)) << "that one is not locked";
  EXPECT_TRUE(pmp.allows(0x80000008, 4, kW, kMachine)) << "no match";
  const std::vector<AddressRange> around = {{0, 0x80000000}, {0x80000004, 0x100000000}};
  EXPECT_EQ(pmp.allowed(kW, kMachine), around);
}

TEST(Pmp, UnlockedEntryBeforeALockedOneFreesMachineMode) {
  Pmp pmp(16);
  pmp.write_address(0, 0x20000000);
  pmp.write_address(1, 0x200001FF);
  pmp.write_config(0, (kNapot | kLock) << 8U | kNa4);
  EXPECT_TRUE(pmp.allows(0x80000000, 4, kW, kMachine));
  EXPECT_FALSE(pmp.allows(0x80000004, 4, kW, kMachine));
}

TEST(Pmp, LockedRegistersStay) {
  Pmp pmp(16);
  pmp.write_address(0, 0x10);
  pmp.write_address(1, 0x20);
  pmp.write_address(2, 0x30);
  pmp.write_config(0, (kNa4 | kLock) << 16U | (kTor | kLock | kR) << 8U);
  EXPECT_FALSE(pmp.write_address(0, 1)) << "the bottom of the locked range above it";
  EXPECT_FALSE(pmp.write_address(1, 1));
  EXPECT_FALSE(pmp.write_address(2, 1));
  EXPECT_TRUE(pmp.write_address(3, 1));
  EXPECT_EQ(pmp.address(0), 0x10U);
  EXPECT_TRUE(pmp.write_config(0, 0x1F1F1F1F));
  EXPECT_EQ(pmp.config(0), 0x1F90891FU) << "the others still change";
  pmp.reset();
  EXPECT_FALSE(pmp.restricts(kMachine));
  EXPECT_TRUE(pmp.write_address(0, 1));
}

TEST(Pmp, LockedEntryThatIsOffLocksItsAddressOnly) {
  Pmp pmp(16);
  pmp.write_config(0, kLock << 8U);
  EXPECT_FALSE(pmp.write_address(1, 1));
  EXPECT_TRUE(pmp.write_address(0, 1));
  EXPECT_FALSE(pmp.restricts(kMachine)) << "it matches nothing";
}

// The same rules again, a byte at a time and without any shortcut.
class Reference {
 public:
  explicit Reference(unsigned entries) : entries_(entries) {}

  void write_config(unsigned index, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) {
      const unsigned entry = 4 * index + i;
      std::uint32_t byte = value >> (8 * i) & 0x9FU;
      if ((byte & 3U) == 2U) byte -= 2U;
      if (entry < entries_ && config[entry] < kLock) config[entry] = byte;
    }
  }
  void write_address(unsigned entry, std::uint32_t value) {
    if (entry >= entries_ || config[entry] >= kLock) return;
    if (entry < 15 && config[entry + 1] >= kLock && (config[entry + 1] & 0x18U) == kTor) return;
    address[entry] = value;
  }
  bool allows(std::uint64_t first, unsigned bytes, std::uint32_t kinds, bool machine) const {
    for (unsigned entry = 0; entry < entries_; ++entry) {
      unsigned matched = 0;
      for (unsigned i = 0; i < bytes; ++i) matched += matches(entry, (first + i) / 4) ? 1U : 0U;
      if (matched == 0) continue;
      if (matched != bytes) return false;
      return (machine && config[entry] < kLock) || (config[entry] & kinds) == kinds;
    }
    return machine || entries_ == 0;
  }

  std::uint32_t config[16] = {};
  std::uint32_t address[16] = {};

 private:
  bool matches(unsigned entry, std::uint64_t word) const {
    const std::uint64_t top = address[entry];
    switch (config[entry] & 0x18U) {
      case 0:
        return false;
      case kTor:
        return word < top && (entry == 0 || word >= address[entry - 1]);
      case kNa4:
        return word == top;
      default:
        for (unsigned bit = 0; bit < 32; ++bit) {
          if ((top >> bit & 1U) == 0) return word >> (bit + 1U) == top >> (bit + 1U);
        }
        return true;
    }
  }
  unsigned entries_;
};

void compare_with_reference(unsigned seed) {
  std::mt19937 generator(seed);
  const auto random = [&generator] { return static_cast<std::uint32_t>(generator()); };
  const auto below = [&random](std::uint32_t end) { return random() % end; };
  const unsigned entries = seed % 17;
  // Crowded, so that entries meet: 32 words around one of these.
  const std::uint32_t bases[] = {0, 0x1FFFFFF0, 0x3FFFFFF0};
  const std::uint32_t base = bases[below(3)];
  const auto word_address = [&] {
    switch (below(8)) {
      case 0:
        return random();
      case 1:
        return 0xFFFFFFFFU >> below(32);
      default:
        return base + below(32);
    }
  };
  Pmp pmp(entries);
  Reference reference(entries);
  for (unsigned step = 0; step < 60; ++step) {
    if (below(3) == 0) {
      const unsigned index = below(4);
      // Locks are for good, so they must be rare.
      const std::uint32_t value =
          random() & (below(8) == 0 ? 0xFFFFFFFFU : 0x7F7F7F7FU) & ~(1U << below(32));
      pmp.write_config(index, value);
      reference.write_config(index, value);
    } else {
      const unsigned index = below(16);
      const std::uint32_t value = word_address();
      pmp.write_address(index, value);
      reference.write_address(index, value);
    }
    for (unsigned i = 0; i < 16; ++i) {
      ASSERT_EQ(pmp.config(i / 4) >> (8 * (i % 4)) & 0xFFU, reference.config[i]) << "entry " << i;
      ASSERT_EQ(pmp.address(i), reference.address[i]) << "entry " << i;
    }
    for (unsigned probe = 0; probe < 40; ++probe) {
      const std::uint32_t address = (base + below(34)) * 4 + below(4);
      const unsigned bytes = 1U << below(3);
      if (std::uint64_t{address} + bytes > 0x100000000) continue;
      const auto kinds = static_cast<std::uint8_t>(1 + below(7));
      const bool machine = below(2) == 0;
      const Privilege mode = machine ? kMachine : kUser;
      const bool allowed = reference.allows(address, bytes, kinds, machine);
      ASSERT_EQ(pmp.allows(address, bytes, kinds, mode), allowed)
          << std::hex << address << ' ' << bytes << ' ' << unsigned{kinds} << ' ' << machine;
      ASSERT_TRUE(allowed || pmp.restricts(mode) || address % 4 + bytes > 4);

      const std::uint32_t word = address & ~3U;
      unsigned hits = 0;
      std::uint64_t end = 0;
      for (const AddressRange& range : pmp.allowed(kinds, mode)) {
        ASSERT_FALSE(range.empty());
        ASSERT_TRUE(end == 0 || range.begin > end) << "in order and not adjacent";
        end = range.end;
        hits += range.contains(word, 4) ? 1U : 0U;
      }
      ASSERT_EQ(hits != 0, reference.allows(word, 4, kinds, machine));
    }
  }
}

TEST(Pmp, AgreesWithTheReference) {
  for (unsigned seed = 1; seed <= 200 && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    compare_with_reference(seed);
  }
}

}  // namespace
}  // namespace aimc::riscv
