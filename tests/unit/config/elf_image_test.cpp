#include "platform/soc/elf_image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>

#include "tests/unit/config/elf_builder.h"

namespace {

using aimc::platform::ElfError;
using aimc::platform::ElfImage;
using aimc::platform::parse_elf;
using aimc::test::ElfBuilder;
using ::testing::HasSubstr;

constexpr std::uint64_t kRamBase = 0x80000000U;
constexpr std::uint64_t kRamBytes = 0x08000000U;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const ElfError& error) {
    return error.what();
  }
  return "";
}

std::string refusal(const std::vector<std::uint8_t>& file) {
  return message_of([&file]() { parse_elf(file, "fw.elf"); });
}

ElfBuilder good() {
  ElfBuilder elf;
  elf.segment(0x80000000U, {1, 2, 3, 4}, 0x100).segment(0x80001000U, {5, 6});
  elf.symbol("main", 0x80000010U, 0x20, STT_FUNC);
  elf.symbol("$x", 0x80000010U, 0, STT_NOTYPE);
  elf.symbol("trap", 0x80000040U, 0, STT_NOTYPE);
  elf.symbol("images", 0x80001000U, 2, STT_OBJECT);
  elf.symbol("stack_size", 0x80000050U, 0, STT_NOTYPE, true);
  return elf;
}

TEST(ElfImage, ReadsSegmentsAndEntry) {
  const ElfImage image = parse_elf(good().build(), "fw.elf");
  EXPECT_EQ(image.entry, 0x80000000U);
  ASSERT_EQ(image.segments.size(), 2U);
  EXPECT_EQ(image.segments[0].address, 0x80000000U);
  EXPECT_EQ(image.segments[0].memory_bytes, 0x100U);
  EXPECT_EQ(image.segments[0].bytes, (std::vector<std::uint8_t>{1, 2, 3, 4}));
  EXPECT_EQ(image.segments[1].bytes, (std::vector<std::uint8_t>{5, 6}));
  EXPECT_NO_THROW(aimc::platform::check_in_ram(image, kRamBase, kRamBytes));
}

TEST(ElfImage, FindsSymbolsBothWays) {
  const ElfImage image = parse_elf(good().build(), "fw.elf");
  ASSERT_NE(image.find("images"), nullptr);
  EXPECT_EQ(image.find("images")->address, 0x80001000U);
  EXPECT_EQ(image.find("images")->bytes, 2U);
  EXPECT_EQ(image.find("$x"), nullptr);
  EXPECT_EQ(image.describe(0x80000010U), "main");
  EXPECT_EQ(image.describe(0x80000022U), "main+0x12");
  EXPECT_EQ(image.describe(0x80000030U), "0x80000030") << "behind main's last byte";
  EXPECT_EQ(image.describe(0x80000060U), "trap+0x20") << "a constant is no place";
  EXPECT_EQ(image.describe(0x00001000U), "0x00001000");
}

TEST(ElfImage, RefusesAMissingFileAndAFolder) {
  EXPECT_THAT(message_of([]() { aimc::platform::load_elf("no/such.elf"); }),
              HasSubstr("firmware 'no/such.elf': does not exist"));
  EXPECT_THAT(message_of([]() { aimc::platform::load_elf("/"); }), HasSubstr("is not a file"));
}

TEST(ElfImage, RefusesWhatIsNoElf) {
  EXPECT_THAT(refusal({}), HasSubstr("'fw.elf': not an ELF file"));
  EXPECT_THAT(refusal({'#', '!', '/', 'b', 'i', 'n'}), HasSubstr("not an ELF file"));
}

