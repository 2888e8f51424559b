// The tile's register file: what each register shows and does.
#include <algorithm>
#include <cmath>

#include "models/tile/tile.h"

namespace aimc::tile {
namespace {

namespace r = regs::tile;

constexpr std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32U);
}

/// Which of `count` registers from `first` on stands at `offset`.
std::optional<unsigned> index_in(std::uint32_t offset, std::uint32_t first, unsigned count) {
  if (offset < first || offset >= first + 4 * count) return std::nullopt;
  return (offset - first) / 4;
}

}  // namespace

void Tile::change_semaphore(unsigned index, const std::optional<Refusal>& refusal) {
  if (refusal) {
    refuse(*refusal);
  } else {
    engine_.show_semaphore(index, program_.semaphore(index), sc_core::sc_time_stamp().value());
    semaphore_changed_.notify(sc_core::SC_ZERO_TIME);
  }
}

std::uint32_t Tile::peek_register(std::uint32_t offset) const {
  const TileGeometry& geometry = engine_.geometry();
  if (offset >= r::kCmd && offset < r::kCmd + 4 * r::kCmdCount) {
    return command_words_[(offset - r::kCmd) / 4];
  }
  if (const auto index = index_in(offset, r::kProgramPc, kThreads)) return program_.pc(*index);
  if (const auto index = index_in(offset, r::kProgramState, kThreads)) {
    return program_.state_word(*index);
  }
  if (const auto index = index_in(offset, r::kSemaphore, kSemaphores)) {
    return program_.semaphore(*index);
  }
  switch (offset) {
    case r::kSramSize:
      return geometry.sram_bytes;
    case r::kGeometry:
      return r::kGeometryRows.put(geometry.rows) | r::kGeometryColumns.put(geometry.columns);
    case r::kConverter: {
      const analog::AdcConfig& adc = engine_.crossbar().config().adc;
      return r::kConverterFullScaleCounts.put(engine_.full_scale_counts()) |
             r::kConverterMaxRange.put(adc.max_range);
    }
    case r::kCountScale:
      return low(std::llround(std::ldexp(engine_.count_scale(), 32)));
    case r::kReadMode:
      return engine_.read_mode_word();
    case r::kStatus:
      return r::kStatusBusy.put(idle() ? 0 : 1) | r::kStatusQueued.put(low(waiting())) |
             r::kStatusProgrammed.put(engine_.program_pulses() != 0 ? 1 : 0) |
             r::kStatusThreads.put(program_.running_threads());
    case r::kCompleted:
      return completed_;
    case r::kProgramTag:
      return program_tag_;
    case r::kError:
      return static_cast<std::uint32_t>(error_.code);
    case r::kErrorValue:
      return error_.value;
    case r::kIrqStatus:
      return irq_status_;
    case r::kIrqEnable:
      return irq_enable_;
    case r::kWeightBank:
      return weight_bank_;
    case r::kNmpuFormat: {
      const nmpu::Format format = engine_.nmpu_format();
      return r::kNmpuFormatScaleFraction.put(format.scale_frac_bits) |
             r::kNmpuFormatScaleBits.put(format.scale_bits()) |
             r::kNmpuFormatOffsetFraction.put(format.offset_frac_bits) |
             r::kNmpuFormatOffsetBits.put(format.offset_bits());
    }
    case r::kNmpuSaturatedPsums:
      return engine_.nmpu_saturated().psums;
    case r::kNmpuSaturatedActivations:
      return engine_.nmpu_saturated().activations;
    case r::kMvmCount:
      return low(engine_.counters().mvms);
    case r::kSaturatedCount:
      return low(engine_.counters().saturated);
    case r::kProgramPulsesLo:
      return low(engine_.program_pulses());
    case r::kProgramPulsesHi:
      return latched_pulses_hi_;
    case r::kWearMax:
      return engine_.crossbar().wear_max();
    case r::kBusyCyclesLo:
      return low(busy_cycles());
    case r::kBusyCyclesHi:
      return latched_busy_hi_;
    default: {
      const core::RegisterDesc* desc = bank_.find(offset);
      return desc != nullptr ? desc->reset : 0;
    }
  }
}

std::uint32_t Tile::read_register(std::uint32_t offset) {
  if (offset == r::kProgramPulsesLo) latched_pulses_hi_ = high(engine_.program_pulses());
  if (offset == r::kBusyCyclesLo) latched_busy_hi_ = high(busy_cycles());
  return peek_register(offset);
}

void Tile::write_register(std::uint32_t offset, std::uint32_t value) {
  if (offset >= r::kCmd && offset < r::kCmd + 4 * r::kCmdCount) {
    command_words_[(offset - r::kCmd) / 4] = value;
    return;
  }
  if (const auto thread = index_in(offset, r::kProgramStart, kThreads)) {
    start_thread(*thread, value);
    return;
  }
  if (const auto index = index_in(offset, r::kSemaphore, kSemaphores)) {
    change_semaphore(*index, program_.set_semaphore(*index, value));
    return;
  }
  if (const auto index = index_in(offset, r::kSemaphorePost, kSemaphores)) {
    change_semaphore(*index, program_.post_semaphore(*index, value));
    return;
  }
  switch (offset) {
    case r::kReadMode:
      if (!idle()) {
        refuse({Error::kBusy, value});
      } else if (const auto refusal = engine_.set_read_mode(value)) {
        refuse(*refusal);
      }
      return;
    case r::kWeightBank:
      if (!idle()) {
        refuse({Error::kBusy, value});
      } else if (std::uint64_t{value} * r::kWeightsWindowSize >= engine_.weight_bytes()) {
        refuse({Error::kBadValue, value});
      } else {
        weight_bank_ = value;
      }
      return;
    case r::kError:
      error_ = Refusal{};
      return;
    case r::kNmpuSaturatedPsums:
    case r::kNmpuSaturatedActivations:
      engine_.clear_nmpu_saturated();
      return;
    case r::kIrqStatus:
      irq_status_ &= ~value;
      break;
    case r::kIrqEnable:
      irq_enable_ = value;
      break;
    case r::kDoorbell:
      ring_doorbell();
      return;
    case r::kProgramStop:
      program_.request_stop(value);
      semaphore_changed_.notify(sc_core::SC_ZERO_TIME);
      return;
    default:
      return;
  }
  update_interrupts();
}

}  // namespace aimc::tile
