#include "platform/report/timeline.h"

#include <algorithm>
#include <cmath>

namespace aimc::report {
namespace {

/// Of the converters' median power; a bin with less lies largely outside the time of MVMs.
constexpr double kBusyShare = 0.5;

/// Cuts a stretch into equal bins and takes the means of what falls into them.
class Rebinner {
 public:
  Rebinner(const Stretch& stretch, std::size_t bins)
      : stretch_(stretch),
        bins_(bins),
        width_((stretch.end_s - stretch.begin_s) / static_cast<double>(bins)) {}

  double width() const { return width_; }

  /// Adds `value` over [begin, end) to the means of a track.
  void add(double begin, double end, double value, std::vector<double>& means) const {
    if (value == 0.0 || end <= stretch_.begin_s || begin >= stretch_.end_s) return;
    const auto last = static_cast<double>(bins_ - 1);
    const double at = (begin - stretch_.begin_s) / width_;
    for (auto bin = static_cast<std::size_t>(std::clamp(at, 0.0, last)); bin < bins_; ++bin) {
      const double from = stretch_.begin_s + width_ * static_cast<double>(bin);
      if (from >= end) break;
      const double overlap = std::min(end, from + width_) - std::max(begin, from);
      if (overlap > 0.0) means[bin] += value * overlap / width_;
    }
  }

 private:
  Stretch stretch_;
  std::size_t bins_;
  double width_;
};

/// The group of a column of power.csv; nothing for the total and for times.
std::optional<std::string> power_group(const std::string& column) {
  constexpr std::string_view kUnit = "_w";
  if (column.size() <= kUnit.size() || column == "total_w") return std::nullopt;
  const std::size_t end = column.size() - kUnit.size();
  if (column.substr(end) != kUnit) return std::nullopt;
  return column.substr(0, end);
}

struct Interval {
  double begin = 0.0;
  double end = 0.0;
};

Interval interval(const CsvTable& table, std::size_t row, std::size_t begin, std::size_t end) {
  return {table.number(row, begin), table.number(row, end)};
}

std::vector<Interval> intervals_of(const CsvTable& table, std::size_t begin, std::size_t end) {
  std::vector<Interval> intervals;
  intervals.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    intervals.push_back(interval(table, row, begin, end));
  }
  return intervals;
}

/// Bins for a stretch: none narrower than those of the file, at most `most`; 0 for no stretch.
std::size_t bins_for(const RunFolder& run, const std::vector<Interval>& intervals,
                     const Stretch& stretch, std::size_t most) {
  const double length = stretch.end_s - stretch.begin_s;
  if (!(length > 0.0)) return 0;
  double shortest = length;
  for (const Interval& bin : intervals) {
    // The last bin of a run may be short; it does not set the width.
    const bool last = bin.end >= run.simulated_s * (1.0 - 1e-9);
    if (!last && bin.end > bin.begin) shortest = std::min(shortest, bin.end - bin.begin);
  }
  const double bins = std::round(length / shortest);
  return static_cast<std::size_t>(std::clamp(bins, 1.0, static_cast<double>(most)));
}

/// Energy of the converters up to a time, as a polyline over power.csv's bins.
class ConverterEnergy {
 public:
  explicit ConverterEnergy(const CsvTable& power) {
    const std::size_t begin = power.column("begin_s");
    const std::size_t end = power.column("end_s");
    const std::size_t watts = power.column("tiles_adc_w");
    double joules = 0.0;
    for (std::size_t row = 0; row < power.rows(); ++row) {
      const Interval bin = interval(power, row, begin, end);
      joules += power.number(row, watts) * (bin.end - bin.begin);
      ends_.push_back(bin.end);
      joules_.push_back(joules);
    }
  }

  double until(double time) const {
    const auto found = std::lower_bound(ends_.begin(), ends_.end(), time);
    if (found == ends_.end()) return joules_.empty() ? 0.0 : joules_.back();
    const auto i = static_cast<std::size_t>(found - ends_.begin());
    const double before = i == 0 ? 0.0 : ends_[i - 1];
    const double joules_before = i == 0 ? 0.0 : joules_[i - 1];
    const double width = ends_[i] - before;
    const double share = width > 0.0 ? (time - before) / width : 1.0;
    return joules_before + share * (joules_[i] - joules_before);
  }

