#pragma once

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

/// Vectors a mismatch's recording holds at most, the offending one among them. It begins after the
/// last parameter write.
constexpr unsigned kRecordedVectors = 8;

/// Runs both backends on everything and compares values, cycles, saturation counters, and products
/// and accumulators where both show them.
/// @param expected,actual what is trusted and what is checked; both own their state
/// @param format number formats, the same in both
/// @param name appears in messages, e.g. "tile3"
std::unique_ptr<Backend> make_comparison(std::unique_ptr<Backend> expected,
                                         std::unique_ptr<Backend> actual, const Format& format,
                                         std::string name);

}  // namespace aimc::nmpu
