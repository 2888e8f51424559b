#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// Which cells have been programmed, one bit a cell.
class ProgrammedMap {
 public:
  ProgrammedMap(unsigned rows, unsigned columns)
      : words_((std::size_t{columns} + kBits - 1) / kBits), bits_(rows * words_) {}

  /// Marks all cells of a region.
  void mark(const Region& region) {
    for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
      for (std::size_t word = first_word(region); word <= last_word(region); ++word) {
        bits_[row * words_ + word] |= mask(region, word);
      }
    }
  }

  /// True when all cells of a region are marked.
  bool all(const Region& region) const {
    std::uint64_t missing = 0;
    for (std::size_t row = region.first_row; row < region.first_row + region.rows; ++row) {
      for (std::size_t word = first_word(region); word <= last_word(region); ++word) {
        missing |= mask(region, word) & ~bits_[row * words_ + word];
      }
    }
    return missing == 0;
  }

 private:
  static constexpr std::size_t kBits = 64;

  static std::size_t first_word(const Region& region) { return region.first_column / kBits; }
  static std::size_t last_word(const Region& region) {
    return (region.first_column + region.columns - 1) / kBits;
  }

  // The region's columns among the 64 of a word it touches.
  static std::uint64_t mask(const Region& region, std::size_t word) {
    const std::size_t base = word * kBits;
    const std::size_t first = region.first_column > base ? region.first_column - base : 0;
    const std::size_t end = region.first_column + region.columns - base;
    const std::uint64_t below_end =
        end >= kBits ? ~std::uint64_t{0} : (std::uint64_t{1} << end) - 1;
    return below_end & ~((std::uint64_t{1} << first) - 1);
  }

  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace aimc::analog
