#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>

#include "platform/compiler/assign.h"

namespace aimc::compiler {
namespace {

/// Bytes an epoch moves for one image, by tile.
struct Traffic {
  std::vector<std::uint64_t> memory;  ///< from and to the memory controller
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> between;
};

Traffic traffic_of(const Graph& graph, const Plan& plan, const Chip& chip, std::size_t epoch) {
  const CostModel cost(chip);
  Traffic traffic;
  traffic.memory.resize(chip.tiles);
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const MatrixWork* const work = graph.steps[i].matrix();
    if (plan.steps[i].epoch != epoch || work == nullptr) continue;
    for (const Lane& lane : plan.steps[i].lanes) {
      const LaneCost bytes =
          cost.matrix(*work, plan.steps[i], lane, graph.activations[graph.steps[i].output].pitch());
      for (std::size_t piece = 0; piece < lane.places.size(); ++piece) {
        const std::size_t tile = lane.places[piece].tile;
        traffic.memory[tile] += bytes.fetched_bytes;
        if (piece + 1 == lane.places.size()) {
          traffic.memory[tile] += bytes.put_bytes;
        } else {
          const std::size_t next = lane.places[piece + 1].tile;
          traffic.between[{std::min(tile, next), std::max(tile, next)}] += bytes.sums_bytes;
        }
      }
    }
  }
  return traffic;
}

std::uint64_t hops_to_memory(std::size_t site, const Chip& chip) {
  const std::size_t memory = chip.memory_row;
  const std::size_t row = site / chip.mesh_width;
  return site % chip.mesh_width + (row > memory ? row - memory : memory - row);
}

/// Sites of the mesh, and which tile of the plan is at each.
class Mesh {
 public:
  Mesh(const Traffic& traffic, const Chip& chip)
      : traffic_(traffic),
        chip_(chip),
        width_(chip.mesh_width),
        site_(chip.tiles),
        neighbours_(chip.tiles) {
    for (const auto& [ends, bytes] : traffic.between) {
      neighbours_[ends.first].emplace_back(ends.second, bytes);
      neighbours_[ends.second].emplace_back(ends.first, bytes);
    }
    // Busiest tiles next to memory to begin with.
    std::vector<std::size_t> tiles(site_.size());
    std::iota(tiles.begin(), tiles.end(), 0);
    std::vector<std::size_t> sites = tiles;
    std::stable_sort(tiles.begin(), tiles.end(), [&traffic](std::size_t a, std::size_t b) {
      return traffic.memory[a] > traffic.memory[b];
    });
    std::stable_sort(sites.begin(), sites.end(), [this](std::size_t a, std::size_t b) {
      return hops_to_memory(a, chip_) < hops_to_memory(b, chip_);
    });
    for (std::size_t i = 0; i < tiles.size(); ++i) site_[tiles[i]] = sites[i];
  }

  /// Swaps tiles while that saves byte-hops.
  std::vector<std::size_t> improve() {
    constexpr int kMostRounds = 20;
    const auto moves = [this](std::size_t tile) {
      return traffic_.memory[tile] != 0 || !neighbours_[tile].empty();
    };
    bool better = true;
    for (int round = 0; better && round < kMostRounds; ++round) {
      better = false;
      for (std::size_t a = 0; a < site_.size(); ++a) {
        if (!moves(a)) continue;
        for (std::size_t b = 0; b < site_.size(); ++b) {
          if (a == b) continue;
          const std::uint64_t before = cost(a) + cost(b);
          std::swap(site_[a], site_[b]);
          if (cost(a) + cost(b) < before) {
            better = true;
          } else {
            std::swap(site_[a], site_[b]);
          }
        }
      }
    }
    return site_;
  }

 private:
  std::uint64_t hops(std::size_t a, std::size_t b) const {
    const auto apart = [](std::size_t x, std::size_t y) { return x > y ? x - y : y - x; };
    return apart(a % width_, b % width_) + apart(a / width_, b / width_);
  }
  std::uint64_t cost(std::size_t tile) const {
    std::uint64_t sum = traffic_.memory[tile] * hops_to_memory(site_[tile], chip_);
    for (const auto& [other, bytes] : neighbours_[tile]) {
      sum += bytes * hops(site_[tile], site_[other]);
    }
    return sum;
  }

  const Traffic& traffic_;
  const Chip& chip_;
  std::size_t width_;
  std::vector<std::size_t> site_;
  std::vector<std::vector<std::pair<std::size_t, std::uint64_t>>> neighbours_;
};

}  // namespace

void place_tiles(const Graph& graph, Plan& plan, const Chip& chip) {
  for (std::size_t epoch = 0; epoch < plan.epochs; ++epoch) {
    const Traffic traffic = traffic_of(graph, plan, chip, epoch);
    const std::vector<std::size_t> sites = Mesh(traffic, chip).improve();
    for (StepPlan& step : plan.steps) {
      if (step.epoch != epoch) continue;
      for (Lane& lane : step.lanes) {
        for (Place& place : lane.places) place.tile = sites[place.tile];
      }
    }
  }
}

void assign_adds(const Graph& graph, Plan& plan, const Chip& chip) {
  const CostModel cost(chip);
  std::map<std::pair<std::size_t, std::size_t>, double> busy;  // by epoch and tile
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const MatrixWork* const work = graph.steps[i].matrix();
    if (work == nullptr) continue;
    for (const Lane& lane : plan.steps[i].lanes) {
      const double time =
          cost.matrix(*work, plan.steps[i], lane, graph.activations[graph.steps[i].output].pitch())
              .compute_us;
      for (const Place& place : lane.places) busy[{plan.steps[i].epoch, place.tile}] += time;
    }
  }
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    if (graph.steps[i].add() == nullptr) continue;
    const std::size_t epoch = plan.steps[i].epoch;
    // The least busy, and of those the nearest to memory.
    const auto rank = [&](std::size_t tile) {
      return std::make_pair(busy[{epoch, tile}], hops_to_memory(tile, chip));
    };
    std::size_t best = 0;
    for (std::size_t tile = 1; tile < chip.tiles; ++tile) {
      if (rank(tile) < rank(best)) best = tile;
    }
    Lane lane;
    lane.rows = graph.activations[graph.steps[i].output].bytes() / 4;
    lane.places = {{best, 0}};
    busy[{epoch, best}] += cost.add(lane).total_us();
    plan.steps[i].lanes = {lane};
  }
}

}  // namespace aimc::compiler
