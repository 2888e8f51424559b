#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/analog/pair_codes.h"
#include "models/core/simd.h"

namespace aimc::analog {

constexpr std::size_t kMaxSumPanels = 8;  ///< panels multiplied in one go

/// Sums of a panel: of differences and of sums of pairs.
struct PanelSums {
  std::array<std::int32_t, kPanelColumns> difference, sum;
};

/// What a kernel multiplies: some blocks of a few panels with a few inputs.
template <typename Code>
struct PanelTask {
  const typename PairCodes<Code>::Block* blocks = nullptr;
  std::size_t panel_blocks = 0;           ///< from one panel to the next
  std::size_t panels = 1;                 ///< 1 .. kMaxSumPanels
  std::size_t inputs = 1;                 ///< 1 .. kMaxSumInputs
  const std::uint32_t* active = nullptr;  ///< first of the blocks that any input drives
  std::size_t active_count = 0;
  std::ptrdiff_t step = 1;  ///< to the next of them; if -1, panels too are taken from the last
  /// Words of the first active block: inputs x (signed, magnitude) x words of a block.
  const std::uint32_t* words = nullptr;
  std::ptrdiff_t word_step = 0;  ///< to the words of the next
  PanelSums* out = nullptr;      ///< panels x inputs
};

/// Sums of a panel on their way to those of a region.
struct PanelAddition {
  const PanelSums* sums = nullptr;
  std::size_t begin = 0;    ///< first column of the panel that counts
  std::size_t columns = 0;  ///< 1 .. kPanelColumns
  double bias = 0.0;        ///< of the sums of differences
  bool first = true;        ///< sets, and does not add
  double* positive = nullptr;
  double* negative = nullptr;
};

/// How the inputs of a block are packed into 32-bit words.
enum class WordForm : std::uint8_t {
  kPairs,         ///< one word: two 16-bit inputs
  kEvenOdd,       ///< two words: inputs 0 and 2, inputs 1 and 3, 16 bits each
  kLowHighBytes,  ///< two words: signed bytes, 256 high + low = input; inputs below 32,640 only
};

/// Kernels of an instruction set. Sums are exact as long as they fit 32 bits.
struct SumKernels {
  void (*conductance)(const PanelTask<std::int16_t>&);
  void (*variance)(const PanelTask<std::uint8_t>&);
  void (*add)(const PanelAddition*, std::size_t count);
  /// Splits inputs below 32,640 into two signed bytes.
  void (*split)(const std::int16_t* x, std::size_t n, std::int8_t* low, std::int8_t* high);
  /// Sum of whole numbers whose sums all fit 53 bits.
  double (*total)(const double* a, const double* b, std::size_t n);
  WordForm variance_form;  ///< conductances are always kPairs
};

// Sum of |x| (p + n) plus or minus sum of x (p - n) is twice the polarity's sum: exact in a double.
AIMC_ALWAYS_INLINE void add_columns(const PanelAddition& a, std::size_t begin,
                                    std::size_t columns) {
  for (std::size_t i = 0; i < columns; ++i) {
    const auto s = static_cast<double>(a.sums->sum[begin + i]);
    const double d = static_cast<double>(a.sums->difference[begin + i]) - a.bias;
    const double positive = 0.5 * (s + d);
    const double negative = 0.5 * (s - d);
    a.positive[i] = a.first ? positive : a.positive[i] + positive;
    a.negative[i] = a.first ? negative : a.negative[i] + negative;
  }
}

AIMC_ALWAYS_INLINE void add_panels(const PanelAddition* additions, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const PanelAddition& a = additions[k];
    if (a.columns == kPanelColumns) {
      add_columns(a, 0, kPanelColumns);  // of known length: no rest to take care of
    } else {
      add_columns(a, a.begin, a.columns);
    }
  }
}

AIMC_ALWAYS_INLINE void split_bytes(const std::int16_t* x, std::size_t n, std::int8_t* low,
                                    std::int8_t* high) {
  for (std::size_t i = 0; i < n; ++i) {
    low[i] = static_cast<std::int8_t>(x[i] & 0xFF);
    high[i] = static_cast<std::int8_t>((x[i] - low[i]) >> 8);
  }
}

// Exact in any order: a few running sums instead of one wait less for each other.
AIMC_ALWAYS_INLINE double exact_total(const double* a, const double* b, std::size_t n) {
  constexpr std::size_t kLanes = 16;
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] + b[i + lane];
  }
  double result = 0.0;
  for (; i < n; ++i) result += a[i] + b[i];
  for (const double lane : lanes) result += lane;
  return result;
}

const SumKernels& portable_sum_kernels();
/// Only to be called where the processor has the instructions.
const SumKernels& avx2_sum_kernels();
const SumKernels& avx512_sum_kernels();

}  // namespace aimc::analog
