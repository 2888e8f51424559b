#include "models/peripherals/uart16550.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"
#include "tests/unit/peripherals/signal_log.h"

namespace aimc::peripherals {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

enum Register : std::uint64_t { kData, kIer, kIirFcr, kLcr, kMcr, kLsr, kMsr, kScr };

class UartTest : public test::SystemCTest {
 protected:
  UartTest() {
    initiator_.socket.bind(uart_.socket);
    uart_.irq.bind(irq_);
  }
  std::uint32_t read(std::uint64_t address) {
    const test::Access access = initiator_.read(address, 1);
    EXPECT_TRUE(access.ok());
    test::settle();
    return access.value;
  }
  void write(std::uint64_t address, std::uint32_t value) {
    EXPECT_TRUE(initiator_.write(address, value, 1).ok());
    test::settle();
  }
  void receive(const std::string& text) {
    for (const char character : text) uart_.receive(static_cast<std::uint8_t>(character));
    test::settle();
  }

  std::string output_;
  test::TestInitiator initiator_{"initiator"};
  Uart16550 uart_{"uart",
                  [this](std::uint8_t byte) { output_.push_back(static_cast<char>(byte)); }};
  sc_core::sc_signal<bool> irq_{"irq"};
  test::SignalLog irq_log_{"irq_log", irq_};
};

TEST_F(UartTest, ResetStateIsQemus) {
  test::settle();
  const std::array<std::uint32_t, 8> expected{0x00, 0x00, 0x01, 0x00, 0x08, 0x60, 0xB0, 0x00};
  for (std::uint64_t address = 0; address < 8; ++address)
    EXPECT_EQ(read(address), expected[address]) << address;
  write(kLcr, 0x80);
  EXPECT_EQ(read(kData), 12U);
  EXPECT_EQ(read(kIer), 0U);
  EXPECT_FALSE(irq_.read());
}

TEST_F(UartTest, SendsWhatAPollingDriverWrites) {
  test::settle();
  for (const char character : std::string("hello\n")) {
    ASSERT_EQ(read(kLsr) & 0x20U, 0x20U);
    write(kData, static_cast<std::uint8_t>(character));
  }
  EXPECT_EQ(output_, "hello\n");
  EXPECT_EQ(read(kLsr), 0x60U);
  EXPECT_TRUE(irq_log_.changes().empty());
}

TEST_F(UartTest, TheDivisorLatchHidesDataAndInterruptEnable) {
  test::settle();
  write(kLcr, 0x83);
  write(kData, 0x34);
  write(kIer, 0x12);
  EXPECT_EQ(read(kData), 0x34U);
  EXPECT_EQ(read(kIer), 0x12U);
  write(kLcr, 0x03);
  EXPECT_EQ(read(kIer), 0U);
  EXPECT_EQ(read(kLcr), 0x03U);
  EXPECT_TRUE(output_.empty());
}

TEST_F(UartTest, RegistersKeepOnlyBitsThatExist) {
  test::settle();
  write(kMcr, 0xEF);
  EXPECT_EQ(read(kMcr), 0x0FU);
  write(kScr, 0xA5);
  EXPECT_EQ(read(kScr), 0xA5U);
  write(kIer, 0xF0);
  EXPECT_EQ(read(kIer), 0U);
  write(kLsr, 0);
  write(kMsr, 0);
  EXPECT_EQ(read(kLsr), 0x60U);
  EXPECT_EQ(read(kMsr), 0xB0U);
  write(kIirFcr, 0x01);
  EXPECT_EQ(read(kIirFcr), 0xC1U);
  write(kIirFcr, 0x00);
  EXPECT_EQ(read(kIirFcr), 0x01U);
}

TEST_F(UartTest, TransmitInterruptIsClearedByReadingItsIdentity) {
  test::settle();
  write(kIer, 0x02);
  EXPECT_TRUE(irq_.read());  // the transmitter is empty
  EXPECT_EQ(read(kIirFcr), 0x02U);
  EXPECT_FALSE(irq_.read());
  EXPECT_EQ(read(kIirFcr), 0x01U);
  write(kIer, 0x02);  // it was on already
  EXPECT_FALSE(irq_.read());
  write(kData, 'x');
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kIirFcr), 0x02U);
  write(kData, 'y');
  write(kIer, 0x00);
  EXPECT_FALSE(irq_.read());
  write(kIer, 0x02);
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(output_, "xy");
}

