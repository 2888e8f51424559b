#include "models/riscv/isa.h"

#include <array>
#include <stdexcept>

namespace aimc::riscv {
namespace {

struct Letter {
  char letter;
  Extension extension;  // kBase: always there
};
struct Word {
  std::string_view word;
  Extension extension;
};

// Both in the canonical order of the manual.
constexpr std::array<Letter, 5> kLetters{{{'i', Extension::kBase},
                                          {'m', Extension::kM},
                                          {'a', Extension::kA},
                                          {'f', Extension::kF},
                                          {'c', Extension::kBase}}};
constexpr std::array<Word, 6> kWords{{{"zicntr", Extension::kZicntr},
                                      {"zicsr", Extension::kBase},
                                      {"zifencei", Extension::kZifencei},
                                      {"zba", Extension::kZba},
                                      {"zbb", Extension::kZbb},
                                      {"zbs", Extension::kZbs}}};

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument("is no instruction set of this hart: " + why);
}

// Takes the single letters off the front of `rest`; returns where they stood, a bit for each of
// kLetters.
unsigned take_letters(std::string_view& rest, ExtensionSet& set) {
  unsigned seen = 0;
  for (; !rest.empty() && rest.front() != '_'; rest.remove_prefix(1)) {
    std::size_t index = 0;
    while (index < kLetters.size() && kLetters.at(index).letter != rest.front()) ++index;
    if (index == kLetters.size()) {
      refuse(std::string("no extension '") + rest.front() + "' here");
    }
    if ((seen >> index & 1U) != 0) {
      refuse(std::string("'") + rest.front() + "' is there twice");
    }
    seen |= 1U << index;
    set.add(kLetters.at(index).extension);
  }
  return seen;
}

}  // namespace

ExtensionSet parse_isa(std::string_view name) {
  ExtensionSet set;
  if (name.substr(0, 4) != "rv32") refuse("it does not begin with rv32");
  std::string_view rest = name.substr(4);
  const unsigned letters = take_letters(rest, set);
  if ((letters & 1U) == 0) refuse("the base 'i' is missing");
  if ((letters >> (kLetters.size() - 1U) & 1U) == 0) {
    refuse("'c' is missing, which it always has");
  }
  unsigned seen = 0;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find('_'));
    std::size_t index = 0;
    while (index < kWords.size() && kWords.at(index).word != word) ++index;
    if (index == kWords.size()) {
      refuse("no extension '" + std::string(word) + "' here");
    }
    if ((seen >> index & 1U) != 0) refuse("'" + std::string(word) + "' is there twice");
    seen |= 1U << index;
    set.add(kWords.at(index).extension);
    rest.remove_prefix(word.size());
  }
  return set;
}

std::string isa_name(ExtensionSet extensions) {
  std::string name = "rv32";
  for (const Letter& letter : kLetters) {
    if (extensions.contains(letter.extension)) name += letter.letter;
  }
  for (const Word& word : kWords) {
    if (extensions.contains(word.extension)) name += "_" + std::string(word.word);
  }
  return name;
}

std::uint32_t misa_value(ExtensionSet extensions) {
  constexpr std::uint32_t kRv32 = 1U << 30U;
  constexpr std::uint32_t kUserMode = 1U << ('u' - 'a');
  std::uint32_t value = kRv32 | kUserMode;
  for (const Letter& letter : kLetters) {
    if (extensions.contains(letter.extension))
      value |= 1U << static_cast<unsigned>(letter.letter - 'a');
  }
  return value;
}

}  // namespace aimc::riscv
