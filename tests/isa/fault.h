#pragma once

#include <memory>
#include <string>

#include "tests/isa/machine.h"

namespace aimc::isatest {

/// A watcher that spoils what certain instructions do, to see whether the comparison finds it.
/// std::invalid_argument when there is no fault of that name.
std::unique_ptr<Watcher> make_fault(const std::string& name);

}  // namespace aimc::isatest
