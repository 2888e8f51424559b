#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/compiler/compiler.h"
#include "platform/soc/simulation.h"

namespace aimc::cli {

/// Exact int8 results of the samples that are run.
struct InferReference {
  std::vector<std::vector<std::int8_t>> inputs;  ///< elements of the image's input tensor
  std::vector<std::vector<std::int8_t>> logits;
  std::vector<std::size_t> labels;  ///< none, or one a sample
};

/// What a network did on a platform, beside what it was expected to do.
struct InferResults {
  std::string model;
  std::string platform;
  std::size_t samples = 0;
  std::vector<std::size_t> decisions, exact_decisions;
  std::optional<double> accuracy, exact_accuracy;  ///< 0..1; with labels
  double equal_decisions = 0.0;                    ///< share, 0..1
  double equal_logits = 0.0;                       ///< share of elements, 0..1
  double logits_rms = 0.0;                         ///< difference of logits, stored units
};

/// Compares logits of the firmware with the exact ones.
InferResults compare_results(const InferReference& reference,
                             const std::vector<std::vector<std::int8_t>>& logits);

/// Everything as JSON ("schema": "aimc-vp/infer/1"): results, what the firmware reported, each
/// layer as mapped and measured, and the compiler's report.
nlohmann::ordered_json results_json(const InferResults& results, const compiler::Report& report,
                                    const platform::RunResult& run);
/// The layers as a table, a line a step; cells are empty where there is nothing to say.
std::string layers_csv(const compiler::Report& report, const platform::RunResult& run);
/// The same for people: results, then a line a layer.
std::string results_text(const InferResults& results, const compiler::Report& report,
                         const platform::RunResult& run);

}  // namespace aimc::cli
