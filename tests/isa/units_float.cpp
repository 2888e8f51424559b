// Units with floating point. Those of float_plain may stand anywhere.

#include "tests/isa/generator.h"

namespace aimc::isatest {
namespace {

// Every kind of number four times, so that each meets each.
constexpr std::array<std::uint32_t, 24> kKinds{
    0x00000000, 0x80000000, 0x00000000, 0x80000000,  // zeros
    0x00000001, 0x807FFFFF, 0x007FFFFF, 0x80000001,  // subnormal
    0x3F800000, 0xFF7FFFFF, 0x00800000, 0xC0490FDB,  // normal
    0x7F800000, 0xFF800000, 0x7F800000, 0xFF800000,  // infinite
    0x7FC00000, 0xFFC00000, 0x7FFFFFFF, 0xFFC12345,  // quiet NaNs
    0x7F800001, 0xFF800001, 0xFFBFFFFF, 0x7FA00000,  // signalling NaNs
};
constexpr std::array<std::uint32_t, 24> kFloatCorners{
    0x00000000, 0x80000000,  // zeros
    0x3F800000, 0xBF800000,  // ones
    0x7F800000, 0xFF800000,  // infinities
    0x7FC00000, 0xFFC00000,  // quiet NaNs, then signalling ones
    0x7F800001, 0xFFBFFFFF,
    0x00000001, 0x807FFFFF,  // the smallest and the largest subnormal number
    0x007FFFFF, 0x80000001,
    0x00800000, 0x80800000,  // the smallest normal one
    0x7F7FFFFF, 0xFF7FFFFF,  // the largest
    0x4F000000, 0xCF000000,  // 2^31, where signed integers end
    0x4F800000, 0x3F000000,  // 2^32, where unsigned ones do; a half
    0x3FFFFFFF, 0x4B7FFFFF,  // nearly two; the largest number with a fraction, nearly
};
constexpr std::int32_t kDynamic = 7;

}  // namespace

std::uint32_t Generator::float_value() {
  const unsigned kind = random_.below(10);
  if (kind < 4) return random_.pick(kFloatCorners);
  if (kind < 7) {  // near one, where sums cancel and products stay in range
    const std::uint32_t exponent = 127U - 13U + random_.below(26);
    return (random_.next() & 0x807FFFFFU) | exponent << 23U;
  }
  if (kind < 8) return random_.next() & 0x80FFFFFFU;  // about the smallest
  return random_.next();
}

const Form& Generator::float_arithmetic() {
  using F = Format;
  return one_of({F::kFloatFused, F::kFloatRegister, F::kFloatUnary, F::kFloatPlain,
                 F::kFloatCompare, F::kFloatToInteger, F::kFloatFromInteger, F::kFloatOut,
                 F::kFloatIn});
}

void Generator::float_plain() {
  const unsigned kind = random_.below(10);
  if (kind < 4) return float_operation();
  kind < 7 ? float_memory() : float_corners();
}

// The operands of a form: any registers, and a rounding mode that exists.
void Generator::float_operation() {
  const Form& form = float_arithmetic();
  const Shape is_float = float_operands(form.format);
  const unsigned rd = is_float.rd ? random_.below(32) : target();
  const unsigned rs1 = is_float.rs1 ? random_.below(32) : source();
  unsigned rs2 = random_.below(32);
  if (random_.percent(10)) rs2 = rs1;
  std::int32_t mode = random_.between(0, 5);
  if (mode == 5) mode = kDynamic;
  if (!has_rounding_mode(form.format)) mode = 0;
  const auto rs3 =
      static_cast<std::int32_t>(form.format == Format::kFloatFused ? random_.below(32) : 0);
  code_.add(form, {is_float.rd && random_.percent(10) ? rs1 : rd, rs1, rs2, mode | rs3 << 3});
}

// A few operations on the same chosen values, and their flags.
void Generator::float_corners() {
  constexpr unsigned kFirst = 8;  // f8 to f10 take the values
  for (unsigned f = kFirst; f < kFirst + 3; ++f) {
    const unsigned rs1 = free_register();
    const unsigned kind = random_.below(10);
    code_.constant(rs1, kind < 6   ? random_.pick(kKinds)
                        : kind < 9 ? random_.pick(kFloatCorners)
                                   : float_value());
    op("fmv.w.x", f, rs1);
  }
  if (random_.percent(50)) op("csrrwi", 0, 0, 1);  // fflags
  for (int i = random_.between(2, 7); i > 0; --i) {
    const Form& form = float_arithmetic();
    const Shape is_float = float_operands(form.format);
    const bool wide = form.format == Format::kFloatFused;
    std::int32_t imm = random_.between(0, 4);
    if (!has_rounding_mode(form.format)) imm = 0;
    if (wide) imm |= static_cast<std::int32_t>(kFirst + 2) << 3;
    const unsigned rd = is_float.rd ? 16 + random_.below(16) : target();
    code_.add(form, {rd, is_float.rs1 ? kFirst : source(), kFirst + (random_.percent(80) ? 1U : 0U),
                     imm});
    if (random_.percent(30)) op("csrrs", free_register(), 0, kFcsr);
  }
}

void Generator::float_memory() {
  using F = Format;
  const Form& form = one_of({F::kFloatLoad, F::kFloatStore, F::kCFloatLoad, F::kCFloatStore,
                             F::kCFloatLoadStack, F::kCFloatStoreStack});
  if (form.format == F::kCFloatLoadStack || form.format == F::kCFloatStoreStack)
    return code_.add(form, {random_.below(32), 2, random_.below(32), immediate(form)});
  if (form.format == F::kCFloatLoad || form.format == F::kCFloatStore) {
    const unsigned base = compact();
    const int misaligned = random_.percent(20) ? random_.between(1, 3) : 0;
    op("addi", base, 8, 4 * random_.between(-256, 220) + misaligned);
    return code_.add(form, {8 + random_.below(8), base, 8 + random_.below(8), immediate(form)});
  }
  const int half = static_cast<int>(kDataSize) / 2;
  int place = random_.between(-half, half - 4);
  if (random_.percent(75)) place = place / 4 * 4;
  const unsigned base = free_register();
  std::int32_t offset = 0;
  do offset = immediate(form);
  while (place - offset < -2048 || place - offset > 2047);
  op("addi", base, 8, place - offset);
  code_.add(form, {random_.below(32), base, random_.below(32), offset});
}

// A mode that is not in the instruction; or one that does not exist, which traps.
void Generator::float_rounding() {
  code_.begin_unit();
  const std::int32_t mode = random_.between(0, 7);
  if (random_.percent(50)) {
    op("csrrwi", target(), static_cast<unsigned>(mode), kFrm);
  } else {
    set_csr("csrrw", kFcsr, static_cast<std::uint32_t>(mode) << 5U | random_.below(32));
  }
  for (int i = random_.between(1, 5); i > 0; --i) {
    const Form& form = one_of({Format::kFloatFused, Format::kFloatRegister, Format::kFloatUnary,
                               Format::kFloatToInteger, Format::kFloatFromInteger});
    const Shape is_float = float_operands(form.format);
    std::int32_t imm = random_.percent(85) ? kDynamic : random_.between(5, 6);
    if (form.format == Format::kFloatFused)
      imm |= static_cast<std::int32_t>(random_.below(32)) << 3;
    code_.add(form, {is_float.rd ? random_.below(32) : target(),
                     is_float.rs1 ? random_.below(32) : source(), random_.below(32), imm});
  }
  op("csrrs", free_register(), 0, kFcsr);
  op("csrrwi", 0, 0, kFrm);
}

// With mstatus.FS off all of it is illegal.
void Generator::float_off() {
  code_.begin_unit();
  set_csr("csrrc", kMstatus, 0x6000);
  for (int i = random_.between(1, 3); i > 0; --i) {
    switch (random_.below(3)) {
      case 0:
        float_operation();
        break;
      case 1:
        float_memory();
        break;
      default:
        op("csrrs", target(), 0, random_.between(1, 3));
    }
  }
  set_csr("csrrs", kMstatus, 0x6000);
}

}  // namespace aimc::isatest
