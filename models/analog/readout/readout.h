#pragma once

#include <memory>

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// What a line sees in one conversion.
struct LineState {
  double signal = 0.0;   ///< sum of input LSB times conductance, uS; of a divider with its sign
  double loading = 0.0;  ///< sum of the conductances that hang on the line, uS
};

/// A way of reading columns: combines what the cells give to a quantity on the line, with what the
/// circuit loses of it, its noise, its time and its energy.
///
/// Quantities are in the readout's own unit: uA, V or ns. Cells that are capacitors have C = C_unit
/// G / g_max.
class Readout {
 public:
  virtual ~Readout() = default;
  Readout() = default;
  Readout(const Readout&) = delete;
  Readout& operator=(const Readout&) = delete;

  /// Quantity on the line, without noise.
  virtual double transfer(const LineState& line, const ReadMode& mode) const = 0;
  /// Quantity that makes a full-scale count.
  virtual double full_scale(const ReadMode& mode) const = 0;
  /// Standard deviation of the noise on the line, which does not depend on the signal.
  /// @param rows that take part
  virtual double noise(unsigned rows, const ReadMode& mode) const = 0;
  /// Time from the end of the drivers' window until the line can be converted, ns a phase.
  virtual double settle_ns(const ReadMode& mode) const = 0;
  /// Energy the cells take for a sum of |x| (G+ + G-), J.
  /// @param charge in uS times input LSB, or as CellArray::charge(); @param phases that drive it
  virtual double array_energy_j(double charge, unsigned phases, const ReadMode& mode) const = 0;
};

/// The readout of a configuration.
std::unique_ptr<Readout> make_readout(const CrossbarConfig& config);

/// True when counts are proportional to the sums of products and ideal counts those of integer
/// arithmetic; false for the divider, whose converter sees a mean.
bool is_linear(ReadoutKind kind);
/// True when Readout::transfer needs LineState::loading.
bool needs_loading(const ReadoutConfig& config);
/// True when a sum passes without any change: nothing but the converter remains.
bool is_transparent(const ReadoutConfig& config);
/// Time for which the drivers drive in a phase, ns: a pulse of up to 2^bits LSB, or a pulse a bit.
double window_ns(const CrossbarConfig& config, const ReadMode& mode);
/// Lines that are converted for a column: one a polarity, or one that carries the difference.
unsigned lines_per_column(ReadoutKind kind);
/// Weight of input bit `bit` of `bits` after charge has been shared once a bit, lowest bit first,
/// as a share of the bit's own voltage. The second capacitor takes (1 + error) / 2 of the sum of
/// both.
double sharing_weight(double error, unsigned bit, unsigned bits);

}  // namespace aimc::analog
