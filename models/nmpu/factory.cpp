// The factories that need the Verilated RTL; compiled into each library made from a directory of
// RTL.
#include <utility>

#include "models/nmpu/lockstep.h"

namespace aimc::nmpu {

std::unique_ptr<Backend> make_lockstep(const Format& format, std::string name) {
  return make_comparison(make_model(format), make_rtl(), format.lanes, std::move(name));
}

std::unique_ptr<Backend> make_backend(BackendKind kind, const Format& format, std::string name) {
  switch (kind) {
    case BackendKind::kModel:
      return make_model(format);
    case BackendKind::kRtl:
      return make_rtl();
    case BackendKind::kLockstep:
      return make_lockstep(format, std::move(name));
  }
  throw std::invalid_argument("nmpu: backend kind " + std::to_string(static_cast<unsigned>(kind)) +
                              " does not exist");
}

}  // namespace aimc::nmpu
