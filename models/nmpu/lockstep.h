#pragma once

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

/// Runs both backends on everything and compares values and cycles.
/// @param expected,actual what is trusted and what is checked; both own their state
/// @param lanes columns of a beat, the same in both
/// @param name appears in messages, e.g. "tile3"
std::unique_ptr<Backend> make_comparison(std::unique_ptr<Backend> expected,
                                         std::unique_ptr<Backend> actual, unsigned lanes,
                                         std::string name);

}  // namespace aimc::nmpu
