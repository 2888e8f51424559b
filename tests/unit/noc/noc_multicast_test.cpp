// Writes to a rectangle of tiles at once, with each of the three engines behind the module.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "models/noc/multicast_extension.h"
#include "models/noc/noc.h"
#include "tests/support/systemc_fixture.h"
#include "tests/unit/noc/foreign_modules.h"

namespace aimc::noc {
namespace {

// A 4 x 4 network at 1 GHz with a memory of 64 KiB at every tile, tile i from i * 64 KiB on.
class NocMulticast : public test::SystemCTest, public ::testing::WithParamInterface<Engine> {
 protected:
  static constexpr std::uint64_t kSize = 0x1'0000;

  static std::uint64_t at(unsigned tile, std::uint64_t offset) { return tile * kSize + offset; }

  void build(NocConfig config = {}) {
    config.engine = GetParam();
    noc = std::make_unique<Noc>("noc", config, energy, probe);
    for (unsigned tile = 0; tile < 16; ++tile) {
      memories.push_back(
          std::make_unique<ForeignMemory>(("memory" + std::to_string(tile)).c_str(), kSize));
      noc->target_port({tile}).bind(memories[tile]->socket);
      noc->map({tile * kSize, kSize, {tile}, false});
    }
  }

  void from_tile_0(const std::function<void(ForeignInitiator&)>& body) {
    initiator = std::make_unique<ForeignInitiator>("initiator", body);
    initiator->socket.bind(noc->initiator_port({0}));
  }

  static tlm::tlm_response_status write(ForeignInitiator& self, std::uint64_t address,
                                        std::vector<unsigned char>& data, unsigned columns,
                                        unsigned rows,
                                        tlm::tlm_command command = tlm::TLM_WRITE_COMMAND) {
    MulticastExtension rectangle;
    rectangle.columns = columns;
    rectangle.rows = rows;
    Payload payload;
    ForeignInitiator::fill(payload, command, address, data.data(),
                           static_cast<unsigned>(data.size()));
    payload.set_extension(&rectangle);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    self.socket->b_transport(payload, delay);
    sc_core::wait(delay);
    payload.clear_extension(&rectangle);
    return payload.get_response_status();
  }

  core::EnergyMeter energy;
  core::Probe probe;
  std::unique_ptr<Noc> noc;
  std::vector<std::unique_ptr<ForeignMemory>> memories;
  std::unique_ptr<ForeignInitiator> initiator;
};

TEST_P(NocMulticast, WritesTheSamePlaceInEachTile) {
  build();
  std::vector<unsigned char> data(448);
  std::iota(data.begin(), data.end(), static_cast<unsigned char>(1));
  sc_core::sc_time taken;
  from_tile_0([&](ForeignInitiator& self) {
    ASSERT_EQ(write(self, at(5, 0x400), data, 2, 2), tlm::TLM_OK_RESPONSE);
    taken = sc_core::sc_time_stamp();
    std::vector<unsigned char> back(448);
    for (const unsigned tile : {5U, 6U, 9U, 10U, 4U, 7U, 13U}) {
      ASSERT_EQ(self.access(tlm::TLM_READ_COMMAND, at(tile, 0x400), back.data(), 448),
                tlm::TLM_OK_RESPONSE);
      const bool inside = tile == 5 || tile == 6 || tile == 9 || tile == 10;
      EXPECT_EQ(back == data, inside) << "tile " << tile;
    }
  });
  sc_core::sc_start();
  // Four packets of 8 flits, one behind the other, and the answer of the farthest tile.
  EXPECT_GE(taken, sc_core::sc_time((4 * 5 + 2 + 31) + (4 * 5 + 2), sc_core::SC_NS));
  EXPECT_LT(taken, sc_core::sc_time(100, sc_core::SC_NS));
}

TEST_P(NocMulticast, CrossesEachLinkOnce) {
  build();
  std::vector<unsigned char> data(448, 7);
  from_tile_0([&](ForeignInitiator& self) { write(self, at(5, 0x400), data, 2, 2); });
  sc_core::sc_start();
  // Ten router outputs of the tree, and an answer a packet and tile over its own route.
  EXPECT_EQ(noc->counters().flit_hops, 32U * 10 + 4U * (3 + 4 + 4 + 5));
  EXPECT_EQ(noc->counters().packets, 4U * 4 + 4U * 4);
  EXPECT_EQ(noc->payload_bytes(), 448U);
  std::uint64_t busy = 0;
  for (const LinkUse& use : noc->link_use()) {
    busy += use.plane == Plane::kRequest ? use.busy_cycles : 0;
  }
  EXPECT_EQ(busy, 32U * 11);
}

TEST_P(NocMulticast, RefusesWhatCannotBeDone) {
  NocConfig config;
  build(config);
  from_tile_0([&](ForeignInitiator& self) {
    std::vector<unsigned char> data(64);
    EXPECT_EQ(write(self, at(5, 0), data, 4, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(write(self, at(5, 0), data, 1, 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(write(self, at(5, 0), data, 0, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(write(self, at(16, 0), data, 1, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(write(self, at(5, 0), data, 2, 2, tlm::TLM_READ_COMMAND),
              tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(write(self, at(5, 0), data, 1, 1), tlm::TLM_OK_RESPONSE);
  });
  sc_core::sc_start();
  EXPECT_EQ(noc->counters().packets, 2U);
}

TEST_P(NocMulticast, NeedsABufferForAHeaderAndData) {
  NocConfig config;
  config.buffer_flits = 1;
  build(config);
  from_tile_0([&](ForeignInitiator& self) {
    std::vector<unsigned char> data(64);
    EXPECT_EQ(write(self, at(5, 0), data, 2, 1), tlm::TLM_BURST_ERROR_RESPONSE);
  });
  sc_core::sc_start();
}

INSTANTIATE_TEST_SUITE_P(All, NocMulticast,
                         ::testing::Values(Engine::kLt, Engine::kAt, Engine::kFlit),
                         [](const ::testing::TestParamInfo<Engine>& entry) {
                           return std::string(engine_name(entry.param));
                         });

}  // namespace
}  // namespace aimc::noc
