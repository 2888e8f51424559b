#pragma once

#include <cstdint>

#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"

namespace aimc::analog {

/// The energies of drivers and converters in a configuration are those of a window of this length.
constexpr double kEnergyWindowNs = 128.0;

/// Phases of an MVM: 1 or 4.
unsigned phases(const ReadMode& mode);

/// Which inputs are driven in a conversion.
enum class Sign : std::uint8_t { kBoth, kPositive, kNegative };

/// The wordline drivers: from the digital inputs of an MVM to what its rows are driven with.
class InputStage {
 public:
  explicit InputStage(const CrossbarConfig& config);

  /// Takes the inputs of an MVM, less the zero point and limited to the magnitude that fits.
  /// @returns how many did not fit
  unsigned load(const std::int8_t* values, std::int8_t zero_point, const Region& region,
                const ReadMode& mode);
  /// What drives the rows of a region in a conversion; valid until the next call.
  const InputCodes& driven(Sign sign, const Region& region);
  /// Energy of the MVM whose inputs were loaded, J.
  double energy_j(const Region& region, const ReadMode& mode) const;

 private:
  double energy_pj_;
  double lsb_ns_;
  bool bit_by_bit_;
  InputCodes inputs_;
  InputCodes phase_inputs_;
};

}  // namespace aimc::analog
