#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/compiler/plan.h"

namespace aimc::compiler {

/// Where the inputs of one band lie in a buffer of rows.
struct BandRows {
  std::size_t first_out = 0, outs = 0;  ///< output rows of the band
  std::size_t start = 0;                ///< buffer row the first output row begins at
  std::size_t place = 0;                ///< buffer row of the first input row that is fetched
  std::size_t first_in = 0, ins = 0;    ///< input rows that are fetched, `step` apart
};

/// The buffer of padded input rows that a piece of a lane reads from. Padding is written once:
/// bands are placed so that what one of them fetches is never another's padding.
struct RowBuffer {
  std::size_t row_bytes = 0;  ///< of a buffer row: from the first byte of the first position on
  std::size_t rows = 0;
  std::size_t step = 1;        ///< input rows from one buffer row to the next
  std::size_t out_step = 1;    ///< buffer rows from one output row to the next
  std::size_t copy_at = 0;     ///< byte of a buffer row that the fetched bytes begin at
  std::size_t copy_bytes = 0;  ///< of every row; 0: all is padding
  std::size_t copy_from = 0;   ///< byte of the input row they are
  bool continuous = false;     ///< positions of consecutive rows lie a column stride apart

  std::size_t bytes() const { return rows * row_bytes; }
};

/// The buffer for a lane. Throws std::length_error when its bands cannot share one.
RowBuffer make_row_buffer(const MatrixWork& work, const Piece& piece, const Lane& lane);
/// Band `band` of the lane in that buffer.
BandRows make_band(const MatrixWork& work, const Piece& piece, const Lane& lane, std::size_t band);

/// Positions that are converted before they are processed.
std::size_t burst_positions(const MatrixWork& work, const Part& part, const Lane& lane);

/// SRAM of a piece of a lane, as offsets from where it begins; an area that is not needed is empty.
struct PieceMemory {
  std::size_t input = 0;
  std::size_t counts = 0;
  std::size_t sums_in = 0;  ///< partial sums of all positions of a band
  std::size_t out = 0;      ///< partial sums of a burst, or outputs of a band
  std::size_t bytes = 0;
  std::size_t out_pitch = 0;  ///< bytes of a position's outputs
};
PieceMemory piece_memory(const MatrixWork& work, const StepPlan& plan, const Lane& lane,
                         std::size_t piece, std::size_t activation_pitch);

/// SRAM of a lane of an ADD: both vectors, the result takes the place of the first.
std::size_t add_bytes(const Lane& lane);

}  // namespace aimc::compiler
