#include "models/tile/disassemble.h"

#include <cstdio>

namespace aimc::tile {
namespace {

/// Everything a command can name exists: whether a certain tile has it is not asked here.
constexpr TileGeometry kLargest{0xFFFF, 0xFFFF, 0xFFFFFFFF};

template <typename... Values>
std::string form(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string arrow(const char* name, const Command& c) {
  return form("%s 0x%04x -> 0x%04x", name, c.source, c.destination);
}

std::string rows(const analog::Region& region) {
  return form(", rows %u..%u", region.first_row, region.first_row + region.rows - 1);
}

std::string columns(const analog::Region& region) {
  return form(", columns %u..%u", region.first_column, region.first_column + region.columns - 1);
}

std::string repetition(const Command& c) {
  std::string text;
  if (c.repetitions != 1) text += form(", %u times", c.repetitions);
  if (c.source_stride != 0 || c.destination_stride != 0) {
    text += form(", strides %u -> %u", c.source_stride, c.destination_stride);
  }
  return text;
}

std::string mvm(const Command& c) {
  std::string text = arrow("mvm", c) + rows(c.region) + columns(c.region) +
                     form(", zero point %d", int{c.input_zero_point});
  if (c.segments.bytes != 0) {
    text += form(", in segments of %u, %u apart", c.segments.bytes, c.segments.stride);
  }
  return text + repetition(c);
}

std::string add8(const Command& c) {
  const ScaledAdd& add = c.scaled_add;
  return form(
      "add8 (0x%04x - %d) x %u + (0x%04x - %d) x %u -> 0x%04x, shift %u, zero point %d%s, "
      "%u elements",
      c.source, int{add.zero_a}, unsigned{add.factor_a}, c.addend, int{add.zero_b},
      unsigned{add.factor_b}, c.destination, add.shift, int{add.zero_out}, add.relu ? ", relu" : "",
      c.length);
}

std::string post(const Command& c) {
  const nmpu::VectorConfig& vector = c.vector;
  std::string text = arrow("post", c) + columns(c.region);
  if (vector.addend == nmpu::Addend::kBias) text += ", plus bias";
  if (vector.addend == nmpu::Addend::kPsum) text += form(", plus psums 0x%04x", c.addend);
  if (vector.psum_out) {
    text += ", to psums";
  } else {
    text += form(", to int8: cut %u + %u, zero point %d%s", unsigned{vector.cut_pre},
                 unsigned{vector.cut_post}, int{vector.zero_point}, vector.relu ? ", relu" : "");
  }
  if (vector.rounding == nmpu::Rounding::kHalfEven) text += ", rounded half to even";
  if (vector.rounding == nmpu::Rounding::kTruncate) text += ", truncated";
  return text + repetition(c);
}

std::string loop(const Command& c) {
  const std::string times = c.length == 0 ? "for ever" : form("%u times", c.length);
  return form("loop to %u, ", c.operand) + times + form(", counter %u", c.loop_counter);
}

/// What decode() refuses commands for, as docs/registers.md calls it.
const char* name_of(Error error) {
  switch (error) {
    case Error::kBadOpcode:
      return "BAD_OPCODE";
    case Error::kBadFlags:
      return "BAD_FLAGS";
    case Error::kBadAddress:
      return "BAD_ADDRESS";
    case Error::kMisaligned:
      return "MISALIGNED";
    case Error::kBadLength:
      return "BAD_LENGTH";
    default:
      return "BAD_REGION";
  }
}

std::string undecodable(const CommandWords& words, const Refusal& refusal) {
  std::string text = ".words";
  for (const std::uint32_t word : words) text += form(" 0x%08x", word);
  return text + form("  ; %s 0x%08x", name_of(refusal.code), refusal.value);
}

}  // namespace

std::string disassemble(const CommandWords& words) {
  const Decoded decoded = decode(words, kLargest, CommandSource::kProgram);
  if (decoded.refusal) return undecodable(words, *decoded.refusal);
  const Command& c = decoded.command;
  switch (c.opcode) {
    case Opcode::kNop:
      return "nop";
    case Opcode::kProgram:
      return "program" + rows(c.region).substr(1) + columns(c.region);
    case Opcode::kMvm:
      return mvm(c);
    case Opcode::kPost:
      return post(c);
    case Opcode::kAdd:
      return form("add 0x%04x + 0x%04x -> 0x%04x, %u elements", c.source, c.addend, c.destination,
                  c.length);
    case Opcode::kAdd8:
      return add8(c);
    case Opcode::kMove:
    case Opcode::kPut:
      return arrow(c.opcode == Opcode::kMove ? "move" : "put", c) + form(", %u bytes", c.length) +
             (c.multicast ? form(", %u x %u tiles", c.tile_columns, c.tile_rows) : std::string());
    case Opcode::kWait:
      return form("wait s%u, %u", c.operand, c.length);
    case Opcode::kSignal:
      return c.remote ? form("signal 0x%08x, %u", c.destination, c.length)
                      : form("signal s%u, %u", c.operand, c.length);
    case Opcode::kLoop:
      return loop(c);
    case Opcode::kIrq:
      return form("irq 0x%x", c.operand);
    default:
      return "halt";
  }
}

}  // namespace aimc::tile
