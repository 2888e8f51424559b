#pragma once

#include "platform/compiler/plan.h"

namespace aimc::compiler {

/// Predicted times of a lane for one image. They decide between mappings; a run measures.
struct LaneCost {
  double fetch_us = 0.0;    ///< of the DMA engine
  double compute_us = 0.0;  ///< of the tiles, results written included
  std::size_t jobs = 0;     ///< the host starts
  std::uint64_t mvms = 0;
  std::uint64_t fetched_bytes = 0;  ///< of the first piece
  std::uint64_t put_bytes = 0;      ///< to RAM
  std::uint64_t sums_bytes = 0;     ///< from each piece to the next

  double total_us() const { return fetch_us + compute_us; }
};

/// Times from the commands a lane executes, as models/tile/engine.cpp counts cycles, and from the
/// links of the network.
class CostModel {
 public:
  explicit CostModel(const Chip& chip);

  LaneCost matrix(const MatrixWork& work, const StepPlan& plan, const Lane& lane,
                  std::size_t pitch) const;
  LaneCost add(const Lane& lane) const;
  /// Time of the host for starting and ending a job. Assumed: 500 instructions at 500 MHz.
  static constexpr double kHostPerJobUs = 1.0;

 private:
  double tile_us(std::uint64_t cycles) const;
  double network_us(std::uint64_t bytes) const;
  std::uint64_t access_cycles(std::size_t bytes) const;

  const Chip& chip_;
  analog::CrossbarConfig crossbar_;
};

}  // namespace aimc::compiler
