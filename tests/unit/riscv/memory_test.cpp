// Loads, stores, atomics, misaligned accesses and the bus.

#include <gtest/gtest.h>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

constexpr unsigned kNeverCause = 0;

TEST(Memory, LoadsExtend) {
  Machine machine;
  machine.put_word(kData + 4, 0x8091A2B3U);
  machine.hart.set_reg(kS0, kData + 8);
  machine.put(kRamBase, {lb(1, -1, kS0), lbu(2, -1, kS0), lh(3, -2, kS0), lhu(4, -2, kS0),
                         lw(5, -4, kS0), lb(6, -4, kS0), lhu(7, -4, kS0)});
  machine.step(7);
  EXPECT_EQ(machine.hart.reg(1), 0xFFFFFF80U);
  EXPECT_EQ(machine.hart.reg(2), 0x00000080U);
  EXPECT_EQ(machine.hart.reg(3), 0xFFFF8091U);
  EXPECT_EQ(machine.hart.reg(4), 0x00008091U);
  EXPECT_EQ(machine.hart.reg(5), 0x8091A2B3U);
  EXPECT_EQ(machine.hart.reg(6), 0xFFFFFFB3U);
  EXPECT_EQ(machine.hart.reg(7), 0x0000A2B3U);
  EXPECT_TRUE(machine.accesses.empty()) << "direct memory is not reached over the bus";
}

TEST(Memory, StoresTouchOnlyTheirBytes) {
  Machine machine;
  machine.put(kData, {0x11111111, 0x22222222, 0x33333333});
  machine.hart.set_reg(kS0, kData);
  machine.hart.set_reg(kA0, 0xABCDEF01U);
  machine.put(kRamBase, {sb(kA0, 1, kS0), sh(kA0, 6, kS0), sw(kA0, 8, kS0)});
  machine.step(3);
  EXPECT_EQ(machine.word(kData), 0x11110111U);
  EXPECT_EQ(machine.word(kData + 4), 0xEF012222U);
  EXPECT_EQ(machine.word(kData + 8), 0xABCDEF01U);
}

TEST(Memory, LoadToX0StillAccesses) {
  Machine machine;
  machine.hart.set_reg(kS0, kDevice);
  machine.put_word(kRamBase, lw(kZero, 0, kS0));
  machine.step();
  EXPECT_EQ(machine.accesses.size(), 1U);
  EXPECT_EQ(machine.hart.reg(0), 0U);
}

TEST(Memory, BusAccessesAreExactInTime) {
  Machine machine;
  machine.access_cycles = 10;
  machine.device[1] = 0x80FF7F01U;
  machine.hart.set_reg(kS0, kDevice);
  machine.hart.set_reg(kA0, 0x12345678U);
  machine.hart.set_reg(kA2, 0x100);  // its square has 15 leading zeros
  machine.put(kRamBase, {nop(), mul(kA1, kA2, kA2), div(kA1, kA1, kA1), lb(kA2, 7, kS0), nop(),
                         sh(kA0, 8, kS0), lhu(kA3, 6, kS0), nop()});
  machine.hart.run(55);
  const std::vector<BusAccess> expected = {
      {false, kDevice + 7, 1, 0x80, 20, 3},
      {true, kDevice + 8, 2, 0x5678U, 32, 5},
      {false, kDevice + 6, 2, 0x80FF, 43, 6},
  };
  EXPECT_EQ(machine.accesses, expected);
  EXPECT_EQ(machine.hart.reg(kA2), 0xFFFFFF80U);
  EXPECT_EQ(machine.hart.reg(kA3), 0x80FFU);
  EXPECT_EQ(machine.hart.cycle(), 55U);
  EXPECT_EQ(machine.hart.instructions(), 8U);
  EXPECT_EQ(machine.hart.direct_loads(), 0U);
  EXPECT_EQ(machine.hart.direct_stores(), 0U);
}

