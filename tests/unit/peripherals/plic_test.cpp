#include "models/peripherals/plic.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"
#include "tests/unit/peripherals/signal_log.h"

namespace aimc::peripherals {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

constexpr std::uint64_t kPending = 0x1000;
constexpr std::uint64_t kThreshold = 0x200000;
constexpr std::uint64_t kClaim = 0x200004;
constexpr std::uint64_t kContextStride = 0x1000;

constexpr std::uint64_t priority(unsigned source) {
  return 4 * source;
}
constexpr std::uint64_t enable(unsigned source, unsigned context = 0) {
  return 0x2000 + 0x80 * context + 4 * (source / 32);
}

class PlicTest : public test::SystemCTest {
 protected:
  PlicTest() {
    initiator_.socket.bind(plic_.socket);
    plic_.external_irq.bind(irq_);
    plic_.source(10).bind(uart_);
    plic_.source(65).bind(tile_);
    plic_.source(95).bind(last_);
    test::settle();
  }
  void drive(sc_core::sc_signal<bool>& line, bool level) {
    line.write(level);
    test::settle();
  }
  void write(std::uint64_t address, std::uint32_t value) {
    initiator_.write32(address, value);
    test::settle();
  }
  std::uint32_t read(std::uint64_t address) {
    const std::uint32_t value = initiator_.read32(address);
    test::settle();
    return value;
  }
  void allow(unsigned source, std::uint32_t level) {
    write(priority(source), level);
    write(enable(source), read(enable(source)) | 1U << (source % 32));
  }
  bool is_pending(unsigned source) {
    return (read(kPending + 4 * (source / 32)) >> (source % 32) & 1U) != 0;
  }

  test::TestInitiator initiator_{"initiator"};
  Plic plic_{"plic"};
  sc_core::sc_signal<bool> irq_{"irq"};
  sc_core::sc_signal<bool> uart_{"uart"};
  sc_core::sc_signal<bool> tile_{"tile"};
  sc_core::sc_signal<bool> last_{"last"};
  test::SignalLog irq_log_{"irq_log", irq_};
};

TEST_F(PlicTest, IsSilentAfterReset) {
  for (unsigned source = 0; source < Plic::kSources; ++source)
    EXPECT_EQ(read(priority(source)), 0U);
  for (unsigned word = 0; word < 3; ++word) EXPECT_EQ(read(kPending + 4 * word), 0U);
  EXPECT_EQ(read(kThreshold), 0U);
  EXPECT_EQ(read(kClaim), 0U);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, ClaimAndCompleteOneInterrupt) {
  allow(10, 1);
  drive(uart_, true);
  EXPECT_TRUE(irq_.read());
  EXPECT_TRUE(is_pending(10));
  EXPECT_EQ(read(kClaim), 10U);
  EXPECT_FALSE(irq_.read());
  EXPECT_FALSE(is_pending(10));
  EXPECT_EQ(read(kClaim), 0U);
  drive(uart_, false);
  write(kClaim, 10);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, ALevelThatStaysHighInterruptsAgainAfterCompletion) {
  allow(65, 3);
  drive(tile_, true);
  EXPECT_EQ(read(kClaim), 65U);
  EXPECT_FALSE(irq_.read());
  write(kClaim, 65);
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kClaim), 65U);
}