TEST_F(UartTest, ReceivesOneByteWithoutFifo) {
  test::settle();
  EXPECT_EQ(uart_.receive_space(), 1U);
  receive("a");
  EXPECT_EQ(uart_.receive_space(), 0U);
  EXPECT_EQ(read(kLsr), 0x61U);
  receive("b");  // overwrites the byte nobody fetched
  EXPECT_EQ(read(kLsr), 0x63U);
  EXPECT_EQ(read(kLsr), 0x61U);
  EXPECT_EQ(read(kData), static_cast<std::uint32_t>('b'));
  EXPECT_EQ(read(kLsr), 0x60U);
  EXPECT_EQ(read(kData), static_cast<std::uint32_t>('b')) << "the buffer keeps what it had";
  receive("c");
  EXPECT_EQ(read(kData), static_cast<std::uint32_t>('c'));
  uart_.reset();
  EXPECT_EQ(read(kData), 0U);
}

TEST_F(UartTest, TheFifoHoldsSixteenBytesAndReportsOverrun) {
  test::settle();
  write(kIirFcr, 0x01);
  write(kIer, 0x04);
  receive("0123456789abcdef");
  EXPECT_FALSE(irq_.read());
  EXPECT_EQ(uart_.receive_space(), 0U);
  receive("X");
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kIirFcr), 0xC6U);
  EXPECT_EQ(read(kLsr), 0x63U);
  EXPECT_FALSE(irq_.read());
  std::string text;
  while ((read(kLsr) & 1U) != 0) text.push_back(static_cast<char>(read(kData)));
  EXPECT_EQ(text, "0123456789abcdef");
}

TEST_F(UartTest, ReceiveInterruptFollowsTheTriggerLevel) {
  test::settle();
  write(kIirFcr, 0x81);  // eight bytes
  write(kIer, 0x01);
  receive("1234567");
  EXPECT_FALSE(irq_.read());
  receive("8");
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kIirFcr), 0xC4U);
  EXPECT_EQ(read(kData), static_cast<std::uint32_t>('1'));
  EXPECT_FALSE(irq_.read());
}

TEST_F(UartTest, BytesBelowTheTriggerLevelTimeOut) {
  test::settle();
  write(kLcr, 0x03);  // 8N1: ten bits a character
  write(kIirFcr, 0xC1);
  write(kIer, 0x01);
  receive("ab");
  // Four characters of ten bits at 399193 / 12 bits per second: 1,202,425,894 ps, cut to whole
  // picoseconds.
  constexpr std::uint64_t kTimeoutPs = 1'000'000'000'000ULL * 12 * 40 / 399193;
  sc_core::sc_start(sc_time::from_value(kTimeoutPs - 1));
  EXPECT_FALSE(irq_.read());
  sc_core::sc_start(sc_time::from_value(1));
  test::settle();
  EXPECT_TRUE(irq_.read());
  EXPECT_EQ(read(kIirFcr), 0xCCU);
  EXPECT_EQ(read(kData), static_cast<std::uint32_t>('a'));
  EXPECT_FALSE(irq_.read());
  write(kIirFcr, 0xC3);  // clears the receiver and with it the next timeout
  EXPECT_EQ(read(kLsr), 0x60U);
  sc_core::sc_start(sc_time::from_value(2 * kTimeoutPs));
  EXPECT_FALSE(irq_.read());
}

