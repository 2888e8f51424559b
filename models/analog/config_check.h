#pragma once

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// Throws std::invalid_argument with one line (what, value, expected) if a parameter is not finite
/// or out of range.
void check_config(const CrossbarConfig& config);
/// Throws std::invalid_argument if the region is empty or leaves the crossbar.
void check_region(const CrossbarConfig& config, const Region& region);
/// Throws std::invalid_argument if the number of bits or the range is not one the crossbar has.
void check_mode(const CrossbarConfig& config, const ReadMode& mode);

}  // namespace aimc::analog
