// The factories that need the Verilated RTL; compiled into each library made from a directory of
// RTL.
#include <utility>

#include "models/nmpu/checks.h"
#include "models/nmpu/lockstep.h"
#include "models/nmpu/rtl_backend.h"

namespace aimc::nmpu {

std::unique_ptr<Backend> make_rtl(Configuration configuration) {
  return make_rtl(configuration, WaveOptions{});
}

std::unique_ptr<Backend> make_rtl(Configuration configuration, const WaveOptions& waves) {
#ifdef AIMC_NMPU_WITH_PAPER
  if (configuration == Configuration::kPaper) return make_rtl_paper(waves);
#endif
#ifdef AIMC_NMPU_WITH_WIDE
  if (configuration == Configuration::kWide) return make_rtl_wide(waves);
#endif
  throw std::invalid_argument(std::string("nmpu: this program was built without RTL of the ") +
                              "configuration '" + name_of(configuration) + "'");
}

std::unique_ptr<Backend> make_lockstep(const Format& format, std::string name,
                                       const WaveOptions& waves) {
  return make_comparison(make_model(format), make_rtl(format.configuration, waves), format,
                         std::move(name));
}

std::unique_ptr<Backend> make_backend(BackendKind kind, const Format& format, std::string name,
                                      const WaveOptions& waves) {
  switch (kind) {
    case BackendKind::kModel:
      return make_model(format);
    case BackendKind::kRtl:
      return make_rtl(format.configuration, waves);
    case BackendKind::kLockstep:
      return make_lockstep(format, std::move(name), waves);
  }
  throw std::invalid_argument("nmpu: backend kind " + std::to_string(static_cast<unsigned>(kind)) +
                              " does not exist");
}

}  // namespace aimc::nmpu