TEST(Memory, WaitCyclesAreOfDirectMemoryOnly) {
  HartConfig config = Machine::default_config();
  config.direct_wait_cycles = 5;
  Machine machine(config);
  machine.hart.set_reg(kS0, kDevice);
  machine.hart.set_reg(kS1, kData);
  machine.put(kRamBase, {lw(kA0, 0, kS0), lw(kA0, 0, kS1), sw(kA0, 0, kS0), sw(kA0, 0, kS1)});
  machine.step(4);
  EXPECT_EQ(machine.hart.cycle(), 1U + 6 + 1 + 1 + 6) << "one for the value the store waits for";
}

struct MisalignedCase {
  const char* name;
  Word instruction;
  std::uint32_t result;  // of a load: the register, of a store: both words combined by xor
  unsigned cycles;
  bool store;
};
// Memory holds 33221100 77665544 at the base, the register F0E1D2C3.
constexpr MisalignedCase kMisaligned[] = {
    {"lw1", lw(kA1, 1, kS0), 0x44332211, 2, false},
    {"lw2", lw(kA1, 2, kS0), 0x55443322, 2, false},
    {"lw3", lw(kA1, 3, kS0), 0x66554433, 2, false},
    {"lh1", lh(kA1, 1, kS0), 0x2211, 1, false},
    {"lhu3", lhu(kA1, 3, kS0), 0x4433, 2, false},
    {"sw1", sw(kA0, 1, kS0), 0xE1D2C300U ^ 0x776655F0U, 2, true},
    {"sh3", sh(kA0, 3, kS0), 0xC3221100U ^ 0x776655D2U, 2, true},
    {"sh1", sh(kA0, 1, kS0), 0x33D2C300U ^ 0x77665544U, 1, true},
};

class Misaligned : public ::testing::TestWithParam<MisalignedCase> {
 protected:
  static Machine* prepare(Machine& machine, std::uint32_t base) {
    machine.hart.set_reg(kS0, base);
    machine.hart.set_reg(kA0, 0xF0E1D2C3U);
    machine.put(kData, {0x33221100U, 0x77665544U});
    machine.put_word(kRamBase, GetParam().instruction);
    return &machine;
  }
};

TEST_P(Misaligned, IsEmulatedInMemory) {
  Machine machine;
  prepare(machine, kData)->step();
  const MisalignedCase& c = GetParam();
  const std::uint32_t result =
      c.store ? machine.word(kData) ^ machine.word(kData + 4) : machine.hart.reg(kA1);
  EXPECT_EQ(result, c.result);
  EXPECT_EQ(machine.hart.cycle(), c.cycles);
  EXPECT_EQ(c.store ? machine.hart.direct_stores() : machine.hart.direct_loads(), c.cycles);
}

TEST_P(Misaligned, TrapsWhenAskedTo) {
  HartConfig config = Machine::default_config();
  config.trap_misaligned = true;
  Machine machine(config);
  prepare(machine, kData)->step();
  EXPECT_EQ(machine.csr(csrs::kMcause), GetParam().store ? 6U : 4U);
  EXPECT_EQ(machine.csr(csrs::kMtval) & ~3U, kData);
  EXPECT_EQ(machine.word(kData), 0x33221100U);
}

TEST_P(Misaligned, TrapsOnADevice) {
  Machine machine;
  prepare(machine, kDevice)->step();
  EXPECT_EQ(machine.csr(csrs::kMcause), GetParam().store ? 6U : 4U);
  EXPECT_TRUE(machine.accesses.empty());
}

