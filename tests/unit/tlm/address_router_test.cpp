#include "models/tlm/address_router.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "models/tlm/register_bank.h"
#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::tlm_support {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

// Bytes behind a socket; remembers addresses and grants DMI for all of them.
class Target : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Target, 32> socket{"socket"};

  Target(const sc_core::sc_module_name& name, std::uint64_t base, std::size_t size, bool dmi = true)
      : sc_core::sc_module(name), base_(base), bytes_(size), dmi_(dmi) {
    socket.register_b_transport(this, &Target::b_transport);
    socket.register_transport_dbg(this, &Target::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &Target::get_direct_mem_ptr);
  }

  std::uint8_t* data() { return bytes_.data(); }
  std::vector<std::uint64_t> addresses;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
    addresses.push_back(payload.get_address());
    const std::uint64_t address = payload.get_address();
    payload.set_address(address - base_);
    memory_transport(payload, bytes_.data(), bytes_.size(), true);
    payload.set_address(address);
    delay += sc_time(7, SC_NS);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    addresses.push_back(payload.get_address());
    return payload.get_data_length();
  }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_dmi& dmi) {
    dmi.allow_read_write();
    dmi.set_dmi_ptr(bytes_.data());
    dmi.set_start_address(base_);
    dmi.set_end_address(base_ + bytes_.size() - 1);
    return dmi_;
  }

  std::uint64_t base_;
  std::vector<std::uint8_t> bytes_;
  bool dmi_;
};

class AddressRouterTest : public test::SystemCTest {
 protected:
  AddressRouterTest() {
    first_.socket.bind(router_.socket);
    second_.socket.bind(router_.socket);
    // Not in the order of their addresses, to see that decoding does not depend on it.
    router_.map(0x3000, 0x1000).bind(large_.socket);
    router_.map(0x1000, 0x100).bind(local_.socket);
    router_.map(0x2000, 0x100, true).bind(global_.socket);
    test::settle();
  }
  double bus_joules() { return energy_.entries()[0].joules; }
  std::uint64_t bus_count() { return energy_.entries()[0].count; }

  core::EnergyMeter energy_;
  test::TestInitiator first_{"first"};
  test::TestInitiator second_{"second"};
  AddressRouter router_{"router", 4000, 2.0, energy_};
  Target local_{"local", 0, 0x100};
  Target global_{"global", 0x2000, 0x100};
  Target large_{"large", 0, 0x2000};  // larger than its region
};

TEST_F(AddressRouterTest, SubtractsTheBaseUnlessAddressesStayGlobal) {
  first_.write32(0x1010, 0x01020304);
  second_.write32(0x2020, 0x05060708);
  EXPECT_EQ(first_.read32(0x2020), 0x05060708U);
  EXPECT_EQ(second_.read32(0x1010), 0x01020304U);
  EXPECT_EQ(local_.addresses, (std::vector<std::uint64_t>{0x10, 0x10}));
  EXPECT_EQ(global_.addresses, (std::vector<std::uint64_t>{0x2020, 0x2020}));
  EXPECT_TRUE(first_.failures().empty());
  EXPECT_TRUE(second_.failures().empty());
}

TEST_F(AddressRouterTest, DecodesTheFirstAndLastByteOfEachRegion) {
  for (const std::uint64_t address :
       {0x1000ULL, 0x10FFULL, 0x2000ULL, 0x20FFULL, 0x3000ULL, 0x3FFFULL}) {
    EXPECT_EQ(first_.read(address, 1).response, tlm::TLM_OK_RESPONSE) << std::hex << address;
  }
  for (const std::uint64_t address :
       {0x0ULL, 0xFFFULL, 0x1100ULL, 0x1FFFULL, 0x2100ULL, 0x2FFFULL, 0x4000ULL, ~0ULL}) {
    EXPECT_EQ(first_.read(address, 1).response, tlm::TLM_ADDRESS_ERROR_RESPONSE)
        << std::hex << address;
  }
}

