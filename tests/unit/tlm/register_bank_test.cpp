#include "models/tlm/register_bank.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <map>
#include <vector>

#include "models/tlm/device_access.h"

namespace aimc::tlm_support {
namespace {

using core::RegisterAccess;
using core::RegisterDesc;

constexpr std::array<RegisterDesc, 5> kTable{{
    {"RO", 0x00, 1, RegisterAccess::kRo, 0x11223344, 0xFFFFFFFF},
    {"RW", 0x04, 1, RegisterAccess::kRw, 0, 0x00FF00FF},
    {"WO", 0x08, 1, RegisterAccess::kWo, 0, 0xFFFFFFFF},
    {"ARRAY", 0x10, 3, RegisterAccess::kRw, 0, 0xFFFFFFFF},
    {"CLEAR", 0x20, 1, RegisterAccess::kRw1c, 0, 0x00000003},
}};

// Remembers what reaches it; reads return the offset with a marker on top.
class RecordingDevice : public RegisterDevice {
 public:
  std::uint32_t read_register(std::uint32_t offset) override {
    reads.push_back(offset);
    return 0xAA000000U | offset;
  }
  void write_register(std::uint32_t offset, std::uint32_t value) override {
    writes.emplace_back(offset, value);
  }
  std::uint32_t peek_register(std::uint32_t offset) const override { return 0x03020100U + offset; }

  std::vector<std::uint32_t> reads;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> writes;
};

class RegisterBankTest : public ::testing::Test {
 protected:
  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address,
                                  unsigned length = 4) {
    payload_.set_command(command);
    payload_.set_address(address);
    payload_.set_data_ptr(data_.data());
    payload_.set_data_length(length);
    payload_.set_streaming_width(length);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    bank_.transport(payload_, device_);
    return payload_.get_response_status();
  }
  tlm::tlm_response_status read(std::uint64_t address, unsigned length = 4) {
    return access(tlm::TLM_READ_COMMAND, address, length);
  }
  tlm::tlm_response_status write(std::uint64_t address, std::uint32_t value) {
    std::memcpy(data_.data(), &value, sizeof value);
    return access(tlm::TLM_WRITE_COMMAND, address);
  }
  std::uint32_t value() const {
    std::uint32_t result = 0;
    std::memcpy(&result, data_.data(), sizeof result);
    return result;
  }
  unsigned debug(tlm::tlm_command command, std::uint64_t address, unsigned length) {
    payload_.set_command(command);
    payload_.set_address(address);
    payload_.set_data_ptr(data_.data());
    payload_.set_data_length(length);
    return bank_.transport_dbg(payload_, device_);
  }
  bool untouched() const { return device_.reads.empty() && device_.writes.empty(); }

