#include "models/tile/mvm_job.h"

#include <algorithm>
#include <cstring>

namespace aimc::tile {

void MvmJob::prepare(const Command& command, const analog::ReadMode& mode, const std::uint8_t* sram,
                     core::TimePs integrates_at, core::TimePs interval) {
  region_ = command.region;
  mode_ = mode;
  zero_point_ = command.input_zero_point;
  repetitions_ = command.repetitions;
  keeps_all_ = command.destination_stride != 0;
  integrates_at_ = integrates_at;
  interval_ = interval;
  const std::uint8_t* first = sram + command.source;
  if (command.segments.bytes != 0) {
    gather(command, first);
    return;
  }
  stride_ = command.source_stride;
  const std::size_t bytes = static_cast<std::size_t>(repetitions_ - 1) * stride_ + region_.rows;
  inputs_.assign(first, first + bytes);
}

// Lays the segments of each repetition side by side.
void MvmJob::gather(const Command& command, const std::uint8_t* first) {
  stride_ = region_.rows;
  inputs_.resize(static_cast<std::size_t>(repetitions_) * region_.rows);
  std::uint8_t* to = inputs_.data();
  for (unsigned i = 0; i < repetitions_; ++i, first += command.source_stride) {
    const std::uint8_t* segment = first;
    for (unsigned row = 0; row < region_.rows; row += command.segments.bytes) {
      const std::size_t n = std::min(command.segments.bytes, region_.rows - row);
      std::memcpy(to, segment, n);
      to += n;
      segment += command.segments.stride;
    }
  }
}

std::uint64_t MvmJob::cells() const {
  return std::uint64_t{repetitions_} * region_.rows * region_.columns;
}

void MvmJob::compute() {
  const std::size_t result_bytes = 4UL * region_.columns;
  results_.resize(result_bytes * (keeps_all_ ? repetitions_ : 1U));
  cp_.resize(region_.columns);
  cn_.resize(region_.columns);
  dac_j_ = array_j_ = adc_j_ = 0.0;
  saturated_ = 0;
  const unsigned ahead = crossbar_.most_ahead(mode_);
  for (unsigned i = 0; i < repetitions_; ++i) {
    const std::uint8_t* inputs = inputs_.data() + static_cast<std::size_t>(i) * stride_;
    if (i % ahead == 0 && i + 1 < repetitions_) {
      crossbar_.announce(reinterpret_cast<const std::int8_t*>(inputs), stride_,
                         std::min(ahead, repetitions_ - i), zero_point_, region_, mode_,
                         integrates_at_ + i * interval_);
    }
    const analog::MvmResult result =
        crossbar_.mvm(reinterpret_cast<const std::int8_t*>(inputs), zero_point_, region_, mode_,
                      integrates_at_ + i * interval_, cp_.data(), cn_.data());
    dac_j_ += result.dac_energy_j;
    array_j_ += result.array_energy_j;
    adc_j_ += result.adc_energy_j;
    saturated_ += result.saturated + result.clipped_inputs;
    std::uint8_t* out = results_.data() + (keeps_all_ ? result_bytes * i : 0U);
    for (unsigned column = 0; column < region_.columns; ++column) {
      const std::uint32_t word = cp_[column] | static_cast<std::uint32_t>(cn_[column]) << 16U;
      std::memcpy(out + 4UL * column, &word, sizeof word);
    }
  }
}

void MvmJob::deliver(Execution& execution) {
  execution.results.swap(results_);
  execution.dac_j = dac_j_;
  execution.array_j = array_j_;
  execution.adc_j = adc_j_;
  execution.saturated = saturated_;
}

}  // namespace aimc::tile
