#pragma once

#include <cstdint>

/// IEEE 754 binary16 on bit patterns, rounding to nearest with ties to even: what rtl/fp16_affine
/// computes, written without its tricks. Every NaN that is produced is the canonical one.
namespace aimc::fp16_affine {

using Half = std::uint16_t;

constexpr Half kOne = 0x3c00;
constexpr Half kMinusZero = 0x8000;
constexpr Half kInfinity = 0x7c00;
constexpr Half kNan = 0x7e00;

/// a*b + c, rounded once.
Half fma(Half a, Half b, Half c);

/// Nearest half of a count of 12 bits, 0..4095, with the sign of `negate` (a count of zero too).
Half from_count(unsigned count, bool negate);

/// Integer nearest to `value` plus the zero point, bounded to [relu ? zero_point : -128, 127]. NaN
/// counts as zero.
std::int8_t to_int8(Half value, bool relu, std::int8_t zero_point);

/// Parameters of one column, in steps of the output.
struct ColumnParams {
  Half scale_p = 0;
  Half scale_n = 0;
  Half offset = 0;  ///< a bias included
};

/// The sum before the conversion: (cp*scale_p + offset) + (addend - cn*scale_n). Where nothing is
/// to be added, the addend is minus zero.
/// @param cp,cn counts, 0..4095
Half affine(const ColumnParams& params, unsigned cp, unsigned cn, Half addend);

}  // namespace aimc::fp16_affine
