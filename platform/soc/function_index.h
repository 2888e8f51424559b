#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/soc/elf_image.h"

namespace aimc::platform {

/// Which function an address belongs to. A function is a symbol of that type with a size; where
/// there is none, as in hand-written assembler, the nearest label or symbol without a size before
/// the address, up to the next function.
class FunctionIndex {
 public:
  using Id = std::uint32_t;
  static constexpr Id kUnknown = 0;  ///< of addresses that belong to nothing; named "(unknown)"

  explicit FunctionIndex(const ElfImage& image);

  /// The function at `pc`.
  Id at(std::uint32_t pc) const;
  const std::string& name(Id id) const { return names_[id]; }
  /// Number of functions; ids are below it.
  std::size_t size() const { return names_.size(); }
  /// True when a function begins at `pc`, or ends right before it.
  bool is_edge(std::uint32_t pc) const;
  /// True when a function begins at `pc`.
  bool is_entry(std::uint32_t pc) const;
  /// Address ranges [begin, end) of the functions of this name; static ones may share it.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges(const std::string& name) const;

 private:
  struct Piece {
    std::uint32_t begin = 0;  // up to the begin of the next piece
    Id id = kUnknown;
    bool entry = false;
  };
  std::vector<Piece>::const_iterator piece_at(std::uint32_t pc) const;

  std::vector<Piece> pieces_;  // by ascending begin
  std::vector<std::string> names_{"(unknown)"};
};

}  // namespace aimc::platform
