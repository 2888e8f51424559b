#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aimc::isatest {

/// Extensions a program may use, as bits of a set.
enum Extensions : unsigned {
  kRv32imac = 0,         ///< with Zicsr and Zifencei; always there
  kBitManipulation = 1,  ///< Zba, Zbb, Zbs
  kFloat = 2,            ///< F
  kProtection = 4,       ///< physical memory protection; no instructions of its own
  kEverything = 7
};

/// How the fields of an instruction lie; names of the 16-bit ones as in the manual's table.
enum class Format : std::uint8_t {
  kRegister,
  kUnary,
  kImmediate,
  kShift,
  kLoad,
  kStore,
  kBranch,
  kUpper,
  kJal,
  kJalr,
  kFence,
  kAtomic,  ///< imm: aq in bit 1, rl in bit 0; so in the next two
  kLoadReserved,
  kStoreConditional,
  kCsr,           ///< imm: number of the CSR
  kCsrImmediate,  ///< rs1: the operand
  kWord,
  kCiw,
  kClWord,
  kCsWord,
  kCi,
  kCiUpper,
  kCiStack,
  kCiShift,
  kCbShift,
  kCbAnd,
  kCa,
  kCj,
  kCb,
  kCiLoad,
  kCssStore,
  kCrJump,
  kCrMove,
  kCrAdd,
  kHalf,
  kFloatLoad,
  kFloatStore,
  kFloatFused,     ///< imm: the rounding mode, and above its three bits rs3
  kFloatRegister,  ///< imm: the rounding mode; so in the next one
  kFloatUnary,
  kFloatPlain,
  kFloatCompare,
  kFloatToInteger,  ///< imm: the rounding mode; so in the next one
  kFloatFromInteger,
  kFloatOut,
  kFloatIn,
  kCFloatLoad,
  kCFloatStore,
  kCFloatLoadStack,
  kCFloatStoreStack,
  kCount
};

/// Which register file or operand an instruction has, and of what kind its immediate is.
struct Shape {
  bool rd, rs1, rs2;
};

/// One instruction: its name in assembler and its encoding. Written from the listings of "The
/// RISC-V Instruction Set Manual", volumes I and II, and of the bit manipulation extensions;
/// nothing here comes from the hart.
struct Form {
  std::string_view name;
  Format format;
  std::uint32_t match;
  std::uint32_t mask;
  unsigned extensions;  ///< those it needs

  bool compressed() const { return (match & 3U) != 3U; }
};

/// Values of the fields; those that a format does not have are ignored.
struct Operands {
  unsigned rd = 0;
  unsigned rs1 = 0;
  unsigned rs2 = 0;
  std::int32_t imm = 0;
};

/// All instructions, the more special encoding first where two overlap.
const std::vector<Form>& all_forms();
/// The form of a name; std::logic_error when there is none.
const Form& form(std::string_view name);
/// The form a word is an instance of, or nullptr. Of a 16-bit one the low half counts.
const Form* find_form(std::uint32_t word);

/// find_form for many words, of which few are different.
class FormLookup {
 public:
  const Form* operator()(std::uint32_t word) {
    const auto [found, is_new] = known_.try_emplace(word, nullptr);
    if (is_new) found->second = find_form(word);
    return found->second;
  }

 private:
  std::unordered_map<std::uint32_t, const Form*> known_;
};

/// The encoding; std::logic_error when a value does not fit its field.
std::uint32_t encode(const Form& form, const Operands& operands);
/// The values of a word's fields: registers that a compressed instruction implies included.
Operands decode_operands(const Form& form, std::uint32_t word);

/// Which register operands a format has, be they integer or floating point.
Shape shape(Format format);
/// Which of them are floating point.
Shape float_operands(Format format);
/// True when an instruction has a field for the rounding mode.
bool has_rounding_mode(Format format);
/// Smallest and largest value of a format's immediate; both zero where it has none.
struct Range {
  std::int32_t lowest, highest;
};
Range immediate_range(Format format);

}  // namespace aimc::isatest