TEST_F(PlicTest, ARiseDuringServiceCountsOnlyIfTheLineIsHighAtCompletion) {
  allow(65, 3);
  drive(tile_, true);
  EXPECT_EQ(read(kClaim), 65U);
  drive(tile_, false);
  drive(tile_, true);
  EXPECT_FALSE(irq_.read());
  EXPECT_FALSE(is_pending(65));
  EXPECT_EQ(read(kClaim), 0U);
  write(kClaim, 65);
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kClaim), 65U);
  drive(tile_, false);
  drive(tile_, true);
  drive(tile_, false);
  write(kClaim, 65);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, ARequestStaysWhenTheLineFallsBeforeTheClaim) {
  allow(10, 1);
  drive(uart_, true);
  drive(uart_, false);
  EXPECT_TRUE(irq_.read());
  EXPECT_TRUE(is_pending(10));
  EXPECT_EQ(read(kClaim), 10U);
  write(kClaim, 10);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, TheHighestPriorityWinsThenTheLowestNumber) {
  allow(10, 2);
  allow(65, 5);
  allow(95, 2);
  drive(uart_, true);
  drive(tile_, true);
  drive(last_, true);
  EXPECT_EQ(read(kClaim), 65U);
  EXPECT_EQ(read(kClaim), 10U);
  EXPECT_EQ(read(kClaim), 95U);
  EXPECT_EQ(read(kClaim), 0U);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, OnlyPrioritiesAboveTheThresholdInterrupt) {
  allow(10, 4);
  drive(uart_, true);
  write(kThreshold, 4);
  EXPECT_FALSE(irq_.read());
  EXPECT_EQ(read(kClaim), 0U);
  write(kThreshold, 3);
  EXPECT_TRUE(irq_.read());
  write(kThreshold, 7);
  EXPECT_FALSE(irq_.read());
  EXPECT_TRUE(is_pending(10));
}

TEST_F(PlicTest, PriorityZeroNeverInterrupts) {
  allow(10, 0);
  drive(uart_, true);
  EXPECT_FALSE(irq_.read());
  write(priority(10), 1);
  EXPECT_TRUE(irq_.read());
}

TEST_F(PlicTest, EnablingAPendingSourceTakesEffectAtOnce) {
  write(priority(10), 1);
  drive(uart_, true);
  EXPECT_FALSE(irq_.read());
  write(enable(10), 1U << 10U);
  EXPECT_TRUE(irq_.read());
  write(enable(10), 0);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, RegistersKeepOnlyBitsThatExist) {
  write(priority(10), 0xFFFFFFFF);
  EXPECT_EQ(read(priority(10)), 7U);
  write(priority(0), 7);
  EXPECT_EQ(read(priority(0)), 0U);
  write(kThreshold, 0xFFFFFFFF);
  EXPECT_EQ(read(kThreshold), 7U);
  write(enable(0), 0xFFFFFFFF);
  EXPECT_EQ(read(enable(0)), 0xFFFFFFFEU);
  write(enable(95), 0xFFFFFFFF);
  EXPECT_EQ(read(enable(95)), 0xFFFFFFFFU);
  write(kPending, 0xFFFFFFFF);
  EXPECT_EQ(read(kPending), 0U);
}

TEST_F(PlicTest, CompletingWhatIsNotInServiceDoesNothing) {
  allow(10, 1);
  drive(uart_, true);
  for (const std::uint32_t value : {0U, 10U, 95U, 96U, 0xFFFFFFFFU}) write(kClaim, value);
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kClaim), 10U);
  for (const std::uint32_t value : {0U, 65U, 96U, 0xFFFFFFFFU}) write(kClaim, value);
  EXPECT_FALSE(irq_.read());
}

TEST_F(PlicTest, ContextOneHasRegistersOfItsOwnAndNoLine) {
  write(priority(10), 1);
  write(enable(10, 1), 1U << 10U);
  write(kThreshold + kContextStride, 2);
  EXPECT_EQ(read(enable(10, 1)), 1U << 10U);
  EXPECT_EQ(read(enable(10)), 0U);
  EXPECT_EQ(read(kThreshold + kContextStride), 2U);
  EXPECT_EQ(read(kThreshold), 0U);
  drive(uart_, true);
  EXPECT_FALSE(irq_.read());
  EXPECT_EQ(read(kClaim + kContextStride), 0U);
  write(kThreshold + kContextStride, 0);
  EXPECT_EQ(read(kClaim + kContextStride), 10U);
  EXPECT_TRUE(initiator_.failures().empty());
}

