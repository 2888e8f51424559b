#pragma once

#include <cmath>

namespace aimc::analog {

/// Current of a two-terminal cell, I = G V1 sinh(V / V0) / sinh(V1 / V0): a device and a selector
/// in series whose conductance is G at the voltage V1. V0 = 0 stands for an ohmic cell, I = G V.
struct CellLaw {
  double scale_v = 0.0;      ///< V0, V
  double reference_v = 0.2;  ///< V1, V

  /// The law of a cell that conducts `ratio` times as much current at `reference_v` as at half of
  /// it: sinh(2 y) / sinh(y) = 2 cosh(y) with y = V1 / (2 V0). @param ratio >= 2, 2 being ohmic
  static CellLaw half_bias(double ratio, double reference_v) {
    const double y = std::acosh(0.5 * ratio);
    return {y > 0.0 ? reference_v / (2.0 * y) : 0.0, reference_v};
  }

  bool ohmic() const { return scale_v == 0.0; }
  /// Current, A, of a cell of conductance `siemens` at `volt`.
  double current(double siemens, double volt) const {
    if (ohmic()) return siemens * volt;
    return siemens * reference_v * std::sinh(volt / scale_v) / std::sinh(reference_v / scale_v);
  }
  /// Relative change of the current over that of the voltage, at the reference voltage: how much
  /// more a small drop costs than behind an ohmic cell.
  double sensitivity() const {
    if (ohmic()) return 1.0;
    return reference_v / scale_v / std::tanh(reference_v / scale_v);
  }
  /// Its derivative, S.
  double slope(double siemens, double volt) const {
    if (ohmic()) return siemens;
    return siemens * reference_v / scale_v * std::cosh(volt / scale_v) /
           std::sinh(reference_v / scale_v);
  }
};

}  // namespace aimc::analog
