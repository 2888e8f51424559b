#include "platform/observe/console.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace aimc::observe {
namespace {

using platform::RunResult;

constexpr double kSecondsPerPs = 1e-12;

template <class... Arguments>
std::string format(const char* pattern, Arguments... arguments) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), pattern, arguments...);
  return text.data();
}

/// "tile3/adc" -> "tiles/adc": the account of all tiles together.
std::string group_of(const std::string& component) {
  const std::string first = component.substr(0, component.find('/'));
  const bool is_tile = first.size() > 4 && first.compare(0, 4, "tile") == 0 &&
                       std::all_of(first.begin() + 4, first.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; });
  return is_tile ? "tiles" + component.substr(first.size()) : component;
}

std::string energy_table(const RunResult& result) {
  std::map<std::string, double> groups;
  for (const core::EnergyMeter::Entry& entry : result.energy) {
    groups[group_of(entry.component)] += entry.joules;
  }
  std::vector<std::pair<std::string, double>> rows(groups.begin(), groups.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  const double total = total_energy_j(result);
  std::string text = format("energy       %-20s %12s\n", "total", si_text(total, "J").c_str());
  for (const auto& [name, joules] : rows) {
    text += format("             %-20s %12s  %5.1f %%\n", name.c_str(),
                   si_text(joules, "J").c_str(), total > 0.0 ? 100.0 * joules / total : 0.0);
  }
  return text;
}

std::string outcome(const RunResult& result) {
  std::string text = "exit         ";
  text += result.status == platform::RunStatus::kFirmware
              ? format("%u by the firmware", result.exit_code)
              : std::string("3, stopped by the platform");
  return text + (result.reason.empty() ? "" : ": " + result.reason) + "\n";
}

std::string tile_line(const RunResult& result) {
  std::uint64_t mvms = 0;
  std::size_t used = 0;
  double busiest = 0.0;
  for (const platform::TileResult& tile : result.tiles) {
    mvms += tile.mvms;
    used += tile.mvms > 0 ? 1 : 0;
    busiest = std::max(busiest, static_cast<double>(tile.busy_ps));
  }
  const auto simulated = static_cast<double>(result.simulated_ps);
  return format("tiles        %zu of %zu used, %llu MVMs, the busiest %.1f %% of the time\n", used,
                result.tiles.size(), static_cast<unsigned long long>(mvms),
                simulated > 0.0 ? 100.0 * busiest / simulated : 0.0);
}

std::string speed_line(const RunRecord& record, const RunResult& result) {
  const double mips = record.wall_s > 0.0
                          ? static_cast<double>(result.host_instructions) / 1e6 / record.wall_s
                          : 0.0;
  return format("speed        %.1f s wall time, %.1f million host instructions/s\n", record.wall_s,
                mips);
}

}  // namespace

std::string si_text(double value, const std::string& unit) {
  struct Prefix {
    double factor;
    const char* name;
  };
  static constexpr std::array<Prefix, 10> kPrefixes{{{1e9, "G"},
                                                     {1e6, "M"},
                                                     {1e3, "k"},
                                                     {1.0, ""},
                                                     {1e-3, "m"},
                                                     {1e-6, "u"},
                                                     {1e-9, "n"},
                                                     {1e-12, "p"},
                                                     {1e-15, "f"},
                                                     {1e-18, "a"}}};
  if (value == 0.0 || !std::isfinite(value)) return format("%.4g ", value) + unit;
  // The limit lies below 1 so that 999.96 becomes 1 k and not 1e+03.
  const auto* prefix = kPrefixes.begin();
  while (prefix + 1 != kPrefixes.end() && std::abs(value) < prefix->factor * 0.99995) ++prefix;
  return format("%.4g ", value / prefix->factor) + prefix->name + unit;
}

std::string console_summary(const RunRecord& record, const RunResult& result) {
  std::string text = outcome(result);
  for (const auto& [name, value] : result.reported) {
    text += format("%-12s %.6g\n", name.c_str(), value);
  }
  const double seconds = static_cast<double>(result.simulated_ps) * kSecondsPerPs;
  text += format("time         %s simulated, %llu host instructions, %llu cycles\n",
                 si_text(seconds, "s").c_str(),
                 static_cast<unsigned long long>(result.host_instructions),
                 static_cast<unsigned long long>(result.host_cycles));
  text += tile_line(result);
  text += format("network      %llu packets, %llu bytes, %.1f cycles mean latency\n",
                 static_cast<unsigned long long>(result.noc.packets),
                 static_cast<unsigned long long>(result.noc.bytes), result.noc.mean_latency_cycles);
  text += energy_table(result);
  if (result.nmpu_compared > 0) {
    text += format("lockstep     %llu columns compared, %llu mismatches\n",
                   static_cast<unsigned long long>(result.nmpu_compared),
                   static_cast<unsigned long long>(result.nmpu_mismatches));
  }
  return text + speed_line(record, result);
}

ProgressLine::~ProgressLine() {
  clear();
}

ProgressLine::ProgressLine(std::FILE* stream, bool terminal, Clock::duration interval,
                           std::function<Clock::time_point()> now)
    : stream_(stream),
      terminal_(terminal),
      interval_(terminal ? std::chrono::milliseconds(100) : interval),
      now_(std::move(now)),
      start_(now_()),
      last_(start_) {}

std::string ProgressLine::text(const platform::Progress& progress, double wall_s) const {
  const double simulated_s = static_cast<double>(progress.simulated_ps) * kSecondsPerPs;
  const double speed =
      wall_s > 0.0 ? static_cast<double>(progress.host_instructions) / 1e6 / wall_s : 0.0;
  std::string line = format("%s simulated in %.0f s, %.1f million host instructions/s, %llu MVMs",
                            si_text(simulated_s, "s").c_str(), wall_s, speed,
                            static_cast<unsigned long long>(progress.mvms));
  if (progress.total == 0) return line;
  line += format(", %llu of %llu (%.0f %%)", static_cast<unsigned long long>(progress.done),
                 static_cast<unsigned long long>(progress.total),
                 100.0 * static_cast<double>(progress.done) / static_cast<double>(progress.total));
  if (progress.done > first_done_ && progress.done <= progress.total) {
    // What came before the first unit says nothing about the others.
    const double worked_s = std::chrono::duration<double>(last_ - first_report_).count();
    line += format(", %.0f s left", worked_s * static_cast<double>(progress.total - progress.done) /
                                        static_cast<double>(progress.done - first_done_));
  }
  return line;
}

void ProgressLine::update(const platform::Progress& progress) {
  const Clock::time_point now = now_();
  if (!counts_ && progress.total > 0) {
    counts_ = true;
    first_done_ = progress.done;
    first_report_ = now;
  }
  if (now - last_ < interval_) return;
  last_ = now;
  const std::string line = text(progress, std::chrono::duration<double>(now - start_).count());
  std::fprintf(stream_, terminal_ ? "\r\x1b[K%s" : "%s\n", line.c_str());
  std::fflush(stream_);
  shown_ = terminal_;
}

void ProgressLine::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[K", stream_);
  std::fflush(stream_);
  shown_ = false;
}

}  // namespace aimc::observe
