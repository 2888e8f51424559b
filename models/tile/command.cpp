#include "models/tile/command.h"

namespace aimc::tile {
namespace {

namespace r = regs::tile;

constexpr unsigned kMaxRepetitions = 65535;
constexpr std::uint32_t kMaxStride = 65535;
constexpr core::RegisterField kFirst{0, 16};
constexpr core::RegisterField kNumber{16, 16};
constexpr core::RegisterField kLow{0, 16};
constexpr core::RegisterField kHigh{16, 16};

/// Collects the first refusal while the checks of a command read on.
class Checker {
 public:
  Checker(const CommandWords& words, const TileGeometry& geometry)
      : words_(words), geometry_(geometry) {}

  void refuse(Error code, std::uint32_t value) {
    if (!refusal_) refusal_ = Refusal{code, value};
  }

  /// Bits of word 0 beyond opcode and `allowed`, and every word not in `used`, must be zero.
  void reserved(std::uint32_t allowed, unsigned used_words) {
    if ((words_[0] & ~(0xFFU | allowed)) != 0) refuse(Error::kBadFlags, words_[0]);
    for (unsigned word = 1; word < words_.size(); ++word) {
      if ((used_words >> word & 1U) == 0 && words_[word] != 0)
        refuse(Error::kBadFlags, words_[word]);
    }
  }

  void aligned(std::uint32_t value) {
    if (value % 4 != 0) refuse(Error::kMisaligned, value);
  }

  /// [address, address + bytes), repeated at `stride`, must lie in the SRAM.
  void in_sram(std::uint32_t address, std::uint64_t bytes, unsigned repetitions = 1,
               std::uint32_t stride = 0) {
    aligned(address);
    const std::uint64_t end =
        address + static_cast<std::uint64_t>(repetitions - 1) * stride + bytes;
    if (end > geometry_.sram_bytes) refuse(Error::kBadAddress, address);
  }

  void length(std::uint32_t value, std::uint32_t limit) {
    if (value == 0 || value > limit) refuse(Error::kBadLength, value);
  }

  void stride(std::uint32_t value) {
    if (value > kMaxStride) refuse(Error::kBadLength, value);
    aligned(value);
  }

