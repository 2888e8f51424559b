#include "platform/cli/infer_results.h"

#include <cmath>
#include <iomanip>
#include <sstream>

#include "platform/network/interpreter.h"

namespace aimc::cli {
namespace {

using nlohmann::ordered_json;

/// The section that the firmware marked for a step; null when it ran in the pipeline only.
const platform::SectionResult* section_of(const platform::RunResult& run, const std::string& name) {
  for (const platform::SectionResult& section : run.sections) {
    if (section.path == name) return &section;
  }
  return nullptr;
}

std::optional<double> reported(const platform::RunResult& run, const std::string& name) {
  std::optional<double> value;
  for (const auto& [key, number] : run.reported) {
    if (key == name) value = number;
  }
  return value;
}

double share(std::size_t part, std::size_t all) {
  return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
}

/// What one image took in a step that ran alone.
struct Measured {
  double time_s = 0.0;
  double energy_j = 0.0;
  double mvms = 0.0;
  double macs = 0.0;  ///< of tiles, filled-up rows and columns included
};

std::optional<Measured> measured(const platform::RunResult& run, const std::string& name) {
  const platform::SectionResult* section = section_of(run, name);
  if (section == nullptr || section->count == 0) return std::nullopt;
  const auto count = static_cast<double>(section->count);
  return Measured{static_cast<double>(section->time_ps) * 1e-12 / count,
                  section->work.energy_j / count, static_cast<double>(section->work.mvms) / count,
                  static_cast<double>(section->work.macs) / count};
}

ordered_json layer_json(const compiler::LayerReport& layer, const platform::RunResult& run) {
  ordered_json json{{"layer", layer.name},          {"operator", layer.operator_index},
                    {"executes", layer.executes},   {"input", layer.input_shape},
                    {"output", layer.output_shape}, {"rows", layer.rows},
                    {"columns", layer.columns},     {"copies", layer.copies},
                    {"tiles", layer.tiles},         {"utilisation", layer.utilisation},
                    {"macs", layer.macs},           {"mvms", layer.mvms}};
  if (const auto m = measured(run, layer.name)) {
    json["time_s"] = m->time_s;
    json["energy_j"] = m->energy_j;
    json["tile_mvms"] = m->mvms;
    json["tile_macs"] = m->macs;
    json["filler_macs"] = layer.filler_macs;
  }
  if (layer.executes != "host") {
    json["predicted"] = {{"time_s", layer.period_us() * 1e-6},
                         {"error_rms", layer.error.rms},
                         {"equal_share", layer.error.equal_share}};
  }
  return json;
}

/// Multiply-accumulates of CONV_2D and FULLY_CONNECTED that tiles did for one image; those of the
/// firmware's calibration are in no layer's section, those of filled-up rows are taken off.
double macs_on_tiles(const compiler::Report& report, const platform::RunResult& run) {
  double macs = 0.0;
  for (const compiler::LayerReport& layer : report.layers) {
    if (layer.executes != "tiles") continue;
    if (const auto m = measured(run, layer.name)) {
      macs += m->macs - static_cast<double>(layer.filler_macs);
    }
  }
  return macs;
}

void text_figures(std::ostream& text, const platform::RunResult& run) {
  const auto line = [&](const char* title, const char* name, double factor, const char* unit) {
    if (const auto value = reported(run, name)) {
      text << std::left << std::setw(16) << title << std::setprecision(5) << *value * factor << ' '
           << unit << '\n';
    }
  };
  line("latency", "latency_s", 1e6, "us, one image alone");
  line("throughput", "images_per_s", 1.0, "images/s in the pipeline");
  line("energy", "energy_j", 1e6, "uJ an inference");
  line("programming", "programming_s", 1e3, "ms");
  line("", "programming_j", 1e6, "uJ");
  line("with reloading", "images_per_s_with_loading", 1.0, "images/s");
  line("", "energy_with_loading_j", 1e6, "uJ an inference");
  if (const auto before = reported(run, "calibration_rms_before")) {
    text << std::left << std::setw(16) << "calibration" << std::setprecision(3) << *before << " -> "
         << reported(run, "calibration_rms_after").value_or(0.0) << " counts rms\n";
  }
}

void text_layer(std::ostream& text, const compiler::LayerReport& layer,
                const platform::RunResult& run) {
  const auto m = measured(run, layer.name);
  const bool tiles = layer.executes == "tiles";
  text << std::left << std::setw(22) << layer.name << std::setw(6) << layer.executes << std::right
       << std::fixed;
  const auto cell = [&text](int width, bool shown, int digits, double value) {
    text << std::setw(width);
    if (shown) {
      text << std::setprecision(digits) << value;
    } else {
      text << '-';
    }
  };
  cell(6, tiles, 0, static_cast<double>(layer.tiles.size()));
  cell(7, tiles, 0, static_cast<double>(layer.copies));
  cell(8, tiles, 0, m ? m->mvms : static_cast<double>(layer.mvms));
  cell(11, layer.macs != 0, 0, static_cast<double>(layer.macs));
  cell(11, m.has_value(), 2, m ? m->time_s * 1e6 : 0.0);
  cell(11, m.has_value(), 3, m ? m->energy_j * 1e6 : 0.0);
  cell(8, tiles, 1, 100.0 * layer.utilisation);
  cell(9, layer.executes != "host", 3, layer.error.rms);
  cell(8, layer.executes != "host", 1, 100.0 * layer.error.equal_share);
  text << std::defaultfloat << '\n';
}

}  // namespace

InferResults compare_results(const InferReference& reference,
                             const std::vector<std::vector<std::int8_t>>& logits) {
  InferResults results;
  results.samples = logits.size();
  std::size_t equal = 0;
  std::size_t equal_elements = 0;
  std::size_t elements = 0;
  std::size_t correct = 0;
  std::size_t exact_correct = 0;
  double squares = 0.0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const std::vector<std::int8_t>& exact = reference.logits[i];
    results.decisions.push_back(network::decision(logits[i].data(), logits[i].size()));
    results.exact_decisions.push_back(network::decision(exact.data(), exact.size()));
    if (results.decisions[i] == results.exact_decisions[i]) ++equal;
    for (std::size_t k = 0; k < exact.size(); ++k, ++elements) {
      const int difference = logits[i][k] - exact[k];
      squares += difference * difference;
      if (difference == 0) ++equal_elements;
    }
    if (reference.labels.empty()) continue;
    if (results.decisions[i] == reference.labels[i]) ++correct;
    if (results.exact_decisions[i] == reference.labels[i]) ++exact_correct;
  }
  results.equal_decisions = share(equal, results.samples);
  results.equal_logits = share(equal_elements, elements);
  results.logits_rms = elements == 0 ? 0.0 : std::sqrt(squares / static_cast<double>(elements));
  if (!reference.labels.empty()) {
    results.accuracy = share(correct, results.samples);
    results.exact_accuracy = share(exact_correct, results.samples);
  }
  return results;
}

