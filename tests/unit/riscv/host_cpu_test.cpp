// The host CPU in a small SystemC system: memory by DMI, a timer, devices that change with time,
// take time or fail.

#include "models/riscv/host_cpu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/riscv/host_system.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)
using sc_core::sc_time;
using ::testing::HasSubstr;

// Counts in a1 while a timer interrupts every 331 ns or so; the handler logs count, cycle, cause
// and what the devices say. After 60 interrupts the program waits in WFI for a last one and stops.
void load_interrupt_program(System& system) {
  system.put(
      kRamBase,
      {lui(kS0, kLog >> 12U), lui(kS1, kDevices >> 12U), lui(kT0, kHandler >> 12U),
       csrw(csrs::kMtvec, kT0), addi(kT0, kZero, 0x444), add(kT0, kT0, kT0), csrw(csrs::kMie, kT0),
       addi(kA2, kZero, 331), sw(kA2, kCompare, kS1), csrrsi(0, csrs::kMstatus, 8),
       // the loop: some arithmetic of different duration, a load, and now and then an access
       addi(kA1, kA1, 1), mul(kA3, kA1, kA1), div(kA3, kA3, kA1), lw(kA4, 0, kS0),
       i_type(0x13, 7, kA4, kA1, 31), bne(kA4, kZero, 12), sw(kA1, kSoftware, kS1),
       lw(kA4, kDelayed, kS1), addi(kT2, kZero, 60), b_type(4, kA5, kT2, -36), wfi(),
       sw(kZero, kStop, kS1), jal(0, 0)});
  system.put(kHandler,
             {csrr(kT0, csrs::kCycle), sw(kT0, 0, kS0), sw(kA1, 4, kS0), csrr(kT0, csrs::kMcause),
              sw(kT0, 8, kS0), lw(kT1, kTicks, kS1), sw(kT1, 12, kS0), lw(kT1, kWaiting, kS1),
              sw(kT1, 16, kS0), csrr(kT1, csrs::kMepc), sw(kT1, 20, kS0), addi(kS0, kS0, 24),
              addi(kA5, kA5, 1),
              // cause 3: clear it; else: arm the timer again
              i_type(0x13, 7, kT0, kT0, 15), addi(kT0, kT0, -3), bne(kT0, kZero, 12),
              sw(kZero, kSoftware, kS1), mret(), lw(kT1, kNow, kS1), addi(kT1, kT1, 331),
              sw(kT1, kCompare, kS1), mret()});
}

struct Outcome {
  std::vector<std::uint8_t> ram;
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
  std::uint64_t end_ps = 0;
  double joules = 0;

  bool operator==(const Outcome& other) const {
    return ram == other.ram && cycles == other.cycles && instructions == other.instructions &&
           end_ps == other.end_ps && joules == other.joules;
  }
};

Outcome run_interrupt_program(double quantum_us, double clock_mhz) {
  HostConfig config = config_with_quantum(quantum_us);
  config.clock_mhz = clock_mhz;
  System system(config);
  load_interrupt_program(system);
  system.run();
  EXPECT_TRUE(system.stop.has_value());
  if (system.stop) {
    EXPECT_EQ(system.stop->reason, StopReason::kStopRequested);
  }
  EXPECT_GE(system.word(kLog + 24 * 40 + 4), 1U) << "many interrupts";
  return {system.devices.ram, system.cpu.hart().cycle(), system.cpu.hart().instructions(),
          sc_core::sc_time_stamp().value(), system.energy.total_j()};
}

TEST(HostCpu, QuantumChangesNothing) {
  for (const double clock_mhz : {500.0, 333.0}) {
    const Outcome reference = run_interrupt_program(0.01, clock_mhz);
    EXPECT_GT(reference.instructions, 1000U);
    for (const double quantum_us : {0.001, 0.1, 1.0, 100.0}) {
      EXPECT_TRUE(run_interrupt_program(quantum_us, clock_mhz) == reference)
          << quantum_us << " us at " << clock_mhz << " MHz";
    }
  }
}

