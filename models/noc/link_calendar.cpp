#include "models/noc/link_calendar.h"

#include <algorithm>

namespace aimc::noc {

void LinkCalendar::forget_before(std::uint64_t cycle) {
  while (first_ < intervals_.size() && intervals_[first_].end <= cycle) ++first_;
  // Moving the rest down only when half is forgotten keeps the cost of a reservation constant on
  // average.
  if (first_ > 0 && 2 * first_ >= intervals_.size()) {
    intervals_.erase(intervals_.begin(), intervals_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

std::uint64_t LinkCalendar::earliest_gap(std::uint64_t from, std::uint64_t length) const {
  if (intervals_.empty() || intervals_.back().end <= from) return from;
  auto next = std::partition_point(intervals_.begin() + static_cast<std::ptrdiff_t>(first_),
                                   intervals_.end(),
                                   [from](const Interval& taken) { return taken.end <= from; });
  for (; next != intervals_.end() && next->begin < from + length; ++next) {
    from = std::max(from, next->end);
  }
  return from;
}

void LinkCalendar::reserve(std::uint64_t begin, std::uint64_t end) {
  const auto next = std::partition_point(
      intervals_.begin() + static_cast<std::ptrdiff_t>(first_), intervals_.end(),
      [begin](const Interval& taken) { return taken.begin < begin; });
  const bool has_previous = next != intervals_.begin() + static_cast<std::ptrdiff_t>(first_);
  const bool joins_previous = has_previous && (next - 1)->end == begin;
  const bool joins_next = next != intervals_.end() && next->begin <= end;
  if (joins_previous && joins_next) {
    (next - 1)->end = next->end;
    intervals_.erase(next);
  } else if (joins_previous) {
    (next - 1)->end = end;
  } else if (joins_next) {
    next->begin = begin;
  } else {
    intervals_.insert(next, {begin, end});
  }
}

void LinkCalendar::reserve_free(std::uint64_t begin, std::uint64_t length) {
  while (length > 0) {
    begin = earliest_gap(begin, 1);
    const auto next = std::partition_point(
        intervals_.begin() + static_cast<std::ptrdiff_t>(first_), intervals_.end(),
        [begin](const Interval& taken) { return taken.begin < begin; });
    const std::uint64_t room = next == intervals_.end() ? length : next->begin - begin;
    const std::uint64_t taken = std::min(length, room);
    reserve(begin, begin + taken);
    length -= taken;
  }
}

}  // namespace aimc::noc
