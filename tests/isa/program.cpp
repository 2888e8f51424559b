#include "tests/isa/program.h"

#include <stdexcept>
#include <utility>

namespace aimc::isatest {
namespace {

// The upper and the lower part of a value for a pair of instructions whose second one adds a
// sign-extended 12-bit immediate.
std::pair<std::int32_t, std::int32_t> split(std::uint32_t value) {
  const std::uint32_t upper = (value + 0x800U) & 0xFFFFF000U;
  return {static_cast<std::int32_t>(upper), static_cast<std::int32_t>(value - upper)};
}

}  // namespace

void Code::begin_unit(std::uint8_t kind) {
  pending_ = kind;
}

void Code::put(std::uint32_t at, std::uint32_t word, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    bytes_.at(at + i) = static_cast<std::uint8_t>(word >> 8U * i & 0xFFU);
}

void Code::word(std::uint32_t word) {
  const unsigned count = (word & 3U) == 3U ? 4 : 2;
  const std::uint32_t at = size();
  bytes_.resize(at + count);
  put(at, word, count);
  units_.resize(bytes_.size() / 2, 0);
  units_.at(at / 2) = std::exchange(pending_, std::uint8_t{0});
}

void Code::add(const Form& form, const Operands& operands) {
  word(encode(form, operands));
}

void Code::constant(unsigned rd, std::uint32_t value) {
  const auto [upper, lower] = split(value);
  if (upper != 0) add("lui", {rd, 0, 0, upper});
  if (upper == 0 || lower != 0) add("addi", {rd, upper == 0 ? 0 : rd, 0, lower});
}

Code::Label Code::new_label() {
  labels_.push_back(kUnplaced);
  return labels_.size() - 1;
}

void Code::place(Label label) {
  labels_.at(label) = size();
}

void Code::add_to(std::string_view name, Operands operands, Label label) {
  const Form& which = form(name);
  fixups_.push_back({size(), &which, operands, label});
  operands.imm = 0;
  add(which, operands);
}

void Code::address(unsigned rd, Label label, std::int32_t distance) {
  fixups_.push_back({size(), nullptr, {rd, 0, 0, distance}, label});
  add("auipc", {rd, 0, 0, 0});
  add("addi", {rd, rd, 0, 0});
}

void Code::finish() {
  for (Fixup& fixup : fixups_) {
    const std::uint32_t target = labels_.at(fixup.label);
    if (target == kUnplaced) throw std::logic_error("a label was never placed");
    const auto distance = static_cast<std::int32_t>(target - fixup.at);
    if (fixup.form != nullptr) {
      fixup.operands.imm = distance;
      put(fixup.at, encode(*fixup.form, fixup.operands), fixup.form->compressed() ? 2 : 4);
      continue;
    }
    const unsigned rd = fixup.operands.rd;
    const auto [upper, lower] = split(static_cast<std::uint32_t>(distance + fixup.operands.imm));
    put(fixup.at, encode(form("auipc"), {rd, 0, 0, upper}), 4);
    put(fixup.at + 4, encode(form("addi"), {rd, rd, 0, lower}), 4);
  }
  fixups_.clear();
}

}  // namespace aimc::isatest
