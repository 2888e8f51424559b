#include "tests/nmpu/stimulus.h"

#include <algorithm>

namespace aimc::nmpu::test {
namespace {

constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kShape.count) - 1;
constexpr std::uint64_t kCountMask4 = kCountMask * 0x0001000100010001U;

/// Of a ruler: cp counts single steps of the accumulator; cn does too if a partial sum's step is
/// within cp's reach, else it covers what lies between the two.
constexpr bool kWideRuler = kShape.scale_frac > kShape.count;
constexpr std::uint32_t kRulerSn = kWideRuler ? 1U << kShape.count : 1U;

/// Four random 16-bit words at a time; whole arrays of them are all that most beats are made of.
template <typename Value>
void fill(std::array<Value, kLanes>& values, Mix& mix, std::uint64_t mask) {
  for (unsigned i = 0; i < kLanes; i += 4) {
    const std::uint64_t word = mix.next() & mask;
    for (unsigned j = 0; j < std::min(4U, kLanes - i); ++j) {
      values[i + j] = static_cast<Value>(static_cast<std::uint16_t>(word >> (16 * j)));
    }
  }
}

}  // namespace

Stimulus::Stimulus(std::uint64_t key, bool reserved) : mix_(key), phase_(0), reserved_(reserved) {
  phase_ = mix_.below(4);
}

std::uint32_t Stimulus::edge_unsigned(unsigned bits) {
  const auto max = static_cast<std::uint32_t>(max_unsigned(bits));
  switch (mix_.below(12)) {
    case 0:
      return 0;
    case 1:
      return max;
    case 2:
      return 1U << mix_.below(bits);
    default:
      return static_cast<std::uint32_t>(mix_.next()) & max;
  }
}

std::int32_t Stimulus::edge_signed(unsigned bits) {
  const std::uint32_t raw = edge_unsigned(bits);
  // The same edges, about zero and about the middle of the code.
  const std::uint32_t sign = 1U << (bits - 1);
  const std::uint32_t code = mix_.chance(2) ? raw : raw ^ sign;
  return static_cast<std::int32_t>((code ^ sign)) - static_cast<std::int32_t>(sign);
}

Params Stimulus::params(unsigned column) {
  Params p;
  p.offset = edge_signed(kShape.offset);
  p.bias = edge_signed(kShape.psum);
  if (is_ruler(column / kLanes)) {
    p.sp = 1;
    p.sn = kRulerSn;
    return p;
  }
  p.sp = edge_unsigned(kShape.scale);
  p.sn = edge_unsigned(kShape.scale);
  if (mix_.chance(16)) {
    // One side of the accumulator's range.
    const bool positive = mix_.chance(2);
    const auto scale = static_cast<std::uint32_t>(max_unsigned(kShape.scale));
    p.sp = positive ? scale : 0;
    p.sn = positive ? 0 : scale;
    p.offset =
        static_cast<std::int32_t>(positive ? max_signed(kShape.offset) : min_signed(kShape.offset));
    p.bias =
        static_cast<std::int32_t>(positive ? max_signed(kShape.psum) : min_signed(kShape.psum));
  }
  return p;
}

Settings Stimulus::settings(unsigned useful_bits) {
  Settings s;
  const std::uint64_t r = mix_.next();
  const unsigned max_cut = (1U << kShape.cut) - 1;
  s.cut_pre = static_cast<unsigned>(r) & max_cut;
  s.cut_post = static_cast<unsigned>(r >> 8) & max_cut;
  if ((r >> 16 & 3U) != 0) {
    // Together about as many bits as the accumulator has beyond an activation, so that most results
    // are not saturated and a wrong bit shows.
    const unsigned total = useful_bits + static_cast<unsigned>(r >> 18 & 3U);
    s.cut_post = std::min(s.cut_post, total);
    s.cut_pre = std::min(total - s.cut_post, max_cut);
  }
  s.psum_out = (r >> 20 & 3U) == 0;
  s.relu = (r >> 22 & 1U) != 0;
  s.addend = static_cast<unsigned>(r >> 24) % 3;
  s.rounding = static_cast<unsigned>(r >> 32 & 0xFFU) % 3;
  s.zero_point = edge_signed(kShape.out);
  if (reserved_ && (r >> 40 & 7U) == 0) s.addend = 3;
  if (reserved_ && (r >> 43 & 7U) == 0) s.rounding = 3;
  return s;
}

/// Mostly all lanes or a range of them, as vectors have it; sometimes any.
std::uint64_t Stimulus::keep() {
  const unsigned kind = mix_.below(32);
  if (kind >= 16) return kAllLanes;
  if (kind == 0) return mix_.next() & kAllLanes;
  const unsigned first = mix_.below(kLanes);
  const unsigned count = 1 + mix_.below(kLanes - first);
  return (~std::uint64_t{0} >> (64 - count)) << first;
}

void Stimulus::make(Beat& beat, const std::vector<Params>& table) {
  beat.row = mix_.below(kShape.rows);
  beat.last = mix_.chance(4);
  beat.keep = keep();
  switch (mix_.below(8)) {
    case 0:
      extremes(beat);
      break;
    case 1:
      small(beat);
      break;
    case 2:
      aim(beat, table);
      break;
    default:
      uniform(beat);
      break;
  }
}

