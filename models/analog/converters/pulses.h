#pragma once

#include <vector>

#include "models/analog/column_sums.h"
#include "models/analog/crossbar.h"

namespace aimc::analog {

/// The drivers of a crossbar: what they put on the wordlines for a number, and the sums that
/// follow.
class Pulses {
 public:
  explicit Pulses(const CrossbarConfig& config);

  /// The magnitude they resolve that is nearest to `magnitude`, halves upwards, in input LSB; the
  /// largest is that of all their bits set.
  int resolved(int magnitude, unsigned magnitude_bits) const;
  /// Square of the voltage over time of a number's pulses, in units of the read voltage and of
  /// MvmTiming::unit_ns: its LSB, the square of its part of full scale, or its number of bits.
  double square_time(int magnitude, unsigned magnitude_bits) const;
  /// Sum of this over the first `rows` inputs.
  double square_time(const InputCodes& inputs, std::size_t rows, unsigned magnitude_bits) const;
  /// Voltage over time of a number's pulses, in input LSB: itself, distorted.
  double driven_lsb(int magnitude, unsigned magnitude_bits) const;
  /// False when what they drive is the number itself.
  bool distort() const { return distort_; }

  /// Bit number `bit` of the magnitudes of the first `rows` inputs, with their signs.
  static void bit_plane(const InputCodes& inputs, std::size_t rows, unsigned bit,
                        InputCodes& plane);

  /// Sums as column_sums, of what is driven for the inputs.
  void driven_sums(const ConductanceCodes& codes, const InputCodes& inputs, const Region& region,
                   unsigned magnitude_bits, ColumnSums& sums);
  /// Sum over the region of square_time() times the conductance codes of all devices.
  double square_sum(const ConductanceCodes& codes, const InputCodes& inputs, const Region& region,
                    unsigned magnitude_bits);

 private:
  /// Pulses as wide as the number need none, and a tile has thousands of bytes of it.
  bool needs_scratch() const { return distort_ || kind_ == DacKind::kAmplitude; }
  void fractional_sums(const ConductanceCodes& codes, const Region& region, ColumnSums& sums);

  DacKind kind_;
  unsigned bits_;
  double nonlinearity_;
  bool distort_;
  // Scratch space: signed drives in LSB, their whole and fractional parts, sums of the latter.
  std::vector<double> drive_;
  InputCodes whole_;
  InputCodes rest_;
  ColumnSums rest_sums_;
  ColumnSums square_sums_;
};

}  // namespace aimc::analog
