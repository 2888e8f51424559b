#pragma once

#include <string>
#include <vector>

#include "models/analog/device_config.h"

namespace aimc::platform {

/// What parse_curve reads, in words.
inline constexpr const char* kCurveForm =
    "'poly C0 C1 ...', 'log A B LOW HIGH', 'power A B LOW HIGH', 'logratio A B LOW HIGH' or 'below "
    "R "
    "CURVE else CURVE'";
/// What parse_relaxation reads, in words.
inline constexpr const char* kRelaxationForm =
    "'none', or for every time 'at SECONDS shift CURVE spread CURVE', times ascending";

/// A function of a device's level from its text: `poly C0 C1 ...` for C0 + C1 r + ... (up to six
/// coefficients), `log A B LOW HIGH` for clip(A ln r + B), `power` for clip(A r^B), `logratio` for
/// clip((A ln r + B) / r), `below R curve else curve` for one of these below r = R and another from
/// there on. Throws std::invalid_argument with what is wrong.
analog::LevelCurve parse_curve(const std::string& text);
/// The text of a curve; parse_curve gives the same curve.
std::string curve_text(const analog::LevelCurve& curve);

/// Curves at ascending times. Throws std::invalid_argument with what is wrong.
std::vector<analog::TimedCurve> parse_relaxation(const std::string& text);
/// The text of such a list.
std::string relaxation_text(const std::vector<analog::TimedCurve>& curves);

}  // namespace aimc::platform
