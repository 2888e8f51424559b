#include "platform/compiler/emit.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "platform/compiler/emitter.h"

namespace aimc::compiler {
namespace {

constexpr std::uint32_t kPage = 4096;

/// SRAM of every tile, what it is used for, and by which lanes.
class SramBudget {
 public:
  SramBudget(const network::Network& network, const Graph& graph, Plan& plan, const Chip& chip)
      : network_(network), graph_(graph), plan_(plan), bytes_(chip.tile.sram_kib * 1024U) {}

  /// Cuts lanes into bands until everything fits.
  void fit() {
    while (const auto overfull = find_overfull()) {
      Lane* largest = nullptr;
      std::size_t most = 0;
      std::size_t of_step = 0;
      for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
        if (plan_.steps[i].epoch != overfull->second) continue;
        for (Lane& lane : plan_.steps[i].lanes) {
          const std::size_t need = need_in(i, lane, overfull->first);
          if (need <= most) continue;
          most = need;
          of_step = i;
          largest = lane.band_rows() > 1 ? &lane : largest;
        }
      }
      if (largest == nullptr) {
        refuse(network_, graph_.steps[of_step].operator_index,
               std::to_string(most) + " bytes of SRAM for one output row; a tile has " +
                   std::to_string(bytes_));
      }
      const std::size_t rows = std::min(largest->band_rows() - 1,
                                        (largest->rows + largest->bands) / (largest->bands + 1));
      largest->bands = (largest->rows + rows - 1) / rows;
    }
  }

  /// Bytes of a lane in a tile.
  std::size_t need_in(std::size_t index, const Lane& lane, std::size_t tile) const {
    const Step& step = graph_.steps[index];
    std::size_t need = 0;
    for (std::size_t piece = 0; piece < lane.places.size(); ++piece) {
      if (lane.places[piece].tile != tile) continue;
      need += step.matrix() == nullptr
                  ? add_bytes(lane)
                  : piece_memory(*step.matrix(), plan_.steps[index], lane, piece,
                                 graph_.activations[step.output].pitch())
                        .bytes;
    }
    return need;
  }

 private:
  std::optional<TileEpoch> find_overfull() const {
    std::map<TileEpoch, std::size_t> used;
    for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
      for (const Lane& lane : plan_.steps[i].lanes) {
        std::map<std::size_t, bool> seen;
        for (const Place& place : lane.places) {
          if (seen[place.tile]) continue;
          seen[place.tile] = true;
          used[{place.tile, plan_.steps[i].epoch}] += need_in(i, lane, place.tile);
        }
      }
    }
    for (const auto& [where, bytes] : used) {
      if (bytes + sizeof(std::uint32_t) > bytes_) return where;
    }
    return std::nullopt;
  }

  const network::Network& network_;
  const Graph& graph_;
  Plan& plan_;
  std::size_t bytes_;
};

/// Makes slots fewer where the program of a tile is too long; true when all fit.
bool programs_fit(const network::Network& network, const Graph& graph, Plan& plan,
                  const std::map<TileEpoch, Commands>& programs) {
  for (const auto& [where, commands] : programs) {
    if (commands.size() <= tile::kProgramCommands) continue;
    // The step with the most slots on this tile gives one away.
    std::size_t most = 1;
    std::size_t chosen = graph.steps.size();
    std::size_t first = graph.steps.size();
    for (std::size_t i = 0; i < graph.steps.size(); ++i) {
      if (plan.steps[i].epoch != where.second) continue;
      for (const Lane& lane : plan.steps[i].lanes) {
        if (lane.places.back().tile != where.first) continue;
        first = std::min(first, i);
        if (plan.slots[graph.steps[i].output] <= most) continue;
        most = plan.slots[graph.steps[i].output];
        chosen = i;
      }
    }
    if (chosen == graph.steps.size()) {
      refuse(network, graph.steps[std::min(first, graph.steps.size() - 1)].operator_index,
             std::to_string(commands.size()) + " commands for a tile; its program holds " +
                 std::to_string(tile::kProgramCommands));
    }
    --plan.slots[graph.steps[chosen].output];
    return false;
  }
  return true;
}

}  // namespace

std::vector<std::uint8_t> emit_image(const network::Network& network, const Graph& graph,
                                     Plan& plan, const Chip& chip, const Options& options) {
  SramBudget(network, graph, plan, chip).fit();
  Emitter emitter(graph, plan, chip, options);
  std::vector<std::uint8_t> image;
  try {
    do {
      image = emitter.emit(options.image_address);
    } while (!programs_fit(network, graph, plan, emitter.programs()));
  } catch (const std::length_error& error) {
    throw CompileError("model '" + network.file + "': " + error.what() +
                       " does not fit the SRAM of a tile in one piece");
  }
  const std::uint64_t end = std::uint64_t{options.image_address} + image.size() + kPage - 1;
  const std::uint64_t workspace = end / kPage * kPage;
  const std::uint64_t ram_end = regs::soc::kRamBase + chip.ram_bytes;
  if (workspace + emitter.workspace_bytes() > ram_end) {
    throw CompileError("model '" + network.file + "': image and workspace end at " +
                       std::to_string(workspace + emitter.workspace_bytes()) +
                       "; expected within the RAM, which ends at " + std::to_string(ram_end));
  }
  return emitter.emit(static_cast<std::uint32_t>(workspace));
}

}  // namespace aimc::compiler