INSTANTIATE_TEST_SUITE_P(All, Misaligned, ::testing::ValuesIn(kMisaligned),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Memory, AccessesAtTheEdgeOfMemory) {
  const std::uint32_t end = kRamBase + kRamSize;
  const struct {
    Word instruction;
    std::uint32_t base;
    unsigned cause;
  } cases[] = {
      {lw(kA0, 0, kS0), end - 4, kNeverCause},
      {lb(kA0, 0, kS0), end - 1, kNeverCause},
      {sw(kA0, 0, kS0), end - 4, kNeverCause},
      {lw(kA0, 0, kS0), end - 2, 4},
      {sw(kA0, 0, kS0), end - 3, 6},
      {lw(kA0, 0, kS0), end, 5},
      {sb(kA0, 0, kS0), end, 7},
      {lw(kA0, 0, kS0), kRamBase - 4, 5},
      {lh(kA0, 0, kS0), kRamBase - 1, 4},
      {lw(kA0, 4, kS0), 0xFFFFFFFC, 5},
      {lr_w(kA0, kS0), end, 5},
      {sc_w(kA0, kA0, kS0), kUnmapped, 7},
      {amoadd_w(kA0, kA0, kS0), kDevice, 7},
  };
  for (const auto& c : cases) {
    Machine machine;
    machine.hart.set_reg(kS0, c.base);
    machine.put_word(kRamBase, c.instruction);
    machine.step();
    EXPECT_EQ(machine.csr(csrs::kMcause), c.cause) << std::hex << c.instruction << " at " << c.base;
    EXPECT_EQ(machine.hart.instructions(), c.cause == kNeverCause ? 1U : 0U);
    if (c.cause != kNeverCause && c.base != 0xFFFFFFFC) {
      EXPECT_EQ(machine.csr(csrs::kMtval), c.base);
    }
  }
}

TEST(Memory, ReadOnlyMemoryIsReadDirectlyAndWrittenOverTheBus) {
  Machine machine;
  std::vector<std::uint8_t> rom = {0x13, 0x05, 0x50, 0x00, 0x44, 0x33, 0x22, 0x11};  // li a0, 5
  machine.hart.add_direct_memory({0x1000, 8, rom.data(), false});
  machine.hart.set_pc(0x1000);
  machine.hart.set_reg(kS0, 0x1004);
  machine.step();
  EXPECT_EQ(machine.hart.reg(kA0), 5U) << "executes from it";
  machine.hart.set_pc(kRamBase);
  machine.put(kRamBase, {lw(kA1, 0, kS0), sw(kA0, 0, kS0)});
  machine.step();
  EXPECT_EQ(machine.hart.reg(kA1), 0x11223344U);
  EXPECT_TRUE(machine.accesses.empty());
  machine.step();
  ASSERT_EQ(machine.accesses.size(), 1U);
  EXPECT_EQ(machine.csr(csrs::kMcause), 7U);
  EXPECT_EQ(rom[4], 0x44);
}

TEST(Memory, RefusesBadRegions) {
  Machine machine;
  std::vector<std::uint8_t> bytes(64);
  const auto add = [&](std::uint32_t base, std::uint32_t size, std::uint8_t* storage) {
    machine.hart.add_direct_memory({base, size, storage, true});
  };
  EXPECT_THROW(add(kRamBase + kRamSize - 4, 8, bytes.data()), std::invalid_argument);
  EXPECT_THROW(add(kRamBase - 4, 8, bytes.data()), std::invalid_argument);
  EXPECT_THROW(add(0, 0, bytes.data()), std::invalid_argument);
  EXPECT_THROW(add(2, 8, bytes.data()), std::invalid_argument);
  EXPECT_THROW(add(0, 6, bytes.data()), std::invalid_argument);
  EXPECT_THROW(add(0, 8, nullptr), std::invalid_argument);
  EXPECT_THROW(add(0xFFFFFFF0U, 32, bytes.data()), std::invalid_argument);
  EXPECT_NO_THROW(add(0xFFFFFFF0U, 16, bytes.data()));
  EXPECT_NO_THROW(add(kRamBase - 8, 8, bytes.data()));
}

struct AtomicCase {
  const char* name;
  Word funct5;
  std::uint32_t memory;
  std::uint32_t operand;
  std::uint32_t result;
};
constexpr AtomicCase kAtomics[] = {
    {"swap", 0x01, 1, 2, 2},
    {"add", 0x00, 0xFFFFFFFF, 2, 1},
    {"xor", 0x04, 0xFF00, 0x0FF0, 0xF0F0},
    {"and", 0x0C, 0xFF00, 0x0FF0, 0x0F00},
    {"or", 0x08, 0xFF00, 0x0FF0, 0xFFF0},
    {"min", 0x10, 0xFFFFFFFF, 1, 0xFFFFFFFF},
    {"max", 0x14, 0xFFFFFFFF, 1, 1},
    {"minu", 0x18, 0xFFFFFFFF, 1, 1},
    {"maxu", 0x1C, 0xFFFFFFFF, 1, 0xFFFFFFFF},
};

