#include "platform/compiler/assign.h"

#include <algorithm>

namespace aimc::compiler {

void assign_tiles(const network::Network& network, const Graph& graph, Plan& plan, const Chip& chip,
                  const Options& /*options*/) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    StepPlan& step = plan.steps[i];
    if (const MatrixWork* const work = graph.steps[i].matrix()) {
      for (std::size_t part = 0; part < step.split.parts.size(); ++part) {
        Lane lane;
        lane.part = part;
        lane.rows = work->out_rows;
        for (std::size_t piece = 0; piece < step.split.pieces.size(); ++piece) {
          lane.places.push_back({next++, 0});
        }
        step.lanes.push_back(lane);
      }
    }
    if (graph.steps[i].add() != nullptr) {
      Lane lane;
      lane.rows = graph.activations[graph.steps[i].output].bytes() / 4;
      lane.places.push_back({chip.tiles - 1 - i % std::min<std::size_t>(chip.tiles, 3), 0});
      step.lanes.push_back(lane);
    }
  }
  if (next > chip.tiles) refuse(network, 0, "too many tiles: " + std::to_string(next));
}

}  // namespace aimc::compiler
