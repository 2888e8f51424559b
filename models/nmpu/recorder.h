#pragma once

#include <memory>

#include "models/nmpu/backend.h"
#include "models/nmpu/trace_format.h"

namespace aimc::nmpu {

/// Makes a backend that does what `inner` does and writes all of it to a trace: parameters,
/// vectors, results, cycles, saturated results. A vector that `inner` refuses or fails on is not
/// written.
/// @param tile number of the tile in the records
/// @param trace of the same formats as `inner`; outlives the backend; several backends, all used
/// by one thread, may share it
std::unique_ptr<Backend> make_recorder(std::unique_ptr<Backend> inner, unsigned tile,
                                       TraceWriter& trace);

}  // namespace aimc::nmpu
