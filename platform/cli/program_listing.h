#pragma once

#include <string>

namespace aimc::cli {

/// The listing of a tile program, a command a line, index first. `place` is FILE, which holds
/// nothing but commands, or FILE.elf@SYMBOL, an array of them in an executable. No-operations at
/// the end are left out but for the first. Throws UsageError.
std::string program_listing(const std::string& place);

}  // namespace aimc::cli
