#include "models/analog/column_sums.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "models/analog/column_sums_kernels.h"

namespace aimc::analog {
namespace {

constexpr std::int16_t kByteLimit = 32640;  // inputs from here on are no two signed bytes

const SumKernels& kernels_of(core::InstructionSet set) {
#ifdef AIMC_HAS_AVX2_DISPATCH
  if (set == core::InstructionSet::kAvx512) return avx512_sum_kernels();
  if (set == core::InstructionSet::kAvx2) return avx2_sum_kernels();
#endif
  static_cast<void>(set);
  return portable_sum_kernels();
}

// A region in whole blocks and panels.
struct Span {
  std::size_t first_row, rows;  // whole blocks of either quantity
  std::size_t row_offset;       // of the region's first row
  std::size_t first_panel, panels;
  std::size_t column_offset;  // of the region's first column
};

Span span_of(const Region& region) {
  const auto round_up = [](std::size_t n, std::size_t unit) {
    return (n + unit - 1) / unit * unit;
  };
  Span span{};
  span.first_row = region.first_row / kRowAlignment * kRowAlignment;
  span.row_offset = region.first_row - span.first_row;
  span.rows = round_up(span.row_offset + region.rows, kRowAlignment);
  span.first_panel = region.first_column / kPanelColumns;
  span.column_offset = region.first_column % kPanelColumns;
  span.panels = round_up(span.column_offset + region.columns, kPanelColumns) / kPanelColumns;
  return span;
}

std::int16_t largest_of(const std::vector<std::int16_t>& values) {
  std::int16_t largest = 0;
  for (const std::int16_t value : values) largest = value > largest ? value : largest;
  return largest;
}

// Inputs of a block as words: the bytes of `kWords` words lie together already, or do so once
// shuffled.
template <WordForm form>
AIMC_ALWAYS_INLINE void pack(const PackedInputs::Rows& rows, std::size_t row,
                             std::uint32_t* words) {
  if constexpr (form == WordForm::kPairs) {
    std::memcpy(words, &rows.x[row], 4);
  } else if constexpr (form == WordForm::kEvenOdd) {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::memcpy(&first, &rows.x[row], 4);
    std::memcpy(&second, &rows.x[row + 2], 4);
    words[0] = (first & 0xFFFFU) | second << 16U;
    words[1] = first >> 16U | (second & 0xFFFF0000U);
  } else {
    std::memcpy(words, &rows.low[row], 4);
    std::memcpy(words + 1, &rows.high[row], 4);
  }
}

void split(const SumKernels& kernels, PackedInputs::Rows& rows) {
  rows.low.resize(rows.x.size());
  rows.high.resize(rows.x.size());
  kernels.split(rows.x.data(), rows.x.size(), rows.low.data(), rows.high.data());
}

// Sums of one quantity for some inputs.
template <typename Code>
class Pass {
 public:
  Pass(const PairCodes<Code>& codes, const SumJob* jobs, std::size_t count, const Region& region,
       const Span& span)
      : codes_(codes),
        jobs_(jobs),
        count_(count),
        region_(region),
        span_(span),
        packed_(jobs[0].sums->packed) {
    load(packed_.value, &InputCodes::value);
    load(packed_.magnitude, &InputCodes::magnitude);
    const int largest = largest_of(packed_.magnitude.x);
    most_blocks_ = static_cast<std::size_t>(kLargestSum / std::max(1, largest * kLargestCode)) /
                   PairCodes<Code>::kGroup;
    const SumKernels* kernels = &kernels_of(jobs[0].sums->instructions);
    if constexpr (kIsConductance) {
      packed_.bias.fill(0.0);
      kernel_ = kernels->conductance;
      pack_all<WordForm::kPairs>();
    } else {
      load_bias();
#ifdef AIMC_HAS_AVX2_DISPATCH
      if (kernels->variance_form == WordForm::kLowHighBytes && largest >= kByteLimit)
        kernels = &avx2_sum_kernels();
#endif
      kernel_ = kernels->variance;
      if (kernels->variance_form == WordForm::kLowHighBytes) {
        split(*kernels, packed_.value);
        split(*kernels, packed_.magnitude);
        pack_all<WordForm::kLowHighBytes>();
      } else {
        pack_all<WordForm::kEvenOdd>();
      }
    }
    add_ = kernels->add;
    if (packed_.active_count > 0) return;
    for (std::size_t i = 0; i < count; ++i) {
      std::fill_n(jobs[i].sums->positive.begin(), region.columns, 0.0);
      std::fill_n(jobs[i].sums->negative.begin(), region.columns, 0.0);
    }
  }

