#include "models/peripherals/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/peripherals/mailbox_mock.h"

namespace aimc::peripherals {
namespace {

using ::testing::InSequence;
using ::testing::StrictMock;

class MailboxTest : public ::testing::Test {
 protected:
  std::uint32_t name(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); i += 4) {
      std::uint32_t word = 0;
      for (std::size_t j = 0; j < 4 && i + j < text.size(); ++j) {
        word |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + j])) << (8 * j);
      }
      state_.append(word);
    }
    return state_.finish_name();
  }

  StrictMock<MailboxMock> sink_;
  MailboxState state_{sink_};
};

TEST_F(MailboxTest, TheSameNameHasTheSameNumber) {
  const std::uint32_t accuracy = name("accuracy");
  const std::uint32_t images = name("images");
  EXPECT_NE(accuracy, 0U);
  EXPECT_NE(images, 0U);
  EXPECT_NE(accuracy, images);
  EXPECT_EQ(name("accuracy"), accuracy);
  EXPECT_EQ(name("images"), images);
  EXPECT_NE(name("image"), images);
}

TEST_F(MailboxTest, NamesHaveOneTo63PrintableCharacters) {
  EXPECT_EQ(name(""), 0U);
  EXPECT_NE(name("x"), 0U);
  EXPECT_NE(name(std::string(63, 'n')), 0U);
  EXPECT_EQ(name(std::string(64, 'n')), 0U);
  EXPECT_EQ(name(std::string(1000, 'n')), 0U);
  EXPECT_EQ(name("tab\there"), 0U);
  EXPECT_EQ(name("caf\xC3\xA9"), 0U);
  EXPECT_EQ(name("\x7F"), 0U);
  EXPECT_NE(name(" ~"), 0U);
  // A name that failed leaves nothing behind.
  EXPECT_CALL(sink_, report("x", 1.0));
  EXPECT_TRUE(state_.report(name("x"), 1.0));
}

TEST_F(MailboxTest, AZeroByteEndsAWordNotTheName) {
  state_.append(0x7A006261);  // "ab", end; the z is not part of it
  state_.append(0x00000063);  // "c"
  const std::uint32_t number = state_.finish_name();
  EXPECT_EQ(name("abc"), number);
}

TEST_F(MailboxTest, ThereIsAnEndToNames) {
  for (std::size_t i = 0; i < MailboxState::kMaxNames; ++i)
    ASSERT_NE(name("n" + std::to_string(i)), 0U);
  EXPECT_EQ(name("one too many"), 0U);
  EXPECT_EQ(name("n0"), 1U);
}

TEST_F(MailboxTest, ReportsUnknownNumbersAsUnknown) {
  const std::uint32_t known = name("known");
  EXPECT_FALSE(state_.report(0, 1.0));
  EXPECT_FALSE(state_.report(known + 1, 1.0));
  EXPECT_FALSE(state_.report(0xFFFFFFFF, 1.0));
  EXPECT_FALSE(state_.begin(known + 1, 0));
  EXPECT_FALSE(state_.end(known, 0));
}

TEST_F(MailboxTest, SectionsNest) {
  const std::uint32_t outer = name("outer");
  const std::uint32_t inner = name("inner");
  const InSequence in_order;
  EXPECT_CALL(sink_, marker_begin("outer", 10));
  EXPECT_CALL(sink_, marker_begin("inner", 20));
  EXPECT_CALL(sink_, marker_end("inner", 30));
  EXPECT_CALL(sink_, marker_end("outer", 40));
  EXPECT_TRUE(state_.begin(outer, 10));
  EXPECT_TRUE(state_.begin(inner, 20));
  EXPECT_FALSE(state_.end(outer, 25));  // not the innermost
  EXPECT_TRUE(state_.end(inner, 30));
  EXPECT_TRUE(state_.end(outer, 40));
  EXPECT_FALSE(state_.end(outer, 50));
}

TEST_F(MailboxTest, NestingHasALimit) {
  const std::uint32_t section = name("section");
  EXPECT_CALL(sink_, marker_begin("section", 0)).Times(MailboxState::kMaxDepth);
  for (std::size_t i = 0; i < MailboxState::kMaxDepth; ++i) EXPECT_TRUE(state_.begin(section, 0));
  EXPECT_FALSE(state_.begin(section, 0));
}

}  // namespace
}  // namespace aimc::peripherals
