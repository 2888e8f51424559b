#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/core/time.h"

namespace aimc::platform {

/// Amounts over time: several series in bins of equal width.
///
/// When time goes beyond the last bin there may be, bins are taken together in pairs, so memory is
/// bounded and the sum of a series stays what was added.
class History {
 public:
  /// @param width_ps  width of a bin to begin with, > 0
  /// @param max_bins  an even number, >= 2
  History(core::TimePs width_ps, std::size_t max_bins) : width_ps_(width_ps), max_bins_(max_bins) {}
  /// One that keeps nothing.
  History() = default;

  /// Opens a series and returns its number.
  std::size_t open(std::string name);
  /// Spreads `amount` evenly from `begin_ps` to `end_ps`; if they are equal, it belongs to that
  /// moment.
  void add(std::size_t series, core::TimePs begin_ps, core::TimePs end_ps, double amount);
  /// Ends all series: what lies behind `end_ps` goes into the last bin, which ends there.
  void close(core::TimePs end_ps);
  /// The same with `bins` of ours to each of its.
  History coarser(std::size_t bins) const;

  core::TimePs width_ps() const { return width_ps_; }
  /// Closed histories only. The last bin may be shorter than the others.
  std::size_t bins() const { return bins_; }
  core::TimePs begin_ps(std::size_t bin) const { return bin * width_ps_; }
  core::TimePs end_ps(std::size_t bin) const {
    return bin + 1 == bins_ ? end_ps_ : (bin + 1) * width_ps_;
  }
  std::size_t series() const { return names_.size(); }
  const std::string& name(std::size_t series) const { return names_[series]; }
  double amount(std::size_t series, std::size_t bin) const {
    return bin < amounts_[series].size() ? amounts_[series][bin] : 0.0;
  }

 private:
  void make_room(core::TimePs last_ps);

  core::TimePs width_ps_ = 1;
  std::size_t max_bins_ = 2;
  std::size_t bins_ = 0;
  core::TimePs end_ps_ = 0;
  std::vector<std::string> names_;
  std::vector<std::vector<double>> amounts_;  // by series; only as long as it has to be
};

}  // namespace aimc::platform
