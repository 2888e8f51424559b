#include "platform/report/compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "platform/report/analysis.h"
#include "platform/report/timeline.h"

namespace aimc::report {
namespace {

using Json = nlohmann::ordered_json;
using Value = std::optional<double>;

constexpr const char* kAbsent = "-";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? kAbsent : text;
}

bool all_equal(const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&values](const std::string& value) { return value == values.front(); });
}

/// Collects rows over all runs.
class Collector {
 public:
  explicit Collector(const std::vector<RunFolder>& runs) : runs_(runs) {}

  void differing(const std::string& key, const std::function<std::string(const RunFolder&)>& get) {
    DifferingKey row{key, {}};
    for (const RunFolder& run : runs_) row.values.push_back(get(run));
    if (!all_equal(row.values)) configuration_.push_back(std::move(row));
  }

  /// A measure no run has is left out.
  void measure(const std::string& section, const std::string& name, const std::string& unit,
               Better better, const std::function<Value(const RunFolder&)>& get) {
    Measure row{section, name, unit, better, {}};
    for (const RunFolder& run : runs_) row.values.push_back(get(run));
    const bool any = std::any_of(row.values.begin(), row.values.end(),
                                 [](const Value& value) { return value.has_value(); });
    if (any) measures_.push_back(std::move(row));
  }

  /// Names of all runs in the order in which they first come, as `each` calls back with them.
  std::vector<std::string> names(
      const std::function<void(const RunFolder&, const std::function<void(const std::string&)>&)>&
          each) const {
    std::vector<std::string> result;
    std::set<std::string> seen;
    for (const RunFolder& run : runs_) {
      each(run, [&result, &seen](const std::string& name) {
        if (seen.insert(name).second) result.push_back(name);
      });
    }
    return result;
  }

  std::vector<DifferingKey> take_configuration() { return std::move(configuration_); }
  std::vector<Measure> take_measures() { return std::move(measures_); }

 private:
  const std::vector<RunFolder>& runs_;
  std::vector<DifferingKey> configuration_;
  std::vector<Measure> measures_;
};

void add_configuration(Collector& rows) {
  rows.differing("platform", [](const RunFolder& run) { return run.platform; });
  rows.differing("firmware", [](const RunFolder& run) { return run.firmware; });
  rows.differing("arguments", [](const RunFolder& run) { return joined(run.arguments); });
  rows.differing("seed",
                 [](const RunFolder& run) { return std::to_string(std::llround(run.seed)); });
  rows.differing("NMPU backend", [](const RunFolder& run) { return run.nmpu_backend; });
  rows.differing("aimc-vp version", [](const RunFolder& run) { return run.version; });
  rows.differing("ended by", [](const RunFolder& run) {
    return run.end.stopped_by + ", code " + std::to_string(std::llround(run.end.code));
  });
  const auto keys = rows.names([](const RunFolder& run, const auto& add) {
    for (const SettingLine& line : run.settings) add(line.key);
  });
  for (const std::string& key : keys) {
    rows.differing(key, [&key](const RunFolder& run) {
      const SettingLine* const line = run.setting(key);
      return line == nullptr ? kAbsent : line->value;
    });
  }
}

/// Unit of a name the firmware chose, by the suffixes of this project's files.
std::string unit_of_reported(const std::string& name) {
  const auto ends = [&name](const std::string& suffix) {
    return name.size() > suffix.size() &&
           name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
  };
  if (name.rfind("accuracy", 0) == 0 || name.rfind("share") != std::string::npos) return "%";
  if (ends("_per_s") || ends("_per_j")) return "";
  if (ends("_s")) return "s";
  if (ends("_j")) return "J";
  return ends("_w") ? "W" : "";
}

void add_reported(Collector& rows) {
  const auto names = rows.names([](const RunFolder& run, const auto& add) {
    for (const auto& reported : run.reported) add(reported.first);
  });
  for (const std::string& name : names) {
    const std::string unit = unit_of_reported(name);
    const bool lower = unit == "s" || unit == "J" || unit == "W";
    const Better better = name.rfind("accuracy", 0) == 0 ? Better::kHigher
                          : lower                        ? Better::kLower
                                                         : Better::kNeither;
    rows.measure("Reported by the firmware", name, unit, better,
                 [&name](const RunFolder& run) { return run.reported_value(name); });
  }
}

