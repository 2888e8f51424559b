#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/report/csv_table.h"

namespace aimc::report {

/// A tile in summary.json.
struct Tile {
  unsigned id = 0;
  unsigned x = 0;
  unsigned y = 0;
  double mvms = 0.0;
  double macs = 0.0;
  double nmpu_columns = 0.0;
  double busy_s = 0.0;
  double utilisation = 0.0;  ///< busy share of the run, 0..1
  double energy_j = 0.0;
};

/// A line of energy.csv.
struct Account {
  std::string component;  ///< "tile3/adc"
  std::string activity;   ///< "adc"
  double count = 0.0;
  double joules = 0.0;
};

/// A value of platform.yaml with what is said about it.
struct SettingLine {
  std::string key;    ///< "tile.adc.energy_pj"
  std::string value;  ///< as it is written
  std::string kind;
  std::string source;
};

/// How a run ended.
struct RunEnd {
  double code = 0.0;
  std::string stopped_by;  ///< firmware or platform
  std::string reason;
};

/// What the network carried.
struct NetworkTotals {
  double packets = 0.0;
  double flits = 0.0;
  double flit_hops = 0.0;
  double bytes = 0.0;
  double mean_latency_cycles = 0.0;
  double max_link_utilisation = 0.0;
};

/// The files of one run, read and checked.
struct RunFolder {
  std::string path;
  std::string version;
  std::string platform;
  std::string firmware;
  std::vector<std::string> arguments;
  double seed = 0.0;
  std::string noc_model;
  std::string analog_model;
  std::string nmpu_backend;
  std::string command;
  double wall_s = 0.0;
  RunEnd end;
  /// What the firmware reported, in order; nothing where it was no number (0/0).
  std::vector<std::pair<std::string, std::optional<double>>> reported;
  double simulated_s = 0.0;
  double host_instructions = 0.0;
  double host_cycles = 0.0;
  std::vector<Tile> tiles;
  NetworkTotals noc;
  double total_j = 0.0;
  double macs = 0.0;
  double ops_per_s = 0.0;
  double ops_per_j = 0.0;
  double mean_power_w = 0.0;
  std::vector<Account> accounts;
  std::string platform_description;
  std::string platform_yaml;
  std::vector<SettingLine> settings;

  /// Tables that are there only when the run was asked for them, by file name ("power.csv").
  std::map<std::string, CsvTable, std::less<>> tables;

  /// The table of a file; nullptr when the run did not leave it.
  const CsvTable* table(std::string_view name) const;
  /// The setting of a key; nullptr when the platform had none of that name.
  const SettingLine* setting(std::string_view key) const;
  /// What the firmware reported under a name, if it was a number.
  std::optional<double> reported_value(std::string_view name) const;
};

/// Reads a run's folder: summary.json, energy.csv and platform.yaml, and of the optional tables
/// those that exist. Throws ReportError.
RunFolder read_run_folder(const std::string& path);

}  // namespace aimc::report
