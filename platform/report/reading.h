#pragma once

#include <string>
#include <vector>

#include "platform/report/run_folder.h"

namespace aimc::report {

/// An answer the report gives in words, and the rule by which it was found.
struct Finding {
  std::string id;        ///< energy, tile, limit, movement
  std::string question;  ///< "Which component burns most energy?"
  std::string verdict;   ///< the answer in a few words
  std::string answer;    ///< the figures behind it
  std::string rule;
};

/// What a reader should know first about a run: which component took most energy, which tile is the
/// bottleneck, whether network or tiles limit the throughput, what moving data costs.
std::vector<Finding> reading(const RunFolder& run);

}  // namespace aimc::report
