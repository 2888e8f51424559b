// Each operation of semihosting, with good arguments and with bad ones.

#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/unit/riscv/guest_fakes.h"

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kFailed = ~0U;
constexpr std::uint32_t kBlock = kMemoryBase + 0x100;
constexpr std::uint32_t kText = kMemoryBase + 0x1000;
constexpr std::uint32_t kBuffer = kMemoryBase + 0x2000;
constexpr std::uint32_t kNowhere = 0x40000000U;
constexpr std::uint32_t kApplicationExit = 0x20026;

class SemihostingTest : public testing::Test {
 protected:
  std::uint32_t call(std::uint32_t operation, std::initializer_list<std::uint32_t> words) {
    std::uint32_t address = kBlock;
    for (const std::uint32_t word : words) {
      EXPECT_TRUE(memory.write_word(address, word));
      address += 4;
    }
    return service.call(operation, kBlock);
  }
  std::uint32_t put_text(const std::string& text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.c_str());
    EXPECT_TRUE(memory.write(kText, bytes, text.size() + 1));
    return static_cast<std::uint32_t>(text.size());
  }
  std::uint32_t open(const std::string& name, std::uint32_t mode = 0) {
    const std::uint32_t length = put_text(name);
    return call(0x01, {kText, mode, length});
  }
  std::string buffer(std::size_t count) {
    std::vector<std::uint8_t> bytes(count);
    EXPECT_TRUE(memory.read(kBuffer, bytes.data(), count));
    return {bytes.begin(), bytes.end()};
  }
  std::uint32_t error() { return service.call(0x13, 0); }
  void expect_failure(std::uint32_t result, GuestError expected) {
    EXPECT_EQ(result, kFailed);
    EXPECT_EQ(error(), static_cast<std::uint32_t>(expected));
  }

  FakeMemory memory;
  FakePlatform platform;
  Semihosting service{platform, memory};
};

TEST_F(SemihostingTest, CharactersAndTextsGoToTheConsole) {
  put_text("Hello");
  EXPECT_EQ(service.call(0x03, kText + 1), 0U);
  EXPECT_EQ(service.call(0x04, kText), 0U);
  EXPECT_EQ(platform.printed, "eHello");
}

TEST_F(SemihostingTest, TextWithoutAnEndStopsWhereMemoryEnds) {
  std::fill(memory.content.begin(), memory.content.end(), std::uint8_t{'x'});
  expect_failure(service.call(0x04, memory.end() - 3), GuestError::kBadAddress);
  EXPECT_EQ(platform.printed, "xxx");
}

TEST_F(SemihostingTest, TextIsBounded) {
  memory.content.assign(Semihosting::kMaxText + 100, 'x');
  expect_failure(service.call(0x04, kMemoryBase), GuestError::kInvalid);
  EXPECT_EQ(platform.printed.size(), Semihosting::kMaxText);
}

TEST_F(SemihostingTest, ConsoleByHandle) {
  const std::uint32_t out = open(":tt", 4);
  const std::uint32_t err = open(":tt", 8);
  ASSERT_NE(out, kFailed);
  ASSERT_NE(err, out);
  put_text("0123456789");
  EXPECT_EQ(call(0x05, {out, kText, 4}), 0U);
  EXPECT_EQ(call(0x05, {err, kText + 4, 2}), 0U);
  EXPECT_EQ(platform.printed, "012345");
  EXPECT_EQ(call(0x09, {out}), 1U);
  EXPECT_EQ(call(0x06, {out, kBuffer, 5}), 5U) << "all of it not read";
  expect_failure(call(0x0A, {out, 0}), GuestError::kNoSeek);
  expect_failure(call(0x0C, {out}), GuestError::kNoSeek);
  EXPECT_EQ(call(0x02, {out}), 0U);
  expect_failure(call(0x02, {out}), GuestError::kBadHandle);
}

TEST_F(SemihostingTest, WriteOfMoreThanThereIsTellsWhatIsLeft) {
  const std::uint32_t out = open(":tt", 4);
  EXPECT_EQ(call(0x05, {out, memory.end() - 4096, 5000}), 5000U - 4096U);
  EXPECT_EQ(error(), static_cast<std::uint32_t>(GuestError::kBadAddress));
  EXPECT_EQ(platform.printed.size(), 4096U);
  EXPECT_EQ(call(0x05, {out, kNowhere, ~0U}), ~0U);
}

