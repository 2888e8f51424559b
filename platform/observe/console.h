#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "platform/observe/summary.h"

namespace aimc::observe {

/// A quantity with an SI prefix and three to four digits: "12.35 uJ".
std::string si_text(double value, const std::string& unit);

/// The end of a run in words and tables: what the firmware reported, time, energy by component
/// (tiles taken together), speed. Ends with a line break.
std::string console_summary(const RunRecord& record, const platform::RunResult& result);

/// Shows how far a run is: a line that is rewritten on a terminal, a line now and then elsewhere.
class ProgressLine {
 public:
  /// @param stream where to; @param terminal the stream is a terminal
  ProgressLine(std::FILE* stream, bool terminal) : stream_(stream), terminal_(terminal) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Shows `progress`, unless something was shown a moment ago.
  void update(const platform::Progress& progress);
  /// Removes the line of a terminal.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* stream_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace aimc::observe
