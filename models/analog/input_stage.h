#pragma once

#include <cstdint>

#include "models/analog/column_sums.h"
#include "models/analog/converters/pulses.h"
#include "models/analog/crossbar.h"

namespace aimc::analog {

/// Phases of an MVM: 1 or 4.
unsigned phases(const ReadMode& mode);

/// Which inputs are driven in a conversion.
enum class Sign : std::uint8_t { kBoth, kPositive, kNegative };

/// The wordline drivers: from the digital inputs of an MVM to what its rows are driven with.
class InputStage {
 public:
  explicit InputStage(const CrossbarConfig& config);

  /// Takes the inputs of an MVM, less the zero point and limited to the magnitude that fits; real
  /// drivers take what they resolve.
  /// @returns how many did not fit
  unsigned load(const std::int8_t* values, std::int8_t zero_point, const Region& region,
                const ReadMode& mode);
  /// What drives the rows of a region in a conversion; valid until the next call.
  const InputCodes& driven(Sign sign, const Region& region);
  /// Bit number `bit` of the magnitudes of the same, with their signs; valid until the next call.
  const InputCodes& bit_plane(Sign sign, const Region& region, unsigned bit);
  /// Energy of the MVM whose inputs were loaded, J.
  double energy_j(const Region& region, const ReadMode& mode) const;

 private:
  CrossbarConfig config_;
  Pulses pulses_;
  bool bit_by_bit_;
  InputCodes inputs_;
  InputCodes phase_inputs_;
  InputCodes plane_;
};

}  // namespace aimc::analog