TEST_F(SemihostingTest, InputComesLineByLine) {
  const std::uint32_t in = open(":tt", 0);
  platform.typed = "ab\ncd";
  EXPECT_EQ(call(0x06, {in, kBuffer, 10}), 7U);
  EXPECT_EQ(buffer(3), "ab\n");
  EXPECT_EQ(call(0x06, {in, kBuffer, 10}), 8U) << "up to the end of the input";
  EXPECT_EQ(buffer(2), "cd");
  EXPECT_EQ(call(0x06, {in, kBuffer, 10}), 10U);
  platform.typed = "xy";
  EXPECT_EQ(call(0x06, {in, kNowhere, 1}), 1U);
  EXPECT_EQ(service.call(0x07, 0), std::uint32_t{'x'}) << "nothing was taken for a bad pointer";
  EXPECT_EQ(service.call(0x07, 0), std::uint32_t{'y'});
  EXPECT_EQ(service.call(0x07, 0), kFailed);
  put_text("z");
  EXPECT_EQ(call(0x05, {in, kText, 1}), 1U);
  EXPECT_EQ(platform.printed, "");
}

TEST_F(SemihostingTest, FilesAreRead) {
  platform.files["data.txt"] = "0123456789";
  const std::uint32_t file = open("data.txt", 1);
  ASSERT_NE(file, kFailed);
  EXPECT_EQ(call(0x09, {file}), 0U);
  EXPECT_EQ(call(0x0C, {file}), 10U);
  EXPECT_EQ(call(0x06, {file, kBuffer, 4}), 0U);
  EXPECT_EQ(buffer(4), "0123");
  EXPECT_EQ(call(0x06, {file, kBuffer, 20}), 14U);
  EXPECT_EQ(buffer(6), "456789");
  EXPECT_EQ(call(0x06, {file, kBuffer, 20}), 20U);
  EXPECT_EQ(call(0x0A, {file, 8}), 0U);
  EXPECT_EQ(call(0x06, {file, kBuffer, 2}), 0U);
  EXPECT_EQ(buffer(2), "89");
  expect_failure(call(0x0A, {file, 11}), GuestError::kInvalid);
  EXPECT_EQ(call(0x05, {file, kText, 3}), 3U) << "files are read-only";
  EXPECT_EQ(call(0x06, {file, kNowhere, 1}), 1U);
}

TEST_F(SemihostingTest, LargeFileIsReadInPieces) {
  std::string content(20000, ' ');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>('a' + i % 23);
  platform.files["large"] = content;
  const std::uint32_t file = open("large");
  EXPECT_EQ(call(0x06, {file, kBuffer, 20001}), 1U);
  EXPECT_EQ(buffer(20000), content);
}

TEST_F(SemihostingTest, NothingIsOpenedForWriting) {
  platform.files["data.txt"] = "x";
  for (std::uint32_t mode = 2; mode < 12; ++mode) {
    expect_failure(open("data.txt", mode), GuestError::kReadOnly);
  }
  expect_failure(open("data.txt", 12), GuestError::kInvalid);
  expect_failure(open("none.txt"), GuestError::kNotFound);
}

TEST_F(SemihostingTest, BadNamesAndBlocks) {
  expect_failure(call(0x01, {kText, 0, Semihosting::kMaxName + 1}), GuestError::kNameTooLong);
  expect_failure(call(0x01, {kNowhere, 0, 4}), GuestError::kBadAddress);
  expect_failure(open(""), GuestError::kNotFound);
  for (const std::uint32_t operation :
       {0x01U, 0x02U, 0x05U, 0x06U, 0x08U, 0x09U, 0x0AU, 0x0CU, 0x15U, 0x16U, 0x20U, 0x30U}) {
    service.reset();
    expect_failure(service.call(operation, kNowhere), GuestError::kBadAddress);
    expect_failure(service.call(operation, memory.end() - 2), GuestError::kBadAddress);
  }
  expect_failure(service.call(0x03, kNowhere), GuestError::kBadAddress);
  for (const std::uint32_t number : {0U, 1U, 7U, ~0U}) {
    expect_failure(call(0x02, {number}), GuestError::kBadHandle);
    expect_failure(call(0x05, {number, kText, 1}), GuestError::kBadHandle);
    expect_failure(call(0x06, {number, kBuffer, 1}), GuestError::kBadHandle);
  }
  EXPECT_TRUE(platform.exits.empty());
}

