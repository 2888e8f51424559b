#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// A quantity of both devices of every pair as integer codes, column by column: p of G+ and n of
/// G-, kept as their difference and sum so that one pass gives both polarities. The difference is
/// stored with a bias: bytes without sign widen faster. p and n must be below kLimit.
template <typename Code>
struct PairCodes {
  static constexpr std::int32_t kBias = std::is_signed_v<Code> ? 0 : 128;
  static constexpr std::int32_t kLimit = std::is_signed_v<Code> ? 16384 : 128;

  std::size_t rows = 0;
  std::vector<Code> difference;  ///< p - n + kBias
  std::vector<Code> sum;         ///< p + n

  PairCodes() = default;
  PairCodes(std::size_t row_count, std::size_t column_count)
      : rows(row_count),
        difference(row_count * column_count, static_cast<Code>(kBias)),
        sum(row_count * column_count) {}
  /// Sets the codes of a pair.
  void set(std::size_t index, std::int32_t p, std::int32_t n) {
    difference[index] = static_cast<Code>(p - n + kBias);
    sum[index] = static_cast<Code>(p + n);
  }
};

using ConductanceCodes = PairCodes<std::int16_t>;
using VarianceCodes = PairCodes<std::uint8_t>;

/// Signed inputs of an MVM and their magnitudes.
struct InputCodes {
  std::vector<std::int16_t> value;
  std::vector<std::int16_t> magnitude;

  explicit InputCodes(std::size_t rows) : value(rows), magnitude(rows) {}
  /// Sets the input of a row.
  void set(std::size_t row, int input) {
    value[row] = static_cast<std::int16_t>(input);
    magnitude[row] = static_cast<std::int16_t>(input < 0 ? -input : input);
  }
};

/// Exact sums, one a column.
struct ColumnSums {
  std::vector<double> positive;                           ///< sum of x+ p + x- n
  std::vector<double> negative;                           ///< sum of x+ n + x- p
  std::vector<std::int32_t> block_difference, block_sum;  ///< scratch

  explicit ColumnSums(std::size_t columns)
      : positive(columns), negative(columns), block_difference(columns), block_sum(columns) {}
};

/// The sums over the rows of a region for each of its columns, to elements 0 .. region.columns - 1
/// of `sums`. Integer arithmetic, therefore independent of the order of summation and of the
/// instruction set. Largest |input| times largest sum code must not exceed 2^31 / 256.
void column_sums(const ConductanceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums);
void column_sums(const VarianceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums);

}  // namespace aimc::analog
