#pragma once

#include <array>
#include <cstdint>

#include "models/noc/topology.h"

namespace aimc::noc {

/// The links a packet takes: injection link, links between routers, ejection link.
struct Path {
  static constexpr unsigned kMaxLinks = 64;  ///< corner to corner of a 32 x 32 mesh: 63 routers
  std::array<unsigned, kMaxLinks> links{};
  /// A bit for each of them that is crossed in the second class of virtual channels.
  std::uint64_t second_class = 0;
  unsigned size = 0;

  /// Routers visited.
  unsigned routers() const { return size - 1; }
};

/// The output port towards `destination` at `router`; kTile when the packet is there. Dimension
/// order is free of deadlock on a mesh (Dally and Seitz, IEEE Trans. Computers C-36(5), 1987).
Port next_port(const Topology& topology, Routing routing, unsigned router, unsigned destination);

/// Fills in the path between two existing nodes.
void find_path(const Topology& topology, Routing routing, Node source, Node destination,
               Path& path);

/// Whether a packet that leaves a router by `port` does so in the second class of virtual channels:
/// on a torus, from where it crosses the edge to the end of that dimension.
/// @param same_dimension it came in along the dimension of `port`
/// @param second         it came in in the second class
inline bool in_second_class(const Topology& topology, unsigned router, Port port,
                            bool same_dimension, bool second) {
  if (!topology.torus() || port > Port::kSouth) return false;
  return topology.crosses_edge(router, port) || (same_dimension && second);
}

/// Routers on the path between two existing nodes: distance of their routers, the shorter way round
/// on a torus, plus one.
unsigned path_routers(const Topology& topology, Node source, Node destination);

}  // namespace aimc::noc
