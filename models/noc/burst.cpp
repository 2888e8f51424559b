#include "models/noc/burst.h"

#include <algorithm>

namespace aimc::noc {

std::uint64_t first_burst_bytes(const NocConfig& config, std::uint64_t address,
                                std::uint64_t bytes) {
  const std::uint64_t to_boundary = kBurstBoundary - address % kBurstBoundary;
  const std::uint64_t most = std::uint64_t{config.max_burst_beats} * config.flit_bytes;
  return std::min({bytes, to_boundary, most});
}

BurstFlits burst_flits(const NocConfig& config, Direction direction, std::uint64_t bytes) {
  const auto beats = static_cast<unsigned>((bytes + config.flit_bytes - 1) / config.flit_bytes);
  BurstFlits flits;
  if (direction == Direction::kWrite) flits.request += beats;
  if (direction == Direction::kRead) flits.response += beats;
  return flits;
}

}  // namespace aimc::noc
