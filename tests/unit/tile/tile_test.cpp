// The tile behind its TLM socket, driven by a foreign initiator: registers, doorbell, interrupts,
// errors, PUT.
#include "models/tile/tile.h"

#include <cstring>
#include <vector>

#include "tests/unit/tile/tile_fixture.h"

namespace aimc::tile {
namespace {

namespace r = regs::tile;
using sc_core::SC_NS;
using sc_core::sc_time;

TEST_F(TileTest, ShowsIdentityAndGeometry) {
  run([&] {
    EXPECT_EQ(initiator.read32(r::kId), 0x54494C45U);
    EXPECT_EQ(initiator.read32(r::kGeometry), 32U | 16U << 16U);
    EXPECT_EQ(initiator.read32(r::kSramSize), 16U * 1024);
    EXPECT_EQ(initiator.read32(r::kReadMode), 8U);
    const double scale = initiator.read32(r::kCountScale) / 4294967296.0;
    EXPECT_NEAR(scale, 420.0 * 25 * 0.2 / (100.0 * 127 * 256), 1e-9);
    EXPECT_EQ(initiator.read_response(0x0F0), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(initiator.write_response(r::kId, 0), tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(initiator.read_response(0x90000 + 0x7F000), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  });
}

TEST_F(TileTest, CommandsTakeTheirTimeAndRaiseDone) {
  run([&] {
    enable_interrupts();
    program_all();
    EXPECT_TRUE(initiator.read32(r::kStatus) & r::kStatusProgrammed.mask());
    const sc_time start = sc_core::sc_time_stamp();
    submit({0x02, 0, 0x100, 1, 0, 0, kAllRows, kAllColumns});
    EXPECT_TRUE(initiator.read32(r::kStatus) & r::kStatusBusy.mask());
    wait_done();
    const sc_time took = sc_core::sc_time_stamp() - start;
    EXPECT_GE(took, sc_time(261, SC_NS));  // 256 LSB of pulse width and the settling time
    EXPECT_EQ(initiator.read32(r::kCompleted), 2U);
    EXPECT_EQ(initiator.read32(r::kMvmCount), 1U);
    initiator.write32(r::kIrqStatus, r::kIrqStatusDone.mask());
    sc_core::wait(sc_time(1, SC_NS));
    EXPECT_FALSE(done.read());
  });
}

TEST_F(TileTest, QueueHoldsTwoBehindTheRunningCommand) {
  run([&] {
    enable_interrupts();
    program_all();
    const CommandWords mvm{0x02, 0, 0x100, 8, 0, 0, kAllRows, kAllColumns};
    for (int i = 0; i < 3; ++i) {
      submit(mvm);
    }
    EXPECT_EQ(r::kStatusQueued.get(initiator.read32(r::kStatus)), 2U);
    EXPECT_EQ(error_code(), 0U);
    submit(mvm);
    expect_error(Error::kQueueFull, mvm[0]);
    wait_done();
    EXPECT_EQ(initiator.read32(r::kCompleted), 4U);
  });
}

TEST_F(TileTest, BadCommandChangesNothing) {
  run([&] {
    initiator.write32(r::kIrqEnable, r::kIrqEnableError.mask());
    submit({0x99, 0, 0, 0, 0, 0, 0, 0});
    sc_core::wait(sc_time(1, SC_NS));
    EXPECT_TRUE(error.read());
    expect_error(Error::kBadOpcode, 0x99);
    EXPECT_EQ(initiator.read32(r::kCompleted), 0U);
    submit({0x02, 0, 0x100, 1, 0, 0, kAllRows, kAllColumns});
    sc_core::wait(sc_time(1, SC_NS));
    expect_error(Error::kNotProgrammed, kAllColumns);
    EXPECT_EQ(initiator.read32(r::kSramOffset + 0x100), 0U);
  });
}

TEST_F(TileTest, FirstErrorIsKept) {
  run([&] {
    submit({0x99, 0, 0, 0, 0, 0, 0, 0});
    submit({0x98, 0, 0, 0, 0, 0, 0, 0});
    expect_error(Error::kBadOpcode, 0x99);
  });
}

TEST_F(TileTest, SettingsAreRefusedWhileBusy) {
  run([&] {
    enable_interrupts();
    program_all();
    submit({0x02, 0, 0x100, 8, 0, 0, kAllRows, kAllColumns});
    initiator.write32(r::kReadMode, 7);
    expect_error(Error::kBusy, 7);
    initiator.write32(r::kNmpuParamsOffset, 0x8080);
    expect_error(Error::kBusy, 0x8080);
    initiator.write32(r::kWeightsOffset, 0x11111111);
    expect_error(Error::kBusy, 0x11111111);
    EXPECT_EQ(initiator.read32(r::kWeightsOffset), 0x01017F7FU);
    EXPECT_EQ(initiator.read32(r::kReadMode), 8U);
    wait_done();
  });
}

TEST_F(TileTest, ValuesOutOfRangeAreRefused) {
  run([&] {
    initiator.write32(r::kReadMode, 0);
    expect_error(Error::kBadValue, 0);
    initiator.write32(r::kWeightBank, 1);
    expect_error(Error::kBadValue, 1);
    initiator.write32(r::kWeightsOffset, 0x00800000);
    expect_error(Error::kBadValue, 0x00800000);
    initiator.write32(r::kNmpuParamsOffset + 4, 0x800000);
    expect_error(Error::kBadValue, 0x800000);
  });
}

TEST_F(TileTest, TellsItsNmpuFormatsAndCountsSaturation) {
  run([&] {
    enable_interrupts();
    EXPECT_EQ(initiator.read32(r::kNmpuFormat), 7U | 8U << 8U | 1U << 16U | 8U << 24U);
    initiator.write32(r::kNmpuParamsOffset, 0x80);
    initiator.write32(r::kSramOffset, 4000);
    submit({0x03, 0, 0x100, 3, 0, 0, 0, 1U << 16U});  // 4000 * 128, three times
    EXPECT_EQ(initiator.read32(r::kNmpuSaturatedActivations), 0U);
    wait_done();
    EXPECT_EQ(initiator.read32(r::kNmpuSaturatedActivations), 3U);
    EXPECT_EQ(initiator.read32(r::kNmpuSaturatedPsums), 0U);
    initiator.write32(r::kNmpuSaturatedPsums, 0);
    EXPECT_EQ(initiator.read32(r::kNmpuSaturatedActivations), 0U);
  });
}

TEST_F(TileTest, PutCarriesBytesToAForeignTarget) {
  run([&] {
    enable_interrupts();
    for (std::uint32_t i = 0; i < 16; ++i) initiator.write32(r::kSramOffset + 4 * i, i * 3);
    submit({0x06, 0, kRemote, 64, 0, 0, 0, 0});
    wait_done();
    EXPECT_EQ(error_code(), 0U);
    submit({0x06, 0, 0xF0000000, 64, 0, 0, 0, 0});
    wait_done();
    expect_error(Error::kBus, 0xF0000000);
    EXPECT_EQ(initiator.read32(r::kCompleted), 1U);
  });
  ASSERT_EQ(remote.received.size(), 64U);
  for (std::uint32_t i = 0; i < 16; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, remote.received.data() + 4 * i, sizeof word);
    EXPECT_EQ(word, i * 3);
  }
}

TEST_F(TileTest, AccessAheadOfTimeTakesEffectAtItsTime) {
  run([&] {
    const auto access = initiator.write(r::kIrqEnable, 1, 4, sc_time(50, SC_NS));
    EXPECT_TRUE(access.ok());
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(50, SC_NS));
  });
}

TEST_F(TileTest, DebugAccessHasNoSideEffects) {
  run([&] {
    EXPECT_EQ(initiator.debug_read32(r::kGeometry), 32U | 16U << 16U);
    std::uint32_t word = 1;
    initiator.debug(tlm::TLM_WRITE_COMMAND, r::kDoorbell, &word, 4);
    sc_core::wait(sc_time(1, SC_NS));
    EXPECT_EQ(initiator.read32(r::kCompleted), 0U);
    const double before = energy.total_j();
    initiator.debug_read32(r::kSramOffset);
    EXPECT_EQ(energy.total_j(), before);
  });
}

TEST_F(TileTest, ResetAbandonsTheRunningCommandAndKeepsConductances) {
  run([&] {
    enable_interrupts();
    program_all();
    submit({0x02, 0, 0x100, 100, 0, 0, kAllRows, kAllColumns});
    sc_core::wait(sc_time(1, sc_core::SC_US));
    tile.reset();
    EXPECT_EQ(initiator.read32(r::kStatus), r::kStatusProgrammed.mask());
    EXPECT_EQ(initiator.read32(r::kCompleted), 0U);
    enable_interrupts();
    submit({0x02, 0, 0x100, 1, 0, 0, kAllRows, kAllColumns});
    wait_done();
    EXPECT_EQ(error_code(), 0U);
    EXPECT_EQ(initiator.read32(r::kMvmCount), 1U);
  });
}

}  // namespace
}  // namespace aimc::tile
