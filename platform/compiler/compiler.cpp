#include "platform/compiler/compiler.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "platform/compiler/assign.h"
#include "platform/compiler/emit.h"
#include "platform/compiler/graph.h"
#include "platform/compiler/modes.h"
#include "platform/compiler/summarise.h"
#include "platform/compiler/verify.h"

namespace aimc::compiler {
namespace {

constexpr std::size_t kSlots = 3;
constexpr std::size_t kSyntheticSamples = 2;

/// A plan in which nothing but the splits is settled.
Plan split_steps(const Graph& graph, const Chip& chip, bool fine) {
  Plan plan;
  plan.steps.resize(graph.steps.size());
  plan.slots.assign(graph.activations.size(), kSlots);
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    if (const MatrixWork* const work = graph.steps[i].matrix()) {
      plan.steps[i].split =
          split_matrix(*work, chip.tile.crossbar.rows, chip.tile.crossbar.columns, fine);
    }
  }
  return plan;
}

/// Chooses splits and read modes, and assigns tiles.
class Planner {
 public:
  Planner(const network::Network& network, const Graph& graph, const Chip& chip,
          const Options& options, const Modes& modes)
      : network_(network), graph_(graph), chip_(chip), options_(options), modes_(modes) {}

  /// Splits as fine as pays and makes no more epochs.
  Plan make() {
    coarse_ = split_steps(graph_, chip_, false);
    of_coarse_ = choose(coarse_);
    fine_ = coarse_;
    of_fine_ = of_coarse_;
    is_fine_.assign(graph_.steps.size(), false);
    Plan plan = assemble();
    if (!options_.finer) return plan;
    fine_ = split_steps(graph_, chip_, true);
    of_fine_ = choose(fine_);
    std::vector<std::pair<double, std::size_t>> gains = worthwhile();
    std::sort(gains.begin(), gains.end());
    for (const auto& [gain, index] : gains) is_fine_[index] = true;
    const std::size_t epochs = plan.epochs;
    // The steps that gain least give way first.
    for (const auto& [gain, index] : gains) {
      Plan finer = assemble();
      if (finer.epochs <= epochs) return finer;
      is_fine_[index] = false;
    }
    return plan;
  }

  /// What was chosen, by step.
  std::vector<ModeChoice> choices() const {
    std::vector<ModeChoice> list;
    for (std::size_t i = 0; i < graph_.steps.size(); ++i) list.push_back(choice(i));
    return list;
  }

 private:
  std::vector<ModeChoice> choose(const Plan& plan) const {
    return modes_.choose(plan.steps, chip_.tile.nmpu_format(), options_.four_phase);
  }
  const ModeChoice& choice(std::size_t index) const {
    return is_fine_[index] ? of_fine_[index] : of_coarse_[index];
  }

  /// Steps that a finer split makes more exact, with by how much.
  std::vector<std::pair<double, std::size_t>> worthwhile() const {
    constexpr double kWorth = 0.95;
    std::vector<std::pair<double, std::size_t>> gains;
    for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
      const Split& split = fine_.steps[i].split;
      if (graph_.steps[i].matrix() == nullptr || !of_fine_[i].obstacle.empty()) continue;
      if (split.pieces.size() * split.parts.size() > chip_.tiles) continue;
      const double before = of_coarse_[i].error.rms;
      const double after = of_fine_[i].error.rms;
      if (after < kWorth * before) gains.emplace_back(before - after, i);
    }
    return gains;
  }

  Plan assemble() const {
    Plan plan = coarse_;
    for (std::size_t i = 0; i < graph_.steps.size(); ++i) {
      if (graph_.steps[i].matrix() == nullptr) continue;
      const ModeChoice& chosen = choice(i);
      if (!chosen.obstacle.empty()) {
        refuse(network_, graph_.steps[i].operator_index, chosen.obstacle);
      }
      StepPlan& step = plan.steps[i];
      if (is_fine_[i]) step.split = fine_.steps[i].split;
      step.mode = chosen.mode;
      step.replicas = chosen.replicas;
      step.zero_point = chosen.zero_point;
      step.scaling = chosen.scaling;
    }
    assign_tiles(network_, graph_, plan, chip_);
    return plan;
  }

  const network::Network& network_;
  const Graph& graph_;
  const Chip& chip_;
  const Options& options_;
  const Modes& modes_;
  Plan coarse_, fine_;
  std::vector<ModeChoice> of_coarse_, of_fine_;
  std::vector<bool> is_fine_;
};

}  // namespace

CompiledNetwork compile(const network::Network& network, const Chip& chip, const Options& options) {
  const Graph graph = make_graph(network, chip);
  const Activation& input = graph.activations[graph.input];
  const std::size_t elements = input.rows * input.columns * input.channels;
  for (const std::vector<std::int8_t>& sample : options.samples) {
    if (sample.size() == elements) continue;
    throw CompileError("model '" + network.file + "': a sample of " +
                       std::to_string(sample.size()) + " elements; expected " +
                       std::to_string(elements));
  }
  const bool given = !options.samples.empty();
  const Modes modes(network, graph, chip,
                    given ? options.samples
                          : synthetic_samples(graph.activations[graph.input], kSyntheticSamples),
                    given);
  Planner planner(network, graph, chip, options, modes);
  Plan plan = planner.make();
  Findings findings;
  findings.chosen = planner.choices();
  const auto others = [&](nmpu::Configuration configuration) {
    if (configuration == chip.tile.nmpu.configuration) return findings.chosen;
    return modes.choose(plan.steps, nmpu::make_format(configuration, chip.tile.nmpu.lanes),
                        options.four_phase);
  };
  findings.paper = others(nmpu::Configuration::kPaper);
  findings.wide = others(nmpu::Configuration::kWide);
  add_copies(graph, plan, chip, options);
  place_tiles(graph, plan, chip);
  assign_adds(graph, plan, chip);

  CompiledNetwork made;
  made.image = emit_image(network, graph, plan, chip, options);
  verify_image(made.image, chip);
  made.input = graph.activations[graph.input].network_tensor;
  made.output = graph.activations[graph.output].network_tensor;
  made.logits = graph.activations[graph.logits].network_tensor;
  made.operators_before = graph.operators_before;
  made.operators_after = graph.operators_after;
  made.report = summarise(network, graph, plan, chip, findings);
  made.report.samples = given ? "given" : "synthetic";
  made.report.sample_count = given ? options.samples.size() : kSyntheticSamples;
  made.report.image_bytes = made.image.size();
  aimc_net_header header;
  std::memcpy(&header, made.image.data(), sizeof header);
  made.report.workspace_bytes = header.workspace_bytes;
  Modes::Prediction prediction = modes.predict(plan);
  made.predicted_outputs = std::move(prediction.outputs);
  made.predicted_logits = std::move(prediction.logits);
  made.report.output_error = prediction.error;
  made.report.equal_decisions = prediction.equal_decisions;
  return made;
}

}  // namespace aimc::compiler
