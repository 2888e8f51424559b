#include "models/peripherals/uart_line.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::peripherals {
namespace {

using sc_core::sc_time;

enum Register : std::uint64_t { kData, kIer, kIirFcr, kLcr, kMcr, kLsr, kMsr, kScr };

class UartLineTest : public test::SystemCTest {
 protected:
  UartLineTest() {
    initiator_.socket.bind(uart_.socket);
    uart_.irq.bind(irq_);
  }
  std::optional<std::uint8_t> next() {
    if (position_ == text_.size()) return std::nullopt;
    return static_cast<std::uint8_t>(text_[position_++]);
  }
  std::uint32_t read(std::uint64_t address, sc_time delay = sc_core::SC_ZERO_TIME) {
    return initiator_.read(address, 1, delay).value;
  }
  bool has_byte() { return (read(kLsr) & 1U) != 0; }

  std::string text_;
  std::size_t position_ = 0;
  test::TestInitiator initiator_{"initiator"};
  Uart16550 uart_{"uart", {}};
  UartLine line_{"line", uart_, [this] { return next(); }};
  sc_core::sc_signal<bool> irq_{"irq"};
};

TEST_F(UartLineTest, IsQuietUntilSoftwareIsThere) {
  text_ = "a";
  sc_core::sc_start(sc_time(1, sc_core::SC_SEC));
  EXPECT_EQ(position_, 0U);
  EXPECT_FALSE(has_byte());
  const sc_time character = uart_.character_time();
  // Ten bits at divisor 12 of 399,193 Bd.
  EXPECT_EQ(character.value(), 10ULL * 12 * 1'000'000'000'000 / 399193);
  sc_core::sc_start(character - sc_time(1, sc_core::SC_PS));
  EXPECT_FALSE(has_byte());
  sc_core::sc_start(sc_time(1, sc_core::SC_PS));
  test::settle();
  EXPECT_TRUE(has_byte());
  EXPECT_EQ(read(kData), 'a');
}

TEST_F(UartLineTest, WaitsForSpaceAndLosesNothing) {
  text_ = "abc";
  test::settle();
  read(kLsr);  // without FIFO there is room for one
  sc_core::sc_start(sc_time(1, sc_core::SC_SEC));
  EXPECT_EQ(position_, 1U);
  // The next byte starts at the time of the read that made room, which is ahead of the kernel's.
  const sc_time ahead(7, sc_core::SC_US);
  EXPECT_EQ(read(kData, ahead), 'a');
  sc_core::sc_start(ahead + uart_.character_time() - sc_time(1, sc_core::SC_PS));
  EXPECT_FALSE(has_byte());
  sc_core::sc_start(sc_time(1, sc_core::SC_PS));
  test::settle();
  EXPECT_EQ(read(kData), 'b');
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(read(kData), 'c');
  EXPECT_EQ(read(kLsr) & 2U, 0U) << "no overrun";
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_TRUE(line_.idle());
}

TEST_F(UartLineTest, WakesForMore) {
  test::settle();
  read(kLsr);
  test::settle();
  EXPECT_TRUE(line_.idle());
  text_ = "x";
  line_.wake();
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(read(kData), 'x');
}

TEST_F(UartLineTest, ResetClearsTheUartAndQuietsTheLine) {
  test::settle();
  initiator_.write(kScr, 0x55, 1);
  initiator_.write(kIirFcr, 1, 1);
  initiator_.write(kIer, 1, 1);
  EXPECT_TRUE(uart_.receive_interrupt_enabled());
  text_ = "a";
  line_.wake();
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_TRUE(irq_.read());
  uart_.reset();
  test::settle();
  EXPECT_FALSE(irq_.read());
  EXPECT_FALSE(uart_.receive_interrupt_enabled());
  text_ += "b";
  line_.wake();
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(position_, 1U);
  EXPECT_FALSE(has_byte());
  EXPECT_EQ(read(kScr), 0U);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(read(kData), 'b');
}

}  // namespace
}  // namespace aimc::peripherals
