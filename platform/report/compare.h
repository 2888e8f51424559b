#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/report/run_folder.h"

namespace aimc::report {

/// Something of the configuration in which runs differ.
struct DifferingKey {
  std::string key;
  std::vector<std::string> values;  ///< one a run; "-" where a run has no such key
};

/// Which values of a measure are better.
enum class Better : std::uint8_t { kNeither, kLower, kHigher };

/// One measure of all runs.
struct Measure {
  std::string section;  ///< "Time"
  std::string name;     ///< "simulated time"
  std::string unit;     ///< "s"; "%" for a share, 0..1
  Better better = Better::kNeither;
  std::vector<std::optional<double>> values;  ///< one a run
};

/// Runs side by side. The first one is what the others are compared with.
struct Comparison {
  std::vector<std::string> folders;
  std::vector<std::string> titles;  ///< "fashion.elf on default"
  std::vector<DifferingKey> configuration;
  std::vector<Measure> measures;
};

/// Puts runs beside each other; at least two.
Comparison compare_runs(const std::vector<RunFolder>& runs);

/// value / first value; nothing when one is missing or the first is zero.
std::optional<double> ratio_to_first(const Measure& measure, std::size_t run);

/// What compare.html shows, as its script reads it.
nlohmann::ordered_json compare_data(const Comparison& comparison);

/// The comparison as tables for a terminal.
std::string compare_text(const Comparison& comparison);

}  // namespace aimc::report
