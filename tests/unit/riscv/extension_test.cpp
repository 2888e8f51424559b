// Zba, Zbb, Zbs against definitions bit by bit, and what the set of extensions switches off.

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

using Function = std::function<std::uint32_t(std::uint32_t, std::uint32_t)>;

bool bit(std::uint32_t value, unsigned index) {
  return (value / (std::uint64_t{1} << index)) % 2 == 1;
}

// The number whose bit i is predicate(i).
std::uint32_t from_bits(const std::function<bool(unsigned)>& predicate) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 32; ++i) value += predicate(i) ? std::uint32_t{1} << i : 0U;
  return value;
}

unsigned zeros(std::uint32_t value, bool from_top) {
  unsigned count = 0;
  while (count < 32 && !bit(value, from_top ? 31 - count : count)) ++count;
  return count;
}

std::uint32_t rotated_left(std::uint32_t a, unsigned amount) {
  return from_bits([&](unsigned i) { return bit(a, (i + 32 - amount % 32) % 32); });
}

struct BitCase {
  const char* name;
  Extension extension;
  Word word;           // a2 = a0 op a1, or a2 = a0 op immediate
  std::int64_t fixed;  // the second operand where it is an immediate; -1: a1
  Function expected;
};

constexpr Word reg(Word funct7, Word funct3) {
  return r_type(0x33, funct3, funct7, kA2, kA0, kA1);
}
constexpr Word imm(std::int32_t upper12, Word funct3) {
  return i_type(0x13, funct3, kA2, kA0, upper12);
}

std::vector<BitCase> cases() {
  using U = std::uint32_t;
  const auto a = Extension::kZba, b = Extension::kZbb, s = Extension::kZbs;
  std::vector<BitCase> all = {
      {"sh1add", a, reg(0x10, 2), -1, [](U x, U y) { return y + 2 * x; }},
      {"sh2add", a, reg(0x10, 4), -1, [](U x, U y) { return y + 4 * x; }},
      {"sh3add", a, reg(0x10, 6), -1, [](U x, U y) { return y + 8 * x; }},
      {"andn", b, reg(0x20, 7), -1,
       [](U x, U y) { return from_bits([&](unsigned i) { return bit(x, i) && !bit(y, i); }); }},
      {"orn", b, reg(0x20, 6), -1,
       [](U x, U y) { return from_bits([&](unsigned i) { return bit(x, i) || !bit(y, i); }); }},
      {"xnor", b, reg(0x20, 4), -1,
       [](U x, U y) { return from_bits([&](unsigned i) { return bit(x, i) == bit(y, i); }); }},
      {"clz", b, imm(0x600, 1), 0, [](U x, U) { return zeros(x, true); }},
      {"ctz", b, imm(0x601, 1), 0, [](U x, U) { return zeros(x, false); }},
      {"cpop", b, imm(0x602, 1), 0,
       [](U x, U) {
         U count = 0;
         for (unsigned i = 0; i < 32; ++i) count += bit(x, i) ? 1U : 0U;
         return count;
       }},
      {"sext_b", b, imm(0x604, 1), 0,
       [](U x, U) { return from_bits([&](unsigned i) { return bit(x, std::min(i, 7U)); }); }},
      {"sext_h", b, imm(0x605, 1), 0,
       [](U x, U) { return from_bits([&](unsigned i) { return bit(x, std::min(i, 15U)); }); }},
      {"zext_h", b, r_type(0x33, 4, 0x04, kA2, kA0, 0), 0, [](U x, U) { return x % 65536; }},
      {"min", b, reg(0x05, 4), -1, [](U x, U y) { return U(std::min(int(x), int(y))); }},
      {"minu", b, reg(0x05, 5), -1, [](U x, U y) { return std::min(x, y); }},
      {"max", b, reg(0x05, 6), -1, [](U x, U y) { return U(std::max(int(x), int(y))); }},
      {"maxu", b, reg(0x05, 7), -1, [](U x, U y) { return std::max(x, y); }},
      {"rol", b, reg(0x30, 1), -1, rotated_left},
      {"ror", b, reg(0x30, 5), -1, [](U x, U y) { return rotated_left(x, 32 - y % 32); }},
      {"orc_b", b, imm(0x287, 5), 0,
       [](U x, U) { return from_bits([&](unsigned i) { return (x >> (i / 8 * 8)) % 256 != 0; }); }},
      {"rev8", b, imm(0x698, 5), 0,
       [](U x, U) {
         return from_bits([&](unsigned i) { return bit(x, 24 - i / 8 * 8 + i % 8); });
       }},
      {"bclr", s, reg(0x24, 1), -1,
       [](U x, U y) { return from_bits([&](unsigned i) { return i != y % 32 && bit(x, i); }); }},
      {"bext", s, reg(0x24, 5), -1, [](U x, U y) { return bit(x, y % 32) ? 1U : 0U; }},
      {"binv", s, reg(0x34, 1), -1,
       [](U x, U y) { return from_bits([&](unsigned i) { return bit(x, i) != (i == y % 32); }); }},
      {"bset", s, reg(0x14, 1), -1,
       [](U x, U y) { return from_bits([&](unsigned i) { return bit(x, i) || i == y % 32; }); }},
  };
  const struct {
    const char* name;
    const char* of;
    std::int32_t upper7;
    Word funct3;
  } immediates[] = {{"rori", "ror", 0x30, 5},
                    {"bclri", "bclr", 0x24, 1},
                    {"bexti", "bext", 0x24, 5},
                    {"binvi", "binv", 0x34, 1},
                    {"bseti", "bset", 0x14, 1}};
  for (const auto& i : immediates) {
    for (const std::int32_t amount : {0, 1, 13, 31}) {
      const auto* const same =
          std::find_if(all.data(), all.data() + all.size(),
                       [&](const auto& c) { return std::string(c.name) == i.of; });
      all.push_back(
          {i.name, same->extension, imm(i.upper7 * 32 + amount, i.funct3), amount, same->expected});
    }
  }
  return all;
}

