#include "platform/observe/tables.h"

#include <array>
#include <initializer_list>
#include <map>

#include "platform/observe/summary.h"

namespace aimc::observe {
namespace {

using platform::History;
using platform::RunResult;

constexpr double kPsPerSecond = 1e12;  // dividing rounds once, so that 100 us are 0.0001
/// Lines of timeline.csv there may be.
constexpr std::size_t kMaxTimelineLines = 100'000;
/// Parts of a tile that have energy accounts, in the order of the columns.
constexpr std::array<const char*, 7> kTileParts{"dac",  "crossbar", "adc",    "nmpu",
                                                "sram", "control",  "leakage"};

double seconds(core::TimePs time_ps) {
  return static_cast<double>(time_ps) / kPsPerSecond;
}

double share(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

std::string whole_numbers(std::initializer_list<std::uint64_t> values) {
  std::string text;
  for (const std::uint64_t value : values) text += "," + std::to_string(value);
  return text;
}

/// "tile3" for a node, "router3" for a router.
std::string node_name(const noc::Node& node, std::size_t tiles) {
  if (node.id < tiles) return "tile" + std::to_string(node.id);
  return node.id == tiles ? "host" : "memory";
}

/// How many bins to take together so that not more lines than kMaxTimelineLines come out.
std::size_t timeline_coarseness(const History& history) {
  std::size_t coarseness = 1;
  for (;; coarseness *= 2) {
    const History coarser = history.coarser(coarseness);
    std::size_t lines = 0;
    for (std::size_t series = 0; series < coarser.series(); ++series) {
      for (std::size_t bin = 0; bin < coarser.bins(); ++bin) {
        lines += coarser.amount(series, bin) > 0.0 ? 1 : 0;
      }
    }
    if (lines <= kMaxTimelineLines || coarser.bins() <= 1) return coarseness;
  }
}

}  // namespace

std::string tiles_csv(const RunResult& result) {
  std::string text =
      "tile,x,y,mvms,macs,nmpu_columns,saturated,busy_s,utilisation,crossbar_busy_s,nmpu_busy_s,"
      "energy_j";
  for (const char* part : kTileParts) text += std::string(",") + part + "_j";
  text += "\n";
  std::map<std::string, double> joules;
  for (const core::EnergyMeter::Entry& entry : result.energy) {
    joules[entry.component] += entry.joules;
  }
  for (const platform::TileResult& tile : result.tiles) {
    const std::string component = "tile" + std::to_string(tile.id);
    text += std::to_string(tile.id) + whole_numbers({tile.x, tile.y, tile.mvms, tile.macs,
                                                     tile.nmpu_columns, tile.saturated});
    text += "," + exact_number(seconds(tile.busy_ps)) + "," +
            exact_number(share(static_cast<double>(tile.busy_ps),
                               static_cast<double>(result.simulated_ps))) +
            "," + exact_number(seconds(tile.crossbar_ps)) + "," +
            exact_number(seconds(tile.nmpu_ps)) + "," +
            exact_number(component_energy_j(result, component));
    for (const char* part : kTileParts) {
      text += "," + exact_number(joules[component + "/" + part]);
    }
    text += "\n";
  }
  return text;
}

std::string links_csv(const RunResult& result) {
  std::string text = "plane,kind,from,to,from_x,from_y,to_x,to_y,flits,utilisation\n";
  for (const noc::LinkUse& link : result.noc.links) {
    text += link.plane == noc::Plane::kRequest ? "request," : "response,";
    const std::string node = node_name(link.node, result.tiles.size());
    std::string from = "router" + std::to_string(link.from_router);
    std::string to = "router" + std::to_string(link.to_router);
    switch (link.kind) {
      case noc::LinkKind::kInjection:
        text += "injection,";
        from = node;
        break;
      case noc::LinkKind::kRouter:
        text += "router,";
        break;
      case noc::LinkKind::kEjection:
        text += "ejection,";
        to = node;
        break;
    }
    const unsigned width = result.noc.mesh_width;
    text += from + "," + to +
            whole_numbers({link.from_router % width, link.from_router / width,
                           link.to_router % width, link.to_router / width, link.busy_cycles}) +
            "," +
            exact_number(share(static_cast<double>(link.busy_cycles),
                               static_cast<double>(result.noc.elapsed_cycles))) +
            "\n";
  }
  return text;
}

std::string layers_csv(const RunResult& result) {
  std::string text =
      "layer,count,time_s,min_s,max_s,energy_j,host_instructions,mvms,macs,nmpu_columns,"
      "noc_bytes\n";
  for (const platform::SectionResult& section : result.sections) {
    text += csv_field(section.path) + "," + std::to_string(section.count);
    for (const core::TimePs time : {section.time_ps, section.min_ps, section.max_ps}) {
      text += "," + exact_number(seconds(time));
    }
    const platform::WorkDone& work = section.work;
    text += "," + exact_number(work.energy_j) +
            whole_numbers(
                {work.host_instructions, work.mvms, work.macs, work.nmpu_columns, work.noc_bytes}) +
            "\n";
  }
  return text;
}

std::string power_csv(const RunResult& result) {
  const History& power = result.power;
  std::string text = "begin_s,end_s,total_w";
  for (std::size_t group = 0; group < power.series(); ++group) {
    text += "," + csv_field(power.name(group) + "_w");
  }
  text += "\n";
  for (std::size_t bin = 0; bin < power.bins(); ++bin) {
    const double length_s = seconds(power.end_ps(bin) - power.begin_ps(bin));
    double total_j = 0.0;
    std::string groups;
    for (std::size_t group = 0; group < power.series(); ++group) {
      total_j += power.amount(group, bin);
      groups += "," + exact_number(share(power.amount(group, bin), length_s));
    }
    text += exact_number(seconds(power.begin_ps(bin))) + "," +
            exact_number(seconds(power.end_ps(bin))) + "," +
            exact_number(share(total_j, length_s)) + groups + "\n";
  }
  return text;
}

std::string timeline_csv(const RunResult& result) {
  const History history = result.utilisation.coarser(timeline_coarseness(result.utilisation));
  std::string text = "begin_s,end_s,track,utilisation\n";
  for (std::size_t bin = 0; bin < history.bins(); ++bin) {
    const core::TimePs begin_ps = history.begin_ps(bin);
    const core::TimePs end_ps = history.end_ps(bin);
    const std::string when = exact_number(seconds(begin_ps)) + "," + exact_number(seconds(end_ps));
    for (std::size_t series = 0; series < history.series(); ++series) {
      const double busy_ps = history.amount(series, bin);
      if (busy_ps <= 0.0) continue;
      text += when + "," + csv_field(history.name(series)) + "," +
              exact_number(share(busy_ps, static_cast<double>(end_ps - begin_ps))) + "\n";
    }
  }
  return text;
}

}  // namespace aimc::observe
