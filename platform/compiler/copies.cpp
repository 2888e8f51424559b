#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "platform/compiler/assign.h"

namespace aimc::compiler {
namespace {

/// Copies of the matrices of one epoch.
class Copies {
 public:
  Copies(const Graph& graph, Plan& plan, const Chip& chip, std::size_t epoch)
      : graph_(graph), plan_(plan), cost_(chip), epoch_(epoch) {
    std::set<std::size_t> used;
    for (std::size_t i = 0; i < graph.steps.size(); ++i) {
      if (plan.steps[i].epoch != epoch) continue;
      for (const Lane& lane : plan.steps[i].lanes) {
        for (const Place& place : lane.places) used.insert(place.tile);
      }
      if (graph.steps[i].matrix() != nullptr) steps_.push_back(i);
    }
    next_tile_ = used.size();
    free_ = chip.tiles - used.size();
    copies_.assign(graph.steps.size(), 1);
  }

  /// @param most of a layer; 0: as many as pay
  void make(std::size_t most) {
    std::vector<std::size_t> best = copies_;
    double least = period_us(most);
    while (const std::optional<std::size_t> slowest = find_slowest()) {
      const std::size_t index = *slowest;
      const Split& split = plan_.steps[index].split;
      const std::size_t copies = more_copies(index);
      const std::size_t added =
          (copies - copies_[index]) * split.pieces.size() * split.parts.size();
      if (added == 0 || added > free_ || (most != 0 && copies > most)) break;
      copies_[index] = copies;
      free_ -= added;
      const double period = period_us(most);
      if (period >= least) continue;  // as others are as slow; or for the host's sake
      least = period;
      best = copies_;
    }
    copies_ = best;
    for (const std::size_t index : steps_) spread(index);
  }

 private:
  const MatrixWork& work(std::size_t index) const { return *graph_.steps[index].matrix(); }

  /// Copies that make the largest share of rows smaller.
  std::size_t more_copies(std::size_t index) const {
    const std::size_t rows = work(index).out_rows;
    const std::size_t share = (rows + copies_[index] - 1) / copies_[index];
    return share == 1 ? copies_[index] : (rows + share - 2) / (share - 1);
  }

  double step_us(std::size_t index, std::size_t copies) const {
    const StepPlan& plan = plan_.steps[index];
    Lane lane;
    lane.rows = (work(index).out_rows + copies - 1) / copies;
    lane.places.resize(plan.split.pieces.size());
    return cost_
        .matrix(work(index), plan, lane, graph_.activations[graph_.steps[index].output].pitch())
        .total_us();
  }

  /// The slowest step.
  std::optional<std::size_t> find_slowest() const {
    std::optional<std::size_t> slowest;
    double most = 0.0;
    for (const std::size_t index : steps_) {
      const double time = step_us(index, copies_[index]);
      if (time <= most) continue;
      most = time;
      slowest = index;
    }
    return slowest;
  }

  /// Time from image to image: of the slowest step, or of the host, who starts every job.
  double period_us(std::size_t most) const {
    double slowest = 0.0;
    std::size_t jobs = 0;
    for (const std::size_t index : steps_) {
      const Split& split = plan_.steps[index].split;
      jobs += copies_[index] * split.pieces.size() * split.parts.size();
      slowest = std::max(slowest, step_us(index, copies_[index]));
    }
    if (most != 0) return slowest;
    return std::max(slowest, static_cast<double>(jobs) * CostModel::kHostPerJobUs);
  }

  /// Lanes for all copies; the first ones stay where they are.
  void spread(std::size_t index) {
    StepPlan& plan = plan_.steps[index];
    const std::size_t copies = copies_[index];
    if (copies == 1) return;
    const std::vector<Lane> first = plan.lanes;
    const std::size_t rows = work(index).out_rows;
    plan.lanes.clear();
    for (std::size_t copy = 0; copy < copies; ++copy) {
      for (Lane lane : first) {
        lane.first_row = copy * rows / copies;
        lane.rows = (copy + 1) * rows / copies - lane.first_row;
        for (Place& place : lane.places) {
          if (copy > 0) place = {next_tile_++, 0};
        }
        plan.lanes.push_back(std::move(lane));
      }
    }
  }

  const Graph& graph_;
  Plan& plan_;
  CostModel cost_;
  std::size_t epoch_;
  std::vector<std::size_t> steps_;
  std::vector<std::size_t> copies_;
  std::size_t next_tile_ = 0, free_ = 0;
};

}  // namespace

void add_copies(const Graph& graph, Plan& plan, const Chip& chip, const Options& options) {
  for (std::size_t epoch = 0; epoch < plan.epochs; ++epoch) {
    Copies(graph, plan, chip, epoch).make(options.copies);
  }
}

}  // namespace aimc::compiler