TEST(ElfImage, RefusesAnotherClassByteOrderMachineAndType) {
  ElfBuilder wide = good();
  wide.header.e_ident[EI_CLASS] = ELFCLASS64;
  EXPECT_THAT(refusal(wide.build()), HasSubstr("a 64-bit ELF; expected a 32-bit RISC-V"));
  ElfBuilder big = good();
  big.header.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_THAT(refusal(big.build()), HasSubstr("big-endian; expected a little-endian"));
  ElfBuilder arm = good();
  arm.header.e_machine = EM_ARM;
  EXPECT_THAT(refusal(arm.build()), HasSubstr("made for machine 40; expected RISC-V (243)"));
  ElfBuilder object = good();
  object.header.e_type = ET_REL;
  EXPECT_THAT(refusal(object.build()), HasSubstr("an object file; expected a statically linked"));
  ElfBuilder wide_float = good();
  wide_float.header.e_flags = EF_RISCV_FLOAT_ABI_DOUBLE;
  EXPECT_THAT(refusal(wide_float.build()), HasSubstr("expected the ABI ilp32 or ilp32f"));
}

TEST(ElfImage, TellsWhetherItUsesFloatRegisters) {
  ElfBuilder builder = good();
  EXPECT_FALSE(aimc::platform::parse_elf(builder.build(), "fw.elf").uses_float);
  builder.header.e_flags = EF_RISCV_FLOAT_ABI_SINGLE;
  EXPECT_TRUE(aimc::platform::parse_elf(builder.build(), "fw.elf").uses_float);
}

TEST(ElfImage, RefusesEveryTruncation) {
  const std::vector<std::uint8_t> whole = good().build();
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    const std::vector<std::uint8_t> part(whole.begin(),
                                         whole.begin() + static_cast<std::ptrdiff_t>(bytes));
    EXPECT_NE(refusal(part), "") << bytes << " bytes of " << whole.size();
  }
  const std::vector<std::uint8_t> head(whole.begin(), whole.begin() + 20);
  EXPECT_THAT(refusal(head), HasSubstr("truncated: 20 bytes"));
}

TEST(ElfImage, SurvivesAnyDamagedByte) {
  const std::vector<std::uint8_t> whole = good().build();
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (const unsigned value : {0x00U, 0x01U, 0x7FU, 0x80U, 0xFFU}) {
      std::vector<std::uint8_t> file = whole;
      file[position] = static_cast<std::uint8_t>(value);
      try {
        const ElfImage image = parse_elf(file, "fw.elf");
        image.describe(0x80000022U);
        aimc::platform::check_in_ram(image, kRamBase, kRamBytes);
      } catch (const ElfError&) {
      }
    }
  }
}

TEST(ElfImage, RefusesTablesOfOtherEntries) {
  ElfBuilder programs = good();
  programs.header.e_phentsize = 1;
  EXPECT_THAT(refusal(programs.build()),
              HasSubstr("program headers have 1 bytes each; expected 32"));
  ElfBuilder sections = good();
  sections.header.e_shentsize = 64;
  EXPECT_THAT(refusal(sections.build()),
              HasSubstr("section headers have 64 bytes each; expected 40"));
}

// The number of program headers has a place for 32 bits when 16 are too few.
TEST(ElfImage, RefusesFourBillionSegments) {
  std::vector<std::uint8_t> file = good().build();
  file[offsetof(Elf32_Ehdr, e_phnum)] = file[offsetof(Elf32_Ehdr, e_phnum) + 1] = 0xFF;
  const std::size_t first_section = file.size() - 4 * sizeof(Elf32_Shdr);
  for (std::size_t i = 0; i < 4; ++i)
    file[first_section + offsetof(Elf32_Shdr, sh_info) + i] = 0xFF;
  EXPECT_THAT(refusal(file), HasSubstr("a program header lies outside the file"));
}

// A few hundred kilobytes must not become gigabytes.
TEST(ElfImage, LeavesOutSymbolsThatShareOneLongName) {
  ElfBuilder elf;
  elf.segment(0x80000000U, {1, 2, 3, 4}, 0x10000);
  constexpr std::uint32_t kSymbols = 5000;
  for (std::uint32_t i = 0; i < kSymbols; ++i) {
    elf.symbol(i == 0 ? std::string(100000, 'a') : "", 0x80000000U + i, 1, STT_FUNC);
  }
  std::vector<std::uint8_t> file = elf.build();
  const std::size_t table = sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr) + 4;
  for (std::uint32_t i = 1; i < kSymbols; ++i) {
    std::copy_n(&file[table], 4, &file[table + i * sizeof(Elf32_Sym)]);
  }
  const ElfImage image = parse_elf(file, "fw.elf");
  EXPECT_GE(image.symbols.size(), 1U);
  EXPECT_LE(image.symbols.size() * 100000, 4 * file.size());
  EXPECT_EQ(image.symbols.front().name.size(), 100000U);
}

