#pragma once

#include <map>
#include <utility>
#include <vector>

#include "platform/compiler/emit.h"
#include "platform/compiler/image.h"
#include "platform/compiler/program.h"

namespace aimc::compiler {

/// Tile and epoch.
using TileEpoch = std::pair<std::size_t, std::size_t>;

/// One pass over a plan whose bands and slots are settled.
class Emitter {
 public:
  Emitter(const Graph& graph, const Plan& plan, const Chip& chip, const Options& options);

  /// @param workspace_address where the workspace begins
  std::vector<std::uint8_t> emit(std::uint32_t workspace_address);

  /// Bytes of RAM beside the image, after emit().
  std::uint64_t workspace_bytes() const { return next_ - workspace_; }
  /// Commands of every tile, after emit().
  const std::map<TileEpoch, Commands>& programs() const { return programs_; }

 private:
  struct Cursor {
    std::uint32_t sram = 4;  ///< behind the word that says done
    std::uint32_t semaphores = 0;
  };
  /// Where a lane's pieces lie in the SRAM of their tiles.
  struct LanePlaces {
    std::vector<std::uint32_t> sram, semaphores;
  };

  std::uint32_t reserve(std::size_t bytes);
  void emit_tensors();
  void emit_step(std::size_t index);
  void emit_host(std::size_t index, aimc_net_step& step);
  void emit_blocks(std::size_t index);
  LanePlaces place_lane(std::size_t index, const Lane& lane);
  void emit_matrix_band(std::size_t index, const Lane& lane, std::size_t lane_number,
                        std::size_t band, const LanePlaces& places);
  void emit_add_band(std::size_t index, const Lane& lane, std::size_t lane_number, std::size_t band,
                     const LanePlaces& places);
  void emit_fetch(std::size_t tensor, const RowBuffer& buffer, const BandRows& band,
                  const MatrixWork& work, std::uint32_t sram);
  void fill(std::size_t tile, std::size_t epoch, std::size_t sram, std::size_t bytes,
            std::int32_t byte);
  std::uint32_t append(const TileEpoch& where, const Commands& commands);

  const Graph& graph_;
  const Plan& plan_;
  const Chip& chip_;
  const Options& options_;
  ImageParts parts_;
  std::uint64_t workspace_ = 0, next_ = 0;
  std::map<TileEpoch, Cursor> cursors_;
  std::map<TileEpoch, Commands> programs_;
};

}  // namespace aimc::compiler