TEST(HostCpu, InterruptComesWithItsFirstInstruction) {
  System system(config_with_quantum(100));
  // At 500 MHz the timer's 101 ns lie between two edges: the first instruction from then on is that
  // at 102 ns, cycle 51.
  system.put(kRamBase,
             {lui(kS1, kDevices >> 12U), lui(kT0, kHandler >> 12U), csrw(csrs::kMtvec, kT0),
              addi(kT0, kZero, 0x80), csrw(csrs::kMie, kT0), addi(kA2, kZero, 101),
              sw(kA2, kCompare, kS1), csrrsi(0, csrs::kMstatus, 8)});
  for (std::uint32_t i = 8; i < 200; ++i) system.put(kRamBase + 4 * i, {addi(kA1, kA1, 1)});
  system.put(kHandler, {csrr(kA0, csrs::kCycle), sw(kZero, kStop, kS1)});
  system.run();
  EXPECT_EQ(system.cpu.hart().reg(kA1), 51U - 14U);
  EXPECT_EQ(system.cpu.hart().reg(kA0), 55U) << "and the entry into the trap takes 4";
}

TEST(HostCpu, InterruptRaisedByAStoreIsTakenBehindIt) {
  System system(config_with_quantum(100));
  system.put(kRamBase,
             {lui(kS1, kDevices >> 12U), lui(kT0, kHandler >> 12U), csrw(csrs::kMtvec, kT0),
              csrrwi(0, csrs::kMie, 8), csrrsi(0, csrs::kMstatus, 8), addi(kA0, kZero, 1),
              sw(kA0, kSoftware, kS1), addi(kA1, kA1, 1), addi(kA1, kA1, 1)});
  system.put(kHandler, {csrr(kA2, csrs::kMepc), sw(kZero, kStop, kS1)});
  system.run();
  EXPECT_EQ(system.cpu.hart().reg(kA2), kRamBase + 28);
  EXPECT_EQ(system.cpu.hart().reg(kA1), 0U);
}

TEST(HostCpu, AccessesTakeTheirTime) {
  System system(config_with_quantum(100));
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), csrr(kA0, csrs::kCycle), lw(kT0, kDelayed, kS1),
                        csrr(kA1, csrs::kCycle), lw(kT0, kWaiting, kS1), csrr(kA2, csrs::kCycle),
                        lw(kT0, kTicks, kS1), csrr(kA3, csrs::kCycle), sw(kZero, kStop, kS1)});
  system.run();
  Hart& hart = system.cpu.hart();
  EXPECT_EQ(hart.reg(kA1) - hart.reg(kA0), 1U + 18 + 1) << "35 ns are 17.5 periods of 2 ns";
  EXPECT_EQ(hart.reg(kA2) - hart.reg(kA1), 1U + 7 + 1) << "13.5 ns are 6.75 periods";
  EXPECT_EQ(hart.reg(kA3) - hart.reg(kA2), 1U + 1);
}

TEST(HostCpu, SynchronisedAccessSeesTheKernelAtItsTime) {
  System system(config_with_quantum(100));
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), div(kA0, kA0, kA0), div(kA0, kA0, kA0),
                        csrr(kA0, csrs::kCycle), lw(kA1, kTicks, kS1), sw(kZero, kStop, kS1)});
  system.run();
  const std::uint32_t time_ns = 2 * (system.cpu.hart().reg(kA0) + 1);
  EXPECT_EQ(system.cpu.hart().reg(kA1), time_ns / 7);
}

TEST(HostCpu, LocalTimeRangeIsNotSynchronised) {
  System system(config_with_quantum(100));
  system.devices.ticking = false;
  system.cpu.set_local_time_range(kDevices + kNow, 4);
  sc_time seen;
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), div(kA0, kA0, kA0), csrr(kA0, csrs::kCycle),
                        lw(kA1, kNow, kS1), sw(kZero, kStop, kS1)});
  system.devices.on_stop = [&] {
    seen = sc_core::sc_time_stamp();
    system.cpu.request_stop();
  };
  system.run();
  EXPECT_EQ(system.cpu.hart().reg(kA1), 2 * (system.cpu.hart().reg(kA0) + 1))
      << "answers as of local time";
  EXPECT_EQ(seen, sc_time(2 * (system.cpu.hart().reg(kA0) + 2), sc_core::SC_NS))
      << "no time was lost";
}

