#include "models/analog/column_sums_kernels.h"
#include "models/core/simd.h"

#ifdef AIMC_HAS_AVX2_DISPATCH
#include <immintrin.h>

namespace aimc::analog {
namespace {

AIMC_TARGET_AVX512 inline __m512i all(std::uint32_t word) {
  return _mm512_set1_epi32(static_cast<int>(word));
}

// Running sums of a block's differences or sums of pairs.
template <typename Code>
struct Running;

template <>
struct Running<std::int16_t> {
  __m512i value;

  AIMC_TARGET_AVX512 void clear() { value = _mm512_setzero_si512(); }
  AIMC_TARGET_AVX512 void add(const std::int16_t* codes, const std::uint32_t* words) {
    value = _mm512_dpwssd_epi32(value, _mm512_load_si512(codes), all(words[0]));
  }
  AIMC_TARGET_AVX512 void add(const Running& other) {
    value = _mm512_add_epi32(value, other.value);
  }
  AIMC_TARGET_AVX512 void store(std::int32_t* out) const { _mm512_storeu_si512(out, value); }
};

template <>
struct Running<std::uint8_t> {
  __m512i low, high;  // of the inputs' lower and upper bytes

  AIMC_TARGET_AVX512 void clear() { low = high = _mm512_setzero_si512(); }
  AIMC_TARGET_AVX512 void add(const std::uint8_t* codes, const std::uint32_t* words) {
    const __m512i bytes = _mm512_load_si512(codes);
    low = _mm512_dpbusd_epi32(low, bytes, all(words[0]));
    high = _mm512_dpbusd_epi32(high, bytes, all(words[1]));
  }
  AIMC_TARGET_AVX512 void add(const Running& other) {
    low = _mm512_add_epi32(low, other.low);
    high = _mm512_add_epi32(high, other.high);
  }
  AIMC_TARGET_AVX512 void store(std::int32_t* out) const {
    // The form with a mask, all of which is set: GCC 12 warns of the plain one (its bug 105593).
    const __m512i shifted = _mm512_maskz_slli_epi32(0xFFFF, high, 8);
    _mm512_storeu_si512(out, _mm512_add_epi32(low, shifted));
  }
};

// Two blocks at a time for few inputs: products are added to sums of their own, and do not wait for
// each other.
template <typename Code, std::size_t kInputs, std::size_t kBlocks>
AIMC_TARGET_AVX512 void sums_of(const PanelTask<Code>& task, std::size_t input,
                                const typename PairCodes<Code>::Block* blocks, PanelSums* out) {
  constexpr std::size_t kWords = PairCodes<Code>::kGroup / 2;
  Running<Code> difference[kBlocks][kInputs];
  Running<Code> sum[kBlocks][kInputs];
  for (std::size_t i = 0; i < kBlocks; ++i) {
    for (std::size_t j = 0; j < kInputs; ++j) {
      difference[i][j].clear();
      sum[i][j].clear();
    }
  }
  const std::uint32_t* active = task.active;
  const std::uint32_t* words = task.words + input * 2 * kWords;
  std::size_t left = task.active_count;
  for (; left >= kBlocks; left -= kBlocks) {
    for (std::size_t i = 0; i < kBlocks; ++i, active += task.step, words += task.word_step) {
      const auto& block = blocks[*active];
      for (std::size_t j = 0; j < kInputs; ++j) {
        difference[i][j].add(block.difference.data(), words + j * 2 * kWords);
        sum[i][j].add(block.sum.data(), words + j * 2 * kWords + kWords);
      }
    }
  }
  for (; left > 0; --left, active += task.step, words += task.word_step) {
    for (std::size_t j = 0; j < kInputs; ++j) {
      difference[0][j].add(blocks[*active].difference.data(), words + j * 2 * kWords);
      sum[0][j].add(blocks[*active].sum.data(), words + j * 2 * kWords + kWords);
    }
  }
  for (std::size_t j = 0; j < kInputs; ++j) {
    for (std::size_t i = 1; i < kBlocks; ++i) {
      difference[0][j].add(difference[i][j]);
      sum[0][j].add(sum[i][j]);
    }
    difference[0][j].store(out[j].difference.data());
    sum[0][j].store(out[j].sum.data());
  }
}

template <typename Code>
void sums(const PanelTask<Code>& task) {
  for (std::size_t i = 0; i < task.panels; ++i) {
    const std::size_t panel = task.step > 0 ? i : task.panels - 1 - i;
    const auto* blocks = task.blocks + panel * task.panel_blocks;
    PanelSums* out = task.out + panel * task.inputs;
    if (task.inputs == 4) {
      sums_of<Code, 4, 1>(task, 0, blocks, out);
      continue;
    }
    std::size_t input = 0;
    for (; input + 2 <= task.inputs; input += 2)
      sums_of<Code, 2, 2>(task, input, blocks, out + input);
    if (input < task.inputs) sums_of<Code, 1, 2>(task, input, blocks, out + input);
  }
}

AIMC_TARGET_AVX512 void add(const PanelAddition* additions, std::size_t count) {
  add_panels(additions, count);
}

AIMC_TARGET_AVX512 void split(const std::int16_t* x, std::size_t n, std::int8_t* low,
                              std::int8_t* high) {
  split_bytes(x, n, low, high);
}

AIMC_TARGET_AVX512 double total(const double* a, const double* b, std::size_t n) {
  return exact_total(a, b, n);
}

}  // namespace

const SumKernels& avx512_sum_kernels() {
  static const SumKernels kernels{sums<std::int16_t>,     sums<std::uint8_t>, add, split, total,
                                  WordForm::kLowHighBytes};
  return kernels;
}

}  // namespace aimc::analog
#endif