TEST_F(UartTest, LoopbackKeepsBytesInside) {
  test::settle();
  write(kMcr, 0x1F);
  EXPECT_EQ(read(kMsr), 0xF0U);
  write(kMcr, 0x11);
  EXPECT_EQ(read(kMsr), 0x20U);
  write(kMcr, 0x12);
  EXPECT_EQ(read(kMsr), 0x10U);
  write(kData, 'L');
  EXPECT_EQ(read(kData), static_cast<std::uint32_t>('L'));
  EXPECT_TRUE(output_.empty());
}

TEST_F(UartTest, WiderAccessesReachTheByteAtTheirAddress) {
  test::settle();
  EXPECT_TRUE(initiator_.write(kData, 0x44434241, 4).ok());
  EXPECT_EQ(output_, "A");
  EXPECT_EQ(initiator_.read(kMcr, 4).value, 0x08U);
  EXPECT_EQ(initiator_.read(kMsr, 2).value, 0xB0U);
}

TEST_F(UartTest, RefusesMisalignmentAndTheOutside) {
  test::settle();
  EXPECT_EQ(initiator_.read(kLsr, 2).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(8, 1).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  std::uint64_t data = 0;
  EXPECT_EQ(initiator_.access(tlm::TLM_WRITE_COMMAND, 0, &data, 8).response,
            tlm::TLM_BURST_ERROR_RESPONSE);
  std::uint8_t enables = 0xFF;
  EXPECT_EQ(
      initiator_.access(tlm::TLM_WRITE_COMMAND, 0, &data, 1, SC_ZERO_TIME, &enables, 1).response,
      tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  EXPECT_TRUE(output_.empty());
}

TEST_F(UartTest, DebugAccessTakesAndSendsNothing) {
  test::settle();
  receive("a");
  std::array<std::uint8_t, 16> data{};
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0, data.data(), 16), 8U);
  EXPECT_EQ(data[0], 'a');
  EXPECT_EQ(data[5], 0x61);
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, 0, data.data(), 1), 0U);
  EXPECT_EQ(read(kLsr), 0x61U);
  EXPECT_TRUE(output_.empty());
}

TEST_F(UartTest, PollingIsAnsweredAtLocalTimeInterruptsSynchronise) {
  initiator_.run([&] {
    EXPECT_EQ(initiator_.write(kData, 'a', 1, sc_time(70, SC_NS)).delay, sc_time(70, SC_NS));
    EXPECT_EQ(initiator_.read(kLsr, 1, sc_time(80, SC_NS)).delay, sc_time(80, SC_NS));
    EXPECT_EQ(initiator_.write(kIer, 2, 1, sc_time(90, SC_NS)).delay, SC_ZERO_TIME);
    EXPECT_EQ(initiator_.read(kIirFcr, 1, sc_time(20, SC_NS)).delay, SC_ZERO_TIME);
  });
  sc_core::sc_start();
  const std::vector<test::SignalLog::Change> expected{{sc_time(90, SC_NS), true},
                                                      {sc_time(110, SC_NS), false}};
  EXPECT_EQ(irq_log_.changes(), expected);
}

TEST_F(UartTest, QuickReadsAreThoseOfAPollingDriver) {
  const auto quick = [this](std::uint64_t address) {
    tlm_support::QuickRead access{address, 1, 0, 0, 0};
    return uart_.quick_read(access) ? static_cast<int>(access.value) : -1;
  };
  EXPECT_EQ(quick(kLsr), -1) << "whoever sends waits for the first access";
  read(kScr);
  EXPECT_EQ(quick(kLsr), 0x60);
  receive("ab");
  EXPECT_EQ(quick(kLsr), -1) << "there was an overrun, and a read clears it";
  EXPECT_EQ(read(kLsr), 0x63U);
  EXPECT_EQ(quick(kLsr), 0x61);
  EXPECT_EQ(quick(kData), -1);
  EXPECT_EQ(quick(kIirFcr), -1);
  EXPECT_EQ(quick(kMsr), 0xB0);
  EXPECT_EQ(quick(8), -1);
  write(kIer, 1);
  EXPECT_EQ(quick(kLsr), -1) << "with interrupts it waits for the kernel";
}

}  // namespace
}  // namespace aimc::peripherals