TEST(HostCpu, EventSetUpAtLocalTimeIsNotMissed) {
  for (const bool local : {false, true}) {
    System system(config_with_quantum(100));
    system.devices.ticking = false;
    if (local) system.cpu.set_local_time_range(kDevices + kNotify, 4);
    system.put(kRamBase,
               {lui(kS1, kDevices >> 12U), lui(kT0, kHandler >> 12U), csrw(csrs::kMtvec, kT0),
                lui(kT0, 1), addi(kT0, kT0, -0x800), csrw(csrs::kMie, kT0),
                csrrsi(0, csrs::kMstatus, 8), addi(kA0, kZero, 20), sw(kA0, kNotify, kS1)});
    for (std::uint32_t i = 9; i < 100; ++i) system.put(kRamBase + 4 * i, {addi(kA1, kA1, 1)});
    system.put(kHandler, {sw(kZero, kStop, kS1)});
    system.run();
    EXPECT_EQ(system.cpu.hart().reg(kA1), 9U) << "20 ns are 10 cycles, one of them for the store";
  }
}

TEST(HostCpu, ErrorResponsesAreAccessFaults) {
  System system(config_with_quantum(10));
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), lui(kS0, kUnmapped >> 12U),
                        lui(kT0, kHandler >> 12U), csrw(csrs::kMtvec, kT0), lui(kA3, kLog >> 12U),
                        lw(kA0, 4, kS0), sw(kA0, 8, kS0), lw(kA0, 2, kS1), jalr(kRa, kS0, 16)});
  system.put(kHandler,
             {csrr(kT0, csrs::kMcause), sw(kT0, 0, kA3), csrr(kT0, csrs::kMtval), sw(kT0, 4, kA3),
              addi(kA3, kA3, 8), csrr(kT1, csrs::kMepc), addi(kT1, kT1, 4), csrw(csrs::kMepc, kT1),
              b_type(4, kT1, kS0, 12), mret(), nop(), sw(kZero, kStop, kS1)});
  // After the fetch fault mepc is beyond RAM's addresses as signed numbers: the handler stops then.
  system.put(kHandler + 32, {b_type(5, kT1, kZero, 12)});
  system.run();
  const std::uint32_t expected[] = {5, kUnmapped + 4, 7, kUnmapped + 8,
                                    4, kDevices + 2,  1, kUnmapped + 16};
  for (std::uint32_t i = 0; i < 8; ++i) EXPECT_EQ(system.word(kLog + 4 * i), expected[i]) << i;
}

TEST(HostCpu, DirectMemoryIsAskedForOnceAPage) {
  System system(config_with_quantum(10));
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), addi(kA0, kZero, 50), lw(kA1, kTicks, kS1),
                        addi(kA0, kA0, -1), bne(kA0, kZero, -8), sw(kZero, kStop, kS1)});
  system.run();
  EXPECT_EQ(system.devices.dmi_requests, 2U) << "one for RAM, one for the devices";
}

TEST(HostCpu, InvalidationDropsDecodedCode) {
  System system(config_with_quantum(1));
  system.devices.ticking = false;
  system.put(kRamBase, {addi(kA0, kA0, 1), jal(0, -4)});
  system.run(10);
  const std::uint32_t before = system.cpu.hart().reg(kA0);
  system.put(kRamBase, {addi(kA1, kA1, 1)});
  system.devices.socket->invalidate_direct_mem_ptr(0, ~std::uint64_t{0});
  system.run(10);
  EXPECT_GT(before, 0U);
  EXPECT_LE(system.cpu.hart().reg(kA0), before + 1);
  EXPECT_GT(system.cpu.hart().reg(kA1), before / 2);
}

