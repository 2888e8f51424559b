#include "platform/report/analysis.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "platform/config/peak_figures.h"
#include "platform/config/platform_file.h"
#include "platform/report/report_error.h"

namespace aimc::report {
namespace {

constexpr const char* kLeakage = "leakage";
constexpr const char* kProgramming = "programming";
constexpr double kTera = 1e12;

/// The number of a setting, if it is there and is one.
std::optional<double> setting_number(const RunFolder& run, std::string_view key) {
  const SettingLine* const line = run.setting(key);
  if (line == nullptr) return std::nullopt;
  double value = 0.0;
  const char* const end = line->value.data() + line->value.size();
  const auto [stop, error] = std::from_chars(line->value.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

template <class Matches>
std::pair<double, double> sum_of(const RunFolder& run, Matches matches) {
  std::pair<double, double> count_and_joules{0.0, 0.0};
  for (const Account& account : run.accounts) {
    if (!matches(account)) continue;
    count_and_joules.first += account.count;
    count_and_joules.second += account.joules;
  }
  return count_and_joules;
}

double activity_j(const RunFolder& run, std::string_view activity) {
  return sum_of(run, [activity](const Account& a) { return a.activity == activity; }).second;
}

Movement of_group(const RunFolder& run, const std::string& name,
                  const std::set<std::string>& groups) {
  const auto sum = sum_of(run, [&groups](const Account& account) {
    return account.activity != kLeakage && groups.count(component_group(account.component)) > 0;
  });
  return {name, sum.second, std::nullopt, ""};
}

Movement host_memory(const RunFolder& run) {
  Movement movement = of_group(run, "host memory", {"ram"});
  const auto accesses = sum_of(run, [](const Account& account) {
    return account.activity == "host read" || account.activity == "host write";
  });
  const auto wait = setting_number(run, "ram.host_wait_cycles");
  if (wait && run.host_cycles > 0.0) {
    movement.time_share = std::min(1.0, accesses.first * (1.0 + *wait) / run.host_cycles);
    movement.time_rule = "host cycles that access RAM, one an access and its wait states";
  }
  return movement;
}

Movement network(const RunFolder& run) {
  Movement movement = of_group(run, "network", {"noc"});
  movement.time_share = run.noc.max_link_utilisation;
  movement.time_rule = "time in which the busiest link carries a flit";
  return movement;
}

Movement tile_sram(const RunFolder& run) {
  Movement movement = of_group(run, "tile SRAM", {"tile sram"});
  const auto width = setting_number(run, "tile.sram_bytes_per_cycle");
  const auto clock = setting_number(run, "tile.clock_mhz");
  if (!width || !clock || *width <= 0.0 || *clock <= 0.0 || run.simulated_s <= 0.0) return movement;
  std::map<std::string, double> bytes;
  for (const Account& account : run.accounts) {
    if (component_group(account.component) == "tile sram") {
      bytes[account.component] += account.count;
    }
  }
  double most = 0.0;
  for (const auto& [component, count] : bytes) most = std::max(most, count);
  movement.time_share = std::min(1.0, most / *width / (*clock * 1e6) / run.simulated_s);
  movement.time_rule = "time in which the busiest tile's SRAM port moves data at full width";
  return movement;
}

}  // namespace

std::string component_group(const std::string& component) {
  constexpr std::string_view kTile = "tile";
  if (component.compare(0, kTile.size(), kTile) != 0) {
    return component.substr(0, component.find('/'));
  }
  const std::size_t end = component.find_first_not_of("0123456789", kTile.size());
  if (end == kTile.size() || end == std::string::npos || component[end] != '/') return component;
  return "tile " + component.substr(end + 1);
}

std::vector<GroupEnergy> energy_groups(const RunFolder& run) {
  std::map<std::string, double> sums;
  for (const Account& account : run.accounts) {
    sums[component_group(account.component)] += account.joules;
  }
  std::vector<GroupEnergy> groups;
  for (const auto& [group, joules] : sums) groups.push_back({group, joules});
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.joules > b.joules; });
  return groups;
}

std::vector<EnergyCell> energy_cells(const RunFolder& run) {
  std::map<std::string, std::map<std::string, EnergyCell>> sums;
  for (const Account& account : run.accounts) {
    const std::string group = component_group(account.component);
    EnergyCell& cell = sums[group][account.activity];
    cell.group = group;
    cell.activity = account.activity;
    cell.count += account.count;
    cell.joules += account.joules;
  }
  std::vector<EnergyCell> cells;
  for (const GroupEnergy& group : energy_groups(run)) {
    const auto begin = static_cast<std::ptrdiff_t>(cells.size());
    for (const auto& [activity, cell] : sums[group.group]) {
      if (cell.joules != 0.0 || cell.count != 0.0) cells.push_back(cell);
    }
    std::stable_sort(cells.begin() + begin, cells.end(),
                     [](const auto& a, const auto& b) { return a.joules > b.joules; });
  }
  return cells;
}

std::vector<Movement> data_movement(const RunFolder& run) {
  return {host_memory(run), network(run), tile_sram(run),
          of_group(run, "bus and DMA", {"bus", "dma"})};
}

double leakage_j(const RunFolder& run) {
  return activity_j(run, kLeakage);
}

double programming_j(const RunFolder& run) {
  return activity_j(run, kProgramming);
}

Peaks platform_peaks(const RunFolder& run) {
  const std::string file = run.path + "/platform.yaml";
  try {
    const platform::LoadedPlatform loaded = platform::load_platform_text(run.platform_yaml, file);
    const platform::SocConfig& config = loaded.config;
    const platform::PeakFigures figures = platform::peak_figures(loaded);
    const platform::PeakMode& one = figures.modes.at(0);
    const platform::PeakMode& four = figures.modes.at(1);
    Peaks peaks;
    peaks.ops_per_s_one_phase = one.tops * kTera;
    peaks.ops_per_s_four_phase = four.tops * kTera;
    peaks.ops_per_j_one_phase = one.tops_per_w * kTera;
    peaks.ops_per_j_four_phase = four.tops_per_w * kTera;
    peaks.port_bytes_per_s = config.noc.flit_bytes * config.noc.clock_mhz * 1e6;
    peaks.all_ports_bytes_per_s = config.tile_count * peaks.port_bytes_per_s;
    return peaks;
  } catch (const platform::ConfigError& error) {
    throw ReportError(error.what());
  } catch (const std::invalid_argument& error) {
    throw ReportError("file '" + file + "': " + error.what());
  }
}

std::optional<double> host_executing(const RunFolder& run) {
  double cycles = 0.0;
  for (const Account& account : run.accounts) {
    if (account.component != "host" || account.activity == kLeakage) continue;
    std::string key = account.activity;
    std::replace(key.begin(), key.end(), ' ', '_');
    const auto each = setting_number(run, "host.cycles." + key);
    if (!each) return std::nullopt;
    cycles += account.count * *each;
  }
  if (run.host_cycles <= 0.0) return std::nullopt;
  return std::min(1.0, cycles / run.host_cycles);
}

}  // namespace aimc::report
