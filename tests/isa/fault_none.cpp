// The runner of the hart as it is.

#include <stdexcept>

#include "tests/isa/fault.h"

namespace aimc::isatest {

std::unique_ptr<Watcher> make_fault(const std::string& /*name*/) {
  throw std::invalid_argument("faults are for isa_runner_faulty");
}

}  // namespace aimc::isatest
