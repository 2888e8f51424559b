// The factories that need the Verilated RTL; compiled into each library made from a directory of
// RTL.
#include <utility>

#include "models/nmpu/checks.h"
#include "models/nmpu/lockstep.h"
#include "models/nmpu/rtl_backend.h"

namespace aimc::nmpu {

std::unique_ptr<Backend> make_rtl(Configuration configuration) {
#ifdef AIMC_NMPU_WITH_PAPER
  if (configuration == Configuration::kPaper) return make_rtl_paper();
#endif
#ifdef AIMC_NMPU_WITH_WIDE
  if (configuration == Configuration::kWide) return make_rtl_wide();
#endif
  throw std::invalid_argument(std::string("nmpu: this program was built without RTL of the ") +
                              "configuration '" + name_of(configuration) + "'");
}

std::unique_ptr<Backend> make_lockstep(const Format& format, std::string name) {
  return make_comparison(make_model(format), make_rtl(format.configuration), format.lanes,
                         std::move(name));
}

std::unique_ptr<Backend> make_backend(BackendKind kind, const Format& format, std::string name) {
  switch (kind) {
    case BackendKind::kModel:
      return make_model(format);
    case BackendKind::kRtl:
      return make_rtl(format.configuration);
    case BackendKind::kLockstep:
      return make_lockstep(format, std::move(name));
  }
  throw std::invalid_argument("nmpu: backend kind " + std::to_string(static_cast<unsigned>(kind)) +
                              " does not exist");
}

}  // namespace aimc::nmpu
