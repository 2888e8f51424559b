#include "tests/nmpu/reference.h"

#include <sstream>
#include <stdexcept>

namespace aimc::nmpu::test {
namespace {

Format bench_format() {
  Format format = kFormat;
  format.lanes = kLanes;
  format.max_beats = kRows;
  return format;
}

bool bit(std::uint64_t word, unsigned index) {
  return (word >> index & 1U) != 0;
}

/// Lanes first .. first + count - 1 have a column.
struct Range {
  unsigned first = 0;
  unsigned count = 0;
};

/// The lanes of `keep` if they are one range, otherwise nothing.
Range range_of(std::uint64_t keep) {
  Range range;
  while (range.first < kLanes && !bit(keep, range.first)) ++range.first;
  unsigned end = range.first;
  while (end < kLanes && bit(keep, end)) ++end;
  for (unsigned i = end; i < kLanes; ++i) {
    if (bit(keep, i)) return {};
  }
  range.count = end - range.first;
  return range;
}

/// What the unit makes of the reserved codes: nothing is added, ties go upwards.
VectorConfig config_of(const Settings& s) {
  VectorConfig config;
  config.cut_pre = static_cast<std::uint8_t>(s.cut_pre);
  config.cut_post = static_cast<std::uint8_t>(s.cut_post);
  config.relu = s.relu;
  config.zero_point = static_cast<std::int8_t>(s.zero_point);
  config.psum_out = s.psum_out;
  config.addend = s.addend == 3 ? Addend::kNone : static_cast<Addend>(s.addend);
  config.rounding = s.rounding == 3 ? Rounding::kHalfUp : static_cast<Rounding>(s.rounding);
  return config;
}

}  // namespace

Reference::Reference(Bins* bins)
    : model_(make_model(bench_format())), table_(kColumns), bins_(bins) {}

void Reference::write(unsigned column, const Params& params) {
  table_[column] = params;
  model_->write_params(
      column, {static_cast<std::uint16_t>(params.sp), static_cast<std::uint16_t>(params.sn),
               static_cast<std::int16_t>(params.offset), static_cast<std::int16_t>(params.bias)});
}

void Reference::evaluate(const Beat& beat, Result& result) {
  result.last = beat.last;
  result.psum_out = beat.settings.psum_out;
  const VectorConfig config = config_of(beat.settings);
  const auto run = [&](unsigned first, unsigned count) {
    if (count == 0) return 0U;
    model_->clear_saturation();
    const Vector vector{beat.row * kLanes + first, count,
                        beat.cp.data() + first,    beat.cn.data() + first,
                        beat.psum.data() + first,  config};
    model_->run(vector, result.data.data() + first, 0);
    const Saturation saturation = model_->saturation();
    return unsigned{result.psum_out ? saturation.psums : saturation.activations};
  };
  if (beat.keep == kAllLanes) {
    result.saturated = run(0, kLanes);
  } else if (const Range kept = range_of(beat.keep); kept.count > 0) {
    const unsigned end = kept.first + kept.count;
    result.saturated = run(kept.first, kept.count);
    run(0, kept.first);
    run(end, kLanes - end);
  } else {
    result.saturated = 0;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      const unsigned saturated = run(lane, 1);
      if (bit(beat.keep, lane)) result.saturated += saturated;
    }
  }
  if (bins_ != nullptr) sample(beat, result);
}

void Reference::sample(const Beat& beat, Result& result) {
  unsigned saturated = 0;
  result.uncounted = 0;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const Params& params = table_[beat.row * kLanes + lane];
    const Outcome outcome =
        spec(beat.cp[lane], beat.cn[lane], beat.psum[lane], params, beat.settings);
    bins_->sample_column(beat, lane, params, outcome);
    if (outcome.saturated) ++(bit(beat.keep, lane) ? saturated : result.uncounted);
    if (outcome.value == result.data[lane]) continue;
    std::ostringstream text;
    text << "the C++ model gives " << result.data[lane] << " and the equations " << outcome.value
         << " in row " << beat.row << ", lane " << lane;
    throw std::logic_error(text.str());
  }
  if (saturated != result.saturated) {
    throw std::logic_error("the C++ model counts " + std::to_string(result.saturated) +
                           " saturated results and the equations " + std::to_string(saturated));
  }
}

}  // namespace aimc::nmpu::test
