#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/tile/command.h"
#include "platform/compiler/layout.h"
#include "platform/compiler/plan.h"

namespace aimc::compiler {

using Commands = std::vector<tile::CommandWords>;

/// A piece of a lane on its tile, for one band.
struct PieceJob {
  std::size_t piece = 0;
  BandRows band;
  std::uint32_t sram = 0;       ///< where the memory of the piece begins
  std::uint32_t semaphore = 0;  ///< of its own tile: partial sums have come
  /// Partial sums go to these global addresses.
  std::uint32_t next_sums = 0, next_semaphore = 0;
  std::uint32_t output_address = 0;  ///< of the whole activation, for the last piece
  std::uint32_t done_address = 0;
};

/// Where the word that says done lies in the SRAM of every tile.
constexpr std::uint32_t kDoneWord = 0;

/// The commands of a job, HALT included.
/// @param pitch bytes of a pixel of the activation it writes
Commands matrix_commands(const MatrixWork& work, const StepPlan& plan, const Lane& lane,
                         const PieceJob& job, std::size_t pitch);

/// The same for a share of an ADD.
/// @param words of the share, at `sram` and behind
Commands add_commands(const AddWork& work, std::uint32_t sram, std::size_t words,
                      std::size_t buffer_words, std::uint32_t output_address,
                      std::uint32_t done_address);

}  // namespace aimc::compiler