TEST(HostCpu, WfiWaitsForTheLine) {
  System system(config_with_quantum(0.1));
  system.devices.ticking = false;
  system.put(kRamBase,
             {lui(kS1, kDevices >> 12U), addi(kT0, kZero, 0x80), csrw(csrs::kMie, kT0), lui(kA2, 1),
              sw(kA2, kCompare, kS1), wfi(), csrr(kA0, csrs::kCycle), sw(kZero, kStop, kS1)});
  system.run();
  EXPECT_EQ(system.cpu.hart().reg(kA0), 4096U / 2)
      << "WFI is over at the first edge from 4096 ns on";
  EXPECT_LT(system.cpu.hart().instructions(), 10U);
  ASSERT_TRUE(system.stop.has_value());
}

TEST(HostCpu, WfiWithNothingToComeStarvesTheKernel) {
  System system(config_with_quantum(1));
  system.devices.ticking = false;
  system.put(kRamBase, {addi(kT0, kZero, 0x80), csrw(csrs::kMie, kT0), wfi(), nop()});
  EXPECT_FALSE(system.cpu.waiting());
  sc_core::sc_start();
  EXPECT_TRUE(system.cpu.waiting());
  EXPECT_FALSE(system.stop.has_value());
  EXPECT_EQ(system.cpu.hart().pc(), kRamBase + 12);
  EXPECT_EQ(system.cpu.local_time_ps(), (1U + 1 + 4) * 2000U);
  system.cpu.request_stop();
  sc_core::sc_start();
  EXPECT_TRUE(system.stop.has_value()) << "a request gets it out";
  EXPECT_FALSE(system.cpu.waiting());
}

TEST(HostCpu, TrapWithoutHandlerStops) {
  System system(config_with_quantum(1));
  system.put(kRamBase, {nop(), 0});
  system.run();
  ASSERT_TRUE(system.stop.has_value());
  EXPECT_EQ(system.stop->reason, StopReason::kTrapUnhandled);
  EXPECT_THAT(system.stop->description, HasSubstr("illegal instruction (exception 2)"));
}

TEST(HostCpu, TimeCsr) {
  HostConfig config = config_with_quantum(100);
  config.timebase_mhz = 100;
  const std::initializer_list<Word> program = {lui(kS1, kDevices >> 12U), div(kA1, kA1, kA1),
                                               csrr(kA0, csrs::kTime), sw(kZero, kStop, kS1)};
  {
    System system(config);
    system.put(kRamBase, program);
    system.run();
    EXPECT_EQ(system.cpu.hart().reg(kA0), 36U * 2 / 10) << "the division by zero takes 35";
  }
  System system(config);
  system.cpu.set_time_reader([](core::TimePs now) { return now / 1000 + 7; });
  system.put(kRamBase, program);
  system.run();
  EXPECT_EQ(system.cpu.hart().reg(kA0), 79U);
}

TEST(HostCpu, CountersFollowSimulatedTime) {
  // Loads that are waited for, a division, an access that takes time, jumps, a trap: at the end
  // mcycle, the time CSR (here a tick a cycle) and the kernel agree.
  HostConfig config = config_with_quantum(0.02);
  config.timebase_mhz = config.clock_mhz;
  config.hart.timing.ram_fetch_wait = 1;
  System system(config);
  system.put(kRamBase,
             {lui(kS1, kDevices >> 12U), lui(kT0, kHandler >> 12U), csrw(csrs::kMtvec, kT0),
              lw(kA1, kDelayed, kS1), add(kA1, kA1, kA1), lw(kA1, 0, kT0), add(kA1, kA1, kA1),
              div(kA1, kT0, kA1), lw(kA1, kWaiting, kS1), beq(kZero, kZero, 8), nop(), ecall()});
  system.put(kHandler, {csrr(kA0, csrs::kMcycle), csrr(kA1, csrs::kTime),
                        csrr(kA2, csrs::kMinstret), sw(kZero, kStop, kS1)});
  sc_time end;
  system.devices.on_stop = [&] {
    end = sc_core::sc_time_stamp();
    system.cpu.request_stop();
  };
  system.run();
  const Hart& hart = system.cpu.hart();
  EXPECT_EQ(hart.reg(kA1), hart.reg(kA0) + 4 + 1) << "the access and the fetch behind it";
  EXPECT_EQ(end, sc_time(2 * (hart.reg(kA1) + 2 + 5), sc_core::SC_NS)) << "time, then minstret";
  EXPECT_EQ(hart.reg(kA2), 12U) << "neither the one jumped over nor the trap";
  EXPECT_EQ(hart.instructions(), 14U);
}

