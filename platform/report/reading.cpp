#include "platform/report/reading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "platform/observe/console.h"
#include "platform/report/analysis.h"
#include "platform/report/timeline.h"

namespace aimc::report {
namespace {

/// A resource that is busy for this share of the time limits the throughput.
constexpr double kLimits = 0.7;
/// Two resources this close to each other limit together.
constexpr double kTie = 0.05;
/// A DMA engine that is busy for this share beside a host that is, too, has its part in it.
constexpr double kFeeds = 0.5;
/// Bins a window is to have when the user is told to look closer.
constexpr double kWantedBins = 50.0;
/// As many as --power-bin may make of a run.
constexpr double kMostBins = 100000.0;

std::string percent(double share) {
  std::array<char, 32> text{};
  const double value = 100.0 * share;
  if (value > 0.0 && value < 0.005) return "< 0.01 %";
  std::snprintf(text.data(), text.size(), value != 0.0 && value < 0.95 ? "%.2f %%" : "%.1f %%",
                value);
  return text.data();
}

/// A quantity as everywhere on the page: with the micro sign, which a terminal might not have.
std::string quantity(double value, const char* unit) {
  std::string text = observe::si_text(value, unit);
  const std::size_t blank = text.rfind(" u");
  if (blank != std::string::npos) text.replace(blank, 2, " µ");
  return text;
}

double share_of(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

bool is_tile(const std::string& group) {
  return group.rfind("tile", 0) == 0;
}

/// "The host", "The tiles"
std::string with_article(const std::string& unit) {
  if (unit == "noc") return "The network";
  if (unit == "ram") return "The host's RAM";
  if (unit == "dma") return "The DMA engine";
  return "The " + unit;
}

/// Sums of whole units, "tiles" being one, most first.
std::vector<GroupEnergy> by_unit(const std::map<std::string, double>& groups) {
  std::map<std::string, double> sums;
  for (const auto& [group, joules] : groups) sums[is_tile(group) ? "tiles" : group] += joules;
  std::vector<GroupEnergy> units;
  units.reserve(sums.size());
  for (const auto& [unit, joules] : sums) units.push_back({unit, joules});
  std::stable_sort(units.begin(), units.end(),
                   [](const auto& a, const auto& b) { return a.joules > b.joules; });
  return units;
}

const EnergyCell* largest_cell(const std::vector<EnergyCell>& cells, bool work_only) {
  const EnergyCell* largest = nullptr;
  for (const EnergyCell& cell : cells) {
    if (work_only && (cell.activity == "leakage" || cell.activity == "programming")) continue;
    if (largest == nullptr || cell.joules > largest->joules) largest = &cell;
  }
  return largest;
}

std::string cell_name(const EnergyCell& cell) {
  return cell.group == "tile " + cell.activity ? cell.group : cell.group + ": " + cell.activity;
}

/// "While MVMs are executed (12 ms), the tiles take 60 % of 1 mJ, most of it tile adc (50 %)."
std::string energy_while_working(const MvmWindow& window) {
  double sum = 0.0;
  std::pair<std::string, double> most{"", 0.0};
  for (const auto& [group, joules] : window.energy_j) {
    sum += joules;
    if (joules > most.second) most = {group, joules};
  }
  const std::vector<GroupEnergy> units = by_unit(window.energy_j);
  if (units.empty() || sum <= 0.0) return "";
  std::string unit = with_article(units[0].group);
  unit[0] = 't';
  std::string name = most.first;
  if (name.rfind("tiles_", 0) == 0) name.replace(0, 6, "tile ");
  std::string text = " While MVMs are executed, " + unit +
                     (units[0].group == "tiles" ? " take " : " takes ") +
                     percent(units[0].joules / sum) + " of " + quantity(sum, "J");
  if (name != units[0].group)
    text += "; the largest part is " + name + " with " + percent(most.second / sum);
  return text + ".";
}

Finding energy_finding(const RunFolder& run, const std::optional<MvmWindow>& window) {
  Finding finding{"energy", "Which component burns most energy?", "", "", ""};
  finding.rule =
      "Accounts of energy.csv, tiles taken together by part. Work is what remains without leakage "
      "and without the one-off programming of weights. What is taken while MVMs are executed is "
      "the part of power.csv in the bins in which converters took energy.";
  const std::vector<EnergyCell> cells = energy_cells(run);
  const EnergyCell* const largest = largest_cell(cells, false);
  if (largest == nullptr || run.total_j <= 0.0) {
    finding.verdict = "None: no energy was metered.";
    return finding;
  }
  std::map<std::string, double> groups;
  for (const EnergyCell& cell : cells) groups[cell.group] += cell.joules;
  const std::vector<GroupEnergy> units = by_unit(groups);
  finding.verdict = with_article(units[0].group) + ", " +
                    percent(share_of(units[0].joules, run.total_j)) + " of " +
                    quantity(run.total_j, "J") + ".";
  if (units.size() > 1 && units[1].joules > 0.0) {
    std::string second = with_article(units[1].group);
    second[0] = 't';
    finding.answer =
        "Next is " + second + " with " + percent(share_of(units[1].joules, run.total_j)) + ". ";
  }
  finding.answer += "The largest single item is " + cell_name(*largest) + " (" +
                    percent(share_of(largest->joules, run.total_j)) + ").";
  const double leakage = leakage_j(run);
  const double programming = programming_j(run);
  const double work = run.total_j - leakage - programming;
  const EnergyCell* const worker = largest_cell(cells, true);
  if (worker != nullptr && work > 0.0) {
    finding.answer += " Leakage is " + percent(share_of(leakage, run.total_j)) +
                      " and programming of weights " + percent(share_of(programming, run.total_j)) +
                      "; of the work that remains, " + quantity(work, "J") + ", most is " +
                      cell_name(*worker) + " (" + percent(share_of(worker->joules, work)) + ").";
  }
  if (window) finding.answer += energy_while_working(*window);
  return finding;
}

/// "3" for the track "tile3/crossbar"; empty when it is none of a tile's parts.
std::string tile_of_part(const std::string& track) {
  const std::size_t slash = track.find('/');
  if (!is_tile(track) || slash == std::string::npos) return "";
  return track.substr(4, slash - 4);
}

struct BusiestPart {
  std::string track;
  double busy = 0.0;
};

/// The parts of tiles in a window, the busiest of each tile, most busy first.
std::vector<BusiestPart> busiest_parts(const MvmWindow& window) {
  std::map<std::string, BusiestPart> by_tile;
  for (const auto& [track, busy] : window.busy) {
    const std::string tile = tile_of_part(track);
    if (tile.empty()) continue;
    BusiestPart& part = by_tile[tile];
    if (part.track.empty() || busy > part.busy) part = {track, busy};
  }
  std::vector<BusiestPart> parts;
  parts.reserve(by_tile.size());
  for (const auto& [tile, part] : by_tile) parts.push_back(part);
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.busy > b.busy; });
  return parts;
}

/// "the crossbar of tile 3"
std::string part_text(const BusiestPart& part) {
  const std::string what = part.track.substr(part.track.find('/') + 1);
  return "the " + (what == "nmpu" ? "NMPU" : what) + " of tile " + tile_of_part(part.track);
}

/// What to do when the bins are wider than what happened. @param busy_s how long the busiest
/// crossbar or NMPU was at work in them: it happened in no less time
std::string look_closer(const RunFolder& run, const MvmWindow& window, double busy_s) {
  const double least_us = run.simulated_s / kMostBins * 1e6;
  const double wanted_us = std::max(least_us, busy_s / kWantedBins * 1e6);
  const double decade = std::pow(10.0, std::floor(std::log10(wanted_us)));
  double width = std::floor(wanted_us / decade) * decade;
  if (width < least_us) width += decade;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%gus", std::max(0.01, width));
  return "All of it happened in " + std::to_string(window.bins) + " bin" +
         (window.bins == 1 ? "" : "s") + " of " + quantity(window.bin_s, "s") +
         ", which also have what came before and after, so the figures here are too low: run again "
         "with --power-bin " +
         text.data() + ".";
}

Finding tile_finding(const RunFolder& run, const std::optional<MvmWindow>& window) {
  Finding finding{"tile", "Which tile is the bottleneck?", "", "", ""};
  const auto used = static_cast<std::size_t>(std::count_if(
      run.tiles.begin(), run.tiles.end(), [](const Tile& tile) { return tile.mvms > 0.0; }));
  if (used == 0) {
    finding.verdict = "None: no tile executed an MVM.";
    finding.rule = "MVMs of the tiles in summary.json.";
    return finding;
  }
  const std::string of = " of the " + std::to_string(used) + " tiles that executed MVMs";
  const std::vector<BusiestPart> parts =
      window ? busiest_parts(*window) : std::vector<BusiestPart>();
  if (parts.empty()) {
    const auto busiest = std::max_element(
        run.tiles.begin(), run.tiles.end(),
        [](const Tile& a, const Tile& b) { return a.utilisation < b.utilisation; });
    finding.verdict = "Tile " + std::to_string(busiest->id) + " was busy longest, " +
                      percent(busiest->utilisation) + " of the run.";
    finding.answer = "It is the first" + of + ".";
    finding.rule =
        "Time with a command executing, programming included: without power.csv and timeline.csv "
        "the time of MVMs cannot be told from the rest.";
    return finding;
  }
  finding.rule =
      "The busiest crossbar or NMPU in the bins of power.csv in which converters took "
      "energy (" +
      quantity(window->seconds, "s") +
      " of the run). Waiting for data or semaphores does not count as busy. Below " +
      percent(kLimits) + " no tile is a bottleneck.";
  const BusiestPart& first = parts.front();
  const auto alike = static_cast<std::size_t>(std::count_if(
      parts.begin(), parts.end(),
      [&first](const BusiestPart& part) { return part.busy > (1.0 - kTie) * first.busy; }));
  const std::string alike_text = alike == used
                                     ? "all " + std::to_string(used) + " tiles that executed MVMs"
                                     : std::to_string(alike) + of;
  const std::string tile = "Tile " + tile_of_part(first.track);
  if (window->coarse()) {
    finding.verdict = tile + " is the busiest, but whether it is a bottleneck cannot be told.";
  } else if (first.busy < kLimits) {
    finding.verdict = alike > 1 ? "None; " + alike_text + " are equally busy."
                                : "None; the busiest is tile " + tile_of_part(first.track) + ".";
  } else if (alike > 1) {
    finding.verdict = "No single one: " + alike_text + " are equally busy.";
  } else {
    finding.verdict = tile + ".";
  }
  std::string part = part_text(first);
  part[0] = 'T';
  finding.answer =
      part + " is at work " + percent(first.busy) + " of the time in which MVMs are executed";
  if (alike > 1) {
    finding.answer += ", and " + alike_text + " are within 5 % of it.";
  } else if (parts.size() > 1) {
    finding.answer += "; " + part_text(parts[1]) + " follows with " + percent(parts[1].busy) + ".";
  } else {
    finding.answer += ".";
  }
  if (window->coarse()) {
    finding.answer += " " + look_closer(run, *window, first.busy * window->seconds);
  }
  return finding;
}

/// How busy everything was, in the window or over the whole run.
struct Load {
  double tiles = 0.0;
  std::size_t tiles_at_limit = 0;
  std::size_t tiles_used = 0;
  double network = 0.0;
  std::optional<double> host;
  double dma = 0.0;
};

std::string verdict_on(const Load& load) {
  const double more = std::max(load.tiles, load.network);
  if (more >= kLimits && std::abs(load.network - load.tiles) < kTie) {
    if (load.tiles_at_limit == load.tiles_used)
      return "Both: network and tiles are at their limits.";
    return "Both: the network, and " + std::to_string(load.tiles_at_limit) + " of " +
           std::to_string(load.tiles_used) + " tiles.";
  }
  if (more >= kLimits) return load.network > load.tiles ? "The network." : "The tiles.";
  if (load.dma >= kLimits && load.dma > load.host.value_or(0.0)) {
    return "Neither: they wait for the DMA engine.";
  }
  if (load.host && *load.host >= kLimits && load.dma >= kFeeds) {
    return "Neither: they wait for their inputs, which host and DMA bring.";
  }
  if (load.host && *load.host >= kLimits) return "Neither: they wait for the host.";
  return "Neither: one step waits for the other.";
}

Finding limit_finding(const RunFolder& run, const std::optional<MvmWindow>& window) {
  Finding finding{"limit", "Do the network or the tiles limit the throughput?", "", "", ""};
  Load load;
  if (!window) {
    for (const Tile& tile : run.tiles) load.tiles = std::max(load.tiles, tile.utilisation);
    load.network = run.noc.max_link_utilisation;
    load.host = host_executing(run);
    finding.verdict = verdict_on(load);
    finding.answer = "Over the whole run the busiest tile is busy " + percent(load.tiles) +
                     " of the time and the busiest link " + percent(load.network);
    if (load.host) finding.answer += "; the host executes instructions " + percent(*load.host);
    finding.answer += ".";
    finding.rule =
        "Whole run, set-up and programming included, from summary.json; a resource limits from " +
        percent(kLimits) +
        " on. A run that also leaves power.csv and timeline.csv tells the time of MVMs from the "
        "rest.";
    return finding;
  }
  const auto busy_of = [&window](const char* track) {
    const auto found = window->busy.find(track);
    return found == window->busy.end() ? 0.0 : found->second;
  };
  const std::vector<BusiestPart> parts = busiest_parts(*window);
  double mean = 0.0;
  for (const BusiestPart& part : parts) {
    load.tiles = std::max(load.tiles, part.busy);
    mean += part.busy / static_cast<double>(parts.size());
    if (part.busy >= kLimits) ++load.tiles_at_limit;
  }
  load.tiles_used = parts.size();
  load.network = window->busiest_link;
  load.host = busy_of("host");
  load.dma = busy_of("dma");
  const bool decided = std::max(load.tiles, load.network) >= kLimits;
  finding.verdict =
      window->coarse() && !decided ? "Cannot be told from bins this wide." : verdict_on(load);
  finding.answer =
      "While MVMs are executed, " + (parts.empty() ? "no crossbar" : part_text(parts.front())) +
      " is busy " + percent(load.tiles) + " of the time (" + percent(mean) +
      " in the mean over tiles) and the busiest link carries flits " + percent(load.network) +
      "; the host is out of WFI, at work or polling, " + percent(*load.host) +
      ", the DMA engine has a transfer " + percent(load.dma) + ".";
  if (window->coarse()) {
    finding.answer += " " + look_closer(run, *window, load.tiles * window->seconds);
  }
  finding.rule =
      "The bins in which converters took energy. A crossbar, NMPU or link that is busy " +
      percent(kLimits) +
      " of them or more limits: the busier one, or both within 5 points. Otherwise neither does: "
      "the work waits for DMA or host if one of them is at work that long, and else for one step "
      "after the other. The busiest link is that of each bin, so it may be another one later.";
  return finding;
}

Finding movement_finding(const RunFolder& run) {
  Finding finding{"movement", "What does moving data cost?", "", "", ""};
  const std::vector<Movement> movements = data_movement(run);
  double sum = 0.0;
  for (const Movement& movement : movements) sum += movement.joules;
  const double work = run.total_j - leakage_j(run) - programming_j(run);
  finding.verdict = percent(share_of(sum, run.total_j)) + " of the energy, " +
                    percent(share_of(sum, work)) + " of the work.";
  finding.answer = "Of all energy: ";
  for (std::size_t i = 0; i < movements.size(); ++i) {
    finding.answer += (i == 0 ? "" : ", ") + movements[i].name + " " +
                      percent(share_of(movements[i].joules, run.total_j));
  }
  std::string times;
  for (const Movement& movement : movements) {
    if (!movement.time_share) continue;
    times += (times.empty() ? "" : ", ") + movement.name + " " + percent(*movement.time_share);
    finding.rule += (finding.rule.empty() ? "" : "; ") + movement.name + ": " + movement.time_rule;
  }
  finding.answer += ". At work, of the time of the run: " + times + ".";
  finding.rule =
      "Energy without leakage; work is all energy without leakage and programming. Time: " +
      finding.rule + ". They are at work at the same time, so shares do not add up.";
  return finding;
}

}  // namespace

std::vector<Finding> reading(const RunFolder& run) {
  const std::optional<MvmWindow> window = mvm_window(run);
  return {energy_finding(run, window), tile_finding(run, window), limit_finding(run, window),
          movement_finding(run)};
}

}  // namespace aimc::report
