#pragma once

#include <array>

#include "models/noc/topology.h"

namespace aimc::noc {

/// The links a packet takes: injection link, links between routers, ejection link.
struct Path {
  static constexpr unsigned kMaxLinks = 64;  ///< corner to corner of a 32 x 32 mesh: 63 routers
  std::array<unsigned, kMaxLinks> links{};
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

/// Routers on the path between two existing nodes: Manhattan distance of their routers plus one.
unsigned path_routers(const Topology& topology, Node source, Node destination);

}  // namespace aimc::noc
