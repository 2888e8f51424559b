#include "models/peripherals/dma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::peripherals {
namespace {

namespace r = regs::dma;
using sc_core::SC_NS;
using sc_core::sc_time;

constexpr std::uint32_t kBad = 0x40000;  // and everything behind it

/// Memory that takes 10 ns a transaction and ends at kBad.
class Target : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Target, 32> socket{"socket"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(kBad);
  std::vector<unsigned> lengths;
  explicit Target(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Target::b_transport);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
    lengths.push_back(payload.get_data_length());
    delay += sc_time(10, SC_NS);
    tlm_support::memory_transport(payload, bytes.data(), bytes.size(), true);
  }
};

class DmaTest : public test::SystemCTest {
 protected:
  DmaTest() : dma("dma", config(), energy, probe), initiator("initiator"), memory("memory") {
    initiator.socket.bind(dma.socket);
    dma.memory_socket.bind(memory.socket);
    dma.irq.bind(irq);
    std::iota(memory.bytes.begin(), memory.bytes.end(), std::uint8_t{0});
  }
  static DmaConfig config() {
    DmaConfig config;
    config.buffer_bytes = 64;
    config.setup_cycles = 5;
    return config;
  }

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
  void put(std::uint32_t at, const DmaWords& words) {
    std::memcpy(memory.bytes.data() + at, words.data(), sizeof words);
  }
  void start(std::uint32_t at) { initiator.write32(r::kStart, at); }
  bool busy() { return initiator.read32(r::kStatus) != 0; }
  void wait_idle() {
    while (busy()) sc_core::wait(sc_time(1, SC_NS));
  }
  void expect_error(r::Error code, std::uint32_t value) {
    wait_idle();
    EXPECT_EQ(initiator.read32(r::kError), static_cast<std::uint32_t>(code));
    EXPECT_EQ(initiator.read32(r::kErrorValue), value);
    EXPECT_NE(initiator.read32(r::kIrqStatus) & r::kIrqStatusError.mask(), 0U);
    initiator.write32(r::kError, 1);
    initiator.write32(r::kIrqStatus, 3);
    EXPECT_EQ(initiator.read32(r::kError), 0U);
  }

  core::EnergyMeter energy;
  core::Probe probe;
  Dma dma;
  test::TestInitiator initiator;
  Target memory;
  sc_core::sc_signal<bool> irq{"irq"};
};

TEST_F(DmaTest, MovesRowsAtTheirStridesInBursts) {
  run([&] {
    put(0x100, {0, 0x1000, 0x8000, 100, 3, 200, 256, 0});
    const std::vector<std::uint8_t> before = memory.bytes;
    memory.lengths.clear();
    start(0x100);
    EXPECT_TRUE(busy());
    wait_idle();
    for (unsigned row = 0; row < 3; ++row) {
      for (unsigned i = 0; i < 256; ++i) {
        const std::size_t at = 0x8000 + 256 * row + i;
        EXPECT_EQ(memory.bytes[at], i < 100 ? before[0x1000 + 200 * row + i] : before[at]);
      }
    }
    EXPECT_THAT(memory.lengths,
                ::testing::ElementsAre(32, 64, 64, 36, 36, 64, 64, 36, 36, 64, 64, 36, 36));
    // 13 accesses of 10 ns and five cycles of set-up.
    EXPECT_EQ(sc_core::sc_time_stamp(), sc_time(13 * 10 + 5, SC_NS));
    EXPECT_EQ(initiator.read32(r::kBytes), 300U);
    EXPECT_EQ(initiator.read32(r::kCompleted), 1U);
    EXPECT_EQ(initiator.read32(r::kDescriptor), 0x100U);
    EXPECT_NEAR(energy.total_j(), 300 * config().energy_pj_per_byte * 1e-12, 1e-20);
  });
}

TEST_F(DmaTest, FlipsTheSignBit) {
  run([&] {
    put(0x100, {0, 0x1000, 0x8000, 256, 1, 0, 0, r::kFlagsFlip.mask()});
    start(0x100);
    wait_idle();
    for (unsigned i = 0; i < 256; ++i) {
      EXPECT_EQ(static_cast<std::int8_t>(memory.bytes[0x8000 + i]),
                static_cast<int>(memory.bytes[0x1000 + i]) - 128);
    }
  });
}

TEST_F(DmaTest, ChainsAndTheirInterrupts) {
  run([&] {
    initiator.write32(r::kIrqEnable, r::kIrqEnableDone.mask());
    put(0x100, {0x140, 0x1000, 0x8000, 4, 1, 0, 0, 0});
    put(0x140, {0x120, 0x1004, 0x8004, 4, 1, 0, 0, r::kFlagsIrq.mask()});
    put(0x120, {0, 0x1008, 0x8008, 4, 1, 0, 0, 0});
    start(0x100);
    while (!irq.read()) sc_core::wait(irq.value_changed_event());
    EXPECT_EQ(initiator.read32(r::kCompleted), 2U);
    EXPECT_TRUE(busy());
    initiator.write32(r::kIrqStatus, r::kIrqStatusDone.mask());
    wait_idle();
    sc_core::wait(sc_time(1, SC_NS));
    EXPECT_TRUE(irq.read());
    EXPECT_EQ(initiator.read32(r::kCompleted), 3U);
    EXPECT_EQ(std::memcmp(&memory.bytes[0x8000], &memory.bytes[0x1000], 12), 0);
  });
}