TEST_F(SemihostingTest, HandlesAreReusedAndLimited) {
  platform.files["f"] = "x";
  for (std::size_t i = 0; i < Semihosting::kMaxHandles; ++i) ASSERT_EQ(open("f"), i + 1);
  expect_failure(open("f"), GuestError::kTooManyFiles);
  EXPECT_EQ(call(0x02, {5}), 0U);
  EXPECT_EQ(open("f"), 5U);
  service.reset();
  EXPECT_EQ(open("f"), 1U);
}

TEST_F(SemihostingTest, FeaturesSayWhatIsThere) {
  const std::uint32_t file = open(":semihosting-features");
  EXPECT_EQ(call(0x0C, {file}), 5U);
  EXPECT_EQ(call(0x06, {file, kBuffer, 5}), 0U);
  EXPECT_EQ(buffer(5), "SHFB\x03");
  EXPECT_EQ(call(0x06, {file, kBuffer, 5}), 5U);
  EXPECT_EQ(call(0x0A, {file, 4}), 0U);
  EXPECT_EQ(call(0x06, {file, kBuffer, 1}), 0U);
  EXPECT_EQ(buffer(1), "\x03");
}

TEST_F(SemihostingTest, WhatTouchesTheHostIsRefused) {
  put_text("file");
  for (const std::uint32_t operation : {0x0DU, 0x0EU, 0x0FU}) {
    expect_failure(call(operation, {kText, 4, kText, 4}), GuestError::kReadOnly);
  }
  expect_failure(call(0x12, {kText, 4}), GuestError::kAccess);
  expect_failure(service.call(0x99, 0), GuestError::kNotThere);
}

TEST_F(SemihostingTest, ClocksTellSimulatedTime) {
  platform.now_ns = 5'123'456'789;
  EXPECT_EQ(service.call(0x10, 0), 512U);
  EXPECT_EQ(service.call(0x11, 0), 5U);
  EXPECT_EQ(service.call(0x31, 0), 1'000'000'000U);
  EXPECT_EQ(service.call(0x30, kBuffer), 0U);
  EXPECT_EQ(memory.word(kBuffer), 5'123'456'789U & 0xFFFFFFFFU);
  EXPECT_EQ(memory.word(kBuffer + 4), 1U);
}

TEST_F(SemihostingTest, ErrorStatusIsTheSign) {
  EXPECT_EQ(call(0x08, {0}), 0U);
  EXPECT_EQ(call(0x08, {kFailed}), 1U);
}

TEST_F(SemihostingTest, CommandLineAndHeap) {
  EXPECT_EQ(call(0x15, {kBuffer, 16}), 0U);
  EXPECT_EQ(buffer(16), std::string("program one two\0", 16));
  EXPECT_EQ(memory.word(kBlock + 4), 15U);
  expect_failure(call(0x15, {kBuffer, 15}), GuestError::kInvalid);
  expect_failure(call(0x15, {kNowhere, 16}), GuestError::kBadAddress);
  EXPECT_EQ(call(0x16, {kBuffer}), 0U);
  EXPECT_EQ(memory.word(kBuffer), 0x80001000U);
  EXPECT_EQ(memory.word(kBuffer + 4), 0x80002000U);
  EXPECT_EQ(memory.word(kBuffer + 8), 0x80004000U);
  EXPECT_EQ(memory.word(kBuffer + 12), 0x80003000U);
  expect_failure(call(0x16, {kNowhere}), GuestError::kBadAddress);
}

TEST_F(SemihostingTest, ExitCodes) {
  service.call(0x18, kApplicationExit);
  service.call(0x18, 0x20023);
  call(0x20, {kApplicationExit, 42});
  call(0x20, {0x20024, 42});
  EXPECT_EQ(platform.exits, (std::vector<std::uint32_t>{0, 1, 42, 1}));
}

}  // namespace
}  // namespace aimc::riscv
