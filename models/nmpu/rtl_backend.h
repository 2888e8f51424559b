#pragma once

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

// The Verilated backends, one for each configuration; rtl_backend.cpp is compiled once for each.
std::unique_ptr<Backend> make_rtl_paper();
std::unique_ptr<Backend> make_rtl_wide();

}  // namespace aimc::nmpu
