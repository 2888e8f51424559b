#include "platform/compiler/assign.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "models/tile/command.h"
#include "platform/compiler/layout.h"

namespace aimc::compiler {
namespace {

/// A block that looks for a tile.
struct Item {
  std::size_t step = 0, part = 0, piece = 0;
  std::size_t columns = 0;
  std::size_t sram = 0;      ///< least bytes it needs
  std::size_t commands = 0;  ///< of one slot, about
  std::uint64_t work = 0;    ///< input steps of all its MVMs
  std::uint32_t mode = 0;
};

std::uint32_t key_of(const analog::ReadMode& mode) {
  return mode.magnitude_bits | (mode.four_phase ? 16U : 0U) | mode.range << 8U;
}

/// What a tile still has room for.
struct Bin {
  std::size_t columns = 0, sram = 0, commands = 0, semaphores = 0;
  std::uint64_t work = 0;
  std::uint32_t mode = 0;
  std::vector<std::pair<std::size_t, std::size_t>> chains;  ///< step, part
};

/// Where the blocks of some steps lie: bin and first column, by item.
struct Packing {
  std::vector<Item> items;
  std::vector<Place> places;
};

class Packer {
 public:
  Packer(const Graph& graph, const Plan& plan, const Chip& chip)
      : graph_(graph), plan_(plan), chip_(chip) {}

  /// Tiles for all blocks of the steps, with about equal work if that is possible, or nothing.
  std::optional<Packing> pack(const std::vector<std::size_t>& steps) const {
    std::optional<Packing> packing = pack(steps, true);
    return packing ? packing : pack(steps, false);
  }

 private:
  std::optional<Packing> pack(const std::vector<std::size_t>& steps, bool balanced) const {
    Packing packing;
    for (const std::size_t step : steps) add_items(step, packing.items);
    if (packing.items.size() <= chip_.tiles) {
      for (std::size_t i = 0; i < packing.items.size(); ++i) packing.places.push_back({i, 0});
      return packing;
    }
    std::vector<std::size_t> order(packing.items.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&packing](std::size_t a, std::size_t b) {
      return packing.items[a].columns > packing.items[b].columns;
    });
    std::vector<Bin> bins(chip_.tiles);
    packing.places.resize(packing.items.size());
    for (const std::size_t i : order) {
      auto bin = bins.end();
      for (auto candidate = bins.begin(); candidate != bins.end(); ++candidate) {
        if (!fits(packing.items[i], *candidate)) continue;
        if (bin == bins.end() || (balanced && candidate->work < bin->work)) bin = candidate;
        if (!balanced) break;
      }
      if (bin == bins.end()) return std::nullopt;
      packing.places[i] = {static_cast<std::size_t>(bin - bins.begin()), bin->columns};
      put(packing.items[i], *bin);
    }
    // Empty tiles last.
    std::vector<std::size_t> number(bins.size());
    std::size_t next = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) number[i] = bins[i].columns != 0 ? next++ : 0;
    for (Place& place : packing.places) place.tile = number[place.tile];
    return packing;
  }

  void add_items(std::size_t index, std::vector<Item>& items) const {
    const MatrixWork& work = *graph_.steps[index].matrix();
    const StepPlan& plan = plan_.steps[index];
    const std::size_t pitch = graph_.activations[graph_.steps[index].output].pitch();
    for (std::size_t part = 0; part < plan.split.parts.size(); ++part) {
      Lane lane;
      lane.part = part;
      lane.rows = lane.bands = work.out_rows;
      lane.places.resize(plan.split.pieces.size());
      const std::size_t burst = burst_positions(work, plan.split.parts[part], lane);
      const std::size_t bursts = (work.positions() + burst - 1) / burst;
      const bool whole = plan.split.parts.size() == 1;
      for (std::size_t piece = 0; piece < plan.split.pieces.size(); ++piece) {
        Item item;
        item.step = index;
        item.part = part;
        item.piece = piece;
        item.columns = plan.split.parts[part].filled;
        item.sram = piece_memory(work, plan, lane, piece, pitch).bytes;
        item.commands = work.out_rows + 3 * bursts + (whole ? 0 : work.positions());
        item.work = std::uint64_t{work.positions()} * (plan.mode.four_phase ? 4 : 1)
                    << plan.mode.magnitude_bits;
        item.mode = key_of(plan.mode);
        items.push_back(item);
      }
    }
  }

  /// Pieces of one chain run at the same time, so they do not share a tile; neither do blocks that
  /// are read differently.
  bool fits(const Item& item, const Bin& bin) const {
    if (bin.columns == 0) return true;
    const std::pair<std::size_t, std::size_t> chain{item.step, item.part};
    return item.mode == bin.mode && bin.columns + item.columns <= chip_.tile.crossbar.columns &&
           bin.sram + item.sram + 4 <= chip_.tile.sram_kib * 1024U &&
           bin.commands + item.commands <= tile::kProgramCommands &&
           bin.semaphores < tile::kSemaphores &&
           std::find(bin.chains.begin(), bin.chains.end(), chain) == bin.chains.end();
  }

  static void put(const Item& item, Bin& bin) {
    bin.columns += (item.columns + 3) / 4 * 4;
    bin.sram += item.sram;
    bin.commands += item.commands;
    bin.work += item.work;
    bin.semaphores += item.piece > 0 ? 1 : 0;
    bin.mode = item.mode;
    bin.chains.emplace_back(item.step, item.part);
  }

  const Graph& graph_;
  const Plan& plan_;
  const Chip& chip_;
};

void make_lanes(const Graph& graph, Plan& plan, const std::vector<std::size_t>& steps,
                const Packing& packing) {
  for (const std::size_t index : steps) {
    StepPlan& step = plan.steps[index];
    step.lanes.clear();
    for (std::size_t part = 0; part < step.split.parts.size(); ++part) {
      Lane lane;
      lane.part = part;
      lane.rows = graph.steps[index].matrix()->out_rows;
      lane.places.resize(step.split.pieces.size());
      step.lanes.push_back(lane);
    }
  }
  for (std::size_t i = 0; i < packing.items.size(); ++i) {
    const Item& item = packing.items[i];
    plan.steps[item.step].lanes[item.part].places[item.piece] = packing.places[i];
  }
}

}  // namespace

void assign_tiles(const network::Network& network, const Graph& graph, Plan& plan,
                  const Chip& chip) {
  const Packer packer(graph, plan, chip);
  std::vector<std::size_t> steps;  // matrices of the epoch
  std::size_t epoch = 0;
  std::optional<Packing> packing;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    if (graph.steps[i].matrix() != nullptr) {
      steps.push_back(i);
      std::optional<Packing> more = packer.pack(steps);
      if (!more && steps.size() > 1) {
        steps.pop_back();
        make_lanes(graph, plan, steps, *packing);
        ++epoch;
        steps = {i};
        more = packer.pack(steps);
      }
      if (!more) {
        const Split& split = plan.steps[i].split;
        refuse(network, graph.steps[i].operator_index,
               std::to_string(split.pieces.size() * split.parts.size()) +
                   " tiles at a time; the platform has " + std::to_string(chip.tiles));
      }
      packing = std::move(more);
    }
    plan.steps[i].epoch = epoch;
  }
  if (packing) make_lanes(graph, plan, steps, *packing);
  plan.epochs = epoch + 1;
}

}  // namespace aimc::compiler