TEST(HostCpu, EnergyIsCountsTimesConstants) {
  HostConfig config = config_with_quantum(1);
  config.ram_read_pj = 3;
  config.ram_write_pj = 2;
  config.hart.timing.energy_pj = {1, 10, 100, 7, 7, 7, 1000, 7, 7, 7, 7, 7};
  System system(config);
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), lui(kS0, kLog >> 12U), mul(kA0, kA0, kA0),
                        lw(kA0, 0, kS0), lw(kA0, 4, kS0), sw(kA0, 8, kS0), sw(kZero, kStop, kS1)});
  system.run();
  double total = 0;
  const auto check = [&](const char* component, const char* activity, std::uint64_t count,
                         double pj) {
    for (const auto& entry : system.energy.entries()) {
      if (entry.component != component || entry.activity != activity) continue;
      EXPECT_EQ(entry.count, count) << activity;
      EXPECT_NEAR(entry.joules, pj * 1e-12, 1e-20) << activity;
      total += entry.joules;
      return;
    }
    FAIL() << "no account " << component << ", " << activity;
  };
  check("host", "alu", 2, 2);
  check("host", "mul", 1, 1000);
  check("host", "load", 2, 20);
  check("host", "store", 2, 200);
  check("ram", "host read", 2, 6);
  check("ram", "host write", 1, 2);
  EXPECT_DOUBLE_EQ(system.energy.total_j(), total);
}

TEST(HostCpu, RefusesBadConfiguration) {
  const Kernel kernel;
  core::EnergyMeter energy;
  HostConfig config;
  config.clock_mhz = 0;
  EXPECT_THROW(HostCpu("a", config, energy), std::invalid_argument);
  config = HostConfig{};
  config.quantum_us = -1;
  EXPECT_THROW(HostCpu("b", config, energy), std::invalid_argument);
}

// Answers reads of kTicks after 5 ns as long as nothing happens in the kernel.
class QuickTicks : public tlm_support::QuickReader {
 public:
  bool quick_read(tlm_support::QuickRead& read) override {
    if (read.address != kDevices + kTicks || read.time >= read.quiet_until) return false;
    read.time += 5000;
    read.value = 100;
    ++served;
    return true;
  }
  unsigned served = 0;
};

TEST(HostCpu, QuickReadTakesItsTimeAndNotTheSocket) {
  System system(config_with_quantum(100));
  QuickTicks quick;
  system.cpu.set_quick_reader(quick);
  system.put(kRamBase, {lui(kS1, kDevices >> 12U), csrr(kA0, csrs::kCycle), lw(kT0, kTicks, kS1),
                        csrr(kA1, csrs::kCycle), lw(kA2, kNow, kS1), sw(kZero, kStop, kS1)});
  system.run();
  const Hart& hart = system.cpu.hart();
  EXPECT_EQ(quick.served, 1U) << "before the first tick of the process, at 7 ns";
  EXPECT_EQ(hart.reg(kT0), 100U);
  EXPECT_EQ(hart.reg(kA1) - hart.reg(kA0), 1U + 3 + 1) << "5 ns are three periods, begun";
  EXPECT_EQ(hart.reg(kA2), 2 * (hart.reg(kA1) + 1)) << "the kernel catches up";
}

}  // namespace
}  // namespace aimc::riscv
