#pragma once

#include <array>

#include "models/noc/topology.h"

namespace aimc::noc {

/// Ports in the order of round-robin allocation: the two of the first dimension, the two of the
/// second, the tile.
inline constexpr std::array<unsigned, 6> kIndexOfPort = {0, 1, 3, 2, 4, 5};  ///< by Port
inline constexpr std::array<Port, 4> kPortOfIndex = {Port::kEast, Port::kWest, Port::kSouth,
                                                     Port::kNorth};
inline constexpr unsigned kNeighbours = kPortOfIndex.size();  ///< ports that lead to other routers

inline unsigned index_of(Port port) {
  return kIndexOfPort[static_cast<unsigned>(port)];
}

constexpr unsigned opposite(unsigned port) {
  return port ^ 1U;
}

}  // namespace aimc::noc
