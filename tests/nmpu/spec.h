#pragma once

#include <cstdint>

#include "tests/nmpu/shape.h"

namespace aimc::nmpu::test {

/// Settings of a beat, as the pins carry them; the reserved codes are possible here.
struct Settings {
  unsigned addend = 0;    ///< 0 nothing, 1 bias, 2 partial sum, 3 reserved
  unsigned rounding = 0;  ///< 0 half up, 1 half to even, 2 truncate, 3 reserved
  unsigned cut_pre = 0;
  unsigned cut_post = 0;
  bool relu = false;
  std::int32_t zero_point = 0;
  bool psum_out = false;
};

/// Parameters of a column in units of their last place.
struct Params {
  std::uint32_t sp = 0;
  std::uint32_t sn = 0;
  std::int32_t offset = 0;
  std::int32_t bias = 0;
};

/// What the equations of docs/models_nmpu.md make of one column, with what coverage asks about.
struct Outcome {
  std::int64_t acc = 0;
  std::int64_t lower = 0;      ///< what the second cut leaves before rounding
  std::int64_t kept = 0;       ///< after rounding and the second cut, before the zero point
  std::int64_t residue = 0;    ///< the bits that the second cut takes away
  unsigned cut = 0;            ///< of the second cut
  std::int64_t unbounded = 0;  ///< after the zero point
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t value = 0;
  bool saturated = false;  ///< exceeded its range; what ReLU holds back has not
};

/// The equations in 64-bit integers: floors and remainders instead of the shifts and rounding
/// constants that model and RTL use.
inline Outcome spec(std::int64_t cp, std::int64_t cn, std::int64_t psum, const Params& params,
                    const Settings& settings) {
  const auto power = [](unsigned exponent) { return std::int64_t{1} << exponent; };
  const auto floor_div = [](std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
  Outcome o;
  const std::int64_t addend = settings.addend == 1 ? params.bias : settings.addend == 2 ? psum : 0;
  o.acc = cp * params.sp - cn * params.sn +
          params.offset * power(kShape.scale_frac - kShape.offset_frac) +
          addend * power(kShape.scale_frac);
  o.cut = settings.psum_out ? kShape.scale_frac : settings.cut_post;
  const std::int64_t truncated =
      settings.psum_out ? o.acc : floor_div(o.acc, power(settings.cut_pre));
  const std::int64_t unit = power(o.cut);
  o.kept = floor_div(truncated, unit);
  o.lower = o.kept;
  o.residue = truncated - o.lower * unit;
  const bool above = 2 * o.residue > unit;
  const bool tie = 2 * o.residue == unit;
  switch (settings.rounding) {
    case 1:
      if (above || (tie && o.kept % 2 != 0)) ++o.kept;
      break;
    case 2:
      break;
    default:
      if (above || tie) ++o.kept;
      break;
  }
  if (settings.psum_out) {
    o.unbounded = o.kept;
    o.low = min_signed(kShape.psum);
    o.high = max_signed(kShape.psum);
  } else {
    o.unbounded = o.kept + settings.zero_point;
    o.low = settings.relu ? settings.zero_point : min_signed(kShape.out);
    o.high = max_signed(kShape.out);
  }
  o.value = o.unbounded < o.low ? o.low : o.unbounded > o.high ? o.high : o.unbounded;
  const bool rectified = settings.relu && !settings.psum_out;
  o.saturated = o.unbounded > o.high || (o.unbounded < o.low && !rectified);
  return o;
}

}  // namespace aimc::nmpu::test
