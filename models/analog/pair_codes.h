#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace aimc::analog {

constexpr std::size_t kPanelColumns = 16;  ///< columns whose codes lie together
constexpr std::size_t kRowAlignment = 4;   ///< rows of a crossbar are filled up to a multiple

/// A quantity of both devices of every pair as integer codes: p of G+ and n of G-, kept as their
/// difference and sum so that one pass gives both polarities. The difference is stored with a bias:
/// bytes without sign multiply faster. p and n must be below kLimit.
///
/// Columns are grouped to panels, a panel is a row of blocks, and a block is kGroup rows of every
/// column: one vector register of differences and one of sums, and what an MVM reads is one stream.
template <typename Code>
class PairCodes {
 public:
  static constexpr std::int32_t kBias = std::is_signed_v<Code> ? 0 : 128;
  static constexpr std::int32_t kLimit = std::is_signed_v<Code> ? 16384 : 128;
  static constexpr std::size_t kGroup = 4 / sizeof(Code);  ///< rows of a block

  /// Codes of kGroup rows of a panel; those of a column lie together.
  struct alignas(64) Block {
    std::array<Code, kPanelColumns * kGroup> difference;  ///< p - n + kBias
    std::array<Code, kPanelColumns * kGroup> sum;         ///< p + n

    bool operator==(const Block& other) const {
      return difference == other.difference && sum == other.sum;
    }
  };

  PairCodes() = default;
  PairCodes(std::size_t row_count, std::size_t column_count)
      : panel_blocks_((row_count + kRowAlignment - 1) / kRowAlignment * kRowAlignment / kGroup),
        blocks_((column_count + kPanelColumns - 1) / kPanelColumns * panel_blocks_) {
    for (Block& block : blocks_) {
      block.difference.fill(static_cast<Code>(kBias));
      block.sum.fill(0);
    }
  }

  bool operator==(const PairCodes& other) const { return blocks_ == other.blocks_; }
  bool empty() const { return blocks_.empty(); }
  /// Sets the codes of a pair.
  void set(std::size_t row, std::size_t column, std::int32_t p, std::int32_t n) {
    Block& target = blocks_[column / kPanelColumns * panel_blocks_ + row / kGroup];
    target.difference[place(row, column)] = static_cast<Code>(p - n + kBias);
    target.sum[place(row, column)] = static_cast<Code>(p + n);
  }
  /// p - n of a pair.
  std::int32_t difference(std::size_t row, std::size_t column) const {
    return block(row, column).difference[place(row, column)] - kBias;
  }
  /// p + n of a pair.
  std::int32_t sum(std::size_t row, std::size_t column) const {
    return block(row, column).sum[place(row, column)];
  }
  /// The code of one device of a pair.
  std::int32_t get(std::size_t row, std::size_t column, bool positive) const {
    const std::int32_t d = difference(row, column);
    return (sum(row, column) + (positive ? d : -d)) / 2;
  }
  /// Blocks of a panel from the one that holds `row`.
  const Block* blocks(std::size_t panel, std::size_t row) const {
    return blocks_.data() + panel * panel_blocks_ + row / kGroup;
  }
  /// Blocks from one panel to the next.
  std::size_t panel_blocks() const { return panel_blocks_; }

 private:
  const Block& block(std::size_t row, std::size_t column) const {
    return blocks_[column / kPanelColumns * panel_blocks_ + row / kGroup];
  }
  static std::size_t place(std::size_t row, std::size_t column) {
    return column % kPanelColumns * kGroup + row % kGroup;
  }

  std::size_t panel_blocks_ = 0;
  std::vector<Block> blocks_;
};

using ConductanceCodes = PairCodes<std::int16_t>;
using VarianceCodes = PairCodes<std::uint8_t>;

}  // namespace aimc::analog
