#include "models/noc/at_plane.h"
#include "models/noc/engine.h"
#include "models/noc/plane_pair.h"

namespace aimc::noc {

std::unique_ptr<PacketEngine> make_at_engine(const NocConfig& config) {
  check(config);
  check_pipeline(config);
  check_single_channel(config, "packet engine");
  return std::make_unique<PlanePair<AtPlane>>(config);
}

}  // namespace aimc::noc