TEST_F(PlicTest, GapsReadAsZeroAndIgnoreWrites) {
  for (const std::uint64_t address :
       {0x180ULL, 0xFFCULL, 0x100CULL, 0x1FFCULL, 0x200CULL, 0x2100ULL, 0x1FFFFCULL, 0x200008ULL,
        0x202000ULL, 0x3FFFFCULL}) {
    write(address, 0xFFFFFFFF);
    EXPECT_EQ(read(address), 0U) << std::hex << address;
  }
  EXPECT_TRUE(initiator_.failures().empty());
}

TEST_F(PlicTest, RefusesOtherSizesMisalignmentAndTheOutside) {
  EXPECT_EQ(initiator_.read(kClaim, 1).response, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(kClaim, 2).response, tlm::TLM_BURST_ERROR_RESPONSE);
  std::uint64_t data = 0;
  EXPECT_EQ(initiator_.access(tlm::TLM_READ_COMMAND, kThreshold, &data, 8).response,
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(kClaim + 1, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(0x400000, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(PlicTest, DebugReadsClaimNothing) {
  allow(10, 1);
  drive(uart_, true);
  EXPECT_EQ(initiator_.debug_read32(kClaim), 10U);
  EXPECT_EQ(initiator_.debug_read32(kClaim), 10U);
  std::uint32_t value = 10;
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, kClaim, &value, 4), 0U);
  EXPECT_TRUE(irq_.read());
}

class PlicTimingTest : public test::SystemCTest {
 protected:
  PlicTimingTest() {
    initiator_.socket.bind(plic_.socket);
    plic_.external_irq.bind(irq_);
    plic_.source(10).bind(uart_);
  }
  test::TestInitiator initiator_{"initiator"};
  Plic plic_{"plic"};
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> uart_{"uart"};
  sc_core::sc_signal<bool> irq_{"irq"};
  test::SignalLog irq_log_{"irq_log", irq_};
};

TEST_F(PlicTimingTest, SourceNumbersAreChecked) {
  EXPECT_THROW(plic_.source(0), std::out_of_range);
  EXPECT_THROW(plic_.source(96), std::out_of_range);
}

TEST_F(PlicTimingTest, TheLineFollowsWithoutDelayAndAClaimActsAtItsTime) {
  initiator_.run([&] {
    initiator_.write32(priority(10), 1);
    initiator_.write32(enable(10), 1U << 10U);
    sc_core::wait(sc_time(100, SC_NS));
    uart_.write(true);
    sc_core::wait(sc_time(50, SC_NS));
    const test::Access claim = initiator_.read(kClaim, 4, sc_time(25, SC_NS));
    EXPECT_EQ(claim.value, 10U);
    EXPECT_EQ(claim.delay, SC_ZERO_TIME);
  });
  sc_core::sc_start();
  const std::vector<test::SignalLog::Change> expected{{sc_time(100, SC_NS), true},
                                                      {sc_time(175, SC_NS), false}};
  EXPECT_EQ(irq_log_.changes(), expected);
}

TEST_F(PlicTest, QuickReadsHaveNoSideEffectAndNothingMayHappenBefore) {
  allow(10, 3);
  const auto quick = [this](std::uint64_t address, core::TimePs time) {
    tlm_support::QuickRead access{address, 4, time, 1000, 0};
    return plic_.quick_read(access) ? access.value + 1 : 0;  // 0: refused
  };
  EXPECT_EQ(quick(priority(10), 999), 3U + 1);
  EXPECT_EQ(quick(priority(10), 1000), 0U) << "a line may change at that time";
  EXPECT_EQ(quick(kClaim, 0), 0U + 1) << "there is nothing to claim";
  drive(uart_, true);
  EXPECT_EQ(quick(kPending, 0), (1U << 10U) + 1);
  EXPECT_EQ(quick(kClaim, 0), 0U) << "a claim";
  EXPECT_TRUE(is_pending(10));
  EXPECT_EQ(quick(0x400000, 0), 0U);
}

}  // namespace
}  // namespace aimc::peripherals
