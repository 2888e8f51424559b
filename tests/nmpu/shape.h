#pragma once

#include <cstdint>

#include "aimc/nmpu_format.h"

namespace aimc::nmpu::test {

// The unit that the programs of this directory are built for.
#ifdef NMPU_WIDE
constexpr Format kFormat = format::kWide;
constexpr const char* kConfiguration = "wide";
#else
constexpr Format kFormat = format::kPaper;
constexpr const char* kConfiguration = "paper";
#endif

#ifdef AIMC_NMPU_LANES
constexpr unsigned kLanes = AIMC_NMPU_LANES;
#else
constexpr unsigned kLanes = kFormat.lanes;
#endif

#ifdef AIMC_NMPU_ROWS
constexpr unsigned kRows = AIMC_NMPU_ROWS;
#else
constexpr unsigned kRows = kFormat.max_beats;
#endif

/// Widths of its pins, in bits, and its size.
struct Shape {
  unsigned count;        ///< unsigned
  unsigned scale;        ///< unsigned
  unsigned scale_frac;   ///< fraction bits of a scale
  unsigned offset;       ///< signed
  unsigned offset_frac;  ///< fraction bits of an offset
  unsigned psum;         ///< signed; bias, partial sums in and out
  unsigned out;          ///< signed; activations
  unsigned cut;          ///< bits of a cut amount
  unsigned lanes;
  unsigned rows;    ///< parameter words of a lane
  unsigned stages;  ///< pipeline registers
};

constexpr Shape kShape{kFormat.count_bits,
                       kFormat.scale_bits(),
                       kFormat.scale_frac_bits,
                       kFormat.offset_bits(),
                       kFormat.offset_frac_bits,
                       kFormat.psum_bits,
                       kFormat.out_bits,
                       kFormat.cut_bits,
                       kLanes,
                       kRows,
                       kFormat.stages};

constexpr std::int64_t max_unsigned(unsigned bits) {
  return (std::int64_t{1} << bits) - 1;
}
constexpr std::int64_t max_signed(unsigned bits) {
  return (std::int64_t{1} << (bits - 1)) - 1;
}
constexpr std::int64_t min_signed(unsigned bits) {
  return -(std::int64_t{1} << (bits - 1));
}

}  // namespace aimc::nmpu::test
