#pragma once

#include <string>

#include "models/tile/command.h"

namespace aimc::tile {

/// A command as text, e.g. "put 0x0500 -> 0x40210000, 64 bytes"; addresses in the SRAM have four
/// digits or as many as they need, regions are first..last. Different legal commands have different
/// texts. Words that no tile takes become ".words" and all eight of them, with the reason.
std::string disassemble(const CommandWords& words);

}  // namespace aimc::tile
