#include "models/peripherals/clint.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"
#include "tests/unit/peripherals/signal_log.h"

namespace aimc::peripherals {
namespace {

using sc_core::SC_NS;
using sc_core::SC_PS;
using sc_core::SC_SEC;
using sc_core::sc_time;
using sc_core::SC_US;
using sc_core::SC_ZERO_TIME;
using Changes = std::vector<test::SignalLog::Change>;

constexpr std::uint64_t kMsip = 0;
constexpr std::uint64_t kMtimecmp = 0x4000;
constexpr std::uint64_t kMtime = 0xBFF8;

class ClintTest : public test::SystemCTest {
 protected:
  void build(std::uint64_t timebase_hz = 10'000'000) {
    clint_ = std::make_unique<Clint>("clint", timebase_hz);
    initiator_.socket.bind(clint_->socket);
    clint_->timer_irq.bind(timer_);
    clint_->software_irq.bind(software_);
  }
  void run_for(const sc_time& time) { sc_core::sc_start(time); }
  std::uint64_t read64(std::uint64_t address, sc_time delay = SC_ZERO_TIME) {
    std::uint64_t value = 0;
    EXPECT_TRUE(initiator_.access(tlm::TLM_READ_COMMAND, address, &value, 8, delay).ok());
    return value;
  }
  void write64(std::uint64_t address, std::uint64_t value) {
    EXPECT_TRUE(initiator_.access(tlm::TLM_WRITE_COMMAND, address, &value, 8).ok());
  }

