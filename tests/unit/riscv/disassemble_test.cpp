#include "models/riscv/disassemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "models/riscv/csr_names.h"
#include "models/riscv/decode.h"
#include "tests/support/scratch_path.h"

namespace aimc::riscv {
namespace {

TEST(Disassemble, NamesTargets) {
  const Disassembly branch = disassemble(0xFE0798E3U, 0x80000010U);
  EXPECT_EQ(branch.text, "bne a5,zero,0x80000000");
  EXPECT_EQ(branch.target, 0x80000000U);
  EXPECT_EQ(disassemble(0x00008067U, 0).target, std::nullopt);
}

TEST(Disassemble, OfCompressedOnesOnlyTheLowerHalfMatters) {
  EXPECT_EQ(disassemble(0xFFFF8082U, 0).text, "c.jr ra");
  EXPECT_EQ(disassemble(0x8082U, 0).text, "c.jr ra");
}

TEST(Disassemble, WhatIsNoInstructionIsANumber) {
  EXPECT_EQ(disassemble(0xFFFFFFFFU, 0).text, ".word 0xffffffff");
  EXPECT_EQ(disassemble(0U, 0).text, ".half 0x0");
}

TEST(Disassemble, NamesCsrs) {
  EXPECT_EQ(csr_name(0x300), "mstatus");
  EXPECT_EQ(csr_name(0xB9F), "mhpmcounter31h");
  EXPECT_EQ(csr_name(0xC03), "hpmcounter3");
  EXPECT_EQ(csr_name(0x323), "mhpmevent3");
  EXPECT_EQ(csr_name(0x7C0), "0x7c0");
}

// The rest is compared with GNU binutils, if they are there.

enum class Format : std::uint8_t { kFence, kCsr, kRounding, kOther };

struct Encoding {
  std::uint32_t match = 0;
  std::uint32_t mask = 0x7FU;
  Format format = Format::kOther;
};

// From the columns of the table; written apart from the decoder's reading of them.
Encoding encoding(const std::string& format, std::uint32_t opcode, std::uint32_t funct3,
                  std::uint32_t upper) {
  Encoding result{opcode, 0x7FU};
  if (format == "Word") return {opcode, ~0U};
  if (format == "Upper" || format == "Jal") return result;
  result.match |= funct3 << 12U;
  result.mask |= 7U << 12U;
  const bool rounds = format == "FloatReg" || format == "FloatUnary" || format == "FloatFused" ||
                      format == "FloatToInt" || format == "FloatFromInt";
  if (rounds) {  // funct3 is the rounding mode
    result.match = opcode;
    result.mask = 0x7FU;
    result.format = Format::kRounding;
  }
  if (format == "Unary" || format == "FloatUnary" || format == "FloatToInt" ||
      format == "FloatFromInt" || format == "FloatOut" || format == "FloatIn") {
    result.match |= upper << 20U;
    result.mask |= 0xFFFU << 20U;
  } else if (format == "FloatFused") {
    result.match |= upper << 25U;
    result.mask |= 3U << 25U;
  } else if (format == "Reg" || format == "Divide" || format == "Shift" || format == "FloatReg" ||
             format == "FloatPlain" || format == "FloatCompare") {
    result.match |= upper << 25U;
    result.mask |= 0x7FU << 25U;
  } else if (format == "Lr" || format == "Sc" || format == "Amo") {
    result.match |= upper << 27U;
    result.mask |= 0x1FU << 27U;
    if (format == "Lr") result.mask |= 0x1FU << 20U;
  } else if (format == "Fence") {
    result.format = Format::kFence;
  } else if (format == "Csr") {
    result.format = Format::kCsr;
  }
  return result;
}

std::vector<std::uint32_t> all_instructions() {
  const std::vector<Encoding> encodings{
#define AIMC_INSTRUCTION(name, extension, format, opcode, funct3, funct7, cls, meaning) \
  encoding(#format, opcode, funct3, funct7),
#include "models/riscv/instructions.inc"
#undef AIMC_INSTRUCTION
  };
  constexpr unsigned kEach = 20;
  const auto csrs = csr_names();
  std::mt19937 random(1);
  std::vector<std::uint32_t> words;
  for (const Encoding& e : encodings) {
    for (unsigned i = 0; i < kEach; ++i) {
      auto free = static_cast<std::uint32_t>(random());
      // Fields without a meaning are zero; an empty set of accesses has no name.
      if (e.format == Format::kFence) {
        free = (e.match >> 12U & 7U) == 0 ? (free & 0x0EE00000U) | 0x01100000U : 0U;
      }
      if (e.format == Format::kRounding) {
        constexpr std::array<std::uint32_t, 6> kModes{0, 1, 2, 3, 4, 7};
        free = (free & ~(7U << 12U)) | kModes.at(random() % kModes.size()) << 12U;
      }
      if (e.format == Format::kCsr) {
        free = (free & 0x000FFFFFU) | csrs[random() % csrs.size()].first << 20U;
      }
      words.push_back(e.match | (free & ~e.mask));
    }
  }
  for (std::uint32_t half = 1; half < 0x10000; ++half) {
    const auto compressed = static_cast<std::uint16_t>(half);
    if (is_compressed(half) && decode(expand_compressed(compressed)).code != Opcode::kIllegal) {
      words.push_back(half);
    }
  }
  return words;
}

struct Close {
  void operator()(std::FILE* file) const { pclose(file); }
};

std::vector<std::string> output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, Close> pipe(popen(command.c_str(), "r"));
  std::vector<std::string> lines;
  std::string line;
  for (int c = std::getc(pipe.get()); c != EOF; c = std::getc(pipe.get())) {
    if (c == '\n') {
      lines.push_back(line);
      line.clear();
    } else {
      line += static_cast<char>(c);
    }
  }
  return lines;
}

// Mnemonic and operands; numbers without 0x.
std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> result(1);
  for (const char c : text.substr(0, text.find_first_of("<#"))) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == ',') {
      if (!result.back().empty()) result.emplace_back();
    } else {
      result.back() += c;
    }
  }
  if (result.back().empty()) result.pop_back();
  for (std::string& part : result) {
    if (part.substr(0, 2) == "0x") part.erase(0, 2);
  }
  return result;
}

