#include "models/peripherals/system_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"
#include "tests/unit/peripherals/mailbox_mock.h"
#include "tests/unit/peripherals/signal_log.h"

namespace aimc::peripherals {
namespace {

namespace sysctl = regs::system_control;
using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using ::testing::HasSubstr;
using ::testing::StrictMock;

SystemControlConfig example() {
  SystemControlConfig config;
  config.tile_count = 40;
  config.mesh_width = 8;
  config.mesh_height = 5;
  config.ram_size = 0x08000000;
  config.host_clock_khz = 500'000;
  config.noc_clock_khz = 1'000'000;
  config.tile_clock_khz = 250'000;
  config.nmpu_lanes = 64;
  config.args = {"fashion", "--images", "", "10"};
  return config;
}

class SystemControlTest : public test::SystemCTest {
 protected:
  void build(const SystemControlConfig& config) {
    control_ = std::make_unique<SystemControl>(
        "control", config, energy_, [this] { return traffic_; }, mailbox_);
    initiator_.socket.bind(control_->socket);
    control_->tile_done.bind(done_);
    control_->tile_error.bind(error_);
    control_->any_done.bind(any_done_);
    control_->any_error.bind(any_error_);
  }
  void start() {
    build(example());
    test::settle();
  }
  std::uint32_t read(std::uint32_t offset) { return initiator_.read32(offset); }
  std::uint32_t name(const std::string& text) {
    std::string padded = text;
    padded.resize((text.size() + 3) / 4 * 4, '\0');
    for (std::size_t i = 0; i < padded.size(); i += 4) {
      std::uint32_t word = 0;
      std::memcpy(&word, padded.data() + i, 4);
      initiator_.write32(sysctl::kNameChars, word);
    }
    return read(sysctl::kNameId);
  }

