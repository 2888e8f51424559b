#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/core/time.h"
#include "platform/cli/usage_error.h"
#include "platform/soc/elf_image.h"

namespace aimc::cli {

/// A stretch of simulated time, ps: from `from`, to before `to`.
struct TimeWindow {
  core::TimePs from = 0;
  core::TimePs to = ~core::TimePs{0};
};

/// "FROM:TO", each a time with unit or empty; throws UsageError.
TimeWindow parse_window(const std::string& option, const std::string& text);

/// Address ranges [begin, end).
using AddressRanges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// What a trace shows; empty: all.
struct TraceFilter {
  AddressRanges ranges;                 ///< of instructions
  std::vector<std::string> components;  ///< whose activities
};

/// Parts joined by '+', each "function=NAME[,NAME...]", "range=BEGIN:END" (END excluded) or
/// "component=NAME[,NAME...]"; what any of them selects. Throws UsageError, also for a name that is
/// no function of the image or no component of a platform with so many tiles.
TraceFilter parse_filter(const std::string& option, const std::string& text,
                         const platform::ElfImage& image, unsigned tiles);

}  // namespace aimc::cli
