#include "platform/soc/function_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/elf_builder.h"

namespace {

using aimc::platform::FunctionIndex;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class Functions : public ::testing::Test {
 protected:
  FunctionIndex index() {
    elf_.segment(0x80000000U, std::vector<std::uint8_t>(64));
    return FunctionIndex(aimc::platform::parse_elf(elf_.build(), "test"));
  }
  std::string name(const FunctionIndex& functions, std::uint32_t pc) {
    return functions.name(functions.at(pc));
  }
  aimc::test::ElfBuilder elf_;
};

TEST_F(Functions, EndWithTheirSize) {
  elf_.symbol("first", 0x80000000U, 8, STT_FUNC).symbol("second", 0x80000008U, 4, STT_FUNC);
  elf_.symbol("third", 0x80000010U, 4, STT_FUNC);
  const FunctionIndex functions = index();
  EXPECT_EQ(name(functions, 0x7FFFFFFEU), "(unknown)");
  EXPECT_EQ(name(functions, 0x80000006U), "first");
  EXPECT_EQ(name(functions, 0x80000008U), "second");
  EXPECT_EQ(name(functions, 0x8000000CU), "(unknown)");
  EXPECT_EQ(name(functions, 0x80000010U), "third");
  EXPECT_EQ(name(functions, 0x80000014U), "(unknown)");
  EXPECT_TRUE(functions.is_entry(0x80000008U));
  EXPECT_FALSE(functions.is_entry(0x8000000CU));
  EXPECT_TRUE(functions.is_edge(0x8000000CU));
  EXPECT_FALSE(functions.is_edge(0x80000002U));
}

TEST_F(Functions, OfAssemblerReachFromLabelToLabel) {
  elf_.symbol("entry", 0x80000000U, 0, STT_NOTYPE).symbol("loop", 0x80000004U, 0, STT_NOTYPE);
  elf_.symbol("main", 0x80000010U, 16, STT_FUNC).symbol("inside", 0x80000014U, 0, STT_NOTYPE);
  elf_.symbol("table", 0x80000020U, 16, STT_OBJECT);
  elf_.symbol("limit", 0x80000006U, 0, STT_NOTYPE, true);
  const FunctionIndex functions = index();
  EXPECT_EQ(name(functions, 0x80000002U), "entry");
  EXPECT_EQ(name(functions, 0x8000000EU), "loop");
  EXPECT_EQ(name(functions, 0x80000018U), "main") << "a label inside a function is none";
  EXPECT_EQ(name(functions, 0x80000020U), "(unknown)") << "data";
}

TEST_F(Functions, AreFoundByName) {
  elf_.symbol("twice", 0x80000000U, 8, STT_FUNC).symbol("twice", 0x80000020U, 4, STT_FUNC);
  elf_.symbol("last", 0x80000030U, 0, STT_FUNC).symbol("alias", 0x80000020U, 2, STT_FUNC);
  const FunctionIndex functions = index();
  EXPECT_THAT(functions.ranges("twice"),
              ElementsAre(Pair(0x80000000U, 0x80000008U), Pair(0x80000020U, 0x80000024U)));
  EXPECT_THAT(functions.ranges("last"), ElementsAre(Pair(0x80000030U, 0xFFFFFFFFU)));
  EXPECT_THAT(functions.ranges("nowhere"), IsEmpty());
  EXPECT_THAT(functions.ranges("(unknown)"), IsEmpty());
}

}  // namespace
