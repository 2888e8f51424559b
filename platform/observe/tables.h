#pragma once

#include <string>

#include "platform/soc/simulation.h"

namespace aimc::observe {

/// The tables of a run that are always written. Columns and their units: docs/output_files.md.

/// tiles.csv: a line a tile.
std::string tiles_csv(const platform::RunResult& result);
/// links.csv: a line a link of the network that carried something.
std::string links_csv(const platform::RunResult& result);
/// layers.csv: a line a section marked by the firmware.
std::string layers_csv(const platform::RunResult& result);
/// power.csv: a line a bin of time, a column a group of components.
std::string power_csv(const platform::RunResult& result);
/// timeline.csv: a line for each bin of time and track in which it was busy.
std::string timeline_csv(const platform::RunResult& result);

}  // namespace aimc::observe
