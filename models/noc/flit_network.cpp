#include "models/noc/engine.h"
#include "models/noc/flit_mesh.h"
#include "models/noc/plane_pair.h"

namespace aimc::noc {

std::unique_ptr<PacketEngine> make_flit_engine(const NocConfig& config) {
  check(config);
  check_pipeline(config);
  return std::make_unique<PlanePair<FlitMesh>>(config);
}

}  // namespace aimc::noc
