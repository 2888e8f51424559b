#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/time.h"
#include "platform/cli/usage_error.h"

namespace aimc::cli {

/// The index of `value` among `built`; throws UsageError for anything else, naming what exists and,
/// for a word in `planned`, that it is not built yet.
std::size_t choose(const std::string& option, const std::string& value,
                   const std::vector<std::string>& built, const std::vector<std::string>& planned);

/// A whole number, decimal or 0x hexadecimal; throws UsageError.
std::uint64_t parse_number(const std::string& option, const std::string& text);

/// A time above zero with its unit ps, ns, us, ms or s, in ps; throws UsageError.
core::TimePs parse_time(const std::string& option, const std::string& text);

/// An age in seconds, 0 .. 1e10: 0, or a number with its unit ps .. s, min, h, day, week, month (30
/// days) or year (365 days); throws UsageError.
double parse_age(const std::string& option, const std::string& text);

}  // namespace aimc::cli
