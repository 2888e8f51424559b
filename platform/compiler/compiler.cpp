#include "platform/compiler/compiler.h"

#include <cstring>

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

Plan split_steps(const Graph& graph, const Chip& chip) {
  Plan plan;
  plan.steps.resize(graph.steps.size());
  plan.slots.assign(graph.activations.size(), kSlots);
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    if (const MatrixWork* const work = graph.steps[i].matrix()) {
      plan.steps[i].split =
          split_matrix(*work, chip.tile.crossbar.rows, chip.tile.crossbar.columns);
    }
  }
  return plan;
}

}  // namespace

CompiledNetwork compile(const network::Network& network, const Chip& chip, const Options& options) {
  const Graph graph = make_graph(network, chip);
  Plan plan = split_steps(graph, chip);
  const bool given = !options.samples.empty();
  const Modes modes(network, graph, chip,
                    given ? options.samples
                          : synthetic_samples(graph.activations[graph.input], kSyntheticSamples),
                    given);
  Findings findings;
  const auto choose = [&](nmpu::Configuration configuration) {
    return modes.choose(plan.steps, nmpu::make_format(configuration, chip.tile.nmpu.lanes),
                        options.four_phase);
  };
  findings.paper = choose(nmpu::Configuration::kPaper);
  findings.wide = choose(nmpu::Configuration::kWide);
  findings.chosen =
      chip.tile.nmpu.configuration == nmpu::Configuration::kPaper ? findings.paper : findings.wide;
  const std::vector<ModeChoice>& choices = findings.chosen;
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    if (graph.steps[i].matrix() == nullptr) continue;
    if (!choices[i].obstacle.empty()) {
      refuse(network, graph.steps[i].operator_index, choices[i].obstacle);
    }
    plan.steps[i].mode = choices[i].mode;
    plan.steps[i].replicas = choices[i].replicas;
    plan.steps[i].zero_point = choices[i].zero_point;
    plan.steps[i].scaling = choices[i].scaling;
  }
  assign_tiles(network, graph, plan, chip);
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
