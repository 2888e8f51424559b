#include "models/peripherals/test_finisher.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/systemc_fixture.h"
#include "tests/support/tlm_bench.h"

namespace aimc::peripherals {

// Lets GoogleTest print what differs.
void PrintTo(const Exit& exit, std::ostream* out);   // NOLINT(readability-identifier-naming)
void PrintTo(const Exit& exit, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << "kind " << static_cast<int>(exit.kind) << " code " << exit.code;
}

namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

class TestFinisherTest : public test::SystemCTest {
 protected:
  TestFinisherTest() {
    initiator_.socket.bind(finisher_.socket);
    finisher_.set_handler([this](Exit exit) {
      exits_.push_back(exit);
      times_.push_back(sc_core::sc_time_stamp());
    });
  }

  std::vector<Exit> exits_;
  std::vector<sc_time> times_;
  test::TestInitiator initiator_{"initiator"};
  TestFinisher finisher_{"finisher"};
};

TEST_F(TestFinisherTest, PassesFailsAndResets) {
  test::settle();
  initiator_.write32(0, 0x5555);
  initiator_.write32(0, 0x00073333);
  initiator_.write32(0, 0xFFFF3333);
  initiator_.write32(0, 0x7777);
  initiator_.write32(0, 0x12345555);  // the upper half means nothing for a pass
  const std::vector<Exit> expected{{Exit::Kind::kPass, 0},
                                   {Exit::Kind::kFail, 7},
                                   {Exit::Kind::kFail, 0xFFFF},
                                   {Exit::Kind::kReset, 0},
                                   {Exit::Kind::kPass, 0}};
  EXPECT_EQ(exits_, expected);
}

TEST_F(TestFinisherTest, AFailureNeverBecomesAPass) {
  test::settle();
  initiator_.write32(0, 0x00003333);
  EXPECT_TRUE(initiator_.write(0, 0x3333, 2).ok());
  EXPECT_EQ(exits_, (std::vector<Exit>{{Exit::Kind::kFail, 1}, {Exit::Kind::kFail, 1}}));
}

TEST_F(TestFinisherTest, IgnoresOtherValuesAndOffsets) {
  test::settle();
  for (const std::uint32_t value : {0U, 1U, 0x3334U, 0x55550000U, 0xFFFFFFFFU})
    initiator_.write32(0, value);
  initiator_.write32(4, 0x5555);
  initiator_.write32(0xFFC, 0x5555);
  EXPECT_EQ(initiator_.read32(0), 0U);
  EXPECT_EQ(initiator_.read32(0xFFC), 0U);
  EXPECT_TRUE(initiator_.failures().empty());
  EXPECT_TRUE(exits_.empty());
}

TEST_F(TestFinisherTest, RefusesBytesMisalignmentAndTheOutside) {
  test::settle();
  EXPECT_EQ(initiator_.write(0, 0x55, 1).response, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.write(2, 0x5555, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator_.write(0x1000, 0x5555, 4).response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  std::uint64_t value = 0x5555;
  EXPECT_EQ(initiator_.access(tlm::TLM_WRITE_COMMAND, 0, &value, 8).response,
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_TRUE(exits_.empty());
}

TEST_F(TestFinisherTest, DebugAccessEndsNothing) {
  test::settle();
  std::uint32_t value = 0x5555;
  EXPECT_EQ(initiator_.debug(tlm::TLM_WRITE_COMMAND, 0, &value, 4), 0U);
  EXPECT_EQ(initiator_.debug(tlm::TLM_READ_COMMAND, 0, &value, 4), 4U);
  EXPECT_TRUE(exits_.empty());
}

TEST_F(TestFinisherTest, EndsAtTheTimeOfTheWrite) {
  initiator_.run([&] {
    EXPECT_EQ(initiator_.write(0, 0x5555, 4, sc_time(42, SC_NS)).delay, sc_core::SC_ZERO_TIME);
  });
  sc_core::sc_start();
  EXPECT_EQ(times_, std::vector<sc_time>{sc_time(42, SC_NS)});
}

class TestFinisherAloneTest : public test::SystemCTest {};

TEST_F(TestFinisherAloneTest, WorksWithoutAHandler) {
  test::TestInitiator initiator("initiator");
  TestFinisher finisher("finisher");
  initiator.socket.bind(finisher.socket);
  test::settle();
  EXPECT_EQ(initiator.write_response(0, 0x5555), tlm::TLM_OK_RESPONSE);
}

}  // namespace
}  // namespace aimc::peripherals