  test::TestInitiator initiator_{"initiator"};
  sc_core::sc_signal<bool> timer_{"timer"};
  sc_core::sc_signal<bool> software_{"software"};
  test::SignalLog timer_log_{"timer_log", timer_};
  test::SignalLog software_log_{"software_log", software_};
  std::unique_ptr<Clint> clint_;
};

TEST_F(ClintTest, ResetStateIsQemus) {
  build();
  test::settle();
  EXPECT_EQ(initiator_.read32(kMsip), 0U);
  EXPECT_EQ(read64(kMtimecmp), 0U);
  EXPECT_EQ(read64(kMtime), 0U);
  EXPECT_TRUE(timer_.read());  // mtimecmp is zero, so the time has come
  EXPECT_FALSE(software_.read());
}

TEST_F(ClintTest, TimeRunsAtTheTimeBase) {
  build();
  run_for(sc_time(99'999, SC_PS));
  EXPECT_EQ(initiator_.read32(kMtime), 0U);
  run_for(sc_time(1, SC_PS));
  EXPECT_EQ(initiator_.read32(kMtime), 1U);
  run_for(sc_time(1000, SC_SEC));
  EXPECT_EQ(read64(kMtime), 10'000'000'001ULL);
  EXPECT_EQ(initiator_.read32(kMtime), static_cast<std::uint32_t>(10'000'000'001ULL));
  EXPECT_EQ(initiator_.read32(kMtime + 4), 2U);
}

TEST_F(ClintTest, ReadsAtLocalTimeWithoutWaiting) {
  build();
  test::settle();
  const test::Access access = initiator_.read(kMtime, 4, sc_time(2500, SC_NS));
  EXPECT_EQ(access.value, 25U);
  EXPECT_EQ(access.delay, sc_time(2500, SC_NS));
  EXPECT_EQ(clint_->mtime_at(sc_time(2500, SC_NS)), 25U);
}

TEST_F(ClintTest, TimerInterruptComesExactly) {
  build();
  initiator_.run([&] {
    initiator_.write32(kMtimecmp + 4, 0xFFFFFFFF);
    initiator_.write32(kMtimecmp, 100);
    initiator_.write32(kMtimecmp + 4, 0);
    sc_core::wait(sc_time(12, SC_US));
    initiator_.write32(kMtimecmp, 121);
  });
  sc_core::sc_start();
  const Changes expected{{SC_ZERO_TIME, true},
                         {SC_ZERO_TIME, false},
                         {sc_time(10, SC_US), true},
                         {sc_time(12, SC_US), false},
                         {sc_time(12'100, SC_NS), true}};
  EXPECT_EQ(timer_log_.changes(), expected);
  EXPECT_TRUE(software_log_.changes().empty());
}

TEST_F(ClintTest, ALaterDeadlineReplacesAnEarlierOne) {
  build();
  initiator_.run([&] {
    write64(kMtimecmp, 50);
    sc_core::wait(sc_time(4999, SC_NS));
    write64(kMtimecmp, 80);
    sc_core::wait(sc_time(1, SC_US));
    write64(kMtimecmp, 70);
  });
  sc_core::sc_start();
  const Changes expected{{SC_ZERO_TIME, true}, {SC_ZERO_TIME, false}, {sc_time(7, SC_US), true}};
  EXPECT_EQ(timer_log_.changes(), expected);
}

TEST_F(ClintTest, WritesOfAnInitiatorAheadTakeEffectAtTheirTime) {
  build();
  initiator_.run([&] {
    const test::Access access = initiator_.write(kMtimecmp, 1000, 4, sc_time(5, SC_US));
    EXPECT_EQ(access.delay, SC_ZERO_TIME);
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(5, SC_US));
  });
  sc_core::sc_start();
  const Changes expected{
      {SC_ZERO_TIME, true}, {sc_time(5, SC_US), false}, {sc_time(100, SC_US), true}};
  EXPECT_EQ(timer_log_.changes(), expected);
}

TEST_F(ClintTest, DeadlinesBeyondSimulatedTimeLeaveNoEvent) {
  build();
  test::settle();
  // The last tick before the end of simulated time, 2^64 - 1 ps, and the one after.
  constexpr std::uint64_t kLastTick = ~std::uint64_t{0} / 100'000;
  for (const std::uint64_t deadline : {~std::uint64_t{0}, kLastTick + 1}) {
    write64(kMtimecmp, deadline);
    test::settle();
    EXPECT_FALSE(timer_.read());
    EXPECT_FALSE(sc_core::sc_pending_activity());
  }
  write64(kMtimecmp, kLastTick);
  test::settle();
  EXPECT_EQ(sc_core::sc_time_to_pending_activity(), sc_time::from_value(kLastTick * 100'000));
}

TEST_F(ClintTest, ARateThatDoesNotDivideASecondRoundsUpToThePicosecond) {
  build(3);
  initiator_.run([&] { write64(kMtimecmp, 1); });
  sc_core::sc_start();
  EXPECT_EQ(clint_->mtime_at(sc_time::from_value(333'333'333'333)), 0U);
  EXPECT_EQ(clint_->mtime_at(sc_time::from_value(333'333'333'334)), 1U);
  EXPECT_EQ(timer_log_.changes().back(),
            (test::SignalLog::Change{sc_time::from_value(333'333'333'334), true}));
}

TEST_F(ClintTest, MtimeCanBeSetInHalvesAndRunsOn) {
  build();
  run_for(sc_time(1, SC_US));
  initiator_.write32(kMtime + 4, 5);
  EXPECT_EQ(read64(kMtime), 0x5'0000'000AULL);
  initiator_.write32(kMtime, 0xFFFFFFFF);
  EXPECT_EQ(read64(kMtime), 0x5'FFFF'FFFFULL);
  run_for(sc_time(100, SC_NS));
  EXPECT_EQ(read64(kMtime), 0x6'0000'0000ULL);
  write64(kMtime, 3);
  EXPECT_EQ(clint_->mtime_at(sc_time(2100, SC_NS)), 13U);
}

TEST_F(ClintTest, SettingMtimeMovesTheInterrupt) {
  build();
  initiator_.run([&] {
    write64(kMtimecmp, 100);
    sc_core::wait(sc_time(1, SC_US));
    write64(kMtime, 90);
    sc_core::wait(sc_time(2, SC_US));
    write64(kMtime, 0);
  });
  sc_core::sc_start();
  const Changes expected{{SC_ZERO_TIME, true},
                         {SC_ZERO_TIME, false},
                         {sc_time(2, SC_US), true},
                         {sc_time(3, SC_US), false},
                         {sc_time(13, SC_US), true}};
  EXPECT_EQ(timer_log_.changes(), expected);
}

TEST_F(ClintTest, TheInterruptFallsWhenMtimeWraps) {
  build();
  initiator_.run([&] {
    write64(kMtimecmp, ~std::uint64_t{0});
    write64(kMtime, ~std::uint64_t{0} - 1);
  });
  sc_core::sc_start(sc_time(1, SC_US));
  const Changes expected{{SC_ZERO_TIME, true},
                         {SC_ZERO_TIME, false},
                         {sc_time(100, SC_NS), true},
                         {sc_time(200, SC_NS), false}};
  EXPECT_EQ(timer_log_.changes(), expected);
}

TEST_F(ClintTest, SoftwareInterruptIsBitZeroOfMsip) {
  build();
  initiator_.run([&] {
    sc_core::wait(sc_time(1, SC_US));
    initiator_.write32(kMsip, 0xFFFFFFFF);
    EXPECT_EQ(initiator_.read32(kMsip), 1U);
    sc_core::wait(sc_time(1, SC_US));
    initiator_.write32(kMsip, 0xFFFFFFFE);
    EXPECT_EQ(initiator_.read32(kMsip), 0U);
  });
  sc_core::sc_start();
  const Changes expected{{sc_time(1, SC_US), true}, {sc_time(2, SC_US), false}};
  EXPECT_EQ(software_log_.changes(), expected);
}

TEST_F(ClintTest, GapsReadAsZeroAndIgnoreWrites) {
  build();
  run_for(sc_time(1, SC_US));
  for (const std::uint64_t address :
       {0x4ULL, 0x3FFCULL, 0x4008ULL, 0xBFF4ULL, 0xC000ULL, 0xFFFCULL}) {
    initiator_.write32(address, 0xFFFFFFFF);
    EXPECT_EQ(initiator_.read32(address), 0U) << address;
  }
  EXPECT_TRUE(initiator_.failures().empty());
  EXPECT_EQ(read64(kMtimecmp), 0U);
  EXPECT_EQ(read64(kMtime), 10U);
}

TEST_F(ClintTest, RefusesOtherSizesAndMisalignment) {
  build();
  test::settle();
  std::uint64_t data = 0;
  EXPECT_EQ(initiator_.access(tlm::TLM_READ_COMMAND, kMsip, &data, 8).response,
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(kMsip, 1).response, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(kMtime, 2).response, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(kMtime + 2, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.access(tlm::TLM_READ_COMMAND, kMtimecmp + 4, &data, 8).response,
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(0x10000, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  std::uint8_t enables = 0xFF;
  EXPECT_EQ(initiator_.access(tlm::TLM_WRITE_COMMAND, kMsip, &data, 4, SC_ZERO_TIME, &enables, 1)
                .response,
            tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
}

TEST_F(ClintTest, DebugReadsShowTheRegistersAndWritesNothing) {
  build();
  run_for(sc_time(3, SC_US));
  write64(kMtimecmp, 0x1122334455667788ULL);
  std::uint64_t data = 0;
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, kMtimecmp, &data, 8), 8U);
  EXPECT_EQ(data, 0x1122334455667788ULL);
  EXPECT_EQ(initiator_.debug_read32(kMtime), 30U);
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, kMtimecmp, &data, 8), 0U);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0xFFFE, &data, 8), 2U);
}

TEST_F(ClintTest, RefusesAnImpossibleTimeBase) {
  EXPECT_THROW(Clint("a", 0), std::invalid_argument);
  EXPECT_THROW(Clint("b", 1'000'000'000'001), std::invalid_argument);
}

TEST_F(ClintTest, QuickReadsAnswerAsOfTheirTime) {
  build();
  const auto quick = [this](std::uint64_t address, core::TimePs time) {
    tlm_support::QuickRead access{address, 4, time, 0, 0};
    EXPECT_TRUE(clint_->quick_read(access));
    EXPECT_EQ(access.time, time);
    return access.value;
  };
  EXPECT_EQ(quick(0xBFF8, 99'999), 0U);
  EXPECT_EQ(quick(0xBFF8, 100'000), 1U);
  EXPECT_EQ(quick(0xBFFC, 100'000ULL << 33U), 2U);
  tlm_support::QuickRead beyond{0x10000, 4, 0, 0, 0};
  EXPECT_FALSE(clint_->quick_read(beyond));
}

}  // namespace
}  // namespace aimc::peripherals
