#include "models/analog/column_sums_kernels.h"

namespace aimc::analog {
namespace {

std::int32_t low_half(std::uint32_t word) {
  return static_cast<std::int16_t>(word & 0xFFFFU);
}

std::int32_t high_half(std::uint32_t word) {
  return static_cast<std::int16_t>(word >> 16U);
}

// Adds the products of a block and the inputs of one of its rows after the other.
void multiply(const std::int16_t* codes, const std::uint32_t* words, std::int32_t* sums) {
  const std::int32_t x0 = low_half(words[0]);
  const std::int32_t x1 = high_half(words[0]);
  for (std::size_t i = 0; i < kPanelColumns; ++i)
    sums[i] += x0 * codes[2 * i] + x1 * codes[2 * i + 1];
}

void multiply(const std::uint8_t* codes, const std::uint32_t* words, std::int32_t* sums) {
  const std::int32_t x0 = low_half(words[0]);
  const std::int32_t x1 = low_half(words[1]);
  const std::int32_t x2 = high_half(words[0]);
  const std::int32_t x3 = high_half(words[1]);
  for (std::size_t i = 0; i < kPanelColumns; ++i) {
    const std::uint8_t* c = codes + 4 * i;
    sums[i] += (x0 * c[0] + x1 * c[1]) + (x2 * c[2] + x3 * c[3]);
  }
}

template <typename Code>
void sums(const PanelTask<Code>& task) {
  constexpr std::size_t kWords = PairCodes<Code>::kGroup / 2;
  for (std::size_t panel = 0; panel < task.panels; ++panel) {
    const auto* blocks = task.blocks + panel * task.panel_blocks;
    for (std::size_t input = 0; input < task.inputs; ++input) {
      PanelSums result{};
      const std::uint32_t* active = task.active;
      const std::uint32_t* words = task.words + input * 2 * kWords;
      for (std::size_t left = task.active_count; left > 0; --left) {
        const auto& block = blocks[*active];
        multiply(block.difference.data(), words, result.difference.data());
        multiply(block.sum.data(), words + kWords, result.sum.data());
        active += task.step;
        words += task.word_step;
      }
      task.out[panel * task.inputs + input] = result;
    }
  }
}

}  // namespace

const SumKernels& portable_sum_kernels() {
  static const SumKernels kernels{sums<std::int16_t>, sums<std::uint8_t>, add_panels,
                                  split_bytes,        exact_total,        WordForm::kEvenOdd};
  return kernels;
}

}  // namespace aimc::analog
