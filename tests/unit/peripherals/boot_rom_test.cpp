#include "models/peripherals/boot_rom.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::peripherals {
namespace {

// Executes LUI, ADDI and JALR as the manual defines them until the jump; returns its target.
std::uint32_t execute(const std::array<std::uint32_t, 5>& program,
                      std::array<std::uint32_t, 32>& regs) {
  for (const std::uint32_t word : program) {
    const std::uint32_t rd = (word >> 7U) & 31U;
    const std::uint32_t rs = (word >> 15U) & 31U;
    const auto immediate = static_cast<std::uint32_t>(static_cast<std::int32_t>(word) >> 20);
    switch (word & 0x7FU) {
      case 0x37:
        regs[rd] = word & 0xFFFFF000U;
        break;
      case 0x13:
        EXPECT_EQ((word >> 12U) & 7U, 0U);
        regs[rd] = regs[rs] + immediate;
        break;
      case 0x67:
        EXPECT_EQ(rd, 0U);
        return (regs[rs] + immediate) & ~1U;
      default:
        ADD_FAILURE() << "unexpected instruction " << std::hex << word;
    }
  }
  ADD_FAILURE() << "no jump";
  return 0;
}

TEST(ResetVectorTest, SetsUpTheArgumentsAndJumps) {
  for (const std::uint32_t entry : {0x80000000U, 0x80000800U, 0x800007FEU, 0x80000FFEU, 0xFFFFFFFEU,
                                    0x00001000U, 0x7FFFF800U, 0x12345678U}) {
    for (const std::uint32_t hart_id : {0U, 1U, 0x7FFU, 0x800U, 0xFFFFFFFFU}) {
      std::array<std::uint32_t, 32> regs{};
      regs.fill(0x5A5A5A5A);
      regs[0] = 0;
      EXPECT_EQ(execute(make_reset_vector(entry, hart_id), regs), entry);
      EXPECT_EQ(regs[10], hart_id);
      EXPECT_EQ(regs[11], 0U);
      for (const unsigned untouched : {1U, 2U, 6U, 9U, 12U, 31U})
        EXPECT_EQ(regs[untouched], 0x5A5A5A5AU);
    }
  }
}

class BootRomTest : public test::SystemCTest {
 protected:
  BootRomTest() {
    initiator_.socket.bind(rom_.socket);
    rom_.load(0x80001234, 3);
    test::settle();
  }
  test::TestInitiator initiator_{"initiator"};
  BootRom rom_{"rom"};
};

TEST_F(BootRomTest, HoldsTheResetVector) {
  const auto vector = make_reset_vector(0x80001234, 3);
  for (std::size_t i = 0; i < vector.size(); ++i) EXPECT_EQ(initiator_.read32(4 * i), vector[i]);
  EXPECT_EQ(initiator_.read32(4 * vector.size()), 0U);
  EXPECT_EQ(rom_.size(), 60U * 1024U);
  EXPECT_EQ(initiator_.read(0xEFFF, 1).response, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(initiator_.read(0xF000, 1).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_TRUE(initiator_.failures().empty());
}

TEST_F(BootRomTest, CannotBeWritten) {
  const std::uint32_t before = initiator_.read32(0);
  EXPECT_EQ(initiator_.write_response(0, 0), tlm::TLM_COMMAND_ERROR_RESPONSE);
  std::uint32_t value = 0;
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, 0, &value, 4), 0U);
  EXPECT_EQ(initiator_.debug_read32(0), before);
}

TEST_F(BootRomTest, GrantsDmiForReadingOnly) {
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(initiator_.dmi(0x10, dmi));
  EXPECT_TRUE(dmi.is_read_allowed());
  EXPECT_FALSE(dmi.is_write_allowed());
  EXPECT_EQ(dmi.get_end_address(), 0xEFFFU);
  EXPECT_EQ(dmi.get_dmi_ptr()[4], initiator_.read(4, 1).value);
  EXPECT_FALSE(initiator_.dmi(0x10, dmi, tlm::TLM_WRITE_COMMAND));
}

class SmallRomTest : public test::SystemCTest {};

TEST_F(SmallRomTest, NeedsRoomForTheResetVector) {
  EXPECT_THROW(BootRom("rom", 19), std::invalid_argument);
  EXPECT_NO_THROW(BootRom("rom2", 20));
}

}  // namespace
}  // namespace aimc::peripherals
