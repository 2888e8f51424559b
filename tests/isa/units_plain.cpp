// Units that neither trap nor touch a CSR: they may stand anywhere, in user mode and in loops that
// run long.

#include "tests/isa/generator.h"

namespace aimc::isatest {

void Generator::plain() {
  code_.begin_unit();
  if (has(kFloat) && random_.percent(40)) return float_plain();
  const unsigned kind = random_.below(100);
  if (kind < 30) return arithmetic();
  if (kind < 46) return compressed();
  if (kind < 58) return memory();
  if (kind < 64) return compressed_memory();
  if (kind < 68) return atomic();
  if (kind < 70) return may_reserve_ ? reserved() : atomic();
  if (kind < 86) return corner_operation();
  if (kind < 93) return forward();
  if (kind < 96) return computed_jump();
  if (kind < 98) return call();
  fence();
}

void Generator::arithmetic() {
  using F = Format;
  const Form& form = one_of({F::kRegister, F::kImmediate, F::kShift, F::kUnary, F::kUpper});
  unsigned rd = target();
  const unsigned rs1 = source();
  unsigned rs2 = source();
  const unsigned same = random_.below(12);
  if (same == 0) rs2 = rs1;
  if (same == 1 && rs1 != 2 && rs1 != 8 && rs1 != 9) rd = rs1;
  if (same == 2 && rs2 != 2 && rs2 != 8 && rs2 != 9) rd = rs2;
  code_.add(form, {rd, rs1, rs2, immediate(form)});
}

void Generator::compressed() {
  using F = Format;
  const Form& form = one_of({F::kCiw, F::kCi, F::kCiUpper, F::kCiShift, F::kCbShift, F::kCbAnd,
                             F::kCa, F::kCrMove, F::kCrAdd, F::kCiStack, F::kHalf});
  if (form.name == "c.ebreak") return compressed();
  std::int32_t imm = immediate(form);
  switch (form.format) {
    case F::kCiStack: {  // and back again
      const std::int32_t step = 16 * random_.between(1, 31);
      code_.add(form, {0, 0, 0, random_.percent(50) ? step : 496});
      op("addi", compact(), 2, random_.between(-9, 9));
      // What was added is found from s0, which lies half the data further on.
      code_.add(form, {0, 0, 0, -512});
      op("addi", 2, 8, -static_cast<std::int32_t>(kDataSize / 2));
      return;
    }
    case F::kCiw:
    case F::kCiUpper:
      while (imm == 0) imm = immediate(form);
      break;
    default:
      break;
  }
  const bool popular = form.format == F::kCiw || form.format == F::kCbShift ||
                       form.format == F::kCbAnd || form.format == F::kCa;
  if (popular) {
    const unsigned rd = compact();
    const unsigned rs2 = random_.percent(15) ? 8 + random_.below(2) : compact();
    return code_.add(form, {rd, rd, random_.percent(15) ? rd : rs2, imm});
  }
  const unsigned rd = free_register();
  unsigned rs2 = source();
  if (rs2 == 0 || random_.percent(8)) rs2 = rd;  // x0 would be another instruction
  code_.add(form, {rd, rd, rs2, imm});
}

void Generator::memory() {
  const Form& form = one_of({Format::kLoad, Format::kStore});
  const unsigned size = (form.match >> 12U & 3U) == 0 ? 1 : (form.match >> 12U & 3U) == 1 ? 2 : 4;
  const int half = static_cast<int>(kDataSize) / 2;
  const auto bytes = static_cast<int>(size);
  int place = random_.between(-half, half - bytes);
  if (random_.percent(75)) place = place / bytes * bytes;
  unsigned base = 8;
  int offset = place;
  switch (random_.below(4)) {
    case 0:
      base = 2;
      offset = place + half;
      break;
    case 1:
      break;
    default: {
      base = free_register();
      do offset = immediate(form);
      while (place - offset < -2048 || place - offset > 2047);
      op("addi", base, 8, place - offset);
    }
  }
  const unsigned rd = random_.percent(10) && base != 8 && base != 2 ? base : target();
  code_.add(form, {rd, base, random_.percent(10) ? base : source(), offset});
}

void Generator::compressed_memory() {
  using F = Format;
  const Form& form = one_of({F::kClWord, F::kCsWord, F::kCiLoad, F::kCssStore});
  const std::int32_t offset = immediate(form);
  if (form.format == F::kCiLoad || form.format == F::kCssStore)
    return code_.add(form, {free_register(), 2, source(), offset});
  unsigned base = 8;
  if (random_.percent(60)) {
    base = compact();
    const int misaligned = random_.percent(20) ? random_.between(1, 3) : 0;
    op("addi", base, 8, 4 * random_.between(-256, 220) + misaligned);
  }
  code_.add(form, {compact(), base, random_.percent(20) ? base : compact(), offset});
}

void Generator::atomic() {
  const Form& form = one_of({Format::kAtomic});
  const unsigned address = free_register();
  op("addi", address, 8, 4 * random_.between(-256, 255));
  const unsigned rs2 = random_.percent(10) ? address : source();
  unsigned rd = target();
  if (random_.percent(10)) rd = address;
  if (random_.percent(10) && rs2 != 2 && rs2 != 8 && rs2 != 9) rd = rs2;
  code_.add(form, {rd, address, rs2, random_.between(0, 3)});
}

// A reservation never stays: what a trap or somebody else's store does to it is not the same on
// every machine.
void Generator::reserved() {
  const unsigned address = free_register();
  const unsigned loaded = free_register(address);
  op("addi", address, 8, 4 * random_.between(-256, 255));
  if (random_.percent(5)) {
    op("lr.w", address, address, random_.between(0, 3));
    return drop_reservation();
  }
  if (random_.percent(80))
    op("lr.w", random_.percent(8) ? 0 : loaded, address, random_.between(0, 3));
  if (random_.percent(40)) op("addi", loaded, loaded, random_.between(-9, 9));
  if (random_.percent(20)) op("addi", address, address, random_.percent(50) ? 4 : -4);
  const unsigned rs2 = random_.percent(10) ? address : source();
  unsigned rd = random_.percent(10) ? 0 : free_register(address);
  const bool again = random_.percent(30);
  if (!again && random_.percent(10)) rd = address;
  if (!again && random_.percent(10) && rs2 != 2 && rs2 != 8 && rs2 != 9) rd = rs2;
  code_.add("sc.w", {rd, address, rs2, random_.between(0, 3)});
  if (again) code_.add("sc.w", {target(), address, source(), random_.between(0, 3)});
}

void Generator::drop_reservation() {
  const unsigned address = free_register();
  op("addi", address, 8, 4 * random_.between(-256, 255));
  code_.add("sc.w", {target(), address, source(), random_.between(0, 3)});
}

// A few instructions on the same two chosen values.
void Generator::corner_pair() {
  using F = Format;
  const unsigned a = compact();
  const unsigned b = 16 + random_.below(2);
  code_.constant(a, random_.pick(kCorners));
  code_.constant(b, random_.pick(kCorners));
  for (int i = random_.between(2, 6); i > 0; --i) {
    const Form& form = one_of({F::kRegister, F::kRegister, F::kBranch, F::kAtomic});
    if (form.format == F::kBranch) {
      const Code::Label label = code_.new_label();
      code_.add_to(form.name, {0, a, b, 0}, label);
      op("c.addi", 19 + random_.below(13), 0, 1);
      code_.place(label);
    } else if (form.format == F::kAtomic) {
      const unsigned address = 28 + random_.below(4);
      op("addi", address, 8, 4 * random_.between(-256, 255));
      store_word(a, address, 0);
      code_.add(form, {19 + random_.below(13), address, b, random_.between(0, 3)});
    } else {
      code_.add(form, {19 + random_.below(13), a, b, 0});
    }
  }
}

// An instruction on a chosen value or two.
void Generator::corner_operation() {
  using F = Format;
  if (random_.percent(50)) return corner_pair();
  const Form& form = one_of({F::kImmediate, F::kShift, F::kUnary, F::kCa, F::kCrAdd, F::kCrMove,
                             F::kCi, F::kCiShift, F::kCbShift, F::kCbAnd, F::kCb, F::kStore,
                             F::kCsWord, F::kCssStore, F::kStoreConditional});
  const unsigned a = compact();
  unsigned b = a;
  while (b == a) b = compact();
  code_.constant(a, corner());
  code_.constant(b, corner());
  const Code::Label label = code_.new_label();
  switch (form.format) {
    case F::kCb:
      code_.add_to(form.name, {0, a, b, 0}, label);
      op("c.addi", free_register(), 0, 1);
      return code_.place(label);
    case F::kStoreConditional: {
      const unsigned address = 28 + random_.below(4);
      op("addi", address, 8, 4 * random_.between(-256, 255));
      if (may_reserve_) op("lr.w", a, address);
      return code_.add(form, {target(), address, b, random_.between(0, 3)});
    }
    case F::kStore:
      return code_.add(form, {0, 8, b, 4 * random_.between(-256, 255)});
    case F::kCsWord:
      return code_.add(form, {0, 8, b, immediate(form)});
    case F::kCssStore:
      return code_.add(form, {0, 2, b, immediate(form)});
    case F::kCa:
    case F::kCrAdd:
    case F::kCrMove:
    case F::kCi:
    case F::kCiShift:
    case F::kCbShift:
    case F::kCbAnd:
      return code_.add(form, {a, a, b, immediate(form)});
    default:
      code_.add(form, {free_register(), a, b, immediate(form)});
  }
}

// A branch or jump over a few instructions.
void Generator::forward() {
  const Code::Label label = code_.new_label();
  const Form& form = one_of({Format::kBranch, Format::kCb, Format::kJal, Format::kCj});
  const unsigned rs1 = form.format == Format::kCb ? 8 + random_.below(8) : source();
  code_.add_to(form.name, {target(), rs1, random_.percent(10) ? rs1 : source(), 0}, label);
  for (int i = random_.between(0, 3); i > 0; --i) {
    code_.begin_unit();
    random_.percent(60) ? arithmetic() : compressed_memory();
  }
  code_.place(label);
}

void Generator::computed_jump() {
  const Code::Label label = code_.new_label();
  const unsigned address = free_register();
  const int odd = random_.between(0, 1);  // JALR clears bit 0
  std::int32_t offset = immediate(form("jalr")) & ~1;
  if (random_.percent(50)) {
    if (random_.percent(20))
      offset = random_.percent(50) ? 2047 : -1;  // an odd offset does as well
    code_.address(address, label, offset % 2 == 0 ? odd - offset : -offset);
    op("jalr", random_.percent(15) ? address : target(), address, offset);
  } else {
    code_.address(address, label, odd);
    op(random_.percent(50) ? "c.jr" : "c.jalr", 0, address);
  }
  for (int i = random_.between(0, 3); i > 0; --i) {
    code_.begin_unit();
    arithmetic();
  }
  code_.place(label);
}

// A function behind a jump over it, and the way back.
void Generator::call() {
  const Code::Label function = code_.new_label();
  const Code::Label end = code_.new_label();
  random_.percent(50) ? code_.add_to("jal", {1, 0, 0, 0}, function)
                      : code_.add_to("c.jal", {}, function);
  code_.add_to(random_.percent(50) ? "c.j" : "jal", {}, end);
  code_.place(function);
  for (int i = random_.between(0, 2); i > 0; --i)
    op("addi", free_register(1), source(), random_.between(-2048, 2047));
  random_.percent(50) ? op("c.jr", 0, 1) : op("jalr", 0, 1);
  code_.place(end);
}

void Generator::fence() {
  constexpr std::array<std::uint32_t, 5> kFences{0x0000000F, 0x0000100F, 0x0FF0000F, 0x8330000F,
                                                 0x0310000F};
  code_.word(random_.pick(kFences));
}

}  // namespace aimc::isatest
