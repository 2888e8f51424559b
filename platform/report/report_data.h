#pragma once

#include <nlohmann/json.hpp>

#include "platform/report/run_folder.h"

namespace aimc::report {

/// Everything report.html shows, as its script reads it. Throws ReportError when a table of the run
/// cannot be used.
nlohmann::ordered_json report_data(const RunFolder& run);

}  // namespace aimc::report
