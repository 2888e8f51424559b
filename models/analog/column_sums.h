#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/analog/crossbar.h"
#include "models/analog/pair_codes.h"
#include "models/core/simd.h"

namespace aimc::analog {

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

/// Sum of the magnitudes of the first rows.
inline std::int32_t total(const InputCodes& inputs, std::size_t rows) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < rows; ++i) sum += inputs.magnitude[i];
  return sum;
}

constexpr std::size_t kMaxSumInputs = 4;  ///< input vectors multiplied in one pass over the codes

/// Inputs as kernels want them: scratch space.
struct PackedInputs {
  struct Rows {
    std::vector<std::int16_t> x;         ///< filled up with zeros to whole blocks
    std::vector<std::int8_t> low, high;  ///< x = 256 high + low
  };
  Rows value, magnitude;
  std::vector<std::uint32_t> active;  ///< blocks with an input that is not zero
  std::size_t active_count = 0;
  std::vector<std::uint32_t> words;  ///< of these blocks
  /// Of each input: what the codes' bias adds to its sum of differences.
  std::array<double, kMaxSumInputs> bias{};
};

/// Exact sums, one a column, and what computing them needs.
struct ColumnSums {
  std::vector<double> positive;  ///< sum of x+ p + x- n
  std::vector<double> negative;  ///< sum of x+ n + x- p

  core::InstructionSet instructions = core::widest_instruction_set();  ///< no result depends on it
  PackedInputs packed;                                                 ///< scratch
  bool backwards = false;  ///< the direction of the next pass over the codes

  explicit ColumnSums(std::size_t columns) : positive(columns), negative(columns) {}
};

/// Sum of both polarities over the first columns.
double total(const ColumnSums& sums, std::size_t columns);

/// The sums over the rows of a region for each of its columns, to elements 0 .. region.columns - 1
/// of `sums`. Integer arithmetic, therefore independent of the order of summation and of the
/// instruction set. Largest |input| times largest sum code must not exceed 2^31 / 256. Blocks of
/// rows without an input are skipped.
void column_sums(const ConductanceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums);
void column_sums(const VarianceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums);

/// One input vector and where its sums go.
struct SumJob {
  const InputCodes* inputs = nullptr;
  ColumnSums* sums = nullptr;
};

/// The same for `count` input vectors; codes are read once for up to kMaxSumInputs of them.
void column_sums(const ConductanceCodes& codes, const SumJob* jobs, std::size_t count,
                 const Region& region);
/// The same for two quantities of the cells, whose codes are read in turn, panel by panel.
void column_sums(const ConductanceCodes& conductances, const SumJob* jobs,
                 const VarianceCodes& variances, const SumJob* variance_jobs, std::size_t count,
                 const Region& region);

}  // namespace aimc::analog
