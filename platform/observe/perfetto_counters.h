#pragma once

#include "platform/observe/perfetto_writer.h"
#include "platform/observe/trace_selection.h"
#include "platform/soc/simulation.h"

namespace aimc::observe {

/// Power by group of components, and how much of the platform is busy, as counter tracks: means
/// over the bins of power.csv. A counter keeps its value to the end of its bin.
void write_counters(const platform::RunResult& result, const TraceSelection& selection,
                    PerfettoWriter& writer);

}  // namespace aimc::observe
