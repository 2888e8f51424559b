#include "platform/observe/summary.h"

#include <array>
#include <charconv>
#include <map>

namespace aimc::observe {
namespace {

using Json = nlohmann::ordered_json;
using platform::RunResult;
using platform::RunStatus;

constexpr double kPsPerSecond = 1e12;  // dividing rounds once, so that 100 us are 0.0001
/// Exit status of a run the platform stopped.
constexpr std::uint32_t kStoppedByPlatform = 3;

double ratio(double numerator, double denominator) {
  return denominator > 0.0 ? numerator / denominator : 0.0;
}

Json run_section(const RunRecord& record, const RunResult& result) {
  const auto instructions = static_cast<double>(result.host_instructions);
  return {{"wall_s", record.wall_s},
          {"host_mips", ratio(instructions / 1e6, record.wall_s)},
          {"threads", result.threads},
          {"nmpu_backend", record.nmpu_backend},
          {"nmpu_compared", result.nmpu_compared},
          {"nmpu_mismatches", result.nmpu_mismatches},
          {"command", record.command},
          {"output", record.output}};
}

Json tiles_section(const RunResult& result) {
  Json tiles = Json::array();
  const auto simulated = static_cast<double>(result.simulated_ps);
  for (const platform::TileResult& tile : result.tiles) {
    const auto busy = static_cast<double>(tile.busy_ps);
    tiles.push_back({{"id", tile.id},
                     {"x", tile.x},
                     {"y", tile.y},
                     {"mvms", tile.mvms},
                     {"macs", tile.macs},
                     {"nmpu_columns", tile.nmpu_columns},
                     {"busy_s", busy / kPsPerSecond},
                     {"utilisation", ratio(busy, simulated)},
                     {"energy_j", component_energy_j(result, "tile" + std::to_string(tile.id))}});
  }
  return tiles;
}

Json energy_section(const RunResult& result) {
  Json components = Json::object();
  Json activities = Json::object();
  for (const core::EnergyMeter::Entry& entry : result.energy) {
    components[entry.component] = components.value(entry.component, 0.0) + entry.joules;
    activities[entry.activity] = activities.value(entry.activity, 0.0) + entry.joules;
  }
  return {{"total_j", total_energy_j(result)},
          {"by_component_j", components},
          {"by_activity_j", activities}};
}

Json area_section(const RunResult& result) {
  Json components = Json::object();
  for (const platform::AreaShare& share : result.area) components[share.component] = share.mm2;
  return {{"total_mm2", platform::total_mm2(result.area)}, {"by_component_mm2", components}};
}

Json metrics_section(const RunResult& result) {
  std::uint64_t macs = 0;
  for (const platform::TileResult& tile : result.tiles) macs += tile.macs;
  const double ops = 2.0 * static_cast<double>(macs);
  const double seconds = static_cast<double>(result.simulated_ps) / kPsPerSecond;
  const double joules = total_energy_j(result);
  return {{"macs", macs},
          {"ops_per_s", ratio(ops, seconds)},
          {"ops_per_s_per_mm2", ratio(ratio(ops, seconds), platform::total_mm2(result.area))},
          {"ops_per_j", ratio(ops, joules)},
          {"mean_power_w", ratio(joules, seconds)}};
}

std::string csv_line(const core::EnergyMeter::Entry& entry) {
  return csv_field(entry.component) + "," + csv_field(entry.activity) + "," +
         std::to_string(entry.count) + "," + exact_number(entry.joules) + "\n";
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

double total_energy_j(const RunResult& result) {
  double total = 0.0;
  for (const core::EnergyMeter::Entry& entry : result.energy) total += entry.joules;
  return total;
}

double component_energy_j(const RunResult& result, const std::string& component) {
  double total = 0.0;
  const std::string below = component + "/";
  for (const core::EnergyMeter::Entry& entry : result.energy) {
    if (entry.component == component || entry.component.compare(0, below.size(), below) == 0) {
      total += entry.joules;
    }
  }
  return total;
}

nlohmann::ordered_json make_summary(const RunRecord& record, const RunResult& result) {
  Json summary{{"schema", "aimc-vp/summary/1"}, {"version", record.version},
               {"platform", record.platform},   {"firmware", record.firmware},
               {"arguments", record.arguments}, {"seed", record.seed},
               {"noc_model", record.noc_model}, {"analog_model", record.analog_model}};
  summary["devices"] = record.devices;
  summary["run"] = run_section(record, result);
  const bool own = result.status == RunStatus::kFirmware;
  summary["exit"] = {{"code", own ? result.exit_code : kStoppedByPlatform},
                     {"stopped_by", own ? "firmware" : "platform"},
                     {"reason", result.reason}};
  if (!own) summary["exit"]["backtrace"] = result.backtrace;
  summary["reported"] = Json::object();
  for (const auto& [name, value] : result.reported) summary["reported"][name] = value;
  summary["time"] = {{"simulated_s", static_cast<double>(result.simulated_ps) / kPsPerSecond},
                     {"simulated_ps", result.simulated_ps}};
  summary["host"] = {{"instructions", result.host_instructions}, {"cycles", result.host_cycles}};
  summary["tiles"] = tiles_section(result);
  summary["noc"] = {{"packets", result.noc.packets},
                    {"flits", result.noc.flits},
                    {"flit_hops", result.noc.flit_hops},
                    {"bytes", result.noc.bytes},
                    {"mean_latency_cycles", result.noc.mean_latency_cycles},
                    {"max_link_utilisation", result.noc.max_link_utilisation}};
  summary["energy"] = energy_section(result);
  summary["area"] = area_section(result);
  summary["metrics"] = metrics_section(result);
  return summary;
}

std::string summary_text(const RunRecord& record, const RunResult& result) {
  // Names the firmware reports may be any bytes; what is not UTF-8 is replaced.
  return make_summary(record, result).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string exact_number(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string energy_csv(const RunResult& result) {
  std::string text = "component,activity,count,energy_j\n";
  for (const core::EnergyMeter::Entry& entry : result.energy) text += csv_line(entry);
  return text;
}

}  // namespace aimc::observe
