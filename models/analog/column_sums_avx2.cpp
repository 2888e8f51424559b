#include "models/analog/column_sums_kernels.h"
#include "models/core/simd.h"

#ifdef AIMC_HAS_AVX2_DISPATCH
#include <immintrin.h>

namespace aimc::analog {
namespace {

constexpr std::size_t kHalves = 2;  // registers of a block's differences, and of its sums

AIMC_TARGET_AVX2 inline __m256i load(const void* codes, std::size_t half) {
  return _mm256_load_si256(static_cast<const __m256i*>(codes) + half);
}

AIMC_TARGET_AVX2 inline __m256i all(std::uint32_t word) {
  return _mm256_set1_epi32(static_cast<int>(word));
}

AIMC_TARGET_AVX2 inline void store(std::int32_t* out, const __m256i* sums) {
  for (std::size_t half = 0; half < kHalves; ++half)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out) + half, sums[half]);
}

AIMC_TARGET_AVX2 inline __m256i multiply_add(__m256i sum, const std::int16_t* codes,
                                             std::size_t half, const std::uint32_t* words) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(all(words[0]), load(codes, half)));
}

AIMC_TARGET_AVX2 inline __m256i multiply_add(__m256i sum, const std::uint8_t* codes,
                                             std::size_t half, const std::uint32_t* words) {
  const __m256i bytes = load(codes, half);
  const __m256i even = _mm256_and_si256(bytes, _mm256_set1_epi16(0xFF));
  const __m256i odd = _mm256_srli_epi16(bytes, 8);
  return _mm256_add_epi32(sum, _mm256_add_epi32(_mm256_madd_epi16(all(words[0]), even),
                                                _mm256_madd_epi16(all(words[1]), odd)));
}

// One or two inputs: more does not fit the registers.
template <typename Code, std::size_t kInputs>
AIMC_TARGET_AVX2 void sums_of(const PanelTask<Code>& task, std::size_t input,
                              const typename PairCodes<Code>::Block* blocks, PanelSums* out) {
  constexpr std::size_t kWords = PairCodes<Code>::kGroup / 2;
  __m256i difference[kInputs][kHalves];
  __m256i sum[kInputs][kHalves];
  for (std::size_t j = 0; j < kInputs; ++j) {
    for (std::size_t half = 0; half < kHalves; ++half)
      difference[j][half] = sum[j][half] = _mm256_setzero_si256();
  }
  const std::uint32_t* active = task.active;
  const std::uint32_t* words = task.words + input * 2 * kWords;
  for (std::size_t left = task.active_count; left > 0; --left) {
    const auto& block = blocks[*active];
    for (std::size_t j = 0; j < kInputs; ++j) {
      const std::uint32_t* at = words + j * 2 * kWords;
      for (std::size_t half = 0; half < kHalves; ++half) {
        difference[j][half] = multiply_add(difference[j][half], block.difference.data(), half, at);
        sum[j][half] = multiply_add(sum[j][half], block.sum.data(), half, at + kWords);
      }
    }
    active += task.step;
    words += task.word_step;
  }
  for (std::size_t j = 0; j < kInputs; ++j) {
    store(out[j].difference.data(), difference[j]);
    store(out[j].sum.data(), sum[j]);
  }
}

template <typename Code>
void sums(const PanelTask<Code>& task) {
  for (std::size_t i = 0; i < task.panels; ++i) {
    const std::size_t panel = task.step > 0 ? i : task.panels - 1 - i;
    const auto* blocks = task.blocks + panel * task.panel_blocks;
    PanelSums* out = task.out + panel * task.inputs;
    std::size_t input = 0;
    for (; input + 2 <= task.inputs; input += 2) sums_of<Code, 2>(task, input, blocks, out + input);
    if (input < task.inputs) sums_of<Code, 1>(task, input, blocks, out + input);
  }
}

AIMC_TARGET_AVX2 void add(const PanelAddition* additions, std::size_t count) {
  add_panels(additions, count);
}

AIMC_TARGET_AVX2 void split(const std::int16_t* x, std::size_t n, std::int8_t* low,
                            std::int8_t* high) {
  split_bytes(x, n, low, high);
}

AIMC_TARGET_AVX2 double total(const double* a, const double* b, std::size_t n) {
  return exact_total(a, b, n);
}

}  // namespace

const SumKernels& avx2_sum_kernels() {
  static const SumKernels kernels{sums<std::int16_t>, sums<std::uint8_t>, add, split, total,
                                  WordForm::kEvenOdd};
  return kernels;
}

}  // namespace aimc::analog
#endif
