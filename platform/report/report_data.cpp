#include "platform/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "platform/report/analysis.h"
#include "platform/report/reading.h"
#include "platform/report/report_error.h"
#include "platform/report/timeline.h"

namespace aimc::report {
namespace {

using Json = nlohmann::ordered_json;

/// As many bins as there are pixels to show them.
constexpr std::size_t kPowerBins = 400;
constexpr std::size_t kTimelineBins = 240;
/// Tracks of a timeline beyond these would not be looked at, and the page has to stay small.
constexpr std::size_t kMostTracks = 260;
constexpr std::size_t kMostFunctions = 40;

/// Four significant digits: what a chart can show, at a fraction of the bytes.
double rounded(double value) {
  if (value == 0.0 || !std::isfinite(value)) return 0.0;
  const double scale = std::pow(10.0, 3.0 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

Json run_section(const RunFolder& run) {
  return {{"platform", run.platform},
          {"description", run.platform_description},
          {"firmware", run.firmware},
          {"arguments", run.arguments},
          {"seed", run.seed},
          {"noc_model", run.noc_model},
          {"analog_model", run.analog_model},
          {"nmpu_backend", run.nmpu_backend},
          {"command", run.command},
          {"version", run.version},
          {"folder", run.path},
          {"wall_s", run.wall_s},
          {"exit_code", run.end.code},
          {"stopped_by", run.end.stopped_by},
          {"reason", run.end.reason},
          {"simulated_s", run.simulated_s},
          {"host_instructions", run.host_instructions},
          {"total_j", run.total_j},
          {"programming_j", programming_j(run)},
          {"leakage_j", leakage_j(run)}};
}

class Headline {
 public:
  explicit Headline(const RunFolder& run) : run_(run) {}

  Json make() {
    const auto images = run_.reported_value("images");
    const std::string per = images ? "image" : "inference";
    if (const auto value = run_.reported_value("accuracy")) {
      add("accuracy", "Accuracy", *value, "%",
          images ? "on " + std::to_string(static_cast<std::uint64_t>(std::max(0.0, *images))) +
                       " images, reported by the firmware"
                 : "reported by the firmware");
    }
    if (const auto value = run_.reported_value("latency_s")) {
      add("latency", "Time per " + per, *value, "s", "reported by the firmware");
    }
    if (const auto value = run_.reported_value("energy_j")) {
      add("energy_per_image", "Energy per " + per, *value, "J", "reported by the firmware");
    }
    add("time", "Simulated time", run_.simulated_s, "s", "set-up and programming included");
    add("energy", "Energy", run_.total_j, "J", "of the whole platform over the whole run");
    add("power", "Mean power", run_.mean_power_w, "W", "energy over simulated time");
    add("ops_per_s", "Throughput", run_.ops_per_s, "op/s",
        "2 operations a MAC, over the whole run");
    add("ops_per_j", "Efficiency", run_.ops_per_j, "op/J", "2 operations a MAC, whole platform");
    add_movement();
    return std::move(cards_);
  }

 private:
  void add(const char* id, const std::string& label, double value, const char* unit,
           const std::string& note) {
    cards_.push_back(
        {{"id", id}, {"label", label}, {"value", value}, {"unit", unit}, {"note", note}});
  }

  void add_movement() {
    const std::vector<Movement> movements = data_movement(run_);
    double joules = 0.0;
    const Movement* longest = nullptr;
    for (const Movement& movement : movements) {
      joules += movement.joules;
      if (!movement.time_share) continue;
      if (longest == nullptr || *movement.time_share > *longest->time_share) longest = &movement;
    }
    const double work = run_.total_j - leakage_j(run_) - programming_j(run_);
    if (work > 0.0) {
      add("movement_energy", "Data movement, energy", joules / work, "%",
          "host memory, network, tile SRAM, bus and DMA: of the energy without leakage and "
          "programming");
    }
    if (longest != nullptr) {
      add("movement_time", "Data movement, time", *longest->time_share, "%",
          longest->name + ", the one at work longest: " + longest->time_rule);
    }
  }

  const RunFolder& run_;
  Json cards_ = Json::array();
};

Json reading_section(const RunFolder& run) {
  Json findings = Json::array();
  for (const Finding& finding : reading(run)) {
    findings.push_back({{"id", finding.id},
                        {"question", finding.question},
                        {"verdict", finding.verdict},
                        {"answer", finding.answer},
                        {"rule", finding.rule}});
  }
  return findings;
}

Json movement_section(const RunFolder& run) {
  Json list = Json::array();
  for (const Movement& movement : data_movement(run)) {
    Json entry{{"name", movement.name}, {"joules", movement.joules}};
    entry["time_share"] = movement.time_share ? Json(*movement.time_share) : Json(nullptr);
    entry["rule"] = movement.time_rule;
    list.push_back(std::move(entry));
  }
  return list;
}

Json energy_section(const RunFolder& run) {
  Json cells = Json::array();
  for (const EnergyCell& cell : energy_cells(run)) {
    cells.push_back({{"group", cell.group},
                     {"activity", cell.activity},
                     {"count", cell.count},
                     {"joules", cell.joules}});
  }
  return {{"total_j", run.total_j}, {"cells", std::move(cells)}};
}

Json binned_json(const Binned& binned) {
  Json values = Json::array();
  for (const std::vector<double>& track : binned.values) {
    Json row = Json::array();
    for (const double value : track) row.push_back(rounded(value));
    values.push_back(std::move(row));
  }
  return {{"begin_s", binned.begin_s},
          {"bin_s", binned.bin_s},
          {"tracks", binned.tracks},
          {"values", std::move(values)}};
}

/// The order in which tracks are shown: the host first, then what is shared, then tiles by number.
std::pair<int, unsigned long> track_order(const std::string& track) {
  if (track == "host") return {0, 0};
  if (track == "dma") return {1, 0};
  if (track == "noc") return {2, 0};
  if (track == "noc/busiest") return {2, 1};
  if (track.rfind("tile", 0) != 0) return {3, 0};
  const unsigned long part = track.find("/crossbar") != std::string::npos ? 1
                             : track.find("/nmpu") != std::string::npos   ? 2
                                                                          : 0;
  return {4, 4 * std::strtoul(track.c_str() + 4, nullptr, 10) + part};
}

/// The tracks in their order; of too many the busiest are kept.
Binned chosen_tracks(const Binned& all) {
  std::vector<std::size_t> order(all.tracks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (order.size() > kMostTracks) {
    const auto sum = [&all](std::size_t i) {
      return track_order(all.tracks[i]).first < 4
                 ? HUGE_VAL
                 : std::accumulate(all.values[i].begin(), all.values[i].end(), 0.0);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&sum](std::size_t a, std::size_t b) { return sum(a) > sum(b); });
    order.resize(kMostTracks);
  }
  std::stable_sort(order.begin(), order.end(), [&all](std::size_t a, std::size_t b) {
    return track_order(all.tracks[a]) < track_order(all.tracks[b]);
  });
  Binned chosen{all.begin_s, all.bin_s, {}, {}};
  for (const std::size_t i : order) {
    chosen.tracks.push_back(all.tracks[i]);
    chosen.values.push_back(all.values[i]);
  }
  return chosen;
}

/// What a section shows: all of the run, and the time of MVMs where that is a part of it.
Json shown_stretches(const RunFolder& run, const std::optional<MvmWindow>& window,
                     const std::function<Json(const Stretch&)>& make) {
  Json views = Json::array();
  Json whole = make({0.0, run.simulated_s});
  if (whole.is_null()) return nullptr;
  whole["name"] = "whole run";
  views.push_back(std::move(whole));
  constexpr double kNearlyAll = 0.8;
  if (!window || window->coarse()) return views;
  const Stretch& stretch = window->stretch;
  if (stretch.end_s - stretch.begin_s > kNearlyAll * run.simulated_s) return views;
  Json part = make(stretch);
  part["name"] = "from the first MVM to the last";
  views.push_back(std::move(part));
  return views;
}

Json timeline_section(const RunFolder& run) {
  const std::optional<MvmWindow> window = mvm_window(run);
  const auto view = [&run](const Stretch& stretch) -> Json {
    const std::optional<Binned> timeline = binned_timeline(run, stretch, kTimelineBins);
    if (!timeline) return nullptr;
    const Binned chosen = chosen_tracks(*timeline);
    Json json = binned_json(chosen);
    json["left_out"] = timeline->tracks.size() - chosen.tracks.size();
    return json;
  };
  Json views = shown_stretches(run, window, view);
  if (views.is_null()) return nullptr;
  Json busy = Json::object();
  if (window) {
    for (const auto& [track, share] : window->busy) busy[track] = rounded(share);
  }
  return {{"views", std::move(views)}, {"mvm_busy", window ? std::move(busy) : Json(nullptr)}};
}

Json power_section(const RunFolder& run) {
  const auto view = [&run](const Stretch& stretch) -> Json {
    const std::optional<Binned> power = binned_power(run, stretch, kPowerBins);
    return power ? binned_json(*power) : Json(nullptr);
  };
  Json views = shown_stretches(run, mvm_window(run), view);
  return views.is_null() ? Json(nullptr) : Json{{"views", std::move(views)}};
}

unsigned mesh_size(const RunFolder& run, const char* key, unsigned Tile::*coordinate) {
  unsigned size = 0;
  for (const Tile& tile : run.tiles) size = std::max(size, tile.*coordinate + 1);
  if (const SettingLine* const line = run.setting(key)) {
    const unsigned long value = std::strtoul(line->value.c_str(), nullptr, 10);
    if (value >= size && value <= 1024) size = static_cast<unsigned>(value);
  }
  return size;
}

/// A table as objects with numbers where all of a column's fields are numbers.
Json objects_of(const CsvTable& table, const std::vector<const char*>& texts) {
  Json rows = Json::array();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Json object = Json::object();
    for (std::size_t column = 0; column < table.header().size(); ++column) {
      const std::string& name = table.header()[column];
      const bool text = std::find(texts.begin(), texts.end(), name) != texts.end();
      object[name] = text ? Json(table.text(row, column)) : Json(table.number(row, column));
    }
    rows.push_back(std::move(object));
  }
  return rows;
}

Json mesh_section(const RunFolder& run) {
  Json tiles = Json::array();
  for (const Tile& tile : run.tiles) {
    tiles.push_back({{"id", tile.id},
                     {"x", tile.x},
                     {"y", tile.y},
                     {"mvms", tile.mvms},
                     {"macs", tile.macs},
                     {"busy_s", tile.busy_s},
                     {"utilisation", tile.utilisation},
                     {"energy_j", tile.energy_j}});
  }
  Json mesh{{"width", mesh_size(run, "noc.width", &Tile::x)},
            {"height", mesh_size(run, "noc.height", &Tile::y)},
            {"tiles", std::move(tiles)},
            {"links", nullptr},
            {"tile_table", nullptr},
            {"noc",
             {{"packets", run.noc.packets},
              {"flits", run.noc.flits},
              {"flit_hops", run.noc.flit_hops},
              {"bytes", run.noc.bytes},
              {"mean_latency_cycles", run.noc.mean_latency_cycles},
              {"max_link_utilisation", run.noc.max_link_utilisation}}}};
  if (const CsvTable* const links = run.table("links.csv")) {
    for (const char* name : {"plane", "kind", "from", "to", "from_x", "from_y", "to_x", "to_y",
                             "flits", "utilisation"}) {
      static_cast<void>(links->column(name));
    }
    mesh["links"] = objects_of(*links, {"plane", "kind", "from", "to"});
  }
  if (const CsvTable* const table = run.table("tiles.csv")) {
    mesh["tile_table"] = objects_of(*table, {});
  }
  return mesh;
}

Json layers_section(const RunFolder& run) {
  const CsvTable* const table = run.table("layers.csv");
  if (table == nullptr) return nullptr;
  for (const char* name : {"layer", "count", "time_s", "energy_j"}) {
    static_cast<void>(table->column(name));
  }
  return objects_of(*table, {"layer"});
}

/// What aimc-vp infer adds: the network's steps, as mapped and as measured.
Json network_section(const RunFolder& run) {
  const CsvTable* const table = run.table("network.csv");
  if (table == nullptr) return nullptr;
  for (const char* name :
       {"layer", "executes", "tiles", "copies", "rows", "columns", "mvms", "macs", "utilisation",
        "time_s", "energy_j", "error_rms", "equal_share"}) {
    static_cast<void>(table->column(name));
  }
  // Empty where a step was not measured or has no error.
  return objects_of(
      *table, {"layer", "executes", "tiles", "time_s", "energy_j", "error_rms", "equal_share"});
}

Json roofline_section(const RunFolder& run) {
  Json json{{"ops_per_s", run.ops_per_s},
            {"ops_per_j", run.ops_per_j},
            {"ops", 2.0 * run.macs},
            {"bytes", run.noc.bytes}};
  if (const auto window = mvm_window(run)) json["mvm_s"] = window->seconds;
  if (const auto tops = run.reported_value("tops")) json["reported_ops_per_s"] = *tops * 1e12;
  try {
    const Peaks peaks = platform_peaks(run);
    json["peaks"] = {{"ops_per_s_one_phase", peaks.ops_per_s_one_phase},
                     {"ops_per_s_four_phase", peaks.ops_per_s_four_phase},
                     {"ops_per_j_one_phase", peaks.ops_per_j_one_phase},
                     {"ops_per_j_four_phase", peaks.ops_per_j_four_phase},
                     {"port_bytes_per_s", peaks.port_bytes_per_s},
                     {"all_ports_bytes_per_s", peaks.all_ports_bytes_per_s}};
  } catch (const ReportError& error) {
    // A platform of another version: the rest of the report stands without its peak.
    json["problem"] = error.what();
  }
  return json;
}

Json profile_section(const RunFolder& run) {
  const CsvTable* const table = run.table("profile.csv");
  if (table == nullptr) return nullptr;
  Json rows = objects_of(*table, {"function"});
  const std::size_t all = rows.size();
  if (all > kMostFunctions) rows.erase(rows.begin() + kMostFunctions, rows.end());
  return {{"functions", all}, {"rows", std::move(rows)}};
}

Json settings_section(const RunFolder& run) {
  Json list = Json::array();
  for (const SettingLine& line : run.settings) {
    list.push_back(
        {{"key", line.key}, {"value", line.value}, {"kind", line.kind}, {"source", line.source}});
  }
  return list;
}

Json reported_section(const RunFolder& run) {
  Json list = Json::array();
  for (const auto& [name, value] : run.reported) {
    list.push_back({{"name", name}, {"value", value ? Json(*value) : Json(nullptr)}});
  }
  return list;
}

}  // namespace

Json report_data(const RunFolder& run) {
  return {{"kind", "report"},
          {"run", run_section(run)},
          {"headline", Headline(run).make()},
          {"reading", reading_section(run)},
          {"movement", movement_section(run)},
          {"energy", energy_section(run)},
          {"power", power_section(run)},
          {"timeline", timeline_section(run)},
          {"mesh", mesh_section(run)},
          {"layers", layers_section(run)},
          {"network", network_section(run)},
          {"roofline", roofline_section(run)},
          {"reported", reported_section(run)},
          {"profile", profile_section(run)},
          {"settings", settings_section(run)}};
}

}  // namespace aimc::report
