#include "platform/compiler/summarise.h"

#include <algorithm>
#include <set>

#include "platform/compiler/cost.h"

namespace aimc::compiler {
namespace {

std::string shape_of(const Activation& activation) {
  return network::shape_text({activation.rows, activation.columns, activation.channels});
}

/// The lanes of a matrix: what they take, and how long.
void add_matrix(LayerReport& layer, const MatrixWork& work, const StepPlan& plan, std::size_t pitch,
                const Chip& chip) {
  const CostModel cost(chip);
  std::set<std::size_t> tiles;
  double slowest = -1.0;
  layer.executes = "tiles";
  layer.rows = work.rows();
  layer.columns = work.columns;
  layer.copies = plan.lanes.size() / plan.split.parts.size();
  layer.magnitude_bits = plan.mode.magnitude_bits;
  layer.four_phase = plan.mode.four_phase;
  layer.range = plan.mode.range;
  layer.replicas = plan.replicas;
  layer.zero_point = plan.zero_point;
  for (std::size_t number = 0; number < plan.lanes.size(); ++number) {
    const Lane& lane = plan.lanes[number];
    const LaneCost of_lane = cost.matrix(work, plan, lane, pitch);
    layer.mvms += of_lane.mvms;
    layer.bands = std::max(layer.bands, lane.bands);
    if (of_lane.total_us() > slowest) {
      slowest = of_lane.total_us();
      layer.fetch_us = of_lane.fetch_us;
      layer.compute_us = of_lane.compute_us;
    }
    const Part& part = plan.split.parts[lane.part];
    for (std::size_t piece = 0; piece < lane.places.size(); ++piece) {
      const std::size_t rows = plan.replicas * plan.split.pieces[piece].rows();
      const Place& place = lane.places[piece];
      tiles.insert(place.tile);
      layer.blocks.push_back({place.tile, plan.epoch, number, 0, static_cast<unsigned>(rows),
                              static_cast<unsigned>(place.first_column),
                              static_cast<unsigned>(part.filled)});
      layer.filler_macs += std::uint64_t{rows} * part.filled * lane.rows * work.out_columns;
    }
  }
  layer.filler_macs -= layer.macs;
  layer.tiles.assign(tiles.begin(), tiles.end());
  const double cells =
      static_cast<double>(tiles.size()) * chip.tile.crossbar.rows * chip.tile.crossbar.columns;
  layer.utilisation = static_cast<double>(work.real_rows * work.columns * layer.copies) / cells;
}

void add_lanes_of_add(LayerReport& layer, const StepPlan& plan, const Chip& chip) {
  layer.executes = "unit";
  for (const Lane& lane : plan.lanes) {
    const LaneCost cost = CostModel(chip).add(lane);
    layer.bands = std::max(layer.bands, lane.bands);
    layer.fetch_us = std::max(layer.fetch_us, cost.fetch_us);
    layer.compute_us = std::max(layer.compute_us, cost.compute_us);
    for (const Place& place : lane.places) layer.tiles.push_back(place.tile);
  }
}

}  // namespace

Report summarise(const network::Network& network, const Graph& graph, const Plan& plan,
                 const Chip& chip, const Findings& findings) {
  Report report;
  report.network = network.file;
  report.tiles = chip.tiles;
  report.mesh_width = chip.mesh_width;
  report.tile_rows = chip.tile.crossbar.rows;
  report.tile_columns = chip.tile.crossbar.columns;
  report.epochs = plan.epochs;
  std::set<std::size_t> used;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const Step& step = graph.steps[i];
    const Activation& output = graph.activations[step.output];
    LayerReport layer;
    layer.name = step.name;
    layer.operator_index = step.operator_index;
    layer.executes = "host";
    layer.input_shape = shape_of(graph.activations[step.inputs.front()]);
    layer.output_shape = shape_of(output);
    layer.epoch = plan.steps[i].epoch;
    layer.macs = step.macs;
    layer.error = findings.chosen[i].error;
    layer.error_paper = findings.paper[i].error;
    layer.error_wide = findings.wide[i].error;
    if (const MatrixWork* const work = step.matrix()) {
      add_matrix(layer, *work, plan.steps[i], output.pitch(), chip);
      report.macs += step.macs;
    } else if (step.add() != nullptr) {
      add_lanes_of_add(layer, plan.steps[i], chip);
    } else {
      report.host_macs += step.macs;
    }
    used.insert(layer.tiles.begin(), layer.tiles.end());
    report.period_us = std::max(report.period_us, layer.period_us());
    report.latency_us += layer.period_us();
    report.layers.push_back(std::move(layer));
  }
  report.tiles_used = used.size();
  return report;
}

}  // namespace aimc::compiler