 private:
  std::vector<double> ends_;
  std::vector<double> joules_;
};

using Bins = std::map<double, double>;  // begin to end

/// Bins of timeline.csv in which the converters were at work.
Bins busy_bins(const CsvTable& timeline, const ConverterEnergy& energy) {
  const std::size_t begin_s = timeline.column("begin_s");
  const std::size_t end_s = timeline.column("end_s");
  Bins bins;
  for (std::size_t row = 0; row < timeline.rows(); ++row) {
    const Interval bin = interval(timeline, row, begin_s, end_s);
    if (bin.end > bin.begin) bins.emplace(bin.begin, bin.end);
  }
  struct Work {
    double watts;
    double joules;
  };
  const auto work_of = [&energy](double begin, double end) {
    const double joules = energy.until(end) - energy.until(begin);
    return Work{joules / (end - begin), joules};
  };
  std::vector<Work> works;
  double all = 0.0;
  for (const auto& [begin, end] : bins) {
    works.push_back(work_of(begin, end));
    all += works.back().joules;
  }
  if (all <= 0.0) return {};
  std::sort(works.begin(), works.end(),
            [](const Work& a, const Work& b) { return a.watts < b.watts; });
  double sum = 0.0;
  double median = 0.0;
  for (const Work& work : works) {
    sum += work.joules;
    median = work.watts;
    if (sum >= 0.5 * all) break;
  }
  for (auto bin = bins.begin(); bin != bins.end();) {
    const bool busy = work_of(bin->first, bin->second).watts >= kBusyShare * median;
    bin = busy ? std::next(bin) : bins.erase(bin);
  }
  return bins;
}

/// Energy of every group of power.csv within some bins.
std::map<std::string, double> energy_within(const CsvTable& power, const Bins& bins) {
  const std::size_t begin_s = power.column("begin_s");
  const std::size_t end_s = power.column("end_s");
  std::map<std::string, double> energy;
  for (std::size_t row = 0; row < power.rows(); ++row) {
    const Interval bin = interval(power, row, begin_s, end_s);
    double within = 0.0;
    auto other = bins.upper_bound(bin.begin);
    if (other != bins.begin()) --other;
    for (; other != bins.end() && other->first < bin.end; ++other) {
      within += std::max(0.0, std::min(bin.end, other->second) - std::max(bin.begin, other->first));
    }
    if (within == 0.0) continue;
    for (std::size_t column = 0; column < power.header().size(); ++column) {
      if (const auto group = power_group(power.header()[column])) {
        energy[*group] += power.number(row, column) * within;
      }
    }
  }
  return energy;
}

}  // namespace

std::optional<Binned> binned_power(const RunFolder& run, const Stretch& stretch, std::size_t most) {
  const CsvTable* const table = run.table("power.csv");
  if (table == nullptr || table->rows() == 0) return std::nullopt;
  const std::size_t begin = table->column("begin_s");
  const std::size_t end = table->column("end_s");
  const std::vector<Interval> intervals = intervals_of(*table, begin, end);
  const std::size_t bins = bins_for(run, intervals, stretch, most);
  if (bins == 0) return std::nullopt;
  const Rebinner rebinner(stretch, bins);
  Binned result{stretch.begin_s, rebinner.width(), {}, {}};
  for (std::size_t column = 0; column < table->header().size(); ++column) {
    const auto group = power_group(table->header()[column]);
    if (!group) continue;
    result.tracks.push_back(*group);
    result.values.emplace_back(bins, 0.0);
    for (std::size_t row = 0; row < table->rows(); ++row) {
      rebinner.add(intervals[row].begin, intervals[row].end, table->number(row, column),
                   result.values.back());
    }
  }
  return result;
}

std::optional<Binned> binned_timeline(const RunFolder& run, const Stretch& stretch,
                                      std::size_t most) {
  const CsvTable* const table = run.table("timeline.csv");
  if (table == nullptr || table->rows() == 0) return std::nullopt;
  const std::size_t track = table->column("track");
  const std::size_t utilisation = table->column("utilisation");
  const std::vector<Interval> intervals =
      intervals_of(*table, table->column("begin_s"), table->column("end_s"));
  const std::size_t bins = bins_for(run, intervals, stretch, most);
  if (bins == 0) return std::nullopt;
  const Rebinner rebinner(stretch, bins);
  Binned result{stretch.begin_s, rebinner.width(), {}, {}};
  std::map<std::string, std::size_t> places;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto [place, fresh] = places.emplace(table->text(row, track), result.tracks.size());
    if (fresh) {
      result.tracks.push_back(place->first);
      result.values.emplace_back(bins, 0.0);
    }
    rebinner.add(intervals[row].begin, intervals[row].end, table->number(row, utilisation),
                 result.values[place->second]);
  }
  return result;
}

std::optional<MvmWindow> mvm_window(const RunFolder& run) {
  const CsvTable* const power = run.table("power.csv");
  const CsvTable* const timeline = run.table("timeline.csv");
  if (power == nullptr || timeline == nullptr || !power->has("tiles_adc_w")) return std::nullopt;
  const Bins bins = busy_bins(*timeline, ConverterEnergy(*power));
  if (bins.empty()) return std::nullopt;
  MvmWindow window;
  window.bins = bins.size();
  window.stretch = {bins.begin()->first, bins.rbegin()->second};
  for (const auto& [begin, end] : bins) {
    window.seconds += end - begin;
    window.bin_s = std::max(window.bin_s, end - begin);
  }
  window.energy_j = energy_within(*power, bins);
  const std::size_t track = timeline->column("track");
  const std::size_t utilisation = timeline->column("utilisation");
  for (std::size_t row = 0; row < timeline->rows(); ++row) {
    const Interval bin =
        interval(*timeline, row, timeline->column("begin_s"), timeline->column("end_s"));
    const double busy = timeline->number(row, utilisation) * (bin.end - bin.begin);
    const std::string& name = timeline->text(row, track);
    if (bins.count(bin.begin) > 0) window.busy[name] += busy;
  }
  for (auto& [name, busy] : window.busy) busy /= window.seconds;
  window.busiest_link = window.busy["noc/busiest"];
  return window;
}

}  // namespace aimc::report
