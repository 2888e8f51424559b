#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/analog/column_sums.h"

namespace aimc::analog {

/// Squares of inputs with the inputs' signs as 15-bit codes.
/// @returns the unit of a code: 1, or 2 where the largest square would not fit
double square_inputs(const InputCodes& inputs, std::size_t rows, InputCodes& squares);

/// Column sums of conversions that are known to come, computed in one pass over the codes. What is
/// asked for later gets them if it is what was announced, and the codes are still the same.
class SumsAhead {
 public:
  /// Forgets what was announced; from now on for a region and codes of a version.
  void start(const Region& region, std::uint64_t version);
  /// Announces the next conversion; no more than kMaxSumInputs.
  void announce(const InputCodes& driven);
  /// Computes the sums of all announced conversions, and of the variances where there are any.
  void compute(const ConductanceCodes& conductances, const VarianceCodes& variances,
               std::size_t columns, core::InstructionSet set);
  /// True if the conversion announced first, which is given up in either case, is this one: sums,
  /// variances and the unit of squared inputs are replaced by its own.
  bool take(const InputCodes& driven, const Region& region, std::uint64_t version, ColumnSums& sums,
            ColumnSums& variances, double& unit);
  /// True while there is something to take.
  bool any() const { return next_ < count_; }

 private:
  struct Slot {
    InputCodes inputs, squares;
    ColumnSums sums, variances;
    double unit = 1.0;
  };

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  Region region_;
  std::uint64_t version_ = 0;
};

}  // namespace aimc::analog