  // The sums of some panels.
  void run(std::size_t panel, std::size_t panels, bool backwards) const {
    std::array<PanelSums, kMaxSumInputs * kMaxSumPanels> out;
    PanelTask<Code> task;
    task.blocks = codes_.blocks(span_.first_panel + panel, span_.first_row);
    task.panel_blocks = codes_.panel_blocks();
    task.panels = panels;
    task.inputs = count_;
    task.step = backwards ? -1 : 1;
    task.word_step = task.step * static_cast<std::ptrdiff_t>(count_ * 2 * kWords);
    task.out = out.data();
    if (packed_.active_count <= most_blocks_) {
      if (packed_.active_count > 0) multiply(task, 0, packed_.active_count, panel);
      return;
    }
    // One panel after the other, as its blocks lie together.
    task.panels = 1;
    for (std::size_t i = 0; i < panels; ++i) {
      const std::size_t at = panel + (backwards ? panels - 1 - i : i);
      task.blocks = codes_.blocks(span_.first_panel + at, span_.first_row);
      for (std::size_t done = 0; done < packed_.active_count; done += most_blocks_)
        multiply(task, done, std::min(most_blocks_, packed_.active_count - done), at);
    }
  }

 private:
  static constexpr std::size_t kGroup = PairCodes<Code>::kGroup;
  static constexpr std::size_t kWords = kGroup / 2;  // of a block and one of its two sums
  static constexpr bool kIsConductance = kWords == 1;
  static constexpr std::int32_t kLargestSum = std::numeric_limits<std::int32_t>::max();
  static constexpr std::int32_t kLargestCode = 2 * PairCodes<Code>::kLimit - 1;

  // Copies the inputs to where the region lies within its blocks.
  void load(PackedInputs::Rows& rows, std::vector<std::int16_t> InputCodes::*values) {
    rows.x.resize(count_ * span_.rows);
    std::int16_t* out = rows.x.data();
    for (std::size_t i = 0; i < count_; ++i, out += span_.rows) {
      std::fill_n(out, span_.row_offset, std::int16_t{0});
      std::copy_n((jobs_[i].inputs->*values).begin(), region_.rows, out + span_.row_offset);
      const std::size_t end = span_.row_offset + region_.rows;
      std::fill_n(out + end, span_.rows - end, std::int16_t{0});
    }
  }

  void load_bias() {
    for (std::size_t i = 0; i < count_; ++i) {
      std::int32_t sum = 0;
      for (std::size_t row = 0; row < region_.rows; ++row) sum += jobs_[i].inputs->value[row];
      packed_.bias[i] = double{PairCodes<Code>::kBias} * sum;
    }
  }

  template <WordForm form>
  void pack_all() {
    packed_.active.resize(span_.rows / kGroup);
    packed_.words.resize(span_.rows / kGroup * count_ * 2 * kWords);
    packed_.active_count = count_ == 1 ? pack_rows<form>(1) : pack_rows<form>(count_);
  }

  // The words of the blocks that any input drives; returns how many these are.
  template <WordForm form>
  AIMC_ALWAYS_INLINE std::size_t pack_rows(std::size_t count) {
    const std::size_t blocks = span_.rows / kGroup;
    std::uint32_t* words = packed_.words.data();
    std::size_t active = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      std::uint32_t any = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t row = i * span_.rows + block * kGroup;
        std::uint32_t* at = words + i * 2 * kWords;
        pack<form>(packed_.value, row, at);
        pack<form>(packed_.magnitude, row, at + kWords);
        for (std::size_t word = 0; word < kWords; ++word) any |= at[kWords + word];
      }
      packed_.active[active] = static_cast<std::uint32_t>(block);
      const std::size_t driven = any != 0 ? 1 : 0;
      active += driven;
      words += driven * count * 2 * kWords;
    }
    return active;
  }