TEST(BitManipulation, ComputesWhatTheManualSays) {
  HartConfig config = Machine::default_config();
  config.extensions = ExtensionSet::all();
  std::mt19937 random(7);
  const std::uint32_t edges[] = {0, 1, 0x80, 0xFF00, 0x8000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  for (const BitCase& c : cases()) {
    Machine machine(config);
    machine.put(kRamBase, {c.word});
    for (int i = 0; i < 300; ++i) {
      const std::uint32_t a = i < 64 ? edges[i % 8] : static_cast<std::uint32_t>(random());
      const std::uint32_t b = i < 64 ? edges[i / 8] : static_cast<std::uint32_t>(random());
      machine.hart.set_pc(kRamBase);
      machine.hart.set_reg(kA0, a);
      machine.hart.set_reg(kA1, b);
      machine.step();
      const std::uint32_t second = c.fixed < 0 ? b : static_cast<std::uint32_t>(c.fixed);
      ASSERT_EQ(machine.hart.reg(kA2), c.expected(a, second))
          << c.name << std::hex << " " << a << " " << second;
    }
    EXPECT_EQ(machine.hart.cycle(), 300U) << c.name;
  }
}

TEST(BitManipulation, IsIllegalWithoutItsExtension) {
  for (const BitCase& c : cases()) {
    for (const bool present : {true, false}) {
      HartConfig config = Machine::default_config();
      config.extensions = {};
      for (const auto e : {Extension::kZba, Extension::kZbb, Extension::kZbs}) {
        if ((e == c.extension) == present) config.extensions.add(e);
      }
      Machine machine(config);
      machine.put(kRamBase, {c.word});
      machine.step();
      EXPECT_EQ(machine.csr(csrs::kMcause), present ? 0U : 2U) << c.name;
      EXPECT_EQ(machine.csr(csrs::kMtval), present ? 0U : c.word) << c.name;
    }
  }
}

TEST(BitManipulation, ReservedNeighboursAreIllegal) {
  HartConfig config = Machine::default_config();
  config.extensions = ExtensionSet::all();
  for (const Word word :
       {imm(0x603, 1), imm(0x606, 1), imm(0x286, 5), imm(0x6B8, 5), imm(0x620, 5), imm(0x6A0, 1),
        imm(0x4A0, 1), imm(0x2A0, 1), r_type(0x33, 4, 0x04, kA2, kA0, 1), reg(0x10, 1)}) {
    Machine machine(config);
    machine.put(kRamBase, {word});
    machine.step();
    EXPECT_EQ(machine.csr(csrs::kMcause), 2U) << std::hex << word;
  }
}

TEST(Extensions, AbsentOnesAreIllegalInstructions) {
  const struct {
    Word word;
    Extension extension;
  } instructions[] = {{mul(1, 2, 3), Extension::kM},
                      {div(1, 2, 3), Extension::kM},
                      {amoadd_w(1, 2, kA0), Extension::kA},
                      {lr_w(1, kA0), Extension::kA},
                      {fence_i(), Extension::kZifencei},
                      {csrr(1, csrs::kCycle), Extension::kZicntr},
                      {csrr(1, csrs::kTimeh), Extension::kZicntr}};
  for (const auto& instruction : instructions) {
    for (const bool present : {true, false}) {
      HartConfig config = Machine::default_config();
      config.extensions = present ? ExtensionSet{instruction.extension} : ExtensionSet{};
      Machine machine(config);
      machine.hart.set_reg(kA0, kData);
      machine.put(kRamBase, {instruction.word});
      machine.step();
      EXPECT_EQ(machine.csr(csrs::kMcause), present ? 0U : 2U) << std::hex << instruction.word;
    }
  }
}

TEST(Extensions, MachineCountersNeedNone) {
  HartConfig config = Machine::default_config();
  config.extensions = {};
  Machine machine(config);
  machine.put(kRamBase, {csrr(kA0, csrs::kMcycle), csrr(kA1, csrs::kMinstret)});
  machine.step(2);
  EXPECT_EQ(machine.hart.instructions(), 2U);
}

TEST(Extensions, MisaHasTheLetters) {
  const struct {
    const char* isa;
    std::uint32_t misa;
  } cases[] = {{"rv32ic", 0x40100104},
               {"rv32imac_zicsr_zba", 0x40101105},
               {"rv32imc", 0x40101104},
               {"rv32iac_zbb", 0x40100105},
               {"rv32imafc", 0x40101125}};
  for (const auto& c : cases) {
    HartConfig config = Machine::default_config();
    config.extensions = parse_isa(c.isa);
    Machine machine(config);
    EXPECT_EQ(machine.csr(csrs::kMisa), c.misa) << c.isa;
  }
}

TEST(Extensions, NamesOfAllSetsReadBack) {
  unsigned sets = 0;
  for (unsigned bits = 0; bits < 1U << static_cast<unsigned>(Extension::kCount); bits += 2) {
    ExtensionSet set;
    for (unsigned i = 1; i < static_cast<unsigned>(Extension::kCount); ++i) {
      if ((bits >> i & 1U) != 0) set.add(static_cast<Extension>(i));
    }
    EXPECT_EQ(parse_isa(isa_name(set)), set) << isa_name(set);
    ++sets;
  }
  EXPECT_EQ(sets, 256U);
  EXPECT_EQ(isa_name(ExtensionSet::all()), "rv32imafc_zicntr_zicsr_zifencei_zba_zbb_zbs");
}

}  // namespace
}  // namespace aimc::riscv