TEST(Disassemble, EveryInstructionAsBinutilsDo) {
  const std::string as = "riscv64-unknown-elf-as";
  if (std::system((as + " --version >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << "there is no " << as;
  }
  const std::vector<std::uint32_t> words = all_instructions();
  const std::string path = test::scratch_path("disassemble");
  {
    std::ofstream source(path + ".s");
    for (const std::uint32_t word : words) {
      source << ".insn " << (is_compressed(word) ? 2 : 4) << ", " << word << '\n';
    }
  }
  ASSERT_EQ(std::system((as + " -march=rv32imafc_zicsr_zifencei_zba_zbb_zbs -o " + path + ".o " +
                         path + ".s")
                            .c_str()),
            0);
  std::vector<std::string> expected;
  std::vector<std::uint32_t> addresses;
  for (const std::string& line :
       output_of("riscv64-unknown-elf-objdump -d -z -M no-aliases " + path + ".o")) {
    // "   4:<tab>00b50533          <tab>add<tab>a0,a0,a1"
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    addresses.push_back(static_cast<std::uint32_t>(std::stoul(line, nullptr, 16)));
    expected.push_back(line.substr(second + 1));
  }
  ASSERT_EQ(expected.size(), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Disassembly shown = disassemble(words[i], addresses[i]);
    EXPECT_EQ(parts(shown.text), parts(expected[i])) << shown.text << " or " << expected[i];
  }
  std::filesystem::remove(path + ".s");
  std::filesystem::remove(path + ".o");
}

}  // namespace
}  // namespace aimc::riscv
