#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/soc/simulation.h"

namespace aimc::observe {

/// What is known of a run besides its result.
struct RunRecord {
  std::string version;
  std::string platform;  ///< name of the platform
  std::string firmware;  ///< file name, without folders
  std::vector<std::string> arguments;
  std::uint64_t seed = 1;
  std::string noc_model;
  std::string analog_model;
  nlohmann::ordered_json devices =
      nlohmann::ordered_json::object();  ///< what they are, and effects
  std::string nmpu_backend;
  std::string command;  ///< the command line
  std::string output;   ///< folder of the run
  double wall_s = 0.0;
};

/// Energy, J, of all accounts, in order.
double total_energy_j(const platform::RunResult& result);

/// Energy, J, of a component and everything below it.
double component_energy_j(const platform::RunResult& result, const std::string& component);

/// The content of summary.json, schema "aimc-vp/summary/1". Everything that may differ between two
/// equal runs stands under "run".
nlohmann::ordered_json make_summary(const RunRecord& record, const platform::RunResult& result);

/// summary.json as text; numbers read back exactly.
std::string summary_text(const RunRecord& record, const platform::RunResult& result);

/// energy.csv: component,activity,count,energy_j; one line an account.
std::string energy_csv(const platform::RunResult& result);

/// A field of a CSV line (RFC 4180).
std::string csv_field(const std::string& text);

/// A number as the shortest text that reads back exactly.
std::string exact_number(double value);

}  // namespace aimc::observe
