#include "platform/compiler/report.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace aimc::compiler {
namespace {

/// Columns of text: what is a word stands left, what is a number right.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : left_(head.size()) { add(std::move(head)); }

  void align_left(std::size_t column) { left_[column] = true; }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(left_.size());
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string space(widths[i] - row[i].size(), ' ');
        line += (i == 0 ? "" : "  ") + (left_[i] ? row[i] + space : space + row[i]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
    return text;
  }

 private:
  std::vector<bool> left_;
  std::vector<std::vector<std::string>> rows_;
};

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

/// "0-3,7".
std::string ranges(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
    text += (text.empty() ? "" : ",") + std::to_string(numbers[i]);
    if (end > i) text += "-" + std::to_string(numbers[end]);
    i = end + 1;
  }
  return text;
}

std::string mode_of(const LayerReport& layer) {
  return std::to_string(layer.magnitude_bits) + " bit, 1/" + std::to_string(1U << layer.range) +
         (layer.replicas > 1 ? " x" + std::to_string(layer.replicas) : "") +
         (layer.four_phase ? ", four" : "");
}

std::string epoch_of(const LayerReport& layer) {
  return std::to_string(layer.epoch);
}

nlohmann::ordered_json json_of(const ErrorFigures& error) {
  return {{"mean", error.mean},
          {"rms", error.rms},
          {"largest", error.largest},
          {"equal_share", error.equal_share},
          {"saturated_share", error.saturated_share}};
}

nlohmann::ordered_json json_of(const LayerReport& layer) {
  nlohmann::ordered_json json{{"name", layer.name},
                              {"operator", layer.operator_index},
                              {"executes", layer.executes},
                              {"input", layer.input_shape},
                              {"output", layer.output_shape},
                              {"epoch", layer.epoch},
                              {"macs", layer.macs},
                              {"fetch_us", layer.fetch_us},
                              {"compute_us", layer.compute_us}};
  if (layer.executes == "host") return json;
  json["tiles"] = layer.tiles;
  json["bands"] = layer.bands;
  if (layer.executes != "tiles") return json;
  json["rows"] = layer.rows;
  json["columns"] = layer.columns;
  json["copies"] = layer.copies;
  json["replicas"] = layer.replicas;
  json["utilisation"] = layer.utilisation;
  json["mvms"] = layer.mvms;
  json["filler_macs"] = layer.filler_macs;
  json["read_mode"] = {{"magnitude_bits", layer.magnitude_bits},
                       {"four_phase", layer.four_phase},
                       {"range", layer.range},
                       {"zero_point", layer.zero_point}};
  json["error"] = json_of(layer.error);
  json["error_paper"] = json_of(layer.error_paper);
  json["error_wide"] = json_of(layer.error_wide);
  for (const PlacedBlock& block : layer.blocks) {
    json["blocks"].push_back({{"tile", block.tile},
                              {"lane", block.lane},
                              {"first_row", block.first_row},
                              {"rows", block.rows},
                              {"first_column", block.first_column},
                              {"columns", block.columns}});
  }
  return json;
}

/// What lies in each tile in an epoch.
struct Occupant {
  std::set<std::string> names;
  std::size_t cells = 0;
};

std::map<std::size_t, Occupant> occupants(const Report& report, std::size_t epoch) {
  std::map<std::size_t, Occupant> tiles;
  for (const LayerReport& layer : report.layers) {
    if (layer.epoch != epoch) continue;
    for (const PlacedBlock& block : layer.blocks) {
      tiles[block.tile].names.insert(layer.name);
      tiles[block.tile].cells += std::size_t{block.rows} * block.columns;
    }
    if (layer.executes == "unit") {
      for (const std::size_t tile : layer.tiles) tiles[tile].names.insert(layer.name);
    }
  }
  return tiles;
}

/// "12" of "conv2d_12", with a mark for an ADD.
std::string label_of(const std::string& name) {
  const std::size_t number = name.find_first_of("0123456789", name.find('_'));
  const std::string digits = number == std::string::npos ? name : name.substr(number);
  return name.rfind("add", 0) == 0 ? "+" + digits : digits;
}

}  // namespace

