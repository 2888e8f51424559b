#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aimc::noc {

/// When a link is taken: disjoint intervals of cycles in ascending order, touching ones merged.
///
/// Forgotten intervals leave their storage for new ones, so a calendar that is pruned stops
/// allocating once it has seen its busiest stretch.
class LinkCalendar {
 public:
  /// Drops what ends at or before `cycle`; nothing will be asked or reserved before it.
  void forget_before(std::uint64_t cycle);
  /// First cycle at or after `from` from which `length` cycles in a row are free.
  std::uint64_t earliest_gap(std::uint64_t from, std::uint64_t length) const;
  /// Takes the cycles from `begin`, which must be free, to `end` or the next interval, whichever is
  /// earlier.
  void reserve(std::uint64_t begin, std::uint64_t end);
  /// Takes the first `length` free cycles from `begin` on, in a row or not.
  void reserve_free(std::uint64_t begin, std::uint64_t length);
  /// Intervals kept.
  std::size_t size() const { return intervals_.size() - first_; }

 private:
  struct Interval {
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::vector<Interval> intervals_;
  std::size_t first_ = 0;  // intervals before it are forgotten
};

}  // namespace aimc::noc
