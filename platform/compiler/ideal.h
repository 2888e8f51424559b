#pragma once

#include <cstdint>
#include <vector>

#include "platform/compiler/plan.h"

namespace aimc::compiler {

/// What the converters of a matrix's tiles are given at a number of positions: for every position,
/// piece and column the sums of |input| x |weight| of each polarity, or of each of the four phases.
struct Sums {
  std::size_t positions = 0;
  std::size_t pieces = 1, columns = 1;
  std::size_t phases =
      2;  ///< 2: plus, minus; 4: plus and plus, minus and minus, plus and minus, ...
  std::vector<std::int32_t> values;  ///< by position, piece, phase, column
};

/// The sums of one sample at every `step`-th position. Inputs whose magnitude less the zero point
/// does not fit the bits of the mode are limited, as the drivers do.
/// @param input the activation as it lies in RAM, with its filler
Sums make_sums(const MatrixWork& work, const Split& split, const std::int8_t* input,
               const analog::ReadMode& mode, std::int32_t zero_point, std::size_t step);

/// What tiles without errors make of sums.
struct IdealOutput {
  std::vector<std::int8_t> values;  ///< by position and column
  std::uint64_t conversions = 0, saturated = 0;
};

/// Converters and NMPUs of tiles without errors.
IdealOutput ideal_output(const MatrixWork& work, const Split& split, const Sums& sums,
                         const Scaling& scaling, std::size_t replicas,
                         const analog::CrossbarConfig& crossbar, const analog::ReadMode& mode,
                         const nmpu::Format& format);

/// Nominal counts for one unit of |input| x |weight|.
double counts_per_unit(const analog::CrossbarConfig& crossbar, const analog::ReadMode& mode);

}  // namespace aimc::compiler