  RegisterBank bank_{kTable};
  RecordingDevice device_;
  tlm::tlm_generic_payload payload_;
  std::array<unsigned char, 64> data_{};
};

TEST_F(RegisterBankTest, PassesReadsOfMappedWords) {
  EXPECT_EQ(read(0x00), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(value(), 0xAA000000U);
  EXPECT_EQ(read(0x18), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(value(), 0xAA000018U);
  EXPECT_EQ(read(0x20), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(device_.reads, (std::vector<std::uint32_t>{0x00, 0x18, 0x20}));
}

TEST_F(RegisterBankTest, MasksWhatIsWritten) {
  EXPECT_EQ(write(0x04, 0xFFFFFFFF), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(write(0x14, 0x12345678), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(write(0x20, 0x00000007), tlm::TLM_OK_RESPONSE);
  ASSERT_EQ(device_.writes.size(), 3U);
  EXPECT_EQ(device_.writes[0], (std::pair<std::uint32_t, std::uint32_t>{0x04, 0x00FF00FF}));
  EXPECT_EQ(device_.writes[1], (std::pair<std::uint32_t, std::uint32_t>{0x14, 0x12345678}));
  EXPECT_EQ(device_.writes[2], (std::pair<std::uint32_t, std::uint32_t>{0x20, 0x00000003}));
}

TEST_F(RegisterBankTest, RefusesTheWrongDirection) {
  EXPECT_EQ(write(0x00, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(read(0x08), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(access(tlm::TLM_IGNORE_COMMAND, 0x04), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_TRUE(untouched());
}

TEST_F(RegisterBankTest, RefusesUnmappedOffsets) {
  for (const std::uint64_t address :
       {0x0CULL, 0x1CULL, 0x24ULL, 0x7FFFFFFCULL, 0x100000000ULL, ~3ULL}) {
    EXPECT_EQ(read(address), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
    EXPECT_EQ(write(address, 0), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
  }
  EXPECT_TRUE(untouched());
}

TEST_F(RegisterBankTest, RefusesOtherSizesAndMisalignment) {
  for (const unsigned length : {0U, 1U, 2U, 3U, 5U, 8U, 16U}) {
    EXPECT_EQ(read(0x10, length), tlm::TLM_BURST_ERROR_RESPONSE) << length;
  }
  for (const std::uint64_t address : {0x11ULL, 0x12ULL, 0x13ULL}) {
    EXPECT_EQ(read(address), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
  }
  EXPECT_TRUE(untouched());
}

TEST_F(RegisterBankTest, RefusesByteEnablesAndStreaming) {
  std::array<unsigned char, 4> enables{0xFF, 0xFF, 0xFF, 0xFF};
  payload_.set_byte_enable_ptr(enables.data());
  payload_.set_byte_enable_length(4);
  EXPECT_EQ(read(0x04), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  payload_.set_byte_enable_ptr(nullptr);

  payload_.set_command(tlm::TLM_READ_COMMAND);
  payload_.set_address(0x04);
  payload_.set_data_length(4);
  payload_.set_streaming_width(2);
  bank_.transport(payload_, device_);
  EXPECT_EQ(payload_.get_response_status(), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_TRUE(untouched());
}

TEST_F(RegisterBankTest, DebugReadsAnyBytesWithoutSideEffects) {
  EXPECT_EQ(debug(tlm::TLM_READ_COMMAND, 0x05, 2), 2U);
  EXPECT_EQ(data_[0], 0x01);  // byte 1 of 0x03020104
  EXPECT_EQ(data_[1], 0x02);
  // From the write-only register on there is a hole at 0x0C.
  EXPECT_EQ(debug(tlm::TLM_READ_COMMAND, 0x06, 32), 6U);
  EXPECT_EQ(debug(tlm::TLM_READ_COMMAND, 0x0C, 4), 0U);
  EXPECT_EQ(debug(tlm::TLM_READ_COMMAND, 0x23, 8), 1U);
  EXPECT_EQ(debug(tlm::TLM_READ_COMMAND, ~0ULL, 4), 0U);
  EXPECT_TRUE(untouched());
}

TEST_F(RegisterBankTest, IgnoresDebugWrites) {
  EXPECT_EQ(debug(tlm::TLM_WRITE_COMMAND, 0x04, 4), 0U);
  EXPECT_TRUE(untouched());
}

TEST_F(RegisterBankTest, FindsTheRegisterOfAWord) {
  ASSERT_NE(bank_.find(0x18), nullptr);
  EXPECT_STREQ(bank_.find(0x18)->name, "ARRAY");
  EXPECT_EQ(bank_.find(0x1C), nullptr);
  EXPECT_EQ(bank_.find(0xFFFFFFFF), nullptr);
}

class MemoryTransportTest : public ::testing::Test {
 protected:
  MemoryTransportTest() {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::uint8_t>(i);
    data_.fill(0xEE);
  }
  bool access(tlm::tlm_command command, std::uint64_t address, unsigned length, unsigned width = 0,
              bool writable = true) {
    payload_.set_command(command);
    payload_.set_address(address);
    payload_.set_data_ptr(data_.data());
    payload_.set_data_length(length);
    payload_.set_streaming_width(width != 0 ? width : length);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    return memory_transport(payload_, bytes_.data(), bytes_.size(), writable);
  }
  tlm::tlm_response_status response() const { return payload_.get_response_status(); }

  std::array<std::uint8_t, 16> bytes_{};
  std::array<std::uint8_t, 32> data_{};
  tlm::tlm_generic_payload payload_;
};

TEST_F(MemoryTransportTest, ServesAnySizeAndAlignment) {
  EXPECT_TRUE(access(tlm::TLM_READ_COMMAND, 3, 7));
  EXPECT_EQ(response(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data_[0], 3);
  EXPECT_EQ(data_[6], 9);
  EXPECT_EQ(data_[7], 0xEE);
  data_.fill(0x55);
  EXPECT_TRUE(access(tlm::TLM_WRITE_COMMAND, 15, 1));
  EXPECT_EQ(bytes_[14], 14);
  EXPECT_EQ(bytes_[15], 0x55);
}

TEST_F(MemoryTransportTest, RefusesWhatLeavesTheRange) {
  EXPECT_FALSE(access(tlm::TLM_READ_COMMAND, 13, 4));
  EXPECT_EQ(response(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_FALSE(access(tlm::TLM_WRITE_COMMAND, 16, 1));
  EXPECT_FALSE(access(tlm::TLM_READ_COMMAND, ~0ULL, 4));
  EXPECT_EQ(response(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bytes_[13], 13);
}

TEST_F(MemoryTransportTest, HonoursByteEnablesRepeated) {
  std::array<std::uint8_t, 2> enables{0xFF, 0x00};
  payload_.set_byte_enable_ptr(enables.data());
  payload_.set_byte_enable_length(2);
  EXPECT_TRUE(access(tlm::TLM_WRITE_COMMAND, 4, 4));
  EXPECT_EQ(response(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(bytes_[4], 0xEE);
  EXPECT_EQ(bytes_[5], 5);
  EXPECT_EQ(bytes_[6], 0xEE);
  EXPECT_EQ(bytes_[7], 7);
  data_.fill(0xEE);
  EXPECT_TRUE(access(tlm::TLM_READ_COMMAND, 8, 4));
  EXPECT_EQ(data_[0], 8);
  EXPECT_EQ(data_[1], 0xEE);
  EXPECT_EQ(data_[2], 10);
  payload_.set_byte_enable_length(0);
  access(tlm::TLM_READ_COMMAND, 8, 4);
  EXPECT_EQ(response(), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
}

TEST_F(MemoryTransportTest, StreamsOverTheSameBytes) {
  // Twelve bytes through a width of four: the range is only four bytes long, the last group stays.
  for (std::uint8_t i = 0; i < 12; ++i) data_[i] = static_cast<std::uint8_t>(0x80 + i);
  EXPECT_TRUE(access(tlm::TLM_WRITE_COMMAND, 12, 12, 4));
  EXPECT_EQ(response(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(bytes_[11], 11);
  EXPECT_EQ(bytes_[12], 0x88);
  EXPECT_EQ(bytes_[15], 0x8B);
}

TEST_F(MemoryTransportTest, RefusesEmptyAccessesAndWritesToReadOnlyBytes) {
  access(tlm::TLM_READ_COMMAND, 0, 0);
  EXPECT_EQ(response(), tlm::TLM_BURST_ERROR_RESPONSE);
  access(tlm::TLM_WRITE_COMMAND, 0, 4, 0, false);
  EXPECT_EQ(response(), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(bytes_[0], 0);
  access(tlm::TLM_IGNORE_COMMAND, 0, 4);
  EXPECT_EQ(response(), tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST(DeviceAccessTest, ValuesAreLittleEndian) {
  std::array<unsigned char, 8> data{1, 2, 3, 4, 5, 6, 7, 8};
  tlm::tlm_generic_payload payload;
  payload.set_data_ptr(data.data());
  payload.set_data_length(8);
  EXPECT_EQ(payload_value(payload), 0x0807060504030201ULL);
  payload.set_data_length(2);
  EXPECT_EQ(payload_value(payload), 0x0201ULL);
  set_payload_value(payload, 0xAABBCCDD);
  EXPECT_EQ(data, (std::array<unsigned char, 8>{0xDD, 0xCC, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace aimc::tlm_support
