#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/isa/encoding.h"
#include "tests/isa/layout.h"

namespace aimc::isatest {

/// The code of one program while it is written: instructions one after the other, labels, and where
/// each unit begins, which is something that makes sense as a whole and can be left out as a whole.
class Code {
 public:
  using Label = std::size_t;

  /// Everything up to the next call belongs together.
  void begin_unit(std::uint8_t kind = kUnitStart);
  void add(const Form& form, const Operands& operands);
  void add(std::string_view name, const Operands& operands) { add(form(name), operands); }
  /// An instruction word as it is: 16 bits where its lowest two say so.
  void word(std::uint32_t word);
  /// Loads a constant, in one or two instructions.
  void constant(unsigned rd, std::uint32_t value);

  Label new_label();
  void place(Label label);
  /// A jump or branch to a label.
  void add_to(std::string_view name, Operands operands, Label label);
  /// AUIPC and ADDI that leave the label's address plus `distance` in rd.
  void address(unsigned rd, Label label, std::int32_t distance);

  std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
  /// Fills in all labels; std::logic_error when one is not placed or out of reach.
  void finish();

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  const std::vector<std::uint8_t>& units() const { return units_; }

 private:
  struct Fixup {
    std::uint32_t at;
    const Form* form;  // nullptr: AUIPC and ADDI
    Operands operands;
    Label label;
  };
  static constexpr std::uint32_t kUnplaced = ~0U;

  void put(std::uint32_t at, std::uint32_t word, unsigned count);

  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint8_t> units_;  // one for each halfword of bytes_
  std::vector<std::uint32_t> labels_;
  std::vector<Fixup> fixups_;
  std::uint8_t pending_ = 0;
};

/// A program and all it starts with.
struct Program {
  std::vector<std::uint8_t> code;
  std::vector<std::uint8_t> units;
  std::uint32_t end = 0;  ///< offset of the last ECALL
  std::array<std::uint32_t, 32> x{};
  std::array<std::uint32_t, 32> f{};
  std::array<std::uint32_t, kDataSize / 4> data{};
};

/// What to make.
struct Settings {
  unsigned extensions = 0;
  std::uint64_t seed = 0;
  std::uint32_t data_address = 0;  ///< of the data page the program gets
};

/// Makes the program of a seed: the same one for the same settings on every machine.
Program generate(const Settings& settings);

}  // namespace aimc::isatest
