#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "platform/config/peak_figures.h"

namespace aimc::cli {

/// Peak figures as tables for a terminal.
std::string peak_text(const platform::PeakFigures& figures);

/// The same as JSON.
nlohmann::ordered_json peak_json(const platform::PeakFigures& figures);

}  // namespace aimc::cli
