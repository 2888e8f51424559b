// What arrives: data, addresses and response status of foreign modules bound to the network.
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "models/noc/noc.h"
#include "tests/support/systemc_fixture.h"
#include "tests/unit/noc/foreign_modules.h"

namespace aimc::noc {
namespace {

constexpr std::uint64_t kBase = 0x4000'0000;
constexpr std::uint64_t kSize = 0x1'0000;
constexpr unsigned char kEnabled = TLM_BYTE_ENABLED;
constexpr unsigned char kDisabled = TLM_BYTE_DISABLED;

class NocData : public test::SystemCTest {
 protected:
  // One initiator at the host's node, one memory at tile 5.
  void run(const std::function<void(ForeignInitiator&)>& body, const NocConfig& config = {}) {
    noc = std::make_unique<Noc>("noc", config, energy, probe);
    memory = std::make_unique<ForeignMemory>("memory", kSize);
    initiator = std::make_unique<ForeignInitiator>("initiator", body);
    initiator->socket.bind(noc->initiator_port(host_node(config)));
    noc->target_port({5}).bind(memory->socket);
    noc->map({kBase, kSize, {5}, false});
    noc->map({kBase + kSize, 0x100, {6}, false});  // a node without a target
    sc_core::sc_start();
  }

  core::EnergyMeter energy;
  core::Probe probe;
  std::unique_ptr<Noc> noc;
  std::unique_ptr<ForeignMemory> memory;
  std::unique_ptr<ForeignInitiator> initiator;
};

TEST_F(NocData, WrongSetUpsAreRefused) {
  const NocConfig config;
  Noc network("noc", config, energy, probe);
  const Node nowhere{node_count(config)};
  EXPECT_THROW(network.initiator_port(nowhere), std::invalid_argument);
  EXPECT_THROW(network.target_port(nowhere), std::invalid_argument);
  EXPECT_THROW(network.map({0, 16, nowhere, false}), std::invalid_argument);
  ForeignMemory target("target", 16);
  network.target_port({0}).bind(target.socket);
  EXPECT_THROW(network.target_port({0}), std::invalid_argument);
  network.map({0, 16, {0}, false});
  EXPECT_THROW(network.map({8, 16, {0}, false}), std::invalid_argument);
}

TEST_F(NocData, IsIntactForEverySizeAcrossBoundaries) {
  constexpr unsigned kMost = 9000;
  std::uint64_t transferred = 0;
  bool finished = false;
  run([&](ForeignInitiator& self) {
    std::vector<unsigned char> sent(kMost);
    std::vector<unsigned char> received(kMost);
    for (unsigned length = 1; length <= kMost; ++length) {
      for (unsigned i = 0; i < length; ++i) sent[i] = static_cast<unsigned char>(i * 7 + length);
      // Ends or begins anywhere around a boundary.
      const std::uint64_t address = kBase + 3 * 4096 - length % 4096 / 2 - 1;
      ASSERT_EQ(self.access(tlm::TLM_WRITE_COMMAND, address, sent.data(), length),
                tlm::TLM_OK_RESPONSE);
      ASSERT_TRUE(std::equal(sent.begin(), sent.begin() + length, &memory->bytes[address - kBase]));
      std::fill(received.begin(), received.end(), static_cast<unsigned char>(0));
      ASSERT_EQ(self.access(tlm::TLM_READ_COMMAND, address, received.data(), length),
                tlm::TLM_OK_RESPONSE);
      ASSERT_TRUE(std::equal(sent.begin(), sent.begin() + length, received.begin())) << length;
      transferred += 2 * length;
    }
    finished = true;
  });
  EXPECT_TRUE(finished);
  EXPECT_EQ(noc->payload_bytes(), transferred);
  std::uint64_t seen = 0;
  for (const ForeignMemory::Access& access : memory->accesses) {
    ASSERT_EQ(access.address / 4096, (access.address + access.length - 1) / 4096);
    seen += access.length;
  }
  EXPECT_EQ(seen, transferred);
  EXPECT_EQ(noc->counters().packets, 2 * memory->accesses.size());
}

TEST_F(NocData, TargetSeesOffsetsOrGlobalAddresses) {
  const NocConfig config;
  Noc network("noc", config, energy, probe);
  ForeignMemory local("local", 0x100);
  ForeignMemory global("global", 0x3000);
  ForeignInitiator master("master", [&](ForeignInitiator& self) {
    unsigned char byte = 1;
    EXPECT_EQ(self.access(tlm::TLM_WRITE_COMMAND, 0x1010, &byte, 1), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(self.access(tlm::TLM_WRITE_COMMAND, 0x2010, &byte, 1), tlm::TLM_OK_RESPONSE);
  });
  master.socket.bind(network.initiator_port({3}));
  network.target_port({0}).bind(local.socket);
  network.target_port(memory_node(config)).bind(global.socket);
  network.map({0x1000, 0x100, {0}, false});
  network.map({0x2000, 0x100, memory_node(config), true});
  sc_core::sc_start();
  ASSERT_EQ(local.accesses.size(), 1U);
  EXPECT_EQ(local.accesses[0].address, 0x10U);
  ASSERT_EQ(global.accesses.size(), 1U);
  EXPECT_EQ(global.accesses[0].address, 0x2010U);
}

TEST_F(NocData, UnmappedAddressesAreRefusedAtOnceWithoutTraffic) {
  run([&](ForeignInitiator& self) {
    unsigned char data[8] = {};
    for (const auto& [address, length] : {std::pair<std::uint64_t, unsigned>{0x10, 4},
                                          {kBase - 4, 8},          // begins before the range
                                          {kBase + kSize - 4, 8},  // leaves it
                                          {kBase + kSize, 4},  // belongs to a node without a target
                                          {~std::uint64_t{0} - 3, 8}}) {  // wraps around
      sc_core::sc_time delay(3, sc_core::SC_NS);
      EXPECT_EQ(self.transport(tlm::TLM_READ_COMMAND, address, data, length, delay),
                tlm::TLM_ADDRESS_ERROR_RESPONSE);
      EXPECT_EQ(delay, sc_core::sc_time(3, sc_core::SC_NS));
      EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
    }
  });
  EXPECT_EQ(noc->counters().packets, 0U);
  EXPECT_EQ(noc->payload_bytes(), 0U);
  EXPECT_EQ(energy.total_j(), 0.0);
}

TEST_F(NocData, AnErrorOfTheTargetComesBack) {
  run([&](ForeignInitiator& self) {
    std::vector<unsigned char> data(9000, 1);
    memory->broken_address = 5000;
    EXPECT_EQ(self.access(tlm::TLM_READ_COMMAND, kBase + 4998, data.data(), 4),
              tlm::TLM_GENERIC_ERROR_RESPONSE);
    // The second of three bursts fails; the others are carried out.
    EXPECT_EQ(self.access(tlm::TLM_WRITE_COMMAND, kBase, data.data(), 9000),
              tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(memory->bytes[4095], 1);
    EXPECT_EQ(memory->bytes[4096], 0);
    EXPECT_EQ(memory->bytes[8999], 1);
    EXPECT_EQ(self.access(tlm::TLM_WRITE_COMMAND, kBase, data.data(), 4096), tlm::TLM_OK_RESPONSE);
  });
}

TEST_F(NocData, ByteEnablesRepeatAcrossBursts) {
  run([&](ForeignInitiator& self) {
    std::vector<unsigned char> data(5000, 0xaa);
    unsigned char enables[3] = {kEnabled, kDisabled, kDisabled};
    Payload payload;
    ForeignInitiator::fill(payload, tlm::TLM_WRITE_COMMAND, kBase + 10, data.data(), 5000);
    payload.set_byte_enable_ptr(enables);
    payload.set_byte_enable_length(3);
    sc_core::sc_time delay;
    self.socket->b_transport(payload, delay);
    EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(payload.get_address(), kBase + 10);
    EXPECT_EQ(payload.get_data_length(), 5000U);
    for (unsigned i = 0; i < 5000; ++i)
      ASSERT_EQ(memory->bytes[10 + i], i % 3 == 0 ? 0xaa : 0) << i;
  });
}

TEST_F(NocData, StreamsThatFitABurstPassAndOthersAreRefused) {
  run([&](ForeignInitiator& self) {
    std::vector<unsigned char> data(8000);
    std::iota(data.begin(), data.end(), static_cast<unsigned char>(0));
    const auto stream = [&](std::uint64_t address, unsigned length, unsigned width) {
      Payload payload;
      ForeignInitiator::fill(payload, tlm::TLM_WRITE_COMMAND, address, data.data(), length);
      payload.set_streaming_width(width);
      sc_core::sc_time delay;
      self.socket->b_transport(payload, delay);
      return payload.get_response_status();
    };
    EXPECT_EQ(stream(kBase + 8, 64, 4), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(memory->bytes[8], 60);
    EXPECT_EQ(memory->bytes[11], 63);
    EXPECT_EQ(memory->bytes[12], 0);
    EXPECT_EQ(stream(kBase + 8, 8000, 4), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(stream(kBase + 4094, 64, 4), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(stream(kBase, 8, 0), tlm::TLM_BURST_ERROR_RESPONSE);
    EXPECT_EQ(stream(kBase, 0, 0), tlm::TLM_BURST_ERROR_RESPONSE);
  });
  EXPECT_EQ(noc->counters().packets, 2U);
}

TEST_F(NocData, DebugAccessMovesDataWithoutTrafficOrTime) {
  run([&](ForeignInitiator& self) {
    std::vector<unsigned char> data(9000, 0x5a);
    Payload payload;
    ForeignInitiator::fill(payload, tlm::TLM_WRITE_COMMAND, kBase + 100, data.data(), 9000);
    EXPECT_EQ(self.socket->transport_dbg(payload), 9000U);
    EXPECT_EQ(memory->bytes[9099], 0x5a);
    EXPECT_EQ(payload.get_address(), kBase + 100);
    // Beyond the range there is nothing; the count says so.
    ForeignInitiator::fill(payload, tlm::TLM_READ_COMMAND, kBase + kSize - 10, data.data(), 64);
    EXPECT_EQ(self.socket->transport_dbg(payload), 10U);
    EXPECT_EQ(payload.get_data_length(), 64U);
    ForeignInitiator::fill(payload, tlm::TLM_READ_COMMAND, 0, data.data(), 64);
    EXPECT_EQ(self.socket->transport_dbg(payload), 0U);
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_core::SC_ZERO_TIME);
  });
  EXPECT_EQ(noc->counters().packets, 0U);
  EXPECT_EQ(noc->payload_bytes(), 0U);
  EXPECT_EQ(energy.total_j(), 0.0);
  EXPECT_TRUE(memory->accesses.empty());
}

TEST_F(NocData, DirectMemoryIsNeverGranted) {
  run([&](ForeignInitiator& self) {
    unsigned char byte = 0;
    Payload payload;
    ForeignInitiator::fill(payload, tlm::TLM_READ_COMMAND, kBase, &byte, 1);
    tlm::tlm_dmi dmi;
    EXPECT_FALSE(self.socket->get_direct_mem_ptr(payload, dmi));
    sc_core::sc_time delay;
    self.socket->b_transport(payload, delay);  // the memory hints at direct access
    EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
    EXPECT_FALSE(payload.is_dmi_allowed());
  });
}

TEST_F(NocData, CommandsWithoutDataPass) {
  run([&](ForeignInitiator& self) {
    EXPECT_EQ(self.access(tlm::TLM_IGNORE_COMMAND, kBase + 8, nullptr, 0), tlm::TLM_OK_RESPONSE);
  });
  ASSERT_EQ(memory->accesses.size(), 1U);
  EXPECT_EQ(noc->counters().flits, 2U);
  EXPECT_EQ(noc->payload_bytes(), 0U);
}

TEST_F(NocData, PortsBelongToTheNetworkHoweverTheyWereMade) {
  const NocConfig config;
  Noc network("noc", config, energy, probe);
  EXPECT_STREQ(network.initiator_port({3}).name(), "noc.from_tile3_0");
  EXPECT_STREQ(network.initiator_port({3}).name(), "noc.from_tile3_1");
  EXPECT_STREQ(network.target_port(memory_node(config)).name(), "noc.to_memory");
}

}  // namespace
}  // namespace aimc::noc
