#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

#include "models/tile/tile.h"
#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::tile {

inline constexpr std::uint32_t kAllRows = 32U << 16U;
inline constexpr std::uint32_t kAllColumns = 16U << 16U;
inline constexpr std::uint32_t kRemote = 0x40110000;

/// A target outside the platform that remembers what was put there.
class RemoteMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RemoteMemory, 32> socket{"socket"};
  explicit RemoteMemory(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &RemoteMemory::b_transport);
  }
  std::vector<std::uint8_t> received;
  std::uint64_t address = 0;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    address = payload.get_address();
    if (address != kRemote) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    received.assign(payload.get_data_ptr(), payload.get_data_ptr() + payload.get_data_length());
    delay += sc_core::sc_time(20, sc_core::SC_NS);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

class TileTest : public test::SystemCTest {
 protected:
  static TileConfig config() {
    TileConfig config;
    config.crossbar.rows = 32;
    config.crossbar.columns = 16;
    config.crossbar.mode = analog::AnalogMode::kIdeal;
    config.sram_kib = 16;
    return config;
  }

  TileTest()
      : tile("tile", config(), nmpu::make_model({}), 1, "tile0", energy, probe),
        initiator("initiator"),
        remote("remote") {
    initiator.socket.bind(tile.socket);
    tile.put_socket.bind(remote.socket);
    tile.done_irq.bind(done);
    tile.error_irq.bind(error);
  }

  /// Runs `script` as the initiator's thread to its end.
  void run(std::function<void()> script) {
    bool finished = false;
    initiator.run([&, script = std::move(script)] {
      script();
      finished = true;
    });
    sc_core::sc_start();
    EXPECT_TRUE(finished);
    EXPECT_THAT(initiator.failures(), ::testing::IsEmpty());
  }

  void submit(const CommandWords& words) {
    for (unsigned i = 0; i < words.size(); ++i)
      initiator.write32(regs::tile::kCmd + 4 * i, words[i]);
    initiator.write32(regs::tile::kDoorbell, 1);
  }
  void wait_done() {
    sc_core::wait(sc_core::sc_time(1, sc_core::SC_NS));  // the doorbell has taken DONE back
    while (!done.read()) sc_core::wait(done.value_changed_event());
  }
  std::uint32_t error_code() { return initiator.read32(regs::tile::kError); }
  void expect_error(Error code, std::uint32_t value) {
    EXPECT_EQ(error_code(), static_cast<std::uint32_t>(code));
    EXPECT_EQ(initiator.read32(regs::tile::kErrorValue), value);
    EXPECT_TRUE(initiator.read32(regs::tile::kIrqStatus) & regs::tile::kIrqStatusError.mask());
    initiator.write32(regs::tile::kError, 0);
    initiator.write32(regs::tile::kIrqStatus, regs::tile::kIrqStatusError.mask());
    EXPECT_EQ(error_code(), 0U);
  }
  void enable_interrupts() {
    initiator.write32(regs::tile::kIrqEnable,
                      regs::tile::kIrqEnableDone.mask() | regs::tile::kIrqEnableError.mask());
  }
  void program_all() {
    for (std::uint32_t i = 0; i < 32 * 16; i += 4)
      initiator.write32(regs::tile::kWeightsOffset + i, 0x01017F7F);
    submit({0x01, 0, 0, 0, 0, 0, kAllRows, kAllColumns});
    wait_done();
  }

  core::EnergyMeter energy;
  core::Probe probe;
  Tile tile;
  test::TestInitiator initiator;
  RemoteMemory remote;
  sc_core::sc_signal<bool> done{"done"};
  sc_core::sc_signal<bool> error{"error"};
};

}  // namespace aimc::tile