std::string table(const Report& report) {
  Table text({"step", "on", "epoch", "K x N", "blocks", "copies", "bands", "tiles", "used %",
              "MVMs", "read", "fetch us", "compute us", "error rms", "equal %"});
  text.align_left(0);
  text.align_left(1);
  text.align_left(7);
  for (const LayerReport& layer : report.layers) {
    if (layer.executes == "host") {
      text.add({layer.name, layer.executes, epoch_of(layer)});
      continue;
    }
    std::vector<std::string> row{layer.name,
                                 layer.executes,
                                 epoch_of(layer),
                                 "",
                                 "",
                                 "",
                                 std::to_string(layer.bands),
                                 ranges(layer.tiles),
                                 "",
                                 "",
                                 "",
                                 fixed(layer.fetch_us, 2),
                                 fixed(layer.compute_us, 2)};
    if (layer.executes == "tiles") {
      row[3] = std::to_string(layer.rows) + " x " + std::to_string(layer.columns);
      row[4] = std::to_string(layer.blocks.size());
      row[5] = std::to_string(layer.copies);
      row[8] = fixed(100.0 * layer.utilisation, 1);
      row[9] = std::to_string(layer.mvms);
      row[10] = mode_of(layer);
      row.push_back(fixed(layer.error.rms, 3));
      row.push_back(fixed(100.0 * layer.error.equal_share, 1));
    }
    text.add(std::move(row));
  }
  std::ostringstream end;
  end << text.text() << report.tiles_used << " of " << report.tiles << " tiles, " << report.epochs
      << (report.epochs == 1 ? " epoch" : " epochs") << "; " << report.macs
      << " multiply-accumulates an image on tiles, " << report.host_macs << " on the host\n"
      << "predicted: slowest step " << fixed(report.period_us, 1)
      << " us, steps one after the other " << fixed(report.latency_us, 1)
      << " us (tiles and transfers; not the host)\n"
      << "errors on ideal tiles over " << report.sample_count << ' ' << report.samples
      << " samples: logits rms " << fixed(report.output_error.rms, 3) << " steps, equal decisions "
      << fixed(100.0 * report.equal_decisions, 1) << " %\n"
      << "image " << report.image_bytes << " bytes, workspace " << report.workspace_bytes
      << " bytes\n";
  return end.str();
}

std::string picture(const Report& report) {
  std::string text;
  const std::size_t width = std::max<std::size_t>(1, report.mesh_width);
  const auto cells = static_cast<double>(report.tile_rows * report.tile_columns);
  for (std::size_t epoch = 0; epoch < report.epochs; ++epoch) {
    const auto tiles = occupants(report, epoch);
    std::vector<std::string> labels(report.tiles);
    std::size_t widest = 4;
    for (const auto& [tile, occupant] : tiles) {
      std::string& label = labels[tile];
      for (const std::string& name : occupant.names) {
        label += (label.empty() ? "" : " ") + label_of(name);
      }
      const double share = 100.0 * static_cast<double>(occupant.cells) / cells;
      if (occupant.cells != 0) label += ":" + fixed(share, 0) + "%";
      widest = std::max(widest, label.size());
    }
    if (report.epochs > 1) text += "epoch " + std::to_string(epoch) + "\n";
    for (std::size_t tile = 0; tile < report.tiles; ++tile) {
      const std::string label = labels[tile].empty() ? "." : labels[tile];
      text +=
          (tile % width == 0 ? "[" : " [") + label + std::string(widest - label.size(), ' ') + "]";
      if (tile % width == width - 1 || tile + 1 == report.tiles) text += "\n";
    }
  }
  return text +
         "numbers of the operators in each tile of the mesh (+ an ADD in its unit) and the share "
         "of "
         "its cells they take; memory hangs on the west of the second row\n";
}

std::string error_table(const Report& report) {
  Table text({"step", "paper mean", "rms", "largest", "equal %", "full scale %", "wide mean", "rms",
              "largest", "equal %", "full scale %"});
  text.align_left(0);
  for (const LayerReport& layer : report.layers) {
    if (layer.executes != "tiles") continue;
    std::vector<std::string> row{layer.name};
    for (const ErrorFigures* const error : {&layer.error_paper, &layer.error_wide}) {
      row.push_back(fixed(error->mean, 3));
      row.push_back(fixed(error->rms, 3));
      row.push_back(fixed(error->largest, 0));
      row.push_back(fixed(100.0 * error->equal_share, 1));
      row.push_back(fixed(100.0 * error->saturated_share, 2));
    }
    text.add(std::move(row));
  }
  return text.text() +
         "differences to the exact int8 results of each step on exact inputs, in output steps, "
         "with "
         "the read mode best for each NMPU\n";
}

std::string to_json(const Report& report) {
  nlohmann::ordered_json json{{"schema", "aimc-vp/compile/1"},
                              {"model", report.network},
                              {"samples", report.samples},
                              {"sample_count", report.sample_count},
                              {"tiles", report.tiles},
                              {"tiles_used", report.tiles_used},
                              {"mesh_width", report.mesh_width},
                              {"tile_rows", report.tile_rows},
                              {"tile_columns", report.tile_columns},
                              {"epochs", report.epochs},
                              {"macs", report.macs},
                              {"host_macs", report.host_macs},
                              {"period_us", report.period_us},
                              {"latency_us", report.latency_us},
                              {"image_bytes", report.image_bytes},
                              {"workspace_bytes", report.workspace_bytes},
                              {"equal_decisions", report.equal_decisions},
                              {"error", json_of(report.output_error)}};
  json["layers"] = nlohmann::ordered_json::array();
  for (const LayerReport& layer : report.layers) json["layers"].push_back(json_of(layer));
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace aimc::compiler
