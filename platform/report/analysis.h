#pragma once

#include <optional>
#include <string>
#include <vector>

#include "platform/report/run_folder.h"

namespace aimc::report {

/// What a component belongs to in charts and sentences: "tile3/adc" is "tile adc", "host" is
/// "host".
std::string component_group(const std::string& component);

/// Energy of one activity in all components of a group.
struct EnergyCell {
  std::string group;
  std::string activity;
  double count = 0.0;
  double joules = 0.0;
};

/// The accounts taken together by group and activity; groups with most energy first, and within a
/// group the activities with most. What took no energy and did not happen is left out.
std::vector<EnergyCell> energy_cells(const RunFolder& run);

/// A group and its energy.
struct GroupEnergy {
  std::string group;
  double joules = 0.0;
};

/// Energy of every group, most first.
std::vector<GroupEnergy> energy_groups(const RunFolder& run);

/// What data movement of one kind took. Times are those during which the resource was at work, as a
/// share of the run; several are at work at once, so they do not add up.
struct Movement {
  std::string name;
  double joules = 0.0;               ///< without leakage
  std::optional<double> time_share;  ///< 0..1; nothing where the files do not tell
  std::string time_rule;             ///< what the share is of
};

/// Host memory, network, tile SRAM, and bus with DMA.
std::vector<Movement> data_movement(const RunFolder& run);

/// Energy that is not spent on work at hand: leakage, and the one-off programming of weights.
double leakage_j(const RunFolder& run);
double programming_j(const RunFolder& run);

/// What the platform does at most; see platform::PeakMode, which is where these come from.
struct Peaks {
  double ops_per_s_one_phase = 0.0;  ///< all tiles back to back, int8 inputs
  double ops_per_s_four_phase = 0.0;
  double ops_per_j_one_phase = 0.0;  ///< whole SoC, data spread uniformly, nothing else moves
  double ops_per_j_four_phase = 0.0;
  double port_bytes_per_s = 0.0;       ///< payload over one port of the network
  double all_ports_bytes_per_s = 0.0;  ///< over the ports of all tiles at once
};

/// The peaks of a run's platform. Throws ReportError when its platform.yaml cannot be used.
Peaks platform_peaks(const RunFolder& run);

/// Share of the run in which the host executed instructions, 0..1: instructions of each class times
/// its cycles, hazards and waiting left out. Nothing when the files do not tell.
std::optional<double> host_executing(const RunFolder& run);

}  // namespace aimc::report
