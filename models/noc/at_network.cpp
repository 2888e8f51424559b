#include <stdexcept>
#include <string>

#include "models/noc/at_plane.h"
#include "models/noc/engine.h"
#include "models/noc/plane_pair.h"

namespace aimc::noc {

std::unique_ptr<PacketEngine> make_at_engine(const NocConfig& config) {
  check(config);
  check_pipeline(config);
  if (config.virtual_channels > 1) {
    throw std::invalid_argument("noc: virtual_channels is " +
                                std::to_string(config.virtual_channels) +
                                ", expected 1 with the packet engine");
  }
  return std::make_unique<PlanePair<AtPlane>>(config);
}

}  // namespace aimc::noc
