#pragma once

#include <aimc/registers.h>

#include <array>
#include <cstdint>
#include <optional>

#include "models/analog/crossbar.h"
#include "models/nmpu/backend.h"

namespace aimc::tile {

/// The eight words of a command; their meaning is in models/tile/tile.regs.yaml.
using CommandWords = std::array<std::uint32_t, 8>;
using Opcode = regs::tile::Opcode;
using Error = regs::tile::Error;

/// Why something was refused, as firmware sees it.
struct Refusal {
  Error code = Error::kNone;
  std::uint32_t value = 0;  ///< the offending word
};

/// What a command is checked against.
struct TileGeometry {
  unsigned rows = 0;
  unsigned columns = 0;
  std::uint32_t sram_bytes = 0;
};

/// A command that passed every check that does not depend on the tile's state.
struct Command {
  CommandWords words{};
  Opcode opcode = Opcode::kNop;
  std::uint32_t source = 0;         ///< SRAM offset of inputs, counts, vector a or source bytes
  std::uint32_t destination = 0;    ///< SRAM offset; a global address for PUT
  std::uint32_t addend = 0;         ///< SRAM offset of partial sums or vector b
  std::uint32_t length = 0;         ///< elements (ADD) or bytes (MOVE, PUT)
  unsigned repetitions = 1;         ///< MVM and POST
  std::uint32_t source_stride = 0;  ///< bytes between repetitions
  std::uint32_t destination_stride = 0;
  analog::Region region;             ///< PROGRAM and MVM; columns only for POST
  std::int8_t input_zero_point = 0;  ///< MVM
  nmpu::VectorConfig vector;         ///< POST
};

/// The outcome of decoding: a command, or the refusal.
struct Decoded {
  Command command;
  std::optional<Refusal> refusal;
};

/// Decodes and checks a command. The first violated rule is reported, in the order of the words.
Decoded decode(const CommandWords& words, const TileGeometry& geometry);

}  // namespace aimc::tile
