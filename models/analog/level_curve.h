#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace aimc::analog {

/// One formula of a device's level r, the conductance over its largest value; r is floored at
/// 1e-7.
struct CurvePiece {
  enum class Form : std::uint8_t {
    kPolynomial,  ///< c0 + c1 r + c2 r^2 + ...
    kLog,         ///< clip(c0 ln r + c1, c2, c3)
    kPower,       ///< clip(c0 r^c1, c2, c3)
    kLogRatio,    ///< clip((c0 ln r + c1) / r, c2, c3)
  };
  static constexpr std::size_t kMost = 6;  ///< coefficients

  Form form = Form::kPolynomial;
  std::array<double, kMost> c{};  ///< those not used are zero

  double at(double r) const;
};

/// A statistic of a device as a function of its level: `low` below `split`, `high` from there on.
struct LevelCurve {
  double split = 0.0;  ///< 0: `high` everywhere
  CurvePiece low;
  CurvePiece high;

  double at(double r) const { return r < split ? low.at(r) : high.at(r); }

  static LevelCurve polynomial(std::array<double, CurvePiece::kMost> c) {
    return {0.0, {}, {CurvePiece::Form::kPolynomial, c}};
  }
  static LevelCurve log(double a, double b, double low, double high) {
    return {0.0, {}, {CurvePiece::Form::kLog, {a, b, low, high}}};
  }
  static LevelCurve power(double a, double b, double low, double high) {
    return {0.0, {}, {CurvePiece::Form::kPower, {a, b, low, high}}};
  }
};

}  // namespace aimc::analog
