#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "platform/observe/summary.h"

namespace aimc::observe {

/// A quantity with an SI prefix and three to four digits: "12.35 uJ".
std::string si_text(double value, const std::string& unit);

/// The end of a run in words and tables: what the firmware reported, time, energy by component
/// (tiles taken together), speed. Ends with a line break.
std::string console_summary(const RunRecord& record, const platform::RunResult& result);

/// Shows how far a run is: a line that is rewritten on a terminal, a line now and then elsewhere.
/// It has simulated and wall time, speed, MVMs, and when the firmware has told, units of work and
/// the time that is left.
class ProgressLine {
 public:
  using Clock = std::chrono::steady_clock;

  /// @param stream where to; @param terminal the stream is a terminal
  /// @param interval between two lines, > 0; a terminal is updated ten times a second
  ProgressLine(std::FILE* stream, bool terminal, Clock::duration interval,
               std::function<Clock::time_point()> now = Clock::now);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows `progress`, unless something was shown a moment ago.
  void update(const platform::Progress& progress);
  /// Removes the line of a terminal.
  void clear();

 private:
  std::string text(const platform::Progress& progress, double wall_s) const;

  std::FILE* stream_;
  bool terminal_;
  bool shown_ = false;
  Clock::duration interval_;
  std::function<Clock::time_point()> now_;
  Clock::time_point start_;
  Clock::time_point last_;
  bool counts_ = false;  // the firmware has reported units of work, at first these:
  std::uint64_t first_done_ = 0;
  Clock::time_point first_report_;
};

}  // namespace aimc::observe
