#include "platform/compiler/cost.h"

#include <algorithm>
#include <cmath>

#include "platform/compiler/layout.h"

namespace aimc::compiler {
namespace {

constexpr double kPsPerUs = 1e6;

analog::CrossbarConfig nominal(analog::CrossbarConfig config) {
  config.mode = analog::AnalogMode::kIdeal;
  config.rows = config.columns = 4;
  return config;
}

}  // namespace

CostModel::CostModel(const Chip& chip) : chip_(chip), crossbar_(nominal(chip.tile.crossbar)) {}

double CostModel::tile_us(std::uint64_t cycles) const {
  return static_cast<double>(cycles) / chip_.tile.clock_mhz;
}

double CostModel::network_us(std::uint64_t bytes) const {
  return static_cast<double>(bytes) / (chip_.noc_flit_bytes * chip_.noc_clock_mhz);
}

std::uint64_t CostModel::access_cycles(std::size_t bytes) const {
  const std::size_t width = chip_.tile.sram_bytes_per_cycle;
  return (bytes + width - 1) / width;
}

LaneCost CostModel::matrix(const MatrixWork& work, const StepPlan& plan, const Lane& lane,
                           std::size_t pitch) const {
  const Part& part = plan.split.parts[lane.part];
  const std::size_t positions = lane.rows * work.out_columns;
  const std::size_t pieces = plan.split.pieces.size();
  LaneCost cost;
  const double integrate_us =
      static_cast<double>(analog::Crossbar(crossbar_, 1, "nominal").mvm_duration_ps(plan.mode)) /
      kPsPerUs;
  double slowest = 0.0;
  for (const Piece& piece : plan.split.pieces) {
    const std::uint64_t access = plan.replicas * piece.segments * access_cycles(piece.bytes) +
                                 access_cycles(4 * part.filled);
    slowest = std::max(slowest, std::max(integrate_us, tile_us(access)));
    const RowBuffer buffer = make_row_buffer(work, piece, lane);
    std::uint64_t bytes = 0;
    for (std::size_t band = 0; band < lane.bands; ++band) {
      bytes += make_band(work, piece, lane, band).ins * buffer.copy_bytes;
    }
    cost.fetched_bytes = std::max<std::uint64_t>(cost.fetched_bytes, bytes);
    cost.fetch_us += network_us(bytes);
  }
  const std::uint64_t lanes = chip_.tile.nmpu.lanes;
  const std::uint64_t post = access_cycles((pieces > 1 ? 6 : 4) * part.filled) +
                             (part.filled + lanes - 1) / lanes + nmpu::make_format({}).stages +
                             access_cycles(part.filled);
  const auto count = static_cast<double>(positions);
  cost.put_bytes = positions * (part.columns == work.columns ? pitch : part.columns);
  cost.sums_bytes = pieces > 1 ? positions * 2 * part.filled : 0;
  cost.compute_us = count * (slowest + tile_us(post)) +
                    network_us(cost.put_bytes + (pieces - 1) * cost.sums_bytes / lane.bands);
  cost.jobs = pieces * lane.bands;
  cost.mvms = positions * pieces;
  return cost;
}

LaneCost CostModel::add(const Lane& lane) const {
  const std::size_t bytes = 4 * lane.rows;
  LaneCost cost;
  cost.fetched_bytes = 2 * bytes;
  cost.put_bytes = bytes;
  cost.fetch_us = network_us(2 * bytes);
  cost.compute_us = tile_us(3 * access_cycles(bytes)) + network_us(bytes);
  cost.jobs = lane.bands;
  return cost;
}

}  // namespace aimc::compiler