void Stimulus::uniform(Beat& beat) {
  beat.settings = settings(kShape.scale_frac + 4);
  fill(beat.cp, mix_, kCountMask4);
  fill(beat.cn, mix_, kCountMask4);
  fill(beat.psum, mix_, ~std::uint64_t{0});
}

void Stimulus::extremes(Beat& beat) {
  uniform(beat);
  const std::uint64_t kind = mix_.below(4);
  for (unsigned i = 0; i < kLanes; ++i) {
    const std::uint64_t r = mix_.next();
    const auto max = static_cast<std::uint16_t>(kCountMask);
    const auto lowest = static_cast<std::int16_t>(min_signed(kShape.psum));
    const auto highest = static_cast<std::int16_t>(max_signed(kShape.psum));
    if (kind < 2) {  // all on one side
      beat.cp[i] = kind == 0 ? max : std::uint16_t{0};
      beat.cn[i] = kind == 0 ? std::uint16_t{0} : max;
      beat.psum[i] = kind == 0 ? highest : lowest;
      continue;
    }
    if ((r & 1U) != 0) beat.cp[i] = (r & 2U) != 0 ? max : std::uint16_t{0};
    if ((r & 4U) != 0) beat.cn[i] = (r & 8U) != 0 ? max : std::uint16_t{0};
    if ((r & 16U) != 0) beat.psum[i] = (r & 32U) != 0 ? highest : lowest;
    if ((r & 0xC0U) == 0) beat.psum[i] = 0;
  }
}

void Stimulus::small(Beat& beat) {
  const unsigned bits = 1 + mix_.below(6);
  beat.settings = settings(bits + kShape.scale_frac / 2);
  fill(beat.cp, mix_, ((std::uint64_t{1} << bits) - 1) * 0x0001000100010001U);
  fill(beat.cn, mix_, ((std::uint64_t{1} << bits) - 1) * 0x0001000100010001U);
  fill(beat.psum, mix_, ((std::uint64_t{1} << bits) - 1) * 0x0001000100010001U);
  for (auto& v : beat.psum) v = static_cast<std::int16_t>(v - (1 << (bits - 1)));
}

/// An accumulator value whose result lies at or beside an edge, and whose lost bits are a tie,
/// beside a tie, nothing or anything.
std::int64_t Stimulus::target(const Settings& s) {
  const unsigned pre = s.psum_out ? 0 : s.cut_pre;
  const unsigned post = s.psum_out ? kShape.scale_frac : s.cut_post;
  const unsigned width = s.psum_out ? kShape.psum : kShape.out;
  const std::uint64_t r = mix_.next();
  const std::int64_t nudge = static_cast<std::int64_t>(r & 7U) - 4;
  std::int64_t y = 0;
  switch (r >> 3 & 7U) {
    case 0:
    case 1:
      y = max_signed(width) + nudge;
      break;
    case 2:
      y = min_signed(width) + nudge;
      break;
    case 3:
    case 4:
      y = (s.psum_out ? 0 : s.zero_point) + nudge;
      break;
    default:
      y = min_signed(width) + (static_cast<std::int64_t>(r >> 32) & max_unsigned(width));
      break;
  }
  if (!s.psum_out) y -= s.zero_point;
  const std::int64_t unit = std::int64_t{1} << post;
  std::int64_t residue = static_cast<std::int64_t>(r >> 40) & (unit - 1);
  switch (r >> 6 & 7U) {
    case 0:
    case 1:
    case 2:
      residue = unit / 2;
      break;
    case 3:
      residue = std::max<std::int64_t>(unit / 2 - 1, 0);
      break;
    case 4:
      residue = std::min(unit / 2 + 1, unit - 1);
      break;
    case 5:
      residue = 0;
      break;
    default:
      break;
  }
  const std::int64_t noise = static_cast<std::int64_t>(r >> 16) & ((std::int64_t{1} << pre) - 1);
  return (y * unit + residue) * (std::int64_t{1} << pre) + noise;
}

void Stimulus::aim(Beat& beat, const std::vector<Params>& table) {
  beat.settings = settings(mix_.below(kShape.scale_frac + 6));
  beat.settings.addend = 2;
  while (!is_ruler(beat.row)) beat.row = (beat.row + 1) % kShape.rows;
  const std::int64_t step = std::int64_t{1} << kShape.scale_frac;
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const Params& p = table[beat.row * kLanes + lane];
    std::int64_t rest = target(beat.settings) -
                        p.offset * (std::int64_t{1} << (kShape.scale_frac - kShape.offset_frac));
    std::int64_t psum = rest >> kShape.scale_frac;
    if (kWideRuler && (rest & (step - 1)) != 0) ++psum;
    psum = std::clamp(psum, min_signed(kShape.psum), max_signed(kShape.psum));
    rest -= psum * step;
    // What is left is cp - cn * kRulerSn, as far as the counts reach.
    const auto count = static_cast<std::int64_t>(kCountMask);
    const std::int64_t cn =
        rest < 0 ? std::min((-rest + kRulerSn - 1) / std::int64_t{kRulerSn}, count) : 0;
    const std::int64_t cp = std::clamp<std::int64_t>(rest + cn * kRulerSn, 0, count);
    beat.psum[lane] = static_cast<std::int16_t>(psum);
    beat.cp[lane] = static_cast<std::uint16_t>(cp);
    beat.cn[lane] = static_cast<std::uint16_t>(cn);
  }
}

}  // namespace aimc::nmpu::test
