#include "tests/isa/generator.h"

#include <algorithm>

namespace aimc::isatest {
namespace {

constexpr std::array<unsigned, 27> kFree{1,  3,  4,  5,  6,  7,  10, 11, 12, 13, 14, 15, 16, 17,
                                         19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
constexpr std::array<unsigned, 17> kEdges{
    2,      3,      4,      31,      32,         33,         0x7F,       0x80,      0xFF,
    0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x40000000, 0xFFFFFFFE, 0xFFFF8000, 0xFFFFFF80};
constexpr unsigned kOuter = 9;  // s1 and s2 count loops
constexpr unsigned kInner = 18;
constexpr std::uint32_t kRoom = 420;  // code bytes the largest unit takes, and the end

}  // namespace

Generator::Generator(const Settings& settings)
    : settings_(settings), random_(settings.seed * 0x2545F4914F6CDD1DU + settings.extensions) {}

unsigned Generator::free_register() {
  return random_.pick(kFree);
}

unsigned Generator::free_register(unsigned other) {
  unsigned result = other;
  while (result == other) result = free_register();
  return result;
}

unsigned Generator::source() {
  constexpr std::array<unsigned, 4> kOthers{0, 2, 8, 9};
  return random_.percent(12) ? random_.pick(kOthers) : free_register();
}

unsigned Generator::target() {
  return random_.percent(6) ? 0 : free_register();
}

unsigned Generator::compact() {
  return 10 + random_.below(6);
}

std::uint32_t Generator::corner() {
  return random_.percent(75) ? random_.pick(kCorners) : random_.pick(kEdges);
}

std::uint32_t Generator::value() {
  const unsigned kind = random_.below(10);
  if (kind < 4) return corner();
  if (kind == 4) return 1U << random_.below(32);
  return random_.next();
}

std::int32_t Generator::immediate(const Form& form) {
  const Range range = immediate_range(form.format);
  switch (random_.below(10)) {
    case 0:
      return range.lowest;
    case 1:
      return range.highest;
    case 2:
      return 0;
    case 3:
      return decode_operands(form, ~0U).imm;  // -1, or the largest
    default:
      return decode_operands(form, random_.next()).imm;
  }
}

const Form& Generator::one_of(std::initializer_list<Format> formats) {
  // All that fit are equally likely, whatever their format.
  const auto fits = [&](const Form& form) {
    return (form.extensions & ~settings_.extensions) == 0 &&
           std::find(formats.begin(), formats.end(), form.format) != formats.end();
  };
  const auto& forms = all_forms();
  for (;;) {
    const Form& form = random_.pick(forms);
    if (fits(form)) return form;
  }
}

void Generator::any_unit() {
  if (has(kFloat) && random_.percent(5))
    return random_.percent(70) ? float_rounding() : float_off();
  if (has(kProtection) && random_.percent(8)) return protection();
  const unsigned kind = random_.below(100);
  if (kind < 66) return plain();
  if (kind < 84) return trapping();
  if (kind < 92) return csr_access();
  if (kind < 93) return stopped_counter();
  if (kind < 94) return patch();
  if (kind < 97) return user_mode();
  if (kind < 99) return interrupt();
  wait_for_interrupt();
}

void Generator::stretch(unsigned units, unsigned depth) {
  for (unsigned i = 0; i < units && code_.size() + kRoom < kMaxCode; ++i) {
    if (depth < 2 && random_.percent(4)) {
      loop(depth);
    } else {
      any_unit();
    }
  }
}

void Generator::close_loop(unsigned counter, Code::Label top) {
  code_.begin_unit();
  op("addi", counter, counter, -1);
  const Code::Label end = code_.new_label();
  const unsigned same = free_register();
  switch (random_.below(10)) {
    case 0:
      code_.add_to("bne", {0, counter, 0, 0}, top);
      break;
    case 1:
      code_.add_to("bne", {0, 0, counter, 0}, top);
      break;
    case 2:
      code_.add_to("blt", {0, 0, counter, 0}, top);
      break;
    case 3:
      code_.add_to("bltu", {0, 0, counter, 0}, top);
      break;
    case 4:
      code_.add_to("beq", {0, counter, 0, 0}, end);
      code_.add_to("beq", {0, same, same, 0}, top);
      break;
    case 5:
      code_.add_to("bge", {0, 0, counter, 0}, end);
      code_.add_to("bge", {0, same, same, 0}, top);
      break;
    case 6:
      code_.add_to("bgeu", {0, 0, counter, 0}, end);
      code_.add_to("bgeu", {0, same, same, 0}, top);
      break;
    case 7: {
      code_.add_to("beq", {0, counter, 0, 0}, end);
      code_.address(1, top, 0);
      op("jalr", target(), 1);
      break;
    }
    case 8:
      code_.add_to("beq", {0, counter, 0, 0}, end);
      code_.add_to("jal", {target(), 0, 0, 0}, top);
      break;
    default:
      code_.add_to("beq", {0, counter, 0, 0}, end);
      code_.add_to(random_.percent(50) ? "c.j" : "c.jal", {}, top);
  }
  code_.place(end);
}

void Generator::loop(unsigned depth) {
  const unsigned counter = depth == 0 ? kOuter : kInner;
  code_.begin_unit();
  code_.constant(counter, static_cast<unsigned>(random_.between(1, depth == 0 ? 10 : 4)));
  const Code::Label top = code_.new_label();
  code_.place(top);
  // A short one fits between 16-bit branches, too.
  if (random_.percent(30)) {
    code_.begin_unit();
    compressed();
    code_.begin_unit();
    compressed();
    code_.begin_unit();
    const Code::Label end = code_.new_label();
    if (counter == kOuter && random_.percent(50)) {
      op("c.addi", counter, counter, -1);
      code_.add_to("c.bnez", {0, counter, 0, 0}, top);
    } else {
      const unsigned zero = compact();
      op("addi", counter, counter, -1);
      code_.add_to("beq", {0, counter, 0, 0}, end);
      op("c.li", zero, 0);
      code_.add_to("c.beqz", {0, zero, 0, 0}, top);
    }
    code_.place(end);
    return;
  }
  stretch(static_cast<unsigned>(random_.between(1, depth == 0 ? 10 : 4)), depth + 1);
  close_loop(counter, top);
}

void Generator::hot_loop() {
  const unsigned counter = kInner;
  const auto units = static_cast<unsigned>(random_.between(3, 14));
  const int steps = random_.between(4000, 22000);
  code_.begin_unit();
  code_.constant(counter, static_cast<unsigned>(steps) / (2 * units + 2));
  const Code::Label top = code_.new_label();
  code_.place(top);
  for (unsigned i = 0; i < units && code_.size() + kRoom < kMaxCode; ++i) plain();
  close_loop(counter, top);
}

void Generator::initial_state(Program& program) {
  for (unsigned i = 1; i < 32; ++i) program.x.at(i) = value();
  program.x[2] = settings_.data_address + kData;
  program.x[8] = settings_.data_address + kData + kDataSize / 2;
  program.x[kOuter] = 1 + random_.below(8);
  program.x[kInner] = 1 + random_.below(8);
  const auto any = [this] { return has(kFloat) && random_.percent(60) ? float_value() : value(); };
  for (auto& word : program.f) word = any();
  for (auto& word : program.data) word = any();
}

Program Generator::make() {
  Program program;
  initial_state(program);
  const auto room = static_cast<std::uint32_t>(random_.between(300, 1500));
  const std::uint32_t hot = random_.below(room);
  bool done = false;
  while (code_.size() < room) {
    if (!done && code_.size() >= hot) {
      hot_loop();
      done = true;
    }
    stretch(1, 0);
    if (random_.below(1000) < 3) timer();
  }
  if (!done) hot_loop();
  code_.begin_unit(kUnitKeep);
  program.end = code_.size();
  code_.add("ecall", {});
  code_.finish();
  program.code = code_.bytes();
  program.units = code_.units();
  return program;
}

Program generate(const Settings& settings) {
  return Generator(settings).make();
}

}  // namespace aimc::isatest
