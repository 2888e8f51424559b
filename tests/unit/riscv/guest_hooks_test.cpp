// What the hart tells its environment: semihosting calls and stores that are watched.

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

constexpr Word kEntry = 0x01F01013;
constexpr Word kExit = 0x40705013;
constexpr Word kCompressedBreak = 0x9002;

struct Store {
  std::uint32_t address = 0;
  unsigned bytes = 0;
  std::uint32_t pc = 0;
  std::uint64_t instructions = 0;

  bool operator==(const Store& other) const {
    return address == other.address && bytes == other.bytes && pc == other.pc &&
           instructions == other.instructions;
  }
};

class Observer : public Machine {
 public:
  bool semihosting_call(Hart& caller) override {
    call_pcs.push_back(caller.pc());
    if (serves) caller.set_reg(kA0, caller.reg(kA0) + caller.reg(kA1));
    return serves;
  }
  void watched_store(Hart& storer, std::uint32_t address, unsigned bytes) override {
    stores.push_back({address, bytes, storer.pc(), storer.instructions()});
    if (stop_at_store) storer.request_stop();
  }

  bool serves = true;
  bool stop_at_store = false;
  std::vector<std::uint32_t> call_pcs;
  std::vector<Store> stores;
};

TEST(SemihostingCall, GoesOnBehindTheBreakpoint) {
  Observer m;
  m.hart.set_reg(kA0, 40);
  m.hart.set_reg(kA1, 2);
  m.put(kRamBase, {kEntry, ebreak(), kExit, addi(kA1, kA0, 1)});
  m.step(4);
  EXPECT_EQ(m.call_pcs, (std::vector<std::uint32_t>{kRamBase + 4}));
  EXPECT_EQ(m.hart.reg(kA1), 43U);
  EXPECT_EQ(m.hart.pc(), kRamBase + 16);
  EXPECT_EQ(m.hart.instructions(), 4U);
  const HartTiming timing;
  EXPECT_EQ(m.hart.cycle(), 3U * timing.cycles[0] +
                                timing.cycles[static_cast<std::size_t>(InstructionClass::kSystem)]);
}

TEST(SemihostingCall, IsABreakpointWhenNobodyServesIt) {
  Observer m;
  m.serves = false;
  m.put(kRamBase, {kEntry, ebreak(), kExit});
  EXPECT_EQ(m.hart.run(kForever), StopReason::kTrapUnhandled);
  EXPECT_EQ(m.csr(0x342), 3U);
  EXPECT_EQ(m.csr(0x341), kRamBase + 4);
}

TEST(SemihostingCall, NeedsBothNeighbours) {
  for (const bool first : {true, false}) {
    Observer m;
    m.put(kRamBase, {first ? kEntry : addi(0, 0, 0), ebreak(), first ? addi(0, 0, 0) : kExit});
    EXPECT_EQ(m.hart.run(kForever), StopReason::kTrapUnhandled);
    EXPECT_TRUE(m.call_pcs.empty());
  }
}

TEST(SemihostingCall, CompressedBreakpointIsNone) {
  Observer m;
  m.put(kRamBase, {kEntry});
  m.put_half(kRamBase + 4, kCompressedBreak);
  m.put_half(kRamBase + 6, kExit & 0xFFFFU);
  m.put_half(kRamBase + 8, kExit >> 16U);
  EXPECT_EQ(m.hart.run(kForever), StopReason::kTrapUnhandled);
  EXPECT_TRUE(m.call_pcs.empty());
}

TEST(SemihostingCall, LiesInOnePage) {
  for (const std::uint32_t start : {0xFF4U, 0xFF6U, 0xFF8U, 0xFFCU, 0xFFEU, 0x1000U}) {
    Observer m;
    std::uint32_t address = kRamBase + start;
    for (const Word word : {kEntry, ebreak(), kExit}) {
      m.put_half(address, word & 0xFFFFU);
      m.put_half(address + 2, word >> 16U);
      address += 4;
    }
    m.hart.set_pc(kRamBase + start);
    m.step(2);
    const bool inside = start == 0xFF4 || start == 0x1000;
    EXPECT_EQ(m.call_pcs.size(), inside ? 1U : 0U) << std::hex << start;
  }
}

TEST(SemihostingCall, AtTheEdgesOfMemoryIsABreakpoint) {
  Observer m;
  m.put(kRamBase, {ebreak(), kExit});
  EXPECT_EQ(m.hart.run(kForever), StopReason::kTrapUnhandled);
  m.put(kRamBase + kRamSize - 8, {kEntry, ebreak()});
  m.hart.set_pc(kRamBase + kRamSize - 8);
  EXPECT_EQ(m.hart.run(kForever), StopReason::kTrapUnhandled);
  EXPECT_TRUE(m.call_pcs.empty());
}