TEST_F(DmaTest, RefusesWhatIsOutOfRangeAndWritesNothing) {
  run([&] {
    const std::vector<std::uint8_t> before = memory.bytes;
    struct Case {
      DmaWords words;
      r::Error error;
      std::uint32_t value;
    };
    const Case cases[] = {
        {{8, 0x1000, 0x8000, 4, 1, 0, 0, 0}, r::Error::kMisaligned, 8},
        {{0, 0x1002, 0x8000, 4, 1, 0, 0, 0}, r::Error::kMisaligned, 0x1002},
        {{0, 0x1000, 0x8001, 4, 1, 0, 0, 0}, r::Error::kMisaligned, 0x8001},
        {{0, 0x1000, 0x8000, 6, 1, 0, 0, 0}, r::Error::kMisaligned, 6},
        {{0, 0x1000, 0x8000, 4, 1, 2, 0, 0}, r::Error::kMisaligned, 2},
        {{0, 0x1000, 0x8000, 0, 1, 0, 0, 0}, r::Error::kBadLength, 0},
        {{0, 0x1000, 0x8000, 65540, 1, 0, 0, 0}, r::Error::kBadLength, 65540},
        {{0, 0x1000, 0x8000, 4, 0, 0, 0, 0}, r::Error::kBadLength, 0},
        {{0, 0x1000, 0x8000, 4, 65536, 0, 0, 0}, r::Error::kBadLength, 65536},
        {{0, 0x1000, 0x8000, 4, 1, 0, 0, 4}, r::Error::kBadFlags, 4},
    };
    for (const Case& c : cases) {
      put(0x100, c.words);
      start(0x100);
      expect_error(c.error, c.value);
      EXPECT_EQ(std::memcmp(&memory.bytes[0x8000], &before[0x8000], 64), 0);
    }
    start(0x104);
    expect_error(r::Error::kMisaligned, 0x104);
    EXPECT_EQ(initiator.read32(r::kCompleted), 0U);
  });
}

TEST_F(DmaTest, BusErrorsEndTheChain) {
  run([&] {
    start(kBad);
    expect_error(r::Error::kBus, kBad);
    put(0x100, {0x120, kBad, 0x8000, 4, 1, 0, 0, 0});
    start(0x100);
    expect_error(r::Error::kBus, kBad);
    put(0x100, {0x120, 0x1000, kBad - 64, 128, 1, 0, 0, 0});
    start(0x100);
    expect_error(r::Error::kBus, kBad);
    EXPECT_EQ(memory.bytes[kBad - 64], memory.bytes[0x1000]) << "what was written before stays";
    EXPECT_EQ(initiator.read32(r::kCompleted), 0U);
    put(0x100, {0, 0x1000, 0x8000, 4, 1, 0, 0, 0});
    start(0x100);
    start(0x200);
    EXPECT_EQ(initiator.read32(r::kErrorValue), 0x200U);
    expect_error(r::Error::kBusy, 0x200);
    EXPECT_EQ(initiator.read32(r::kCompleted), 1U);
  });
}

TEST_F(DmaTest, StopAndResetAtAnyMoment) {
  run([&] {
    put(0x100, {0x100, 0x1000, 0x8000, 64, 4, 64, 64, 0});  // a chain without an end
    put(0x200, {0, 0x1000, 0x9000, 4, 1, 0, 0, 0});
    for (unsigned ns = 1; ns < 120; ns += 3) {
      start(0x100);
      sc_core::wait(sc_time(ns, SC_NS));
      EXPECT_TRUE(busy());
      if (ns % 2 == 0) {
        initiator.write32(r::kStop, 1);
        wait_idle();
      } else {
        dma.reset();
        EXPECT_FALSE(busy());
      }
      const std::uint32_t before = initiator.read32(r::kCompleted);
      start(0x200);
      wait_idle();
      EXPECT_EQ(initiator.read32(r::kCompleted), before + 1) << ns;
      EXPECT_EQ(initiator.read32(r::kError), 0U);
    }
  });
}

TEST(DmaSettings, AreChecked) {
  for (const unsigned bytes : {0U, 6U, 8192U}) {
    core::EnergyMeter energy;
    core::Probe probe;
    DmaConfig config;
    config.buffer_bytes = bytes;
    EXPECT_THROW(Dma("dma", config, energy, probe), std::invalid_argument);
  }
}

}  // namespace
}  // namespace aimc::peripherals
