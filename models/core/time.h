#pragma once

#include <cmath>
#include <cstdint>

namespace aimc::core {

/// Simulated time in picoseconds since power-up; the resolution of the SystemC kernel.
using TimePs = std::uint64_t;

/// A clock whose edges lie at multiples of its period, starting at time zero.
class Clock {
 public:
  /// @param mhz frequency in MHz, > 0; the period is rounded to whole picoseconds.
  explicit Clock(double mhz) : period_ps_(static_cast<TimePs>(std::llround(1e6 / mhz))) {}

  /// Period in picoseconds.
  constexpr TimePs period_ps() const { return period_ps_; }
  /// Time of edge number `cycle`.
  constexpr TimePs time_of(std::uint64_t cycle) const { return cycle * period_ps_; }
  /// Number of the first edge at or after `time_ps`.
  constexpr std::uint64_t cycle_at_or_after(TimePs time_ps) const {
    return (time_ps + period_ps_ - 1) / period_ps_;
  }

 private:
  TimePs period_ps_;
};

}  // namespace aimc::core
