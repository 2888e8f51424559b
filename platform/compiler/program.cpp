#include "platform/compiler/program.h"

#include <algorithm>

namespace aimc::compiler {
namespace {

namespace r = regs::tile;
using tile::Opcode;

std::uint32_t u32(std::size_t value) {
  return static_cast<std::uint32_t>(value);
}

constexpr std::uint32_t opcode(Opcode code) {
  return static_cast<std::uint32_t>(code);
}

std::uint32_t pair(std::size_t low, std::size_t high) {
  return u32(low) | u32(high) << 16U;
}

std::uint32_t byte_of(std::int32_t value) {
  return static_cast<std::uint32_t>(value) & 0xFFU;
}

tile::CommandWords put(std::size_t source, std::uint32_t address, std::size_t bytes) {
  return {opcode(Opcode::kPut), u32(source), address, u32(bytes), 0, 0, 0, 0};
}

void finish(Commands& commands, std::uint32_t done_address) {
  if (done_address != 0) commands.push_back(put(kDoneWord, done_address, 4));
  commands.push_back({opcode(Opcode::kHalt), 0, 0, 0, 0, 0, 0, 0});
}

/// Commands of one piece for one band.
class MatrixProgram {
 public:
  MatrixProgram(const MatrixWork& work, const StepPlan& plan, const Lane& lane, const PieceJob& job,
                std::size_t pitch)
      : work_(work),
        plan_(plan),
        lane_(lane),
        job_(job),
        pitch_(pitch),
        piece_(plan.split.pieces[job.piece]),
        part_(plan.split.parts[lane.part]),
        buffer_(make_row_buffer(work, piece_, lane)),
        memory_(piece_memory(work, plan, lane, job.piece, pitch)),
        burst_(burst_positions(work, part_, lane)),
        last_(job.piece + 1 == plan.split.pieces.size()) {}

  Commands make() {
    const std::size_t positions = job_.band.outs * work_.out_columns;
    for (std::size_t first = 0; first < positions; first += burst_) {
      const std::size_t count = std::min(burst_, positions - first);
      convert(first, count);
      process(first, count);
    }
    if (last_) put_band(positions);
    finish(commands_, last_ ? job_.done_address : 0);
    return std::move(commands_);
  }

 private:
  std::uint32_t columns() const {
    return pair(lane_.places[job_.piece].first_column, part_.filled);
  }

  /// MVMs of positions [first, first + count) of the band.
  void convert(std::size_t first, std::size_t count) {
    const std::size_t end = first + count;
    for (std::size_t at = first; at < end;) {
      const std::size_t row = at / work_.out_columns;
      const std::size_t column = at % work_.out_columns;
      const std::size_t row_end = buffer_.continuous ? end : (row + 1) * work_.out_columns;
      const std::size_t run = std::min(end, row_end) - at;
      const std::size_t input = job_.sram + memory_.input +
                                (job_.band.start + row * buffer_.out_step) * buffer_.row_bytes +
                                column * work_.column_stride;
      // Replicas read the same segment again and again.
      const bool gathers = piece_.segments > 1 || plan_.replicas > 1;
      const std::size_t next = piece_.segments > 1 ? work_.dilation * buffer_.row_bytes : 0;
      commands_.push_back(
          {opcode(Opcode::kMvm) | r::kMvmZeroPoint.put(byte_of(plan_.zero_point)), u32(input),
           u32(job_.sram + memory_.counts + 4 * part_.filled * (at - first)),
           pair(run, gathers ? piece_.bytes : 0), pair(run > 1 ? work_.column_stride : 0, next),
           u32(4 * part_.filled), pair(0, plan_.replicas * piece_.rows()), columns()});
      at += run;
    }
  }

  /// POST of a burst; partial sums are sent on.
  void process(std::size_t first, std::size_t count) {
    const bool chained = job_.piece > 0;
    if (chained) commands_.push_back({opcode(Opcode::kWait), job_.semaphore, 0, 1, 0, 0, 0, 0});
    std::uint32_t flags =
        opcode(Opcode::kPost) | r::kPostAddend.put(static_cast<std::uint32_t>(
                                    chained ? r::PostAddend::kPsum : r::PostAddend::kBias));
    if (last_) {
      flags |= r::kPostRelu.put(work_.relu ? 1U : 0U) | r::kPostCutPre.put(plan_.scaling.cut_pre) |
               r::kPostCutPost.put(plan_.scaling.cut_post) |
               r::kPostZeroPoint.put(byte_of(work_.output_zero_point));
    } else {
      flags |= r::kPostPsumOut.put(1);
    }
    const std::size_t out = job_.sram + memory_.out + (last_ ? first * memory_.out_pitch : 0);
    const std::size_t sums = job_.sram + memory_.sums_in + 2 * part_.filled * first;
    commands_.push_back({flags, u32(job_.sram + memory_.counts), u32(out), u32(count),
                         u32(4 * part_.filled), u32(memory_.out_pitch), chained ? u32(sums) : 0,
                         columns()});
    if (last_) return;
    const std::size_t bytes = 2 * part_.filled;
    commands_.push_back(put(out, job_.next_sums + u32(bytes * first), bytes * count));
    commands_.push_back(
        {opcode(Opcode::kSignal) | r::kSignalRemote.put(1), 0, job_.next_semaphore, 1, 0, 0, 0, 0});
  }

  /// The band's outputs: one area of the activation, or a part of each pixel.
  void put_band(std::size_t positions) {
    const std::size_t source = job_.sram + memory_.out;
    const std::size_t first = job_.band.first_out * work_.out_columns;
    const std::uint32_t to = job_.output_address + u32(first * pitch_ + part_.first);
    if (memory_.out_pitch == pitch_) {
      commands_.push_back(put(source, to, positions * pitch_));
      return;
    }
    for (std::size_t i = 0; i < positions; ++i) {
      commands_.push_back(
          put(source + i * memory_.out_pitch, to + u32(i * pitch_), memory_.out_pitch));
    }
  }

  const MatrixWork& work_;
  const StepPlan& plan_;
  const Lane& lane_;
  const PieceJob& job_;
  std::size_t pitch_;
  const Piece& piece_;
  const Part& part_;
  RowBuffer buffer_;
  PieceMemory memory_;
  std::size_t burst_;
  bool last_;
  Commands commands_;
};

}  // namespace

Commands matrix_commands(const MatrixWork& work, const StepPlan& plan, const Lane& lane,
                         const PieceJob& job, std::size_t pitch) {
  return MatrixProgram(work, plan, lane, job, pitch).make();
}

Commands add_commands(const AddWork& work, std::uint32_t sram, std::size_t words,
                      std::size_t buffer_words, std::uint32_t output_address,
                      std::uint32_t done_address) {
  Commands commands;
  const std::uint32_t other = sram + u32(4 * buffer_words);
  constexpr unsigned kRelu = 8;
  commands.push_back({opcode(Opcode::kAdd8) | r::kAdd8ZeroA.put(byte_of(work.zero_point_a)) |
                          r::kAdd8ZeroB.put(byte_of(work.zero_point_b)) |
                          r::kAdd8ZeroOut.put(byte_of(work.zero_point_out)),
                      sram, sram, u32(4 * words), pair(work.multiplier_a, work.multiplier_b),
                      work.shift | (work.relu ? 1U << kRelu : 0U), other, 0});
  commands.push_back(put(sram, output_address, 4 * words));
  finish(commands, done_address);
  return commands;
}

}  // namespace aimc::compiler
