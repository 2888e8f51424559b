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

/// Where the rows of an MVM find their inputs: row r at (r / bytes) stride + r % bytes.
struct Segments {
  std::uint32_t bytes = 0;   ///< 0: the inputs lie one after the other
  std::uint32_t stride = 0;  ///< from one segment to the next
};

/// What ADD8 does to int8 vectors a and b: sat8(max(lower bound, zero_out + ((a - zero_a) factor_a
/// + (b - zero_b) factor_b + 2^(shift - 1)) / 2^shift)), rounded down.
struct ScaledAdd {
  std::int8_t zero_a = 0;
  std::int8_t zero_b = 0;
  std::int8_t zero_out = 0;
  std::uint16_t factor_a = 0;
  std::uint16_t factor_b = 0;
  unsigned shift = 1;  ///< 1..31
  bool relu = false;   ///< the lower bound is zero_out, not -128
};

/// A command that passed every check that does not depend on the tile's state.
struct Command {
  CommandWords words{};
  Opcode opcode = Opcode::kNop;
  std::uint32_t source = 0;       ///< SRAM offset of inputs, counts, vector a or source bytes
  std::uint32_t destination = 0;  ///< SRAM offset; a global address for PUT
  std::uint32_t addend = 0;       ///< SRAM offset of partial sums or vector b
  /// Elements (ADD, ADD8), bytes (MOVE, PUT), amount (WAIT, SIGNAL), times (LOOP).
  std::uint32_t length = 0;
  /// Semaphore (WAIT, SIGNAL), command (LOOP), tag (IRQ).
  std::uint32_t operand = 0;
  bool remote = false;        ///< SIGNAL: to `destination`, a global address
  unsigned tile_columns = 1;  ///< PUT: the rectangle of tiles it goes to
  unsigned tile_rows = 1;
  bool multicast = false;           ///< PUT: to such a rectangle
  unsigned loop_counter = 0;        ///< LOOP
  unsigned repetitions = 1;         ///< MVM and POST
  std::uint32_t source_stride = 0;  ///< bytes between repetitions
  std::uint32_t destination_stride = 0;
  analog::Region region;             ///< PROGRAM and MVM; columns only for POST
  std::int8_t input_zero_point = 0;  ///< MVM
  Segments segments;                 ///< MVM
  ScaledAdd scaled_add;              ///< ADD8
  nmpu::VectorConfig vector;         ///< POST
};

/// The outcome of decoding: a command, or the refusal.
struct Decoded {
  Command command;
  std::optional<Refusal> refusal;
};

/// Where a command comes from: commands that steer a program are for programs only.
enum class CommandSource : std::uint8_t { kQueue, kProgram };

constexpr unsigned kThreads = regs::tile::kProgramStartCount;
constexpr unsigned kSemaphores = regs::tile::kSemaphoreCount;
constexpr unsigned kLoopCounters = 4;
constexpr std::uint32_t kMaxSemaphore = 65535;
constexpr std::uint32_t kCommandBytes = 32;
constexpr std::uint32_t kProgramCommands = regs::tile::kProgramWindowSize / kCommandBytes;

/// Decodes and checks a command. The first violated rule is reported, in the order of the words.
Decoded decode(const CommandWords& words, const TileGeometry& geometry,
               CommandSource source = CommandSource::kQueue);

}  // namespace aimc::tile
