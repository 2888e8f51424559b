#include "models/peripherals/memory.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::peripherals {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

constexpr std::size_t kSize = 0x10000;

class MemoryTest : public test::SystemCTest {
 protected:
  MemoryTest() {
    host_.socket.bind(memory_.socket);
    network_.socket.bind(memory_.network_socket);
  }
  const core::EnergyMeter::Entry& entry(const std::string& activity) {
    for (const core::EnergyMeter::Entry& candidate : energy_.entries()) {
      if (candidate.component == "ram" && candidate.activity == activity) return candidate;
    }
    throw std::logic_error("no account " + activity);
  }

  core::EnergyMeter energy_;
  test::TestInitiator host_{"host"};
  test::TestInitiator network_{"network"};
  Memory memory_{"memory", kSize, {30, 2.0, 3.0}, energy_};
};

TEST_F(MemoryTest, StartsAsZerosAndKeepsWhatIsWritten) {
  test::settle();
  EXPECT_EQ(host_.read32(0), 0U);
  EXPECT_EQ(host_.read32(kSize - 4), 0U);
  host_.write32(0x100, 0x11223344);
  EXPECT_EQ(network_.read(0x101, 2).value, 0x2233U);
  EXPECT_EQ(memory_.data()[0x100], 0x44);
  EXPECT_EQ(memory_.size(), kSize);
}

TEST_F(MemoryTest, HostAccessesTakeNoTimeAndEnergy) {
  test::settle();
  EXPECT_EQ(host_.read(0, 4, sc_time(5, SC_NS)).delay, sc_time(5, SC_NS));
  host_.write32(0, 1);
  EXPECT_TRUE(host_.dmi_hint());
  EXPECT_EQ(energy_.total_j(), 0.0);
  EXPECT_TRUE(host_.invalidations().empty());
}

TEST_F(MemoryTest, GrantsDmiToTheHostOnly) {
  test::settle();
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(host_.dmi(0x123, dmi));
  EXPECT_TRUE(dmi.is_read_write_allowed());
  EXPECT_EQ(dmi.get_start_address(), 0U);
  EXPECT_EQ(dmi.get_end_address(), kSize - 1);
  EXPECT_EQ(dmi.get_dmi_ptr(), memory_.data());
  EXPECT_EQ(dmi.get_read_latency(), sc_core::SC_ZERO_TIME);
  EXPECT_EQ(dmi.get_write_latency(), sc_core::SC_ZERO_TIME);
  EXPECT_FALSE(network_.dmi(0x123, dmi));
  network_.read(0, 4);
  EXPECT_FALSE(network_.dmi_hint());
}

TEST_F(MemoryTest, NetworkWritesAreAnnouncedToTheHost) {
  test::settle();
  network_.write32(0x200, 5);
  std::array<std::uint8_t, 100> block{};
  network_.access(tlm::TLM_WRITE_COMMAND, 0x301, block.data(), 100);
  network_.access(tlm::TLM_WRITE_COMMAND, 0x400, block.data(), 100, sc_core::SC_ZERO_TIME, nullptr,
                  0, 4);
  network_.read32(0x200);
  network_.write(kSize - 2, 0, 4);  // refused: nothing was written
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected{
      {0x200, 0x203}, {0x301, 0x364}, {0x400, 0x403}};
  EXPECT_EQ(host_.invalidations(), expected);
}

TEST_F(MemoryTest, NetworkAccessesCostTimeAndEnergyPerWord) {
  test::settle();
  EXPECT_EQ(network_.read(0, 4).delay, sc_time(30, SC_NS));
  std::array<std::uint8_t, 17> block{};
  EXPECT_EQ(network_.access(tlm::TLM_WRITE_COMMAND, 0, block.data(), 17).delay, sc_time(30, SC_NS));
  EXPECT_EQ(entry("network read").count, 1U);
  EXPECT_NEAR(entry("network read").joules, 2e-12, 1e-20);
  EXPECT_EQ(entry("network write").count, 5U);
  EXPECT_NEAR(entry("network write").joules, 15e-12, 1e-20);
}

TEST_F(MemoryTest, NetworkWriteHappensAtItsTime) {
  network_.run([&] {
    const test::Access access = network_.write(0x10, 7, 4, sc_time(100, SC_NS));
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(100, SC_NS));
    EXPECT_EQ(access.delay, sc_time(30, SC_NS));
  });
  host_.run([&] {
    sc_core::wait(sc_time(99, SC_NS));
    EXPECT_EQ(memory_.data()[0x10], 0);
    sc_core::wait(sc_time(2, SC_NS));
    EXPECT_EQ(memory_.data()[0x10], 7);
  });
  sc_core::sc_start();
  EXPECT_EQ(host_.invalidations().size(), 1U);
}

TEST_F(MemoryTest, RefusesWhatLeavesIt) {
  test::settle();
  EXPECT_EQ(host_.read(kSize - 3, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(network_.read(kSize, 1).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(energy_.total_j(), 0.0);
}

TEST_F(MemoryTest, DebugAccessReadsAndWrites) {
  test::settle();
  std::uint32_t value = 0xCAFEBABE;
  EXPECT_EQ(host_.debug(tlm::TLM_WRITE_COMMAND, 0x20, &value, 4), 4U);
  EXPECT_EQ(host_.debug_read32(0x20), 0xCAFEBABEU);
  EXPECT_TRUE(host_.invalidations().empty());
  EXPECT_EQ(network_.debug(tlm::TLM_WRITE_COMMAND, kSize - 2, &value, 4), 2U);
  ASSERT_EQ(host_.invalidations().size(), 1U);
  EXPECT_EQ(host_.invalidations()[0].second, kSize - 1);
  EXPECT_EQ(network_.debug(tlm::TLM_READ_COMMAND, kSize, &value, 4), 0U);
  EXPECT_EQ(energy_.total_j(), 0.0);
}

class SparseMemoryTest : public test::SystemCTest {};

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") {
      std::size_t kib = 0;
      status >> kib;
      return kib;
    }
  }
  return 0;
}

TEST_F(SparseMemoryTest, TakesHostMemoryOnlyForTouchedPages) {
  core::EnergyMeter energy;
  const std::size_t before = resident_kib();
  Memory memory("memory", std::size_t{1} << 30U, {}, energy);
  memory.data()[(std::size_t{1} << 30U) - 1] = 1;
  EXPECT_LT(resident_kib(), before + 16 * 1024);
}

TEST_F(SparseMemoryTest, RefusesToBeEmpty) {
  core::EnergyMeter energy;
  EXPECT_THROW(Memory("memory", 0, {}, energy), std::invalid_argument);
}

}  // namespace
}  // namespace aimc::peripherals
