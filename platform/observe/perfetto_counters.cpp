#include "platform/observe/perfetto_counters.h"

#include <functional>
#include <string>

namespace aimc::observe {
namespace {

using platform::History;

constexpr double kPsPerSecond = 1e12;

/// One counter over the bins of a history that are selected; zero behind the last.
void write_bins(const History& history, const TraceSelection& selection, PerfettoWriter& writer,
                std::uint64_t series, const std::function<double(std::size_t bin)>& value_of) {
  core::TimePs end_ps = 0;
  double shown = 0.0;
  for (std::size_t bin = 0; bin < history.bins(); ++bin) {
    const core::TimePs begin_ps = history.begin_ps(bin);
    if (history.end_ps(bin) <= selection.from_ps || begin_ps >= selection.to_ps) continue;
    const double value = value_of(bin);
    if (end_ps == 0 || value != shown) writer.write_series(series, begin_ps, value);
    shown = value;
    end_ps = history.end_ps(bin);
  }
  if (end_ps != 0) writer.write_series(series, end_ps, 0.0);
}

double length_ps(const History& history, std::size_t bin) {
  return static_cast<double>(history.end_ps(bin) - history.begin_ps(bin));
}

void write_power(const History& power, const TraceSelection& selection, PerfettoWriter& writer) {
  const auto watts = [&power](double joules, std::size_t bin) {
    const double ps = length_ps(power, bin);
    return ps > 0.0 ? joules * kPsPerSecond / ps : 0.0;
  };
  write_bins(power, selection, writer, writer.open_series("power", "total", "W"),
             [&](std::size_t bin) {
               double joules = 0.0;
               for (std::size_t group = 0; group < power.series(); ++group) {
                 joules += power.amount(group, bin);
               }
               return watts(joules, bin);
             });
  for (std::size_t group = 0; group < power.series(); ++group) {
    write_bins(power, selection, writer, writer.open_series("power", power.name(group), "W"),
               [&](std::size_t bin) { return watts(power.amount(group, bin), bin); });
  }
}

void write_utilisation(const History& busy, const TraceSelection& selection,
                       PerfettoWriter& writer) {
  const auto share = [&busy](double busy_ps, std::size_t bin) {
    const double ps = length_ps(busy, bin);
    return ps > 0.0 ? busy_ps / ps : 0.0;
  };
  for (std::size_t track = 0; track < busy.series(); ++track) {
    const std::string& name = busy.name(track);
    if (name.compare(0, 4, "tile") == 0) continue;  // these have timelines
    const std::string shown =
        name == "noc" ? "link load" : (name == "noc/busiest" ? "busiest link" : name);
    write_bins(busy, selection, writer, writer.open_series("utilisation", shown, ""),
               [&](std::size_t bin) { return share(busy.amount(track, bin), bin); });
  }
  write_bins(busy, selection, writer, writer.open_series("utilisation", "tiles busy", "tiles"),
             [&](std::size_t bin) {
               double busy_ps = 0.0;
               for (std::size_t track = 0; track < busy.series(); ++track) {
                 const std::string& name = busy.name(track);
                 const bool is_tile = name.compare(0, 4, "tile") == 0;
                 if (is_tile && name.find('/') == std::string::npos) {
                   busy_ps += busy.amount(track, bin);
                 }
               }
               return share(busy_ps, bin);
             });
}

}  // namespace

void write_counters(const platform::RunResult& result, const TraceSelection& selection,
                    PerfettoWriter& writer) {
  if (selection.wants("power")) write_power(result.power, selection, writer);
  if (selection.wants("utilisation")) write_utilisation(result.utilisation, selection, writer);
}

}  // namespace aimc::observe