  core::EnergyMeter energy_;
  NocTraffic traffic_;
  StrictMock<MailboxMock> mailbox_;
  test::TestInitiator initiator_{"initiator"};
  sc_core::sc_vector<sc_core::sc_signal<bool>> done_{"done", 40};
  sc_core::sc_vector<sc_core::sc_signal<bool>> error_{"error", 40};
  sc_core::sc_signal<bool> any_done_{"any_done"};
  sc_core::sc_signal<bool> any_error_{"any_error"};
  std::unique_ptr<SystemControl> control_;
};

TEST_F(SystemControlTest, TellsWhatItWasBuiltWith) {
  start();
  EXPECT_EQ(read(sysctl::kId), 0x41494D43U);
  EXPECT_EQ(read(sysctl::kVersion), 1U);
  EXPECT_EQ(read(sysctl::kRegmapHash), regs::kRegmapHash);
  EXPECT_EQ(read(sysctl::kTileCount), 40U);
  EXPECT_EQ(read(sysctl::kMesh), 5U << 16U | 8U);
  EXPECT_EQ(read(sysctl::kTileBase), 0x40000000U);
  EXPECT_EQ(read(sysctl::kTileStride), 0x00100000U);
  EXPECT_EQ(read(sysctl::kRamBase), 0x80000000U);
  EXPECT_EQ(read(sysctl::kRamSize), 0x08000000U);
  EXPECT_EQ(read(sysctl::kHostClockKhz), 500'000U);
  EXPECT_EQ(read(sysctl::kNocClockKhz), 1'000'000U);
  EXPECT_EQ(read(sysctl::kTileClockKhz), 250'000U);
  EXPECT_EQ(read(sysctl::kTimebaseHz), 10'000'000U);
  EXPECT_EQ(read(sysctl::kNmpuLanes), 64U);
  EXPECT_TRUE(initiator_.failures().empty());
}

TEST_F(SystemControlTest, RegistersFollowTheirTable) {
  SystemControlConfig config;  // all zero but for the map's constants
  config.tile_count = 40;
  build(config);
  test::settle();
  EXPECT_CALL(mailbox_, progress).Times(2);
  for (const core::RegisterDesc& desc : sysctl::kRegisters) {
    for (std::uint32_t i = 0; i < desc.count; ++i) {
      const std::uint32_t offset = desc.offset + 4 * i;
      const bool readable = desc.access != core::RegisterAccess::kWo;
      EXPECT_EQ(initiator_.read_response(offset),
                readable ? tlm::TLM_OK_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE)
          << desc.name;
      if (readable && desc.reset != 0) {
        EXPECT_EQ(read(offset), desc.reset) << desc.name;
      }
      if (desc.access == core::RegisterAccess::kRo) {
        EXPECT_EQ(initiator_.write_response(offset, 0), tlm::TLM_COMMAND_ERROR_RESPONSE)
            << desc.name;
      }
      if (desc.access == core::RegisterAccess::kRw) {
        EXPECT_EQ(read(offset), 0U) << desc.name;
        initiator_.write32(offset, 0xFEDCBA98);
        EXPECT_EQ(read(offset), 0xFEDCBA98U) << desc.name;
      }
    }
  }
}

TEST_F(SystemControlTest, RefusesHolesOtherSizesAndMisalignment) {
  start();
  EXPECT_EQ(initiator_.read_response(0x00C), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read_response(0x200), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read_response(0x1000), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(sysctl::kId, 1).response, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(sysctl::kId + 2, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(SystemControlTest, HandsOverTheArguments) {
  start();
  const std::string expected(
      "fashion\0--images\0\0"
      "10\0",
      21);
  EXPECT_EQ(read(sysctl::kArgCount), 4U);
  EXPECT_EQ(read(sysctl::kArgBytes), 21U);
  std::string bytes(21, 'x');
  EXPECT_TRUE(initiator_.access(tlm::TLM_READ_COMMAND, sysctl::kArgsOffset, bytes.data(), 21).ok());
  EXPECT_EQ(bytes, expected);
  EXPECT_EQ(initiator_.read(sysctl::kArgsOffset + 1, 1).value, static_cast<std::uint32_t>('a'));
  EXPECT_EQ(read(0xFFC), 0U);
  EXPECT_EQ(initiator_.write_response(sysctl::kArgsOffset, 0), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read(0xFFE, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(SystemControlTest, ArgumentsMayFillTheWindowAndNoMore) {
  SystemControlConfig config = example();
  config.args = {std::string(2047, 'a')};
  build(config);
  test::settle();
  EXPECT_EQ(read(sysctl::kArgBytes), 2048U);
  EXPECT_EQ(read(0xFFC), 0x00616161U);
}

TEST_F(SystemControlTest, RefusesConfigurationsThatDoNotFit) {
  const auto message = [&](const SystemControlConfig& config) -> std::string {
    try {
      const SystemControl control("refused", config, energy_, {}, mailbox_);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  SystemControlConfig config = example();
  config.args = {std::string(1000, 'a'), std::string(1047, 'b')};
  EXPECT_THAT(message(config), HasSubstr("2049 bytes"));
  EXPECT_THAT(message(config), HasSubstr("2048"));
  config.args = {std::string("a\0b", 3)};
  EXPECT_THAT(message(config), HasSubstr("NUL"));
  config = example();
  config.tile_count = 1025;
  EXPECT_THAT(message(config), HasSubstr("tile count of 1025"));
  config = example();
  config.mesh_width = 65536;
  EXPECT_THAT(message(config), HasSubstr("mesh width of 65536"));
  config = example();
  config.mesh_height = 65536;
  EXPECT_THAT(message(config), HasSubstr("mesh height of 65536"));
}

TEST_F(SystemControlTest, ReadsEnergyAsOf64Bits) {
  start();
  const core::EnergyAccount account = energy_.open("tile0/adc", "conversion");
  energy_.post(account, 5.0);  // 5e12 pJ
  const std::uint64_t expected = 5'000'000'000'000ULL;
  EXPECT_EQ(read(sysctl::kEnergyPjHi), 0U);
  EXPECT_EQ(read(sysctl::kEnergyPjLo), static_cast<std::uint32_t>(expected));
  energy_.post(account, 50.0);  // the high word stays what it was when the low one was read
  EXPECT_EQ(read(sysctl::kEnergyPjHi), static_cast<std::uint32_t>(expected >> 32U));
}

TEST_F(SystemControlTest, ReadsEnergyAtTheTimeOfTheAccess) {
  build(example());
  // Leakage of 1 mW: 1 pJ a nanosecond.
  const core::EnergyAccount leakage = energy_.open("host", "leakage");
  energy_.add_provider(
      [&] { energy_.set(leakage, sc_core::sc_time_stamp().to_seconds() * 1.0001e-3, 1); });
  initiator_.run([&] {
    const test::Access access = initiator_.read(sysctl::kEnergyPjLo, 4, sc_time(1000, SC_NS));
    EXPECT_EQ(access.value, 1000U);
    EXPECT_EQ(access.delay, SC_ZERO_TIME);
  });
  sc_core::sc_start();
}

TEST_F(SystemControlTest, ConstantsAreReadWithoutWaiting) {
  start();
  EXPECT_EQ(initiator_.read(sysctl::kTileCount, 4, sc_time(9, SC_NS)).delay, sc_time(9, SC_NS));
}

TEST_F(SystemControlTest, ReadsTrafficModulo32Bits) {
  start();
  traffic_ = {0x1'0000'0002ULL, 77, 0xFFFFFFFFULL};
  EXPECT_EQ(read(sysctl::kNocPackets), 2U);
  EXPECT_EQ(read(sysctl::kNocFlitHops), 77U);
  EXPECT_EQ(read(sysctl::kNocBytes), 0xFFFFFFFFU);
}

TEST_F(SystemControlTest, JoinsTheTilesLines) {
  start();
  EXPECT_FALSE(any_done_.read());
  done_[0].write(true);
  done_[33].write(true);
  error_[39].write(true);
  test::settle();
  EXPECT_EQ(read(sysctl::kTileDonePending), 1U);
  EXPECT_EQ(read(sysctl::kTileDonePending + 4), 2U);
  EXPECT_EQ(read(sysctl::kTileDonePending + 8), 0U);
  EXPECT_EQ(read(sysctl::kTileDonePending + 4 * 31), 0U);
  EXPECT_EQ(read(sysctl::kTileErrorPending), 0U);
  EXPECT_EQ(read(sysctl::kTileErrorPending + 4), 1U << 7U);
  EXPECT_TRUE(any_done_.read());
  EXPECT_TRUE(any_error_.read());
  done_[0].write(false);
  error_[39].write(false);
  test::settle();
  EXPECT_TRUE(any_done_.read());
  EXPECT_FALSE(any_error_.read());
  done_[33].write(false);
  test::settle();
  EXPECT_FALSE(any_done_.read());
  EXPECT_EQ(read(sysctl::kTileDonePending + 4), 0U);
}

TEST_F(SystemControlTest, ReportsNamedResults) {
  start();
  const double value = 0.8937;
  std::array<std::uint32_t, 2> words{};
  std::memcpy(words.data(), &value, sizeof value);
  const std::uint32_t accuracy = name("accuracy");
  ASSERT_NE(accuracy, 0U);
  initiator_.write32(sysctl::kValueLo, words[0]);
  initiator_.write32(sysctl::kValueHi, words[1]);
  EXPECT_CALL(mailbox_, report("accuracy", value));
  initiator_.write32(sysctl::kReport, accuracy);
  EXPECT_TRUE(initiator_.failures().empty());
}

TEST_F(SystemControlTest, RefusesUnknownNamesAndWrongNesting) {
  start();
  EXPECT_EQ(name(""), 0U);
  const std::uint32_t section = name("section");
  EXPECT_EQ(initiator_.write_response(sysctl::kReport, 0), tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.write_response(sysctl::kReport, section + 1),
            tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.write_response(sysctl::kMarkerBegin, section + 1),
            tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.write_response(sysctl::kMarkerEnd, section),
            tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.read_response(sysctl::kId), tlm::TLM_OK_RESPONSE);  // and goes on
}

TEST_F(SystemControlTest, MarkersCarryTheLocalTime) {
  start();
  sc_core::sc_start(sc_time(100, SC_NS));
  const std::uint32_t section = name("conv1");
  EXPECT_CALL(mailbox_, marker_begin("conv1", 102'000));
  EXPECT_CALL(mailbox_, marker_end("conv1", 107'500));
  EXPECT_EQ(initiator_.write(sysctl::kMarkerBegin, section, 4, sc_time(2, SC_NS)).delay,
            sc_time(2, SC_NS));
  EXPECT_TRUE(initiator_.write(sysctl::kMarkerEnd, section, 4, sc_time(7.5, SC_NS)).ok());
}

TEST_F(SystemControlTest, PassesOnProgress) {
  start();
  const ::testing::InSequence in_order;
  EXPECT_CALL(mailbox_, progress(0, 10));
  EXPECT_CALL(mailbox_, progress(3, 10));
  initiator_.write32(sysctl::kProgressTotal, 10);
  initiator_.write32(sysctl::kProgressDone, 3);
  EXPECT_EQ(read(sysctl::kProgressDone), 3U);
}

TEST_F(SystemControlTest, DebugReadsChangeNothing) {
  start();
  initiator_.write32(sysctl::kNameChars, 0x00000061);
  EXPECT_EQ(initiator_.debug_read32(sysctl::kNameId), 0U);
  EXPECT_NE(read(sysctl::kNameId), 0U);  // the name was still there
  const core::EnergyAccount account = energy_.open("tile0/adc", "conversion");
  energy_.post(account, 5.0);
  EXPECT_EQ(initiator_.debug_read32(sysctl::kEnergyPjLo),
            static_cast<std::uint32_t>(5'000'000'000'000ULL));
  EXPECT_EQ(initiator_.debug_read32(sysctl::kEnergyPjHi), 0U);  // not latched
  std::array<char, 8> data{};
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, sysctl::kArgsOffset + 2, data.data(), 5), 5U);
  EXPECT_STREQ(data.data(), "shion");
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0xFFC, data.data(), 8), 4U);
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, sysctl::kProgressDone, data.data(), 4), 0U);
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, sysctl::kArgsOffset, data.data(), 4), 0U);
}

}  // namespace
}  // namespace aimc::peripherals