void add_time(Collector& rows) {
  const char* const section = "Time";
  rows.measure(section, "simulated time", "s", Better::kLower,
               [](const RunFolder& run) { return Value(run.simulated_s); });
  rows.measure(section, "time in which MVMs are executed", "s", Better::kLower,
               [](const RunFolder& run) {
                 const auto window = mvm_window(run);
                 return window ? Value(window->seconds) : Value();
               });
  rows.measure(section, "throughput", "op/s", Better::kHigher,
               [](const RunFolder& run) { return Value(run.ops_per_s); });
  rows.measure(section, "host instructions", "", Better::kLower,
               [](const RunFolder& run) { return Value(run.host_instructions); });
}

void add_energy(Collector& rows) {
  const char* const section = "Energy";
  rows.measure(section, "total", "J", Better::kLower,
               [](const RunFolder& run) { return Value(run.total_j); });
  rows.measure(section, "mean power", "W", Better::kLower,
               [](const RunFolder& run) { return Value(run.mean_power_w); });
  rows.measure(section, "efficiency", "op/J", Better::kHigher,
               [](const RunFolder& run) { return Value(run.ops_per_j); });
  rows.measure(section, "leakage", "J", Better::kLower,
               [](const RunFolder& run) { return Value(leakage_j(run)); });
  rows.measure(section, "programming of weights", "J", Better::kLower,
               [](const RunFolder& run) { return Value(programming_j(run)); });
  const auto groups = rows.names([](const RunFolder& run, const auto& add) {
    for (const GroupEnergy& group : energy_groups(run)) {
      if (group.joules > 0.0) add(group.group);
    }
  });
  for (const std::string& name : groups) {
    rows.measure(section, name, "J", Better::kLower, [&name](const RunFolder& run) {
      for (const GroupEnergy& group : energy_groups(run)) {
        if (group.group == name) return Value(group.joules);
      }
      return Value();
    });
  }
}

Value mean_of_used_tiles(const RunFolder& run) {
  double sum = 0.0;
  double used = 0.0;
  for (const Tile& tile : run.tiles) {
    if (tile.mvms <= 0.0) continue;
    sum += tile.utilisation;
    used += 1.0;
  }
  return used > 0.0 ? Value(sum / used) : Value();
}

void add_utilisation(Collector& rows) {
  const char* const section = "Utilisation";
  rows.measure(section, "tiles used", "", Better::kNeither, [](const RunFolder& run) {
    return Value(static_cast<double>(std::count_if(
        run.tiles.begin(), run.tiles.end(), [](const Tile& tile) { return tile.mvms > 0.0; })));
  });
  rows.measure(section, "busiest tile", "%", Better::kNeither, [](const RunFolder& run) {
    double most = 0.0;
    for (const Tile& tile : run.tiles) most = std::max(most, tile.utilisation);
    return run.tiles.empty() ? Value() : Value(most);
  });
  rows.measure(section, "mean of used tiles", "%", Better::kNeither, mean_of_used_tiles);
  rows.measure(section, "host executing instructions", "%", Better::kNeither, host_executing);
  rows.measure(section, "busiest link", "%", Better::kNeither,
               [](const RunFolder& run) { return Value(run.noc.max_link_utilisation); });
  const auto in_window = [](const RunFolder& run, const char* suffix) {
    const auto window = mvm_window(run);
    if (!window) return Value();
    double most = 0.0;
    for (const auto& [track, busy] : window->busy) {
      if (track.rfind("tile", 0) == 0 && track.find(suffix) != std::string::npos) {
        most = std::max(most, busy);
      }
    }
    return Value(most);
  };
  rows.measure(section, "busiest crossbar while MVMs are executed", "%", Better::kNeither,
               [&in_window](const RunFolder& run) { return in_window(run, "/crossbar"); });
  rows.measure(section, "busiest NMPU while MVMs are executed", "%", Better::kNeither,
               [&in_window](const RunFolder& run) { return in_window(run, "/nmpu"); });
  rows.measure(section, "busiest link while MVMs are executed", "%", Better::kNeither,
               [](const RunFolder& run) {
                 const auto window = mvm_window(run);
                 return window ? Value(window->busiest_link) : Value();
               });
}