  // Some of the active blocks, of which `done` have been before.
  void multiply(PanelTask<Code>& task, std::size_t done, std::size_t count,
                std::size_t panel) const {
    const std::size_t first = task.step < 0 ? packed_.active_count - 1 - done : done;
    task.active = packed_.active.data() + first;
    task.active_count = count;
    task.words = packed_.words.data() + first * count_ * 2 * kWords;
    kernel_(task);
    add(task, panel, done == 0);
  }

  void add(const PanelTask<Code>& task, std::size_t panel, bool first) const {
    std::array<PanelAddition, kMaxSumInputs * kMaxSumPanels> additions;
    std::size_t n = 0;
    for (std::size_t input = 0; input < count_; ++input) {
      for (std::size_t i = 0; i < task.panels; ++i) {
        const std::size_t start = (panel + i) * kPanelColumns;
        const std::size_t from = std::max(start, span_.column_offset);
        const std::size_t end = span_.column_offset + region_.columns;
        PanelAddition& addition = additions[n++];
        addition.sums = &task.out[i * count_ + input];
        addition.begin = from - start;
        addition.columns = std::min(start + kPanelColumns, end) - from;
        addition.bias = first ? packed_.bias[input] : 0.0;
        addition.first = first;
        addition.positive = jobs_[input].sums->positive.data() + (from - span_.column_offset);
        addition.negative = jobs_[input].sums->negative.data() + (from - span_.column_offset);
      }
    }
    add_(additions.data(), n);
  }

  const PairCodes<Code>& codes_;
  const SumJob* jobs_;
  std::size_t count_;
  const Region& region_;
  const Span& span_;
  PackedInputs& packed_;
  void (*kernel_)(const PanelTask<Code>&) = nullptr;
  void (*add_)(const PanelAddition*, std::size_t) = nullptr;
  std::size_t most_blocks_ = 0;  // whose sum fits 32 bits
};

// The direction of a pass; the next one of these sums goes the other way.
bool turn(ColumnSums& sums) {
  sums.backwards = !sums.backwards;
  return !sums.backwards;
}

// Every second pass goes from the last panel to the first: what a cache still has of codes that do
// not fit it are those read last.
template <typename... Codes>
void walk(const Span& span, bool backwards, const Pass<Codes>&... passes) {
  const std::size_t steps = (span.panels + kMaxSumPanels - 1) / kMaxSumPanels;
  for (std::size_t step = 0; step < steps; ++step) {
    const std::size_t panel = (backwards ? steps - 1 - step : step) * kMaxSumPanels;
    const std::size_t panels = std::min(kMaxSumPanels, span.panels - panel);
    (passes.run(panel, panels, backwards), ...);
  }
}

}  // namespace

double total(const ColumnSums& sums, std::size_t columns) {
  return kernels_of(sums.instructions).total(sums.positive.data(), sums.negative.data(), columns);
}

void column_sums(const ConductanceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums) {
  const SumJob job{&inputs, &sums};
  column_sums(codes, &job, 1, region);
}

void column_sums(const VarianceCodes& codes, const InputCodes& inputs, const Region& region,
                 ColumnSums& sums) {
  const SumJob job{&inputs, &sums};
  const Span span = span_of(region);
  walk(span, turn(sums), Pass(codes, &job, 1, region, span));
}

void column_sums(const ConductanceCodes& codes, const SumJob* jobs, std::size_t count,
                 const Region& region) {
  const Span span = span_of(region);
  for (std::size_t i = 0; i < count; i += kMaxSumInputs) {
    const std::size_t n = std::min(kMaxSumInputs, count - i);
    walk(span, turn(*jobs[0].sums), Pass(codes, jobs + i, n, region, span));
  }
}

void column_sums(const ConductanceCodes& conductances, const SumJob* jobs,
                 const VarianceCodes& variances, const SumJob* variance_jobs, std::size_t count,
                 const Region& region) {
  const Span span = span_of(region);
  for (std::size_t i = 0; i < count; i += kMaxSumInputs) {
    const std::size_t n = std::min(kMaxSumInputs, count - i);
    walk(span, turn(*jobs[0].sums), Pass(conductances, jobs + i, n, region, span),
         Pass(variances, variance_jobs + i, n, region, span));
  }
}

}  // namespace aimc::analog