TEST(SemihostingCall, UserModeHasNone) {
  Observer m;
  m.put(kRamBase, {mret()});
  m.put(kRamBase + 0x100, {kEntry, ebreak(), kExit});
  ASSERT_TRUE(m.hart.poke_csr(0x341, kRamBase + 0x100));
  ASSERT_TRUE(m.hart.poke_csr(0x305, kHandler));
  ASSERT_TRUE(m.hart.poke_csr(0x3B0, 0xFFFFFFFFU));  // user mode may use all of memory
  ASSERT_TRUE(m.hart.poke_csr(0x3A0, 0x1FU));
  m.step(3);
  EXPECT_EQ(m.csr(0x342), 3U);
  EXPECT_TRUE(m.call_pcs.empty());
}

TEST(WatchedStores, AreReportedAfterTheInstruction) {
  Observer m;
  m.hart.watch_stores(kData, 8);
  m.hart.set_reg(kS0, kData);
  m.hart.set_reg(kA0, 5);
  m.put(kRamBase, {sw(kA0, -4, kS0), sw(kA0, 0, kS0), sb(kA0, 7, kS0), sw(kA0, 8, kS0),
                   sw(kA0, -2, kS0), ebreak()});
  m.hart.run(kForever);
  EXPECT_EQ(m.stores, (std::vector<Store>{{kData, 4, kRamBase + 8, 2},
                                          {kData + 7, 1, kRamBase + 12, 3},
                                          {kData - 2, 4, kRamBase + 20, 5}}));
  EXPECT_EQ(m.word(kData + 8), 5U);
}

TEST(WatchedStores, AtomicsCountAndHaveTheirResult) {
  Observer m;
  m.hart.watch_stores(kData, 8);
  m.hart.set_reg(kS0, kData);
  m.hart.set_reg(kA0, 5);
  m.put_word(kData, 3);
  m.put(kRamBase, {amoadd_w(kA1, kA0, kS0)});
  m.step(1);
  EXPECT_EQ(m.stores, (std::vector<Store>{{kData, 4, kRamBase + 4, 1}}));
  EXPECT_EQ(m.hart.reg(kA1), 3U);
  EXPECT_EQ(m.word(kData), 8U);
}

TEST(WatchedStores, StopOnTheExactInstructionWhateverTheLimit) {
  for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{3}, kForever}) {
    Observer m;
    m.stop_at_store = true;
    m.hart.watch_stores(kData, 8);
    m.hart.set_reg(kS0, kData);
    m.put(kRamBase, {addi(kA0, kA0, 1), sw(kA0, 4, kS0), addi(kA0, kA0, 1), ebreak()});
    StopReason reason = StopReason::kLimit;
    while (reason == StopReason::kLimit) {
      reason = m.hart.run(step == kForever ? kForever : m.hart.cycle() + step);
    }
    EXPECT_EQ(reason, StopReason::kStopRequested);
    EXPECT_EQ(m.hart.pc(), kRamBase + 8);
    EXPECT_EQ(m.hart.reg(kA0), 1U);
  }
}

TEST(WatchedStores, SurviveCodeInTheSameGranuleResetAndMemoryAddedLater) {
  Observer m;
  const std::uint32_t target = kRamBase + 0x30;  // in the granule of the code
  m.hart.watch_stores(target, 4);
  m.hart.set_reg(kS0, kRamBase);
  m.put(kRamBase, {sw(kA0, 0x30, kS0), sw(kA0, 0x34, kS0), ebreak()});
  m.hart.run(kForever);
  EXPECT_EQ(m.stores.size(), 1U);
  m.hart.reset();
  m.hart.set_reg(kS0, kRamBase);
  m.hart.run(kForever);
  EXPECT_EQ(m.stores.size(), 2U);

  std::vector<std::uint8_t> more(64);
  m.hart.watch_stores(0x90000010U, 4);
  m.hart.add_direct_memory({0x90000000U, 64, more.data(), true});
  m.hart.reset();
  m.hart.set_reg(kS0, 0x90000000U - 0x20U);
  m.hart.run(kForever);
  ASSERT_EQ(m.stores.size(), 3U);
  EXPECT_EQ(m.stores.back().address, 0x90000010U);
}

}  // namespace
}  // namespace aimc::riscv
