#pragma once

namespace aimc::analog {

/// A converter to estimate: what a good one of its technology, rate and resolution takes.
struct SurveyPoint {
  double node_nm = 14.0;        ///< technology node, nm, 5 .. 250
  double rate_hz = 1e8;         ///< conversions a second, 1e3 .. 1e10
  double effective_bits = 8.0;  ///< 4 .. 16
};

/// Energy of one conversion, pJ, from a regression over published converters; docs/models_analog.md
/// states equation, coefficients and source.
double survey_energy_pj(const SurveyPoint& point);

/// Area of one converter, um2, from the same source.
double survey_area_um2(const SurveyPoint& point);

}  // namespace aimc::analog
