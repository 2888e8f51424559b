#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/report/run_folder.h"

namespace aimc::report {

/// Values over time, taken together into bins of equal width.
struct Binned {
  double begin_s = 0.0;
  double bin_s = 0.0;
  std::vector<std::string> tracks;
  std::vector<std::vector<double>> values;  ///< a mean for each track and bin
};

/// A stretch of a run.
struct Stretch {
  double begin_s = 0.0;
  double end_s = 0.0;
};

/// power.csv in at most `most` bins over a stretch: a track for each column GROUP_w but total_w,
/// the name without _w. The integral of every track stays what it is. Nothing when the run left no
/// such file.
std::optional<Binned> binned_power(const RunFolder& run, const Stretch& stretch, std::size_t most);

/// timeline.csv in at most `most` bins over a stretch, tracks in the order of their first line.
std::optional<Binned> binned_timeline(const RunFolder& run, const Stretch& stretch,
                                      std::size_t most);

/// How busy everything was while crossbars converted MVMs. Programming and set-up, which come
/// before, would hide what limits the work itself.
struct MvmWindow {
  Stretch stretch;                         ///< from the first bin with MVMs to the last one
  double seconds = 0.0;                    ///< time in bins with MVMs
  std::size_t bins = 0;                    ///< how many they are
  double bin_s = 0.0;                      ///< how wide the widest of them is
  std::map<std::string, double> busy;      ///< share of that time in which a track was busy
  std::map<std::string, double> energy_j;  ///< energy of each group of power.csv in that time
  double busiest_link = 0.0;               ///< share in which the busiest link of each bin was

  /// Whether the bins are too few to tell times of MVMs from those around them.
  bool coarse() const { return bins < 3; }
};

/// Told from power.csv and timeline.csv. Bins count in which the converters' power is at
/// least half the median of it, each bin weighted by the converters' energy: at the edges of a bin
/// that lies half outside, everything would look half as busy. Nothing when a
/// file is missing or no MVM was executed.
std::optional<MvmWindow> mvm_window(const RunFolder& run);

}  // namespace aimc::report
