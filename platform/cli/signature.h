#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/cli/blobs.h"

namespace aimc::cli {

/// Understands --signature FILE: memory from the firmware's symbol begin_signature up to
/// end_signature. Throws UsageError when a symbol is missing or what they enclose is not a number
/// of whole words in RAM.
SaveRequest parse_signature(const std::string& file, const platform::ElfImage& elf,
                            const RamRange& ram);

/// The words of a signature as the RISC-V architectural tests compare them: eight hexadecimal
/// digits a line. `bytes` holds whole words, little-endian.
std::string signature_text(const std::vector<std::uint8_t>& bytes);

}  // namespace aimc::cli