class Atomic : public ::testing::TestWithParam<AtomicCase> {};

TEST_P(Atomic, ReturnsOldAndWritesNew) {
  const AtomicCase& c = GetParam();
  Machine machine;
  machine.hart.set_reg(kS0, kData);
  machine.hart.set_reg(kA0, c.operand);
  machine.put_word(kData, c.memory);
  machine.put(kRamBase, {atomic(c.funct5, kA0, kA0, kS0), lw(kA1, 0, kS0)});
  machine.step(2);
  EXPECT_EQ(machine.hart.reg(kA0), c.memory) << "rd may be rs2";
  EXPECT_EQ(machine.hart.reg(kA1), c.result);
  EXPECT_EQ(machine.hart.direct_loads(), 2U);
  EXPECT_EQ(machine.hart.direct_stores(), 1U);
}

TEST_P(Atomic, MisalignedTraps) {
  Machine machine;
  machine.hart.set_reg(kS0, kData + 2);
  machine.put_word(kRamBase, atomic(GetParam().funct5, kA0, kA0, kS0));
  machine.step();
  EXPECT_EQ(machine.csr(csrs::kMcause), 6U);
  EXPECT_EQ(machine.csr(csrs::kMtval), kData + 2);
}

INSTANTIATE_TEST_SUITE_P(All, Atomic, ::testing::ValuesIn(kAtomics),
                         [](const auto& param) { return std::string(param.param.name); });

class Reservation : public ::testing::Test {
 protected:
  Reservation() {
    machine_.hart.set_reg(kS0, kData);
    machine_.hart.set_reg(kS1, kData + 64);
    machine_.hart.set_reg(kA0, 77);
    machine_.put(kRamBase, {lr_w(kA1, kS0), sc_w(kA2, kA0, kS0), sc_w(kA3, kA0, kS0)});
  }
  Machine machine_;
};

TEST_F(Reservation, LetsOneStoreThrough) {
  machine_.step(3);
  EXPECT_EQ(machine_.hart.reg(kA2), 0U);
  EXPECT_EQ(machine_.hart.reg(kA3), 1U);
  EXPECT_EQ(machine_.word(kData), 77U);
}

TEST_F(Reservation, IsOfItsAddress) {
  machine_.put_word(kRamBase + 4, sc_w(kA2, kA0, kS1));
  machine_.step(3);
  EXPECT_EQ(machine_.hart.reg(kA2), 1U);
  EXPECT_EQ(machine_.hart.reg(kA3), 1U) << "a failed one drops it, too";
  EXPECT_EQ(machine_.word(kData), 0U);
}

TEST_F(Reservation, IsDroppedByForeignWrites) {
  machine_.step();
  machine_.hart.invalidate(kData + 3, 1);
  machine_.step();
  EXPECT_EQ(machine_.hart.reg(kA2), 1U);
}

TEST_F(Reservation, IsKeptByForeignWritesElsewhere) {
  machine_.step();
  machine_.hart.invalidate(kData + 4, 64);
  machine_.hart.invalidate(kData - 64, 64);
  machine_.step();
  EXPECT_EQ(machine_.hart.reg(kA2), 0U);
}

TEST_F(Reservation, IsDroppedByTraps) {
  machine_.put_word(kHandler, mret());
  machine_.hart.set_reg(kT0, kHandler);
  machine_.hart.set_reg(kT1, kRamBase + 16);
  machine_.put(kRamBase,
               {csrw(csrs::kMtvec, kT0), lr_w(kA1, kS0), nop(), ecall(), sc_w(kA2, kA0, kS0)});
  machine_.put(kHandler, {csrw(csrs::kMepc, kT1), csrrs(0, csrs::kMstatus, kT2), mret()});
  machine_.hart.set_reg(kT2, 0x1800);
  machine_.step(8);
  EXPECT_EQ(machine_.hart.reg(kA2), 1U);
}

}  // namespace
}  // namespace aimc::riscv
