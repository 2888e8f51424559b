#include "tests/isa/coverage_classes.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

namespace aimc::isatest {
namespace {

constexpr std::array<std::uint32_t, 5> kCorners{0, 1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF};
using F = Format;

constexpr std::array<const char*, 5> kCornerNames{"0", "1", "-1", "min", "max"};

bool one_of(Format format, std::initializer_list<Format> formats) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

// Forms that compute with the value of rs1, and with that of rs2.
bool computes_with_a(Format f) {
  return one_of(f, {F::kRegister, F::kUnary, F::kImmediate, F::kShift, F::kBranch, F::kAtomic,
                    F::kCi, F::kCiShift, F::kCbShift, F::kCbAnd, F::kCa, F::kCb, F::kCrAdd,
                    F::kFloatFromInteger, F::kFloatIn});
}
bool computes_with_b(Format f) {
  return one_of(f, {F::kRegister, F::kBranch, F::kAtomic, F::kStoreConditional, F::kStore,
                    F::kCsWord, F::kCssStore, F::kCa, F::kCrAdd, F::kCrMove});
}
bool has_plain_immediate(const Form& form) {
  return one_of(form.format, {F::kImmediate,
                              F::kShift,
                              F::kLoad,
                              F::kStore,
                              F::kUpper,
                              F::kJalr,
                              F::kCiw,
                              F::kClWord,
                              F::kCsWord,
                              F::kCi,
                              F::kCiUpper,
                              F::kCiStack,
                              F::kCiShift,
                              F::kCbShift,
                              F::kCbAnd,
                              F::kCiLoad,
                              F::kCssStore,
                              F::kFloatLoad,
                              F::kFloatStore,
                              F::kCFloatLoad,
                              F::kCFloatStore,
                              F::kCFloatLoadStack,
                              F::kCFloatStoreStack});
}
constexpr std::array<const char*, 6> kKindNames{"zero",     "subnormal", "normal",
                                                "infinity", "quiet NaN", "signalling NaN"};
constexpr std::array<const char*, 5> kModeNames{"RNE", "RTZ", "RDN", "RUP", "RMM"};
constexpr std::array<const char*, 5> kFlagNames{"NX", "UF", "OF", "DZ", "NV"};

bool is_float_arithmetic(Format f) {
  return one_of(f, {F::kFloatFused, F::kFloatRegister, F::kFloatUnary, F::kFloatPlain,
                    F::kFloatCompare, F::kFloatToInteger, F::kFloatOut});
}

// The flags an instruction can raise, as letters in the order of kFlagNames: x, u, o, d, v.
std::string_view raised_flags(const Form& form) {
  const std::string_view name = form.name;
  if (form.format == F::kFloatFused || name == "fmul.s") return "xuov";
  if (name == "fdiv.s") return "xuodv";
  if (name == "fadd.s" || name == "fsub.s") return "xov";  // tiny sums are exact
  if (name == "fsqrt.s" || form.format == F::kFloatToInteger) return "xv";
  if (form.format == F::kFloatFromInteger) return "x";
  if (form.format == F::kFloatCompare || name == "fmin.s" || name == "fmax.s") return "v";
  return "";
}

bool applies_float(const Form& form, unsigned cls) {
  const F f = form.format;
  const bool two = one_of(f, {F::kFloatRegister, F::kFloatPlain, F::kFloatCompare});
  if (cls >= kFlags)
    return raised_flags(form).find("xuodv"[cls - kFlags]) != std::string_view::npos;
  if (cls >= kRounding) return has_rounding_mode(f);
  if (cls >= kFloatPairs) return two;
  if (cls >= kFloatC) return f == F::kFloatFused;
  if (cls >= kFloatB) return two || f == F::kFloatFused;
  return is_float_arithmetic(f);
}

std::string float_class_name(unsigned cls) {
  const auto kind = [](unsigned index) { return std::string(kKindNames.at(index)); };
  if (cls >= kFlags) return std::string("raises ") + kFlagNames.at(cls - kFlags);
  if (cls >= kRounding + 5)
    return std::string("rounds as frm says, ") + kModeNames.at(cls - kRounding - 5);
  if (cls >= kRounding) return std::string("rounds ") + kModeNames.at(cls - kRounding);
  if (cls >= kFloatPairs)
    return "a " + kind((cls - kFloatPairs) / 6) + ", b " + kind((cls - kFloatPairs) % 6);
  if (cls >= kFloatC) return "c " + kind(cls - kFloatC);
  if (cls >= kFloatB) return "b " + kind(cls - kFloatB);
  return "a " + kind(cls - kFloatA);
}

}  // namespace

int corner_of(std::uint32_t value) {
  const auto* const found = std::find(kCorners.begin(), kCorners.end(), value);
  return found == kCorners.end() ? -1 : static_cast<int>(found - kCorners.begin());
}

unsigned float_kind(std::uint32_t value) {
  const std::uint32_t exponent = value >> 23U & 0xFFU;
  const std::uint32_t fraction = value & 0x7FFFFFU;
  if (exponent == 0) return fraction == 0 ? 0 : 1;
  if (exponent != 0xFF) return 2;
  if (fraction == 0) return 3;
  return fraction >> 22U != 0 ? 4 : 5;
}

bool is_branch(const Form& form) {
  return form.format == F::kBranch || form.format == F::kCb;
}
bool is_atomic(const Form& form) {
  return one_of(form.format, {F::kAtomic, F::kLoadReserved, F::kStoreConditional});
}
bool is_store(const Form& form) {
  return one_of(form.format, {F::kStore, F::kCsWord, F::kCssStore, F::kAtomic, F::kStoreConditional,
                              F::kFloatStore, F::kCFloatStore, F::kCFloatStoreStack});
}
bool is_csr(const Form& form) {
  return form.format == F::kCsr || form.format == F::kCsrImmediate;
}
bool accesses_memory(const Form& form) {
  return is_store(form) ||
         one_of(form.format, {F::kLoad, F::kClWord, F::kCiLoad, F::kLoadReserved, F::kFloatLoad,
                              F::kCFloatLoad, F::kCFloatLoadStack});
}
unsigned access_size(const Form& form) {
  if (form.format != F::kLoad && form.format != F::kStore) return 4;
  return 1U << (form.match >> 12U & 3U);
}

std::string class_name(unsigned cls) {
  if (cls >= kFloatA) return float_class_name(cls);
  const auto corner = [](unsigned index) { return std::string(kCornerNames.at(index)); };
  if (cls >= kPairs) return "a=" + corner((cls - kPairs) / 5) + " b=" + corner((cls - kPairs) % 5);
  if (cls >= kOrders) {
    constexpr std::array<const char*, 4> kNames{"no order", "rl", "aq", "aqrl"};
    return kNames.at(cls - kOrders);
  }
  if (cls >= kACorner && cls < kBCorner) return "a=" + corner(cls - kACorner);
  if (cls >= kBCorner && cls < kImmLowest) return "b=" + corner(cls - kBCorner);
  switch (cls) {
    case kExecuted:
      return "executed";
    case kInUserMode:
      return "in user mode";
    case kRdZero:
      return "rd=x0";
    case kRs1Zero:
      return "rs1=x0";
    case kRs2Zero:
      return "rs2=x0";
    case kSameSources:
      return "rs1=rs2";
    case kRdIsRs1:
      return "rd=rs1";
    case kRdIsRs2:
      return "rd=rs2";
    case kImmLowest:
      return "imm lowest";
    case kImmHighest:
      return "imm highest";
    case kImmZero:
      return "imm=0";
    case kTaken:
      return "taken";
    case kNotTaken:
      return "not taken";
    case kForward:
      return "forward";
    case kBackward:
      return "backward";
    case kAligned:
      return "aligned";
    case kMisaligned:
      return "misaligned in a word";
    case kAcrossWords:
      return "misaligned across words";
    case kFaults:
      return "access fault";
    case kSuccess:
      return "success";
    default:
      return "failure";
  }
}

bool applies(const Form& form, OperandClass cls) {
  if (cls >= kFloatA) return applies_float(form, cls);
  const F f = form.format;
  const Shape has = shape(f);
  const Shape is_float = float_operands(f);
  const Range range = immediate_range(f);
  const bool full = !form.compressed();
  const bool stack =
      one_of(f, {F::kCiLoad, F::kCssStore, F::kCFloatLoadStack, F::kCFloatStoreStack});
  if (cls >= kPairs) return f == F::kRegister || f == F::kBranch || f == F::kAtomic;
  if (cls >= kOrders) return is_atomic(form);
  if (cls >= kACorner && cls < kBCorner) return computes_with_a(f);
  if (cls >= kBCorner && cls < kImmLowest) return computes_with_b(f);
  switch (cls) {
    case kExecuted:  // those that do nothing but trap are rows of their own
      return form.name != "ecall" && form.name != "ebreak" && form.name != "c.ebreak";
    case kInUserMode:
      return f != F::kWord && !is_csr(form) && form.name != "c.ebreak";
    case kRdZero:
      return full && has.rd && !is_float.rd;
    case kRs1Zero:  // an access at address zero is an access fault
      if (f == F::kCsrImmediate) return true;
      return full && has.rs1 && !is_float.rs1 && !accesses_memory(form) && f != F::kJalr;
    case kRs2Zero:
      return full && has.rs2 && !is_float.rs2;
    case kSameSources:
      return has.rs1 && has.rs2 && is_float.rs1 == is_float.rs2 && !stack;
    case kRdIsRs1:
      return full && has.rd && has.rs1 && is_float.rd == is_float.rs1 && f != F::kCsr;
    case kRdIsRs2:
      return full && has.rd && has.rs2 && is_float.rd == is_float.rs2;
    case kImmLowest:
      return has_plain_immediate(form) && range.lowest != 0;
    case kImmHighest:
      return has_plain_immediate(form);
    case kImmZero:  // where it is not another instruction
      return has_plain_immediate(form) && f != F::kCiw && f != F::kCiUpper && f != F::kCiStack;
    case kTaken:
    case kNotTaken:
      return is_branch(form);
    case kForward:
    case kBackward:
      return is_branch(form) || one_of(f, {F::kJal, F::kCj, F::kJalr, F::kCrJump});
    case kAligned:
      return accesses_memory(form);
    case kMisaligned:
      return (f == F::kLoad || f == F::kStore) && access_size(form) == 2;
    case kAcrossWords:
      return accesses_memory(form) && !is_atomic(form) && !stack && access_size(form) > 1;
    case kFaults:
      return accesses_memory(form) && f != F::kStoreConditional && !stack;
    default:
      return f == F::kStoreConditional;
  }
}

}  // namespace aimc::isatest
