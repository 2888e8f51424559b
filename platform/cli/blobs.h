#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/soc/simulation.h"

namespace aimc::cli {

/// Where the RAM lies.
struct RamRange {
  std::uint64_t base = 0;
  std::uint64_t bytes = 0;
};

/// What --save FILE@PLACE[:BYTES] asks for.
struct SaveRequest {
  std::string file;
  platform::SaveRange range;
};

/// Reads the file of --load FILE@PLACE; PLACE is an address or a symbol of the firmware. A file
/// whose name ends in .gz is decompressed. Throws UsageError when it does not fit into the RAM, or
/// into the symbol.
platform::LoadBlob read_load(const std::string& text, const platform::ElfImage& elf,
                             const RamRange& ram);

/// Understands --save FILE@PLACE[:BYTES]; without BYTES the size of the symbol. Throws UsageError.
SaveRequest parse_save(const std::string& text, const platform::ElfImage& elf, const RamRange& ram);

}  // namespace aimc::cli