void add_network(Collector& rows) {
  const char* const section = "Network";
  rows.measure(section, "packets", "", Better::kLower,
               [](const RunFolder& run) { return Value(run.noc.packets); });
  rows.measure(section, "payload", "B", Better::kLower,
               [](const RunFolder& run) { return Value(run.noc.bytes); });
  rows.measure(section, "mean latency", "cycles", Better::kLower,
               [](const RunFolder& run) { return Value(run.noc.mean_latency_cycles); });
}

/// The mean of a column over one execution of a layer.
Value layer_mean(const RunFolder& run, const std::string& layer, const char* column) {
  const CsvTable* const table = run.table("layers.csv");
  if (table == nullptr) return {};
  for (std::size_t row = 0; row < table->rows(); ++row) {
    if (table->text(row, table->column("layer")) != layer) continue;
    const double count = table->number(row, table->column("count"));
    if (count > 0.0) return table->number(row, table->column(column)) / count;
  }
  return {};
}

void add_layers(Collector& rows) {
  const auto layers = rows.names([](const RunFolder& run, const auto& add) {
    const CsvTable* const table = run.table("layers.csv");
    if (table == nullptr) return;
    for (std::size_t row = 0; row < table->rows(); ++row) {
      add(table->text(row, table->column("layer")));
    }
  });
  for (const std::string& layer : layers) {
    rows.measure("Layers, mean of one execution", layer + ", time", "s", Better::kLower,
                 [&layer](const RunFolder& run) { return layer_mean(run, layer, "time_s"); });
    rows.measure("Layers, mean of one execution", layer + ", energy", "J", Better::kLower,
                 [&layer](const RunFolder& run) { return layer_mean(run, layer, "energy_j"); });
  }
}

}  // namespace

Comparison compare_runs(const std::vector<RunFolder>& runs) {
  Comparison comparison;
  for (const RunFolder& run : runs) {
    comparison.folders.push_back(run.path);
    comparison.titles.push_back(run.firmware + " on " + run.platform);
  }
  Collector rows(runs);
  add_configuration(rows);
  add_reported(rows);
  add_time(rows);
  add_energy(rows);
  add_utilisation(rows);
  add_network(rows);
  add_layers(rows);
  comparison.configuration = rows.take_configuration();
  comparison.measures = rows.take_measures();
  return comparison;
}

std::optional<double> ratio_to_first(const Measure& measure, std::size_t run) {
  const Value& first = measure.values.front();
  const Value& value = measure.values.at(run);
  if (!first || !value || *first == 0.0) return std::nullopt;
  return *value / *first;
}

nlohmann::ordered_json compare_data(const Comparison& comparison) {
  Json configuration = Json::array();
  for (const DifferingKey& row : comparison.configuration) {
    configuration.push_back({{"key", row.key}, {"values", row.values}});
  }
  Json measures = Json::array();
  for (const Measure& measure : comparison.measures) {
    Json values = Json::array();
    Json ratios = Json::array();
    for (std::size_t run = 0; run < measure.values.size(); ++run) {
      const Value ratio = ratio_to_first(measure, run);
      values.push_back(measure.values[run] ? Json(*measure.values[run]) : Json(nullptr));
      ratios.push_back(ratio ? Json(*ratio) : Json(nullptr));
    }
    static constexpr std::array<const char*, 3> kBetter{"neither", "lower", "higher"};
    measures.push_back({{"section", measure.section},
                        {"name", measure.name},
                        {"unit", measure.unit},
                        {"better", kBetter[static_cast<std::size_t>(measure.better)]},
                        {"values", std::move(values)},
                        {"ratios", std::move(ratios)}});
  }
  return {{"kind", "compare"},
          {"folders", comparison.folders},
          {"titles", comparison.titles},
          {"configuration", std::move(configuration)},
          {"measures", std::move(measures)}};
}

}  // namespace aimc::report
