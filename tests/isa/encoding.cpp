// How the fields of each format lie.

#include "tests/isa/encoding.h"

#include <array>
#include <stdexcept>
#include <string>

namespace aimc::isatest {
namespace {

// A register field: `width` bits at `position`; three bits number x8 to x15. Width 0: there is
// none, or, with `implied`, it is always that register.
struct Field {
  unsigned position = 0;
  unsigned width = 0;
  int implied = -1;
};

// `count` bits of the immediate from bit `to` on lie at bit `from` of the word.
struct Piece {
  unsigned from = 0;
  unsigned to = 0;
  unsigned count = 0;
};

struct Layout {
  Field rd, rs1, rs2;
  std::array<Piece, 8> imm;
  unsigned sign_bit;  // of the immediate; 0: unsigned
};

constexpr Field kNone{};
constexpr Field kRd{7, 5, -1};
constexpr Field kRs1{15, 5, -1};
constexpr Field kRs2{20, 5, -1};
constexpr Field kLow{2, 5, -1};          // bits 6 to 2 of a 16-bit instruction
constexpr Field kPopularHigh{7, 3, -1};  // bits 9 to 7
constexpr Field kPopularLow{2, 3, -1};   // bits 4 to 2
constexpr Field kStack{0, 0, 2};
constexpr Field kZero{0, 0, 0};
constexpr std::array<Piece, 8> kNoImmediate{};
constexpr std::array<Piece, 8> kUpperTwelve{{{20, 0, 12}}};
constexpr std::array<Piece, 8> kSixBits{{{2, 0, 5}, {12, 5, 1}}};
constexpr std::array<Piece, 8> kWordOffset{{{10, 3, 3}, {6, 2, 1}, {5, 6, 1}}};

Layout layout(Format format) {
  switch (format) {
    case Format::kRegister:
    case Format::kFloatPlain:
    case Format::kFloatCompare:
      return {kRd, kRs1, kRs2, kNoImmediate, 0};
    case Format::kUnary:
    case Format::kFloatOut:
    case Format::kFloatIn:
      return {kRd, kRs1, kNone, kNoImmediate, 0};
    case Format::kImmediate:
    case Format::kFloatLoad:
    case Format::kLoad:
    case Format::kJalr:
      return {kRd, kRs1, kNone, kUpperTwelve, 11};
    case Format::kFloatFused:
      return {kRd, kRs1, kRs2, {{{12, 0, 3}, {27, 3, 5}}}, 0};
    case Format::kFloatRegister:
      return {kRd, kRs1, kRs2, {{{12, 0, 3}}}, 0};
    case Format::kFloatUnary:
    case Format::kFloatToInteger:
    case Format::kFloatFromInteger:
      return {kRd, kRs1, kNone, {{{12, 0, 3}}}, 0};
    case Format::kShift:
      return {kRd, kRs1, kNone, {{{20, 0, 5}}}, 0};
    case Format::kStore:
    case Format::kFloatStore:
      return {kNone, kRs1, kRs2, {{{7, 0, 5}, {25, 5, 7}}}, 11};
    case Format::kBranch:
      return {kNone, kRs1, kRs2, {{{8, 1, 4}, {25, 5, 6}, {7, 11, 1}, {31, 12, 1}}}, 12};
    case Format::kUpper:
      return {kRd, kNone, kNone, {{{12, 12, 20}}}, 31};
    case Format::kJal:
      return {kRd, kNone, kNone, {{{21, 1, 10}, {20, 11, 1}, {12, 12, 8}, {31, 20, 1}}}, 20};
    case Format::kAtomic:
    case Format::kStoreConditional:
      return {kRd, kRs1, kRs2, {{{25, 0, 2}}}, 0};
    case Format::kLoadReserved:
      return {kRd, kRs1, kNone, {{{25, 0, 2}}}, 0};
    case Format::kCsr:
    case Format::kCsrImmediate:
      return {kRd, kRs1, kNone, kUpperTwelve, 0};
    case Format::kCiw:
      return {kPopularLow, kStack, kNone, {{{11, 4, 2}, {7, 6, 4}, {6, 2, 1}, {5, 3, 1}}}, 0};
    case Format::kClWord:
    case Format::kCFloatLoad:
      return {kPopularLow, kPopularHigh, kNone, kWordOffset, 0};
    case Format::kCsWord:
    case Format::kCFloatStore:
      return {kNone, kPopularHigh, kPopularLow, kWordOffset, 0};
    case Format::kCi:
      return {kRd, kRd, kNone, kSixBits, 5};
    case Format::kCiUpper:
      return {kRd, kNone, kNone, {{{2, 12, 5}, {12, 17, 1}}}, 17};
    case Format::kCiStack:
      return {kStack, kStack, kNone, {{{6, 4, 1}, {2, 5, 1}, {5, 6, 1}, {3, 7, 2}, {12, 9, 1}}}, 9};
    case Format::kCiShift:
      return {kRd, kRd, kNone, {{{2, 0, 5}}}, 0};
    case Format::kCbShift:
      return {kPopularHigh, kPopularHigh, kNone, {{{2, 0, 5}}}, 0};
    case Format::kCbAnd:
      return {kPopularHigh, kPopularHigh, kNone, kSixBits, 5};
    case Format::kCa:
      return {kPopularHigh, kPopularHigh, kPopularLow, kNoImmediate, 0};
    case Format::kCj:
      return {kNone,
              kNone,
              kNone,
              {{{12, 11, 1},
                {11, 4, 1},
                {9, 8, 2},
                {8, 10, 1},
                {7, 6, 1},
                {6, 7, 1},
                {3, 1, 3},
                {2, 5, 1}}},
              11};
    case Format::kCb:
      return {kNone,
              kPopularHigh,
              kZero,
              {{{12, 8, 1}, {10, 3, 2}, {5, 6, 2}, {3, 1, 2}, {2, 5, 1}}},
              8};
    case Format::kCiLoad:
    case Format::kCFloatLoadStack:
      return {kRd, kStack, kNone, {{{12, 5, 1}, {4, 2, 3}, {2, 6, 2}}}, 0};
    case Format::kCssStore:
    case Format::kCFloatStoreStack:
      return {kNone, kStack, kLow, {{{9, 2, 4}, {7, 6, 2}}}, 0};
    case Format::kCrJump:
      return {kNone, kRd, kNone, kNoImmediate, 0};
    case Format::kCrMove:
      return {kRd, kNone, kLow, kNoImmediate, 0};
    case Format::kCrAdd:
      return {kRd, kRd, kLow, kNoImmediate, 0};
    default:
      return {kNone, kNone, kNone, kNoImmediate, 0};
  }
}

const std::array<Layout, static_cast<std::size_t>(Format::kCount)>& layouts() {
  static const auto table = [] {
    std::array<Layout, static_cast<std::size_t>(Format::kCount)> result{};
    for (std::size_t i = 0; i < result.size(); ++i) result.at(i) = layout(static_cast<Format>(i));
    return result;
  }();
  return table;
}

const Layout& layout_of(Format format) {
  return layouts().at(static_cast<std::size_t>(format));
}

[[noreturn]] void refuse(const Form& form, const std::string& what) {
  throw std::logic_error(std::string(form.name) + ": " + what + " does not fit");
}

std::uint32_t put(const Form& form, const Field& field, unsigned value) {
  if (field.width == 0) return 0;
  const unsigned first = field.width == 3 ? 8 : 0;
  if (value < first || value >= first + (1U << field.width))
    refuse(form, "register " + std::to_string(value));
  return (value - first) << field.position;
}

unsigned get(const Field& field, std::uint32_t word) {
  if (field.width == 0) return field.implied > 0 ? static_cast<unsigned>(field.implied) : 0;
  return (word >> field.position & ((1U << field.width) - 1U)) + (field.width == 3 ? 8U : 0U);
}

std::int32_t get_immediate(const Layout& layout, std::uint32_t word) {
  std::uint32_t value = 0;
  for (const Piece& piece : layout.imm)
    value |= (word >> piece.from & ((1U << piece.count) - 1U)) << piece.to;
  if (layout.sign_bit != 0) {
    const std::uint32_t sign = 1U << layout.sign_bit;
    value = (value ^ sign) - sign;
  }
  return static_cast<std::int32_t>(value);
}

}  // namespace

std::uint32_t encode(const Form& form, const Operands& operands) {
  const Layout& fields = layout_of(form.format);
  std::uint32_t word = form.match | put(form, fields.rs1, operands.rs1) |
                       put(form, fields.rs2, operands.rs2) | put(form, fields.rd, operands.rd);
  const auto value = static_cast<std::uint32_t>(operands.imm);
  for (const Piece& piece : fields.imm)
    word |= (value >> piece.to & ((1U << piece.count) - 1U)) << piece.from;
  const Range range = immediate_range(form.format);
  const bool has_immediate = range.lowest != range.highest;
  if (has_immediate && get_immediate(fields, word) != operands.imm)
    refuse(form, "immediate " + std::to_string(operands.imm));
  return word;
}

Operands decode_operands(const Form& form, std::uint32_t word) {
  const Layout& fields = layout_of(form.format);
  return {get(fields.rd, word), get(fields.rs1, word), get(fields.rs2, word),
          get_immediate(fields, word)};
}

Shape shape(Format format) {
  const Layout& fields = layout_of(format);
  const auto has = [](const Field& field) { return field.width != 0 || field.implied > 0; };
  return {has(fields.rd), has(fields.rs1) && format != Format::kCsrImmediate, has(fields.rs2)};
}

Shape float_operands(Format format) {
  switch (format) {
    case Format::kFloatLoad:
    case Format::kFloatFromInteger:
    case Format::kFloatIn:
    case Format::kCFloatLoad:
    case Format::kCFloatLoadStack:
      return {true, false, false};
    case Format::kFloatStore:
    case Format::kCFloatStore:
    case Format::kCFloatStoreStack:
      return {false, false, true};
    case Format::kFloatFused:
    case Format::kFloatRegister:
    case Format::kFloatPlain:
      return {true, true, true};
    case Format::kFloatUnary:
      return {true, true, false};
    case Format::kFloatCompare:
      return {false, true, true};
    case Format::kFloatToInteger:
    case Format::kFloatOut:
      return {false, true, false};
    default:
      return {false, false, false};
  }
}

bool has_rounding_mode(Format format) {
  return format == Format::kFloatFused || format == Format::kFloatRegister ||
         format == Format::kFloatUnary || format == Format::kFloatToInteger ||
         format == Format::kFloatFromInteger;
}

Range immediate_range(Format format) {
  const Layout& fields = layout_of(format);
  std::uint32_t bits = 0;
  for (const Piece& piece : fields.imm) bits |= ((1U << piece.count) - 1U) << piece.to;
  if (fields.sign_bit == 0) return {0, static_cast<std::int32_t>(bits)};
  const std::uint32_t sign = 1U << fields.sign_bit;
  return {static_cast<std::int32_t>(0U - sign), static_cast<std::int32_t>(bits & ~sign)};
}

}  // namespace aimc::isatest
