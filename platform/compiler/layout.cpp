#include "platform/compiler/layout.h"

#include <algorithm>
#include <stdexcept>

namespace aimc::compiler {
namespace {

/// Buffer rows a band needs, by what they are.
struct Extent {
  std::size_t rows = 0;
  std::size_t above = 0, below = 0;  ///< of them padding
  std::size_t first_in = 0;

  std::size_t data() const { return rows - above - below; }
};

std::size_t divided_up(std::size_t amount, std::size_t by) {
  return (amount + by - 1) / by;
}

/// Input rows from one buffer row to the next: all of them, unless each position takes just one.
std::size_t row_step(const MatrixWork& work, const Piece& piece) {
  return piece.segments == 1 ? work.row_stride : 1;
}

Extent extent_of(const MatrixWork& work, const Piece& piece, std::size_t first_out,
                 std::size_t outs) {
  const std::size_t step = row_step(work, piece);
  Extent extent;
  extent.rows = piece.segments == 1
                    ? outs
                    : (outs - 1) * work.row_stride + (piece.segments - 1) * work.dilation + 1;
  const auto first =
      static_cast<std::int64_t>(first_out * work.row_stride + piece.first_segment * work.dilation) -
      static_cast<std::int64_t>(work.pad_rows);
  const auto height = static_cast<std::int64_t>(work.in_rows);
  if (first < 0) {
    extent.above = std::min(extent.rows, divided_up(static_cast<std::size_t>(-first), step));
  }
  // The buffer row that is the first below the input.
  const std::size_t beyond =
      first >= height ? 0 : divided_up(static_cast<std::size_t>(height - first), step);
  extent.below = extent.rows > beyond ? extent.rows - beyond : 0;
  const std::int64_t first_data = first + static_cast<std::int64_t>(extent.above * step);
  extent.first_in = extent.data() == 0 ? 0 : static_cast<std::size_t>(first_data);
  return extent;
}

std::pair<std::size_t, std::size_t> band_of(const Lane& lane, std::size_t band) {
  const std::size_t first = band * lane.band_rows();
  return {lane.first_row + first, std::min(lane.band_rows(), lane.rows - first)};
}

/// The largest extents over the bands of a lane.
struct Extents {
  std::size_t above = 0, data = 0, below = 0;
};

Extents largest(const MatrixWork& work, const Piece& piece, const Lane& lane) {
  Extents all;
  for (std::size_t band = 0; band < lane.bands; ++band) {
    const auto [first, outs] = band_of(lane, band);
    const Extent extent = extent_of(work, piece, first, outs);
    all.above = std::max(all.above, extent.above);
    all.data = std::max(all.data, extent.data());
    all.below = std::max(all.below, extent.below);
  }
  return all;
}

}  // namespace

BandRows make_band(const MatrixWork& work, const Piece& piece, const Lane& lane, std::size_t band) {
  const Extents all = largest(work, piece, lane);
  const auto [first, outs] = band_of(lane, band);
  const Extent extent = extent_of(work, piece, first, outs);
  // Data stands behind the rows of padding above, but just before those below where it needs them.
  BandRows rows;
  rows.first_out = first;
  rows.outs = outs;
  rows.place = extent.below > 0 ? all.above + all.data - extent.data() : all.above;
  if (extent.above > 0 && rows.place != all.above) {
    throw std::length_error("a band with padding above and below");
  }
  rows.start = rows.place - extent.above;
  rows.first_in = extent.first_in;
  rows.ins = extent.data();
  return rows;
}

RowBuffer make_row_buffer(const MatrixWork& work, const Piece& piece, const Lane& lane) {
  const Extents all = largest(work, piece, lane);
  RowBuffer buffer;
  buffer.rows = all.above + all.data + all.below;
  buffer.row_bytes = (work.out_columns - 1) * work.column_stride + piece.bytes;
  buffer.step = row_step(work, piece);
  buffer.out_step = piece.segments == 1 ? 1 : work.row_stride;
  const std::size_t first = std::max(piece.first_byte, work.pad_bytes);
  const std::size_t end =
      std::min(piece.first_byte + buffer.row_bytes, work.pad_bytes + work.in_row_bytes);
  if (end > first) {
    buffer.copy_at = first - piece.first_byte;
    buffer.copy_bytes = end - first;
    buffer.copy_from = first - work.pad_bytes;
  }
  buffer.continuous =
      piece.segments == 1 && buffer.row_bytes == work.out_columns * work.column_stride;
  return buffer;
}

std::size_t burst_positions(const MatrixWork& work, const Part& part, const Lane& lane) {
  constexpr std::size_t kUsualBytes = 4096;  // of counts
  constexpr std::size_t kMostBytes = 16384;
  constexpr std::size_t kMostPositions = 65535;
  const std::size_t position = 4 * part.filled;
  const std::size_t row = position * work.out_columns;
  std::size_t positions = 0;
  if (row <= kMostBytes) {
    positions = std::max<std::size_t>(1, kUsualBytes / row) * work.out_columns;
  } else {
    const std::size_t most = std::max<std::size_t>(1, kMostBytes / position);
    positions = divided_up(work.out_columns, divided_up(work.out_columns, most));
  }
  return std::min({positions, lane.band_rows() * work.out_columns, kMostPositions});
}

PieceMemory piece_memory(const MatrixWork& work, const StepPlan& plan, const Lane& lane,
                         std::size_t piece, std::size_t activation_pitch) {
  const Part& part = plan.split.parts[lane.part];
  const std::size_t positions = lane.band_rows() * work.out_columns;
  const std::size_t burst = burst_positions(work, part, lane);
  const bool last = piece + 1 == plan.split.pieces.size();
  PieceMemory memory;
  const bool whole = part.columns == work.columns;
  memory.out_pitch =
      last ? (whole ? activation_pitch : (part.columns + 3) / 4 * 4) : 2 * part.filled;
  memory.counts = make_row_buffer(work, plan.split.pieces[piece], lane).bytes();
  memory.sums_in = memory.counts + 4 * part.filled * burst;
  memory.out = memory.sums_in + (piece > 0 ? 2 * part.filled * positions : 0);
  memory.bytes = memory.out + memory.out_pitch * (last ? positions : burst);
  return memory;
}

std::size_t add_bytes(const Lane& lane) {
  return 2 * 4 * lane.band_rows();
}

}  // namespace aimc::compiler
