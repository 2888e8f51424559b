#include "models/analog/slice.h"

#include <cmath>

#include "models/analog/converters/timing.h"

namespace aimc::analog {

Slice::Slice(const CrossbarConfig& config, std::uint64_t seed, std::string_view path)
    : config_(config),
      writer_(config, seed, path),
      array_(config, seed, path),
      output_(config, seed, path) {}

ProgramResult Slice::program(const std::int8_t* weights, const Region& region,
                             core::TimePs now_ps) {
  const ProgramResult result = writer_.write(weights, region);
  array_.program(weights, region, writer_.cycles(), now_ps + result.duration_ps);
  writer_.count(region);
  return result;
}

void Slice::clear(const Region& region) {
  array_.clear_charge();
  output_.clear(region);
}

void Slice::convert(InputStage& inputs, const Region& region, const ReadMode& mode, Sign sign,
                    core::TimePs now_ps) {
  if (array_.devices() == nullptr) {
    const ColumnSums& sums = exact_sums(inputs, region, mode, sign, now_ps);
    convert_exact(sums, inputs, region, mode, sign, now_ps);
  } else if (config_.dac.kind == DacKind::kBitSerial) {
    convert_bits(inputs, region, mode, sign, now_ps);
  } else {
    const InputCodes& driven = inputs.driven(sign, region);
    const ColumnSums& sums = array_.integrate(driven, region, mode.magnitude_bits, now_ps);
    output_.convert(array_, sums, driven, region, mode, now_ps);
  }
}

// From the lowest bit.
void Slice::convert_bits(InputStage& inputs, const Region& region, const ReadMode& mode, Sign sign,
                         core::TimePs now_ps) {
  const unsigned bits = mode.magnitude_bits;
  const unsigned lowest = bits - serial_bits(config_, mode);
  const MvmTiming timing = mvm_timing(config_, mode);
  const auto step_ps =
      static_cast<core::TimePs>(std::llround(1e3 * timing.total_ns / timing.conversions));
  output_.begin_bits(region);
  for (unsigned bit = lowest; bit < bits; ++bit) {
    const core::TimePs time = now_ps + (bit - lowest) * step_ps;
    const InputCodes& driven = inputs.bit_plane(sign, region, bit);
    const ColumnSums& sums = array_.integrate(driven, region, 1, time);
    output_.convert_bit(array_, sums, driven, region, mode, bit, time);
  }
  output_.end_bits(region, mode);
}

// Ideal arithmetic does not notice bits; what flows does.
const ColumnSums& Slice::exact_sums(InputStage& inputs, const Region& region, const ReadMode& mode,
                                    Sign sign, core::TimePs now_ps) {
  const unsigned bits = mode.magnitude_bits;
  if (config_.dac.kind != DacKind::kBitSerial) {
    return array_.integrate(inputs.driven(sign, region), region, bits, now_ps);
  }
  for (unsigned bit = bits - serial_bits(config_, mode); bit < bits; ++bit) {
    array_.integrate(inputs.bit_plane(sign, region, bit), region, 1, now_ps);
  }
  const double charge = array_.charge();
  const ColumnSums& sums = array_.integrate(inputs.driven(sign, region), region, bits, now_ps);
  array_.set_charge(charge);
  return sums;
}

void Slice::convert_exact(const ColumnSums& sums, InputStage& inputs, const Region& region,
                          const ReadMode& mode, Sign sign, core::TimePs now_ps) {
  output_.convert(array_, sums, inputs.driven(sign, region), region, mode, now_ps);
}

}  // namespace aimc::analog
