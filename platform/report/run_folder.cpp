#include "platform/report/run_folder.h"

#include <yaml-cpp/yaml.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/config/input_file.h"
#include "platform/report/json_reader.h"
#include "platform/report/report_error.h"

namespace aimc::report {
namespace {

constexpr const char* kSchema = "aimc-vp/summary/1";
constexpr std::array<const char*, 7> kOptionalTables{"power.csv",  "tiles.csv",    "links.csv",
                                                     "layers.csv", "timeline.csv", "profile.csv",
                                                     "network.csv"};

/// Accounts and total are the same numbers, added up in another order.
constexpr double kSumTolerance = 1e-6;
constexpr unsigned kMostTiles = 1024;

std::string read_text(const std::string& path) {
  if (const auto reason = platform::why_no_file(path)) {
    throw ReportError("file '" + path + "' " + *reason);
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.is_open() || file.bad()) throw ReportError("file '" + path + "' cannot be read");
  return text.str();
}

Tile read_tile(const JsonReader& json) {
  Tile tile;
  tile.id = json.whole("id", kMostTiles - 1);
  tile.x = json.whole("x", kMostTiles - 1);
  tile.y = json.whole("y", kMostTiles - 1);
  tile.mvms = json.number("mvms");
  tile.macs = json.number("macs");
  tile.nmpu_columns = json.number("nmpu_columns");
  tile.busy_s = json.number("busy_s");
  tile.utilisation = json.number("utilisation");
  tile.energy_j = json.number("energy_j");
  return tile;
}

void read_summary(const std::string& file, RunFolder& run) {
  const JsonReader json(read_text(file), file);
  if (const std::string schema = json.text("schema"); schema != kSchema) {
    throw ReportError("file '" + file + "', key 'schema': value '" + schema + "'; expected '" +
                      kSchema + "'");
  }
  run.version = json.text("version");
  run.platform = json.text("platform");
  run.firmware = json.text("firmware");
  run.arguments = json.texts("arguments");
  run.seed = json.number("seed");
  run.noc_model = json.text("noc_model");
  run.analog_model = json.text("analog_model");
  run.nmpu_backend = json.text("run.nmpu_backend");
  run.command = json.text("run.command");
  run.wall_s = json.number("run.wall_s");
  run.end = {json.number("exit.code"), json.text("exit.stopped_by"), json.text("exit.reason")};
  run.reported = json.numbers("reported");
  run.simulated_s = json.number("time.simulated_s");
  run.host_instructions = json.number("host.instructions");
  run.host_cycles = json.number("host.cycles");
  for (const JsonReader& tile : json.objects("tiles")) run.tiles.push_back(read_tile(tile));
  run.noc = {json.number("noc.packets"),
             json.number("noc.flits"),
             json.number("noc.flit_hops"),
             json.number("noc.bytes"),
             json.number("noc.mean_latency_cycles"),
             json.number("noc.max_link_utilisation")};
  run.total_j = json.number("energy.total_j");
  run.macs = json.number("metrics.macs");
  run.ops_per_s = json.number("metrics.ops_per_s");
  run.ops_per_j = json.number("metrics.ops_per_j");
  run.mean_power_w = json.number("metrics.mean_power_w");
}

void read_accounts(const std::string& file, RunFolder& run) {
  const CsvTable table(read_text(file), file);
  const std::size_t component = table.column("component");
  const std::size_t activity = table.column("activity");
  const std::size_t count = table.column("count");
  const std::size_t joules = table.column("energy_j");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    run.accounts.push_back({table.text(row, component), table.text(row, activity),
                            table.number(row, count), table.number(row, joules)});
  }
  double sum = 0.0;
  for (const Account& account : run.accounts) sum += account.joules;
  if (std::abs(sum - run.total_j) > kSumTolerance * std::abs(run.total_j)) {
    throw ReportError(
        "file '" + file + "': column 'energy_j' adds up to " + std::to_string(sum) +
        " J; expected " + std::to_string(run.total_j) +
        " J, energy.total_j of summary.json: the files are not of one run, or cut short");
  }
}

/// Whether a map is a value with its annotation, not a section.
bool is_value(const YAML::Node& node) {
  return node.IsScalar() || (node.IsMap() && node["value"] && node["value"].IsScalar());
}

void add_settings(const YAML::Node& section, const std::string& prefix, RunFolder& run) {
  const auto word = [](const YAML::Node& node, const char* key) {
    return node.IsMap() && node[key] && node[key].IsScalar() ? node[key].Scalar() : std::string();
  };
  for (const auto& entry : section) {
    const std::string key = prefix + entry.first.Scalar();
    const YAML::Node& node = entry.second;
    if (prefix.empty() && (key == "name" || key == "extends")) continue;
    if (prefix.empty() && key == "description") {
      run.platform_description = node.IsScalar() ? node.Scalar() : "";
    } else if (is_value(node)) {
      run.settings.push_back({key, node.IsScalar() ? node.Scalar() : word(node, "value"),
                              word(node, "kind"), word(node, "source")});
    } else if (node.IsMap()) {
      add_settings(node, key + ".", run);
    }
  }
}

void read_platform(const std::string& file, RunFolder& run) {
  run.platform_yaml = read_text(file);
  try {
    const YAML::Node root = YAML::Load(run.platform_yaml);
    if (!root.IsMap()) throw ReportError("file '" + file + "': expected a platform file");
    add_settings(root, "", run);
  } catch (const YAML::Exception& error) {
    throw ReportError("file '" + file + "', line " + std::to_string(error.mark.line + 1) + ": " +
                      error.msg);
  }
}

}  // namespace

const CsvTable* RunFolder::table(std::string_view name) const {
  const auto found = tables.find(name);
  return found == tables.end() ? nullptr : &found->second;
}

const SettingLine* RunFolder::setting(std::string_view key) const {
  for (const SettingLine& line : settings) {
    if (line.key == key) return &line;
  }
  return nullptr;
}

std::optional<double> RunFolder::reported_value(std::string_view name) const {
  for (const auto& [reported_name, value] : reported) {
    if (reported_name == name) return value;
  }
  return std::nullopt;
}

RunFolder read_run_folder(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    throw ReportError(
        "folder '" + path + "' " +
        (std::filesystem::exists(path, error) ? "is not a folder" : "does not exist") +
        "; expected what 'aimc-vp run --out' left behind");
  }
  RunFolder run;
  run.path = path;
  read_summary(path + "/summary.json", run);
  read_accounts(path + "/energy.csv", run);
  read_platform(path + "/platform.yaml", run);
  for (const char* name : kOptionalTables) {
    const std::string file = path + "/" + name;
    if (std::filesystem::exists(file, error)) {
      run.tables.emplace(name, CsvTable(read_text(file), file));
    }
  }
  return run;
}

}  // namespace aimc::report
