#include "models/analog/column_sums.h"

#include <algorithm>

#include "models/core/simd.h"

namespace aimc::analog {
namespace {

constexpr std::size_t kBlockRows = 256;  // rows whose sum fits 32 bits

constexpr std::size_t kGroup = 4;  // columns done together, as they share the loads of the inputs

constexpr std::size_t kAhead = 2;  // groups from the one added up to the one asked for

// Dot products of a group of columns. Products of 16-bit integers added in 32 bits are the form
// compilers turn into multiply-add-pairs instructions.
template <typename Code>
AIMC_ALWAYS_INLINE void dot_group(const std::int16_t* x, const Code* codes, std::size_t stride,
                                  std::size_t n, std::int32_t* sums) {
  const Code* c0 = codes;
  const Code* c1 = c0 + stride;
  const Code* c2 = c1 + stride;
  const Code* c3 = c2 + stride;
  std::int32_t s0 = 0;
  std::int32_t s1 = 0;
  std::int32_t s2 = 0;
  std::int32_t s3 = 0;
  for (std::size_t i = 0; i < n; ++i) {
    s0 += x[i] * static_cast<std::int16_t>(c0[i]);
    s1 += x[i] * static_cast<std::int16_t>(c1[i]);
    s2 += x[i] * static_cast<std::int16_t>(c2[i]);
    s3 += x[i] * static_cast<std::int16_t>(c3[i]);
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

// Asks for the codes of the next group while this one is added up. Hardware does not see that four
// columns in turn are one stream: without this, codes that are in no cache take a quarter longer.
template <typename Code>
AIMC_ALWAYS_INLINE void prefetch_group(const Code* codes, std::size_t stride, std::size_t n) {
#if defined(__GNUC__)
  constexpr std::size_t kPerLine = 64 / sizeof(Code);
  for (std::size_t column = 0; column < kGroup; ++column) {
    for (std::size_t i = 0; i < n; i += kPerLine) __builtin_prefetch(codes + column * stride + i);
  }
#endif
}

template <typename Code>
AIMC_ALWAYS_INLINE std::int32_t dot(const std::int16_t* x, const Code* codes, std::size_t n) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i] * static_cast<std::int16_t>(codes[i]);
  return sum;
}

template <typename Code>
AIMC_ALWAYS_INLINE void add_block(const PairCodes<Code>& codes, const InputCodes& inputs,
                                  const Region& region, std::size_t row, ColumnSums& sums) {
  const std::size_t n = std::min<std::size_t>(kBlockRows, region.rows - row);
  const std::size_t columns = region.columns;
  const std::size_t start = std::size_t{region.first_column} * codes.rows + region.first_row + row;
  const std::int16_t* x = inputs.value.data() + row;
  const std::int16_t* magnitude = inputs.magnitude.data() + row;
  const Code* difference = codes.difference.data() + start;
  const Code* sum = codes.sum.data() + start;
  std::int32_t* block_difference = sums.block_difference.data();
  std::int32_t* block_sum = sums.block_sum.data();
  std::size_t column = 0;
  for (; column + kGroup <= columns; column += kGroup) {
    if (column + kAhead * kGroup <= columns - kGroup) {
      prefetch_group(difference + (column + kAhead * kGroup) * codes.rows, codes.rows, n);
      prefetch_group(sum + (column + kAhead * kGroup) * codes.rows, codes.rows, n);
    }
    dot_group(x, difference + column * codes.rows, codes.rows, n, block_difference + column);
    dot_group(magnitude, sum + column * codes.rows, codes.rows, n, block_sum + column);
  }
  for (; column < columns; ++column) {
    block_difference[column] = dot(x, difference + column * codes.rows, n);
    block_sum[column] = dot(magnitude, sum + column * codes.rows, n);
  }
  std::int32_t biases = 0;
  for (std::size_t i = 0; i < n; ++i) biases += PairCodes<Code>::kBias * x[i];
  // sum of |x| (p + n) plus or minus sum of x (p - n) is twice the polarity's sum: exact in a
  // double.
  double* positive = sums.positive.data();
  double* negative = sums.negative.data();
  for (std::size_t i = 0; i < columns; ++i) {
    const auto s = static_cast<double>(block_sum[i]);
    const auto d = static_cast<double>(block_difference[i] - biases);
    positive[i] += 0.5 * (s + d);
    negative[i] += 0.5 * (s - d);
  }
}

template <typename Code>
AIMC_ALWAYS_INLINE void add_blocks(const PairCodes<Code>& codes, const InputCodes& inputs,
                                   const Region& region, ColumnSums& sums) {
  std::fill_n(sums.positive.begin(), region.columns, 0.0);
  std::fill_n(sums.negative.begin(), region.columns, 0.0);
  for (std::size_t row = 0; row < region.rows; row += kBlockRows)
    add_block(codes, inputs, region, row, sums);
}

#ifdef AIMC_HAS_AVX2_DISPATCH
template <typename Code>
AIMC_TARGET_AVX2 void add_blocks_avx2(const PairCodes<Code>& codes, const InputCodes& inputs,
                                      const Region& region, ColumnSums& sums) {
  add_blocks(codes, inputs, region, sums);
}
#endif

template <typename Code>
void dispatch(const PairCodes<Code>& codes, const InputCodes& inputs, const Region& region,
              ColumnSums& sums) {
#ifdef AIMC_HAS_AVX2_DISPATCH
  if (core::cpu_has_avx2()) {
    add_blocks_avx2(codes, inputs, region, sums);
    return;
  }
#endif
  add_blocks(codes, inputs, region, sums);
}

}  // namespace

void column_sums(const ConductanceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums) {
  dispatch(codes, inputs, region, sums);
}

void column_sums(const VarianceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums) {
  dispatch(codes, inputs, region, sums);
}

}  // namespace aimc::analog