TEST(ElfImage, TakesOneSymbolTable) {
  ElfBuilder elf;
  elf.segment(0x80000000U, {1, 2, 3, 4}).symbol("main", 0x80000000U, 4, STT_FUNC);
  std::vector<std::uint8_t> file = elf.build();
  const auto headers = file.end() - 4 * static_cast<std::ptrdiff_t>(sizeof(Elf32_Shdr));
  // The section before it becomes the same table once more.
  std::copy_n(headers + 2 * sizeof(Elf32_Shdr), sizeof(Elf32_Shdr), headers + sizeof(Elf32_Shdr));
  EXPECT_EQ(parse_elf(file, "fw.elf").symbols.size(), 1U);
}

TEST(ElfImage, RefusesSegmentsThatCannotBe) {
  ElfBuilder overlap;
  overlap.segment(0x80000000U, {1, 2, 3, 4}, 0x2000).segment(0x80001000U, {5, 6});
  EXPECT_THAT(refusal(overlap.build()),
              HasSubstr("segments 0x80000000..0x80001fff and 0x80001000..0x80001001 overlap"));
  ElfBuilder shrunk;
  shrunk.segment(0x80000000U, {1, 2, 3, 4}, 2);
  EXPECT_THAT(refusal(shrunk.build()), HasSubstr("more bytes in the file than in memory"));
  ElfBuilder beyond;
  beyond.segment(0xFFFFFF00U, {1}, 0x200);
  EXPECT_THAT(refusal(beyond.build()), HasSubstr("beyond the 32-bit address space"));
  EXPECT_THAT(refusal(ElfBuilder().build()), HasSubstr("nothing to load"));
}

TEST(ElfImage, LoadsImagesMadeForReadOnlyMemory) {
  // Initial values lie behind the code; boot code copies them, and clears the rest where it is
  // used.
  ElfBuilder elf;
  elf.segment(0x80000000U, {1, 2, 3, 4})
      .segment_loaded_at(0x80000004U, 0x80080000U, {5, 6}, 0x20)
      .segment_loaded_at(0x80000006U, 0x80080020U, {}, 0x1000)
      .segment_loaded_at(0x80000006U, 0x80081020U, {}, 0x40000);
  const ElfImage image = parse_elf(elf.build(), "fw.elf");
  ASSERT_EQ(image.segments.size(), 2U);
  EXPECT_EQ(image.segments[1].address, 0x80000004U);
  EXPECT_EQ(image.segments[1].memory_bytes, 2U);
  EXPECT_EQ(image.segments[1].bytes, (std::vector<std::uint8_t>{5, 6}));
}

TEST(ElfImage, RefusesWhatLiesOutsideTheRam) {
  const auto check = [](ElfBuilder& elf) {
    const ElfImage image = parse_elf(elf.build(), "fw.elf");
    return message_of([&image]() { aimc::platform::check_in_ram(image, kRamBase, kRamBytes); });
  };
  ElfBuilder flash;
  flash.segment(0x20000000U, {1, 2, 3, 4});
  EXPECT_THAT(check(flash), HasSubstr("segment 0x20000000..0x20000003 lies outside the RAM "
                                      "0x80000000..0x87ffffff"));
  ElfBuilder bss;
  bss.segment(0x80000000U, {1, 2, 3, 4}, 0x08000001U);
  EXPECT_THAT(check(bss), HasSubstr("segment 0x80000000..0x88000000 lies outside the RAM"));
  ElfBuilder lost;
  lost.header.e_entry = 0x80004000U;
  lost.segment(0x80000000U, {1, 2, 3, 4});
  EXPECT_THAT(check(lost), HasSubstr("entry point 0x80004000 lies in no segment"));
}

}  // namespace
