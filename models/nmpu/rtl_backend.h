#pragma once

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

// The Verilated backends, one for each configuration; rtl_backend.cpp is compiled once for each.
std::unique_ptr<Backend> make_rtl_paper(const WaveOptions& waves);
std::unique_ptr<Backend> make_rtl_wide(const WaveOptions& waves);

}  // namespace aimc::nmpu