TEST_F(AddressRouterTest, RefusesAccessesThatCrossARegionsEnd) {
  EXPECT_EQ(first_.read(0x10FC, 4).response, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(first_.read(0x10FE, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  // The target would have more bytes, but they are not mapped.
  EXPECT_EQ(first_.read(0x3FFE, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(large_.addresses.size(), 0U);
}

TEST_F(AddressRouterTest, AddsItsLatencyToTheTargets) {
  EXPECT_EQ(first_.read(0x1000, 4, sc_time(100, SC_NS)).delay, sc_time(111, SC_NS));
  EXPECT_EQ(first_.read(0x0, 4).delay, sc_time(4, SC_NS));
}

TEST_F(AddressRouterTest, PostsEnergyForEach32BitTransfer) {
  first_.read(0x1000, 4);
  first_.read(0x1000, 1);
  EXPECT_EQ(bus_count(), 2U);
  std::array<std::uint8_t, 12> data{};
  first_.access(tlm::TLM_WRITE_COMMAND, 0x1000, data.data(), 9);
  EXPECT_EQ(bus_count(), 5U);
  EXPECT_NEAR(bus_joules(), 10e-12, 1e-20);
  first_.read(0x0, 4);  // unmapped: nothing is transferred
  EXPECT_EQ(bus_count(), 5U);
  EXPECT_EQ(energy_.entries()[0].component, "bus");
  EXPECT_EQ(energy_.entries()[0].activity, "transfer");
}

TEST_F(AddressRouterTest, LeavesTheInitiatorsPayloadAsItWas) {
  std::uint32_t value = 0;
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_address(0x1004);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  sc_time delay = sc_core::SC_ZERO_TIME;
  first_.socket->b_transport(payload, delay);
  EXPECT_EQ(payload.get_address(), 0x1004U);
  payload.set_data_length(0x400);
  payload.set_address(0x10F0);
  first_.socket->transport_dbg(payload);
  EXPECT_EQ(payload.get_address(), 0x10F0U);
  EXPECT_EQ(payload.get_data_length(), 0x400U);
}

TEST_F(AddressRouterTest, DebugAccessesEndWithTheRegionAndCostNothing) {
  std::array<std::uint8_t, 64> data{};
  EXPECT_EQ(first_.debug(tlm::TLM_READ_COMMAND, 0x10F0, data.data(), 64), 16U);
  EXPECT_EQ(first_.debug(tlm::TLM_READ_COMMAND, 0x2000, data.data(), 64), 64U);
  EXPECT_EQ(first_.debug(tlm::TLM_READ_COMMAND, 0x0, data.data(), 4), 0U);
  EXPECT_EQ(local_.addresses, (std::vector<std::uint64_t>{0xF0}));
  EXPECT_EQ(global_.addresses, (std::vector<std::uint64_t>{0x2000}));
  EXPECT_EQ(bus_count(), 0U);
}

TEST_F(AddressRouterTest, TranslatesDmiAndCutsItToTheRegion) {
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(first_.dmi(0x1080, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0x1000U);
  EXPECT_EQ(dmi.get_end_address(), 0x10FFU);
  EXPECT_EQ(dmi.get_dmi_ptr(), local_.data());
  ASSERT_TRUE(first_.dmi(0x2080, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0x2000U);
  EXPECT_EQ(dmi.get_end_address(), 0x20FFU);
  ASSERT_TRUE(first_.dmi(0x3000, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0x3000U);
  EXPECT_EQ(dmi.get_end_address(), 0x3FFFU);
  EXPECT_FALSE(first_.dmi(0x1100, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0x1100U);
  EXPECT_EQ(dmi.get_end_address(), 0x1100U);
}

TEST_F(AddressRouterTest, TranslatesInvalidationsForEveryInitiator) {
  local_.socket->invalidate_direct_mem_ptr(0x10, 0x1F);
  global_.socket->invalidate_direct_mem_ptr(0x2040, 0x2043);
  large_.socket->invalidate_direct_mem_ptr(0xF00, 0x1FFF);   // cut to the region
  large_.socket->invalidate_direct_mem_ptr(0x1000, 0x1FFF);  // not visible at all
  local_.socket->invalidate_direct_mem_ptr(0, ~0ULL);
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected{
      {0x1010, 0x101F}, {0x2040, 0x2043}, {0x3F00, 0x3FFF}, {0x1000, 0x10FF}};
  EXPECT_EQ(first_.invalidations(), expected);
  EXPECT_EQ(second_.invalidations(), expected);
}

class AddressRouterMapTest : public test::SystemCTest {
 protected:
  core::EnergyMeter energy_;
  AddressRouter router_{"router", 0, 0.0, energy_};
};

TEST_F(AddressRouterMapTest, RefusesRegionsThatOverlapOrCannotBe) {
  router_.map(0x1000, 0x1000);
  EXPECT_THROW(router_.map(0x1FFF, 1), std::invalid_argument);
  EXPECT_THROW(router_.map(0x0, 0x1001), std::invalid_argument);
  EXPECT_THROW(router_.map(0x0, 0x10000), std::invalid_argument);
  EXPECT_THROW(router_.map(0x4000, 0), std::invalid_argument);
  EXPECT_THROW(router_.map(~0ULL, 2), std::invalid_argument);
  EXPECT_NO_THROW(router_.map(0x0, 0x1000));
  EXPECT_NO_THROW(router_.map(0x2000, 0x1000));
  EXPECT_NO_THROW(router_.map(~0ULL, 1));
}

TEST_F(AddressRouterMapTest, OwnsItsPortsWhoeverMaps) {
  EXPECT_EQ(router_.map(0x1000, 0x1000).get_base_port().get_parent_object(), &router_);
}

// Answers reads below 0x10 with their address, after 3 ns.
class Quick : public QuickReader {
 public:
  bool quick_read(QuickRead& read) override {
    if (read.address >= 0x10) return false;
    read.value = static_cast<std::uint32_t>(read.address);
    read.time += 3000;
    return true;
  }
};

TEST_F(AddressRouterTest, QuickReadTakesTimeAndEnergyOfTheBus) {
  Quick quick;
  router_.set_quick_reader(0x1000, quick);
  QuickRead read{0x1004, 4, 1000, 0, 0};
  EXPECT_TRUE(router_.quick_read(read));
  EXPECT_EQ(read.value, 4U);
  EXPECT_EQ(read.address, 0x1004U);
  EXPECT_EQ(read.time, 1000U + 4000 + 3000);
  EXPECT_EQ(bus_count(), 1U);
  EXPECT_DOUBLE_EQ(bus_joules(), 2e-12);
  EXPECT_TRUE(local_.addresses.empty()) << "not through the socket";
}

TEST_F(AddressRouterTest, QuickReadThatIsRefusedChangesNothing) {
  Quick quick;
  router_.set_quick_reader(0x1000, quick);
  for (const std::uint64_t address : {0x1010, 0x10FE, 0x2000, 0x5000}) {
    QuickRead read{address, 4, 1000, 0, 77};
    EXPECT_FALSE(router_.quick_read(read)) << std::hex << address;
    EXPECT_EQ(read.address, address);
    EXPECT_EQ(read.time, 1000U);
  }
  EXPECT_EQ(bus_count(), 0U);
  EXPECT_THROW(router_.set_quick_reader(0x5000, quick), std::invalid_argument);
}

}  // namespace
}  // namespace aimc::tlm_support
