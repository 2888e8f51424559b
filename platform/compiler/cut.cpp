// Matrices that are too large for the chip at once become several steps, each with some of the
// output channels, and a CONCATENATION.

#include <algorithm>
#include <limits>
#include <utility>

#include "platform/compiler/plan.h"

namespace aimc::compiler {
namespace {

/// Pixels of which a tile writes a part each; more commands would not fit its program.
constexpr std::size_t kMostPixelsInParts = 128;
constexpr std::size_t kMostJoined = 4;
constexpr std::size_t kMostStride = 65532;  // of a command's inputs

/// Columns [first, first + count) of a matrix.
MatrixWork columns_of(const MatrixWork& work, std::size_t first, std::size_t count) {
  MatrixWork part = work;
  part.columns = count;
  part.weights.clear();
  for (std::size_t row = 0; row < work.rows(); ++row) {
    const auto from =
        work.weights.begin() + static_cast<std::ptrdiff_t>(row * work.columns + first);
    part.weights.insert(part.weights.end(), from, from + static_cast<std::ptrdiff_t>(count));
  }
  const auto begin = static_cast<std::ptrdiff_t>(first);
  const auto end = static_cast<std::ptrdiff_t>(first + count);
  part.factors.assign(work.factors.begin() + begin, work.factors.begin() + end);
  part.biases.assign(work.biases.begin() + begin, work.biases.begin() + end);
  return part;
}

class Cutter {
 public:
  Cutter(const network::Network& network, Graph graph, const Chip& chip)
      : network_(network), graph_(std::move(graph)), chip_(chip) {}

  Graph cut() {
    std::vector<Step> steps = std::move(graph_.steps);
    graph_.steps.clear();
    for (Step& step : steps) {
      const std::size_t count = step.matrix() == nullptr ? 1 : chunks(step);
      if (count == 1) {
        graph_.steps.push_back(std::move(step));
      } else {
        cut_step(step, count);
      }
    }
    return std::move(graph_);
  }

 private:
  /// Steps that a matrix has to become.
  std::size_t chunks(const Step& step) const {
    const MatrixWork& work = *step.matrix();
    const Split split = split_matrix(work, chip_.tile.crossbar.rows, chip_.tile.crossbar.columns);
    const std::size_t pieces = split.pieces.size();
    const std::size_t parts = split.parts.size();
    if (pieces > chip_.tiles) {
      refuse(network_, step.operator_index,
             std::to_string(work.rows()) + " rows take " + std::to_string(pieces) +
                 " tiles at a time; the platform has " + std::to_string(chip_.tiles));
    }
    if (work.out_columns > 1 && work.column_stride > kMostStride) {
      refuse(network_, step.operator_index,
             std::to_string(work.column_stride) +
                 " bytes from position to position; expected at most " +
                 std::to_string(kMostStride));
    }
    if (step.macs > std::numeric_limits<std::uint32_t>::max()) {
      refuse(network_, step.operator_index,
             std::to_string(step.macs) + " multiply-accumulates; expected less than 2^32");
    }
    if (parts > 1 && work.positions() > kMostPixelsInParts) return parts;
    const std::size_t at_a_time = chip_.tiles / pieces;
    return (parts + at_a_time - 1) / at_a_time;
  }

  std::size_t add_activation(const Activation& like, const std::string& suffix,
                             std::size_t channels) {
    Activation made = like;
    made.name += suffix;
    made.channels = channels;
    graph_.activations.push_back(std::move(made));
    return graph_.activations.size() - 1;
  }

  void cut_step(const Step& step, std::size_t count) {
    const MatrixWork& work = *step.matrix();
    const Activation output = graph_.activations[step.output];
    const std::size_t words = (work.columns + 3) / 4;
    std::vector<std::size_t> parts;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t first = 4 * (i * words / count);
      const std::size_t end = std::min(work.columns, 4 * ((i + 1) * words / count));
      Step part = step;
      part.name += "_part" + std::to_string(i);
      part.completes = false;
      part.first_channel = step.first_channel + first;
      part.work = columns_of(work, first, end - first);
      part.macs = std::uint64_t{work.positions()} * work.real_rows * (end - first);
      part.output = add_activation(output, " part " + std::to_string(i), end - first);
      parts.push_back(part.output);
      graph_.steps.push_back(std::move(part));
    }
    join(step, parts);
  }

  /// CONCATENATIONs of a few inputs each.
  void join(const Step& step, std::vector<std::size_t> parts) {
    const Activation output = graph_.activations[step.output];
    std::size_t number = 0;
    while (!parts.empty()) {
      std::vector<std::size_t> joined;
      const bool last = parts.size() <= kMostJoined;
      for (std::size_t first = 0; first < parts.size(); first += kMostJoined) {
        const auto begin = parts.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end =
            begin + static_cast<std::ptrdiff_t>(std::min(kMostJoined, parts.size() - first));
        const std::vector<std::size_t> inputs(begin, end);
        std::size_t channels = 0;
        for (const std::size_t input : inputs) channels += graph_.activations[input].channels;
        Step made;
        made.name = step.name + "_join" + std::to_string(number++);
        made.operator_index = step.operator_index;
        made.completes = last && step.completes;
        made.inputs = inputs;
        made.output = last ? step.output : add_activation(output, " joined", channels);
        made.work = HostWork{AIMC_NET_HOST_CONCATENATION, aimc_net_concatenation{2}};
        joined.push_back(made.output);
        graph_.steps.push_back(std::move(made));
      }
      parts = last ? std::vector<std::size_t>{} : joined;
    }
  }

  const network::Network& network_;
  Graph graph_;
  const Chip& chip_;
};

}  // namespace

Graph make_graph(const network::Network& network, const Chip& chip) {
  if (chip.tile.crossbar.rows < 4 || chip.tile.crossbar.columns < 4) {
    throw CompileError("model '" + network.file + "': tiles of " +
                       std::to_string(chip.tile.crossbar.rows) + " x " +
                       std::to_string(chip.tile.crossbar.columns) + "; expected 4 x 4 and more");
  }
  return Cutter(network, make_graph(network), chip).cut();
}

}  // namespace aimc::compiler
