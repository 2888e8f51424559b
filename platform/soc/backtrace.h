#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/soc/elf_image.h"

namespace aimc::platform {

/// A word of memory, without side effects; nothing where there is none.
using ReadWord = std::function<std::optional<std::uint32_t>(std::uint32_t address)>;

/// The chain of calls that led to `pc`, the innermost first, as lines
/// "#0 0x80000123 in foo+0x10 (file.c:42)".
///
/// It follows the call frame information of the image's file (.debug_frame, .eh_frame). Where there
/// is none at `pc` itself, as in hand-written assembler, the caller is taken from register ra;
/// further out the chain ends there. Whatever the file and the memory hold, it comes to an end.
std::vector<std::string> backtrace(const ElfImage& image, std::uint32_t pc,
                                   std::array<std::uint32_t, 32> registers, const ReadWord& read);

}  // namespace aimc::platform