ordered_json results_json(const InferResults& results, const compiler::Report& report,
                          const platform::RunResult& run) {
  ordered_json json{{"schema", "aimc-vp/infer/1"},
                    {"model", results.model},
                    {"platform", results.platform},
                    {"samples", results.samples}};
  if (results.accuracy) json["accuracy"] = *results.accuracy;
  if (results.exact_accuracy) json["reference_accuracy"] = *results.exact_accuracy;
  json["equal_decisions"] = results.equal_decisions;
  json["equal_logits"] = results.equal_logits;
  json["logits_rms"] = results.logits_rms;
  for (const auto& [name, value] : run.reported) json["reported"][name] = value;
  json["macs"] = report.macs;
  json["macs_on_tiles"] = macs_on_tiles(report, run);
  for (const compiler::LayerReport& layer : report.layers) {
    json["layers"].push_back(layer_json(layer, run));
  }
  json["decisions"] = results.decisions;
  json["reference_decisions"] = results.exact_decisions;
  json["mapping"] = ordered_json::parse(compiler::to_json(report));
  return json;
}

std::string layers_csv(const compiler::Report& report, const platform::RunResult& run) {
  std::ostringstream text;
  text << std::setprecision(9)
       << "layer,executes,tiles,copies,rows,columns,mvms,macs,utilisation,time_s,energy_j,"
          "error_rms,equal_share\n";
  for (const compiler::LayerReport& layer : report.layers) {
    text << layer.name << ',' << layer.executes << ',';
    for (std::size_t i = 0; i < layer.tiles.size(); ++i) {
      text << (i == 0 ? "" : " ") << layer.tiles[i];
    }
    text << ',' << layer.copies << ',' << layer.rows << ',' << layer.columns << ',' << layer.mvms
         << ',' << layer.macs << ',' << layer.utilisation << ',';
    const auto m = measured(run, layer.name);
    if (m) text << m->time_s << ',' << m->energy_j;
    text << (m ? "," : ",,");
    if (layer.executes != "host") text << layer.error.rms;
    text << ',';
    if (layer.executes != "host") text << layer.error.equal_share;
    text << '\n';
  }
  return text.str();
}

std::string results_text(const InferResults& results, const compiler::Report& report,
                         const platform::RunResult& run) {
  std::ostringstream text;
  text << results.model << " on " << results.platform << ": " << results.samples << " samples\n";
  if (results.accuracy) {
    text << std::left << std::setw(16) << "accuracy" << std::setprecision(4)
         << 100.0 * *results.accuracy << " %, exact int8 " << 100.0 * *results.exact_accuracy
         << " %\n";
  }
  text << std::left << std::setw(16) << "decisions" << std::setprecision(4)
       << 100.0 * results.equal_decisions << " % equal to exact int8, logits differ by "
       << results.logits_rms << " rms\n";
  text_figures(text, run);
  text << "tiles           " << report.tiles_used << " of " << report.tiles << ", " << report.macs
       << " multiply-accumulates an image on them, " << std::llround(macs_on_tiles(report, run))
       << " counted\n\n";
  text << "layer                 on    tiles copies    MVMs       MACs    time us  energy uJ  "
          "cells %  err rms equal %\n";
  for (const compiler::LayerReport& layer : report.layers) text_layer(text, layer, run);
  return text.str();
}

}  // namespace aimc::cli