  void region(std::uint32_t word, unsigned limit) {
    const std::uint32_t first = kFirst.get(word);
    const std::uint32_t number = kNumber.get(word);
    if (number == 0 || first + number > limit) refuse(Error::kBadRegion, word);
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  const CommandWords& words_;
  const TileGeometry& geometry_;
  std::optional<Refusal> refusal_;
};

/// Bit mask of the words a command uses.
template <typename... Words>
constexpr unsigned words_used(Words... word) {
  return ((1U << word) | ... | 0U);
}

analog::Region region_of(std::uint32_t rows, std::uint32_t columns) {
  return {kFirst.get(rows), kNumber.get(rows), kFirst.get(columns), kNumber.get(columns)};
}

void decode_repetition(Command& command, Checker& check, std::uint32_t repetitions,
                       std::uint32_t source_stride) {
  const CommandWords& words = command.words;
  if (repetitions == 0 || repetitions > kMaxRepetitions) check.refuse(Error::kBadLength, words[3]);
  command.repetitions = repetitions == 0 ? 1 : repetitions;
  command.source = words[1];
  command.destination = words[2];
  command.source_stride = source_stride;
  command.destination_stride = words[5];
  check.stride(source_stride);
  check.stride(words[5]);
}

/// Bytes of SRAM from the first input of an MVM to its last.
std::uint32_t reach_of_inputs(const Command& command) {
  const std::uint32_t rows = command.region.rows;
  const Segments& segments = command.segments;
  if (segments.bytes == 0 || rows == 0) return rows;
  const std::uint32_t whole = (rows - 1) / segments.bytes;
  return whole * segments.stride + rows - whole * segments.bytes;
}

void decode_segments(Command& command, Checker& check) {
  command.segments = {kHigh.get(command.words[3]), kHigh.get(command.words[4])};
  if (command.segments.bytes == 0 && command.segments.stride != 0) {
    check.refuse(Error::kBadFlags, command.words[4]);
  }
  if (command.segments.bytes % 4 != 0) check.refuse(Error::kMisaligned, command.words[3]);
  if (command.segments.stride % 4 != 0) check.refuse(Error::kMisaligned, command.words[4]);
}

void decode_program(Command& command, Checker& check, const TileGeometry& geometry) {
  check.reserved(0, words_used(6, 7));
  check.region(command.words[6], geometry.rows);
  check.region(command.words[7], geometry.columns);
  command.region = region_of(command.words[6], command.words[7]);
}

void decode_mvm(Command& command, Checker& check, const TileGeometry& geometry) {
  check.reserved(r::kMvmZeroPoint.mask(), words_used(1, 2, 3, 4, 5, 6, 7));
  decode_repetition(command, check, kLow.get(command.words[3]), kLow.get(command.words[4]));
  decode_segments(command, check);
  check.region(command.words[6], geometry.rows);
  check.region(command.words[7], geometry.columns);
  command.region = region_of(command.words[6], command.words[7]);
  command.input_zero_point =
      static_cast<std::int8_t>(r::kMvmZeroPoint.get_signed(command.words[0]));
  check.in_sram(command.source, reach_of_inputs(command), command.repetitions,
                command.source_stride);
  check.in_sram(command.destination, 4ULL * command.region.columns, command.repetitions,
                command.destination_stride);
}

void decode_post(Command& command, Checker& check, const TileGeometry& geometry) {
  const std::uint32_t flags = command.words[0];
  const std::uint32_t addend = r::kPostAddend.get(flags);
  const bool psum_in = addend == static_cast<std::uint32_t>(r::PostAddend::kPsum);
  check.reserved(r::kPostPsumOut.mask() | r::kPostAddend.mask() | r::kPostRelu.mask() |
                     r::kPostCutPre.mask() | r::kPostCutPost.mask() | r::kPostZeroPoint.mask() |
                     r::kPostRounding.mask(),
                 words_used(1, 2, 3, 4, 5, 7) | (psum_in ? words_used(6) : 0U));
  if (addend > static_cast<std::uint32_t>(r::PostAddend::kPsum)) {
    check.refuse(Error::kBadFlags, flags);
  }
  const std::uint32_t rounding = r::kPostRounding.get(flags);
  if (rounding > static_cast<std::uint32_t>(r::PostRounding::kTruncate)) {
    check.refuse(Error::kBadFlags, flags);
  }
  nmpu::VectorConfig& vector = command.vector;
  vector.psum_out = r::kPostPsumOut.get(flags) != 0;
  vector.addend = static_cast<nmpu::Addend>(addend);
  vector.rounding = static_cast<nmpu::Rounding>(rounding);
  vector.relu = r::kPostRelu.get(flags) != 0;
  vector.cut_pre = static_cast<std::uint8_t>(r::kPostCutPre.get(flags));
  vector.cut_post = static_cast<std::uint8_t>(r::kPostCutPost.get(flags));
  vector.zero_point = static_cast<std::int8_t>(r::kPostZeroPoint.get_signed(flags));
  // Partial sums have a fixed scale: settings of the int8 output would silently have no effect.
  if (vector.psum_out &&
      (vector.relu || vector.cut_pre != 0 || vector.cut_post != 0 || vector.zero_point != 0)) {
    check.refuse(Error::kBadFlags, flags);
  }
  decode_repetition(command, check, command.words[3], command.words[4]);
  command.addend = command.words[6];
  check.region(command.words[7], geometry.columns);
  command.region = region_of(0, command.words[7]);
  const std::uint64_t columns = command.region.columns;
  check.in_sram(command.source, 4 * columns, command.repetitions, command.source_stride);
  check.in_sram(command.destination, (vector.psum_out ? 2 : 1) * columns, command.repetitions,
                command.destination_stride);
  if (psum_in) check.in_sram(command.addend, 2 * columns * command.repetitions);
}

void decode_add(Command& command, Checker& check, const TileGeometry& /*geometry*/) {
  constexpr std::uint32_t kMaxElements = 32766;
  check.reserved(0, words_used(1, 2, 3, 6));
  command.source = command.words[1];
  command.destination = command.words[2];
  command.length = command.words[3];
  command.addend = command.words[6];
  check.length(command.length, kMaxElements);
  if (command.length % 2 != 0) check.refuse(Error::kBadLength, command.length);
  for (const std::uint32_t address : {command.source, command.destination, command.addend}) {
    check.in_sram(address, 2ULL * command.length);
  }
}

void decode_add8(Command& command, Checker& check, const TileGeometry& /*geometry*/) {
  constexpr std::uint32_t kMaxElements = 65532;
  constexpr core::RegisterField kShift{0, 5};
  constexpr core::RegisterField kRelu{8, 1};
  const CommandWords& words = command.words;
  check.reserved(r::kAdd8ZeroA.mask() | r::kAdd8ZeroB.mask() | r::kAdd8ZeroOut.mask(),
                 words_used(1, 2, 3, 4, 5, 6));
  command.source = words[1];
  command.destination = words[2];
  command.length = words[3];
  command.addend = words[6];
  ScaledAdd& add = command.scaled_add;
  add.zero_a = static_cast<std::int8_t>(r::kAdd8ZeroA.get_signed(words[0]));
  add.zero_b = static_cast<std::int8_t>(r::kAdd8ZeroB.get_signed(words[0]));
  add.zero_out = static_cast<std::int8_t>(r::kAdd8ZeroOut.get_signed(words[0]));
  add.factor_a = static_cast<std::uint16_t>(kLow.get(words[4]));
  add.factor_b = static_cast<std::uint16_t>(kHigh.get(words[4]));
  add.shift = kShift.get(words[5]);
  add.relu = kRelu.get(words[5]) != 0;
  check.length(command.length, kMaxElements);
  check.aligned(command.length);
  if (add.shift == 0 || (words[5] & ~(kShift.mask() | kRelu.mask())) != 0) {
    check.refuse(Error::kBadFlags, words[5]);
  }
  for (const std::uint32_t address : {command.source, command.destination, command.addend}) {
    check.in_sram(address, command.length);
  }
}

void decode_copy(Command& command, Checker& check, const TileGeometry& geometry) {
  command.multicast = command.opcode == Opcode::kPut && r::kPutMulticast.get(command.words[0]) != 0;
  check.reserved(command.multicast ? r::kPutMulticast.mask() : 0,
                 words_used(1, 2, 3) | (command.multicast ? words_used(4) : 0U));
  command.source = command.words[1];
  command.destination = command.words[2];
  command.length = command.words[3];
  if (command.multicast) {
    command.tile_columns = kFirst.get(command.words[4]);
    command.tile_rows = kNumber.get(command.words[4]);
    if (command.tile_columns == 0 || command.tile_rows == 0) {
      check.refuse(Error::kBadRegion, command.words[4]);
    }
  }
  check.length(command.length, geometry.sram_bytes);
  check.aligned(command.length);
  check.in_sram(command.source, command.length);
  if (command.opcode == Opcode::kMove) {
    check.in_sram(command.destination, command.length);
  } else {
    check.aligned(command.destination);
  }
}

void decode_semaphore(Command& command, Checker& check) {
  const CommandWords& words = command.words;
  const bool signals = command.opcode == Opcode::kSignal;
  command.remote = signals && r::kSignalRemote.get(words[0]) != 0;
  check.reserved(signals ? r::kSignalRemote.mask() : 0,
                 command.remote ? words_used(2, 3) : words_used(1, 3));
  command.operand = words[1];
  command.destination = words[2];
  command.length = words[3];
  if (command.operand >= kSemaphores) check.refuse(Error::kBadLength, command.operand);
  check.aligned(command.destination);
  check.length(command.length, kMaxSemaphore);
}

void decode_loop(Command& command, Checker& check) {
  check.reserved(r::kLoopCounter.mask(), words_used(1, 3));
  command.loop_counter = r::kLoopCounter.get(command.words[0]);
  command.operand = command.words[1];
  command.length = command.words[3];
  if (command.operand >= kProgramCommands) check.refuse(Error::kBadAddress, command.operand);
}

bool steers_a_program(Opcode opcode) {
  return opcode >= Opcode::kWait && opcode <= Opcode::kHalt;
}

}  // namespace

Decoded decode(const CommandWords& words, const TileGeometry& geometry, CommandSource source) {
  Decoded decoded;
  Command& command = decoded.command;
  command.words = words;
  command.opcode = static_cast<Opcode>(words[0] & 0xFFU);
  Checker check(words, geometry);
  if (source == CommandSource::kQueue && steers_a_program(command.opcode)) {
    check.refuse(Error::kBadOpcode, words[0]);
  }
  switch (command.opcode) {
    case Opcode::kNop:
      check.reserved(0, 0);
      break;
    case Opcode::kProgram:
      decode_program(command, check, geometry);
      break;
    case Opcode::kMvm:
      decode_mvm(command, check, geometry);
      break;
    case Opcode::kPost:
      decode_post(command, check, geometry);
      break;
    case Opcode::kAdd:
      decode_add(command, check, geometry);
      break;
    case Opcode::kAdd8:
      decode_add8(command, check, geometry);
      break;
    case Opcode::kMove:
    case Opcode::kPut:
      decode_copy(command, check, geometry);
      break;
    case Opcode::kWait:
    case Opcode::kSignal:
      decode_semaphore(command, check);
      break;
    case Opcode::kLoop:
      decode_loop(command, check);
      break;
    case Opcode::kIrq:
      check.reserved(0, words_used(1));
      command.operand = words[1];
      break;
    case Opcode::kHalt:
      check.reserved(0, 0);
      break;
    default:
      check.refuse(Error::kBadOpcode, words[0]);
      break;
  }
  decoded.refusal = check.refusal();
  return decoded;
}

}  // namespace aimc::tile
