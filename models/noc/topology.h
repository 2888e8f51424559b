#pragma once

#include <cstdint>

#include "models/noc/network.h"

namespace aimc::noc {

/// Where a router sends a flit: to a neighbour, to its tile, or to the host or memory of a torus.
/// Rows count southwards from row 0.
enum class Port : std::uint8_t { kEast, kWest, kNorth, kSouth, kTile, kExtra };

/// The two ends of a directed link.
struct LinkEnds {
  unsigned from_router = 0;  ///< the attached router for injection and ejection links
  unsigned to_router = 0;
  LinkKind kind = LinkKind::kRouter;
  Node node;  ///< injection and ejection links only
};

/// A mesh or torus of routers: which nodes hang where, and a number for each directed link of one
/// plane.
///
/// Links are numbered 0..link_count()-1: injection links by node, ejection links by node, then four
/// outputs a router. Outputs at the mesh's edge have numbers but lead nowhere; no route uses them.
class Topology {
 public:
  /// @param config must pass check()
  explicit Topology(const NocConfig& config);

  unsigned width() const { return width_; }
  unsigned height() const { return routers_ / width_; }
  bool torus() const { return torus_; }
  unsigned routers() const { return routers_; }
  /// Tiles, host and memory.
  unsigned nodes() const { return routers_ + 2; }
  unsigned link_count() const { return 2 * nodes() + 4 * routers_; }

  /// Column of a router, 0 is west.
  unsigned column(unsigned router) const { return router % width_; }
  /// Row of a router, 0 is north.
  unsigned row(unsigned router) const { return router / width_; }
  /// The router a node hangs on.
  unsigned router_of(Node node) const;
  /// The port of that router: kTile for tiles; for host and memory a free edge port, or kExtra.
  Port port_of(Node node) const;
  /// The router behind one of the first four output ports, which must not be at a mesh's edge.
  unsigned neighbour(unsigned router, Port port) const;
  /// Whether one of the first four output ports leads over the edge, on a torus to the other end.
  bool crosses_edge(unsigned router, Port port) const;

  /// The link from a node into its router.
  static unsigned injection_link(Node node) { return node.id; }
  /// The link from a node's router to the node.
  unsigned ejection_link(Node node) const { return nodes() + node.id; }
  /// The link behind an output port other than kTile.
  unsigned router_link(unsigned router, Port port) const {
    return 2 * nodes() + 4 * router + static_cast<unsigned>(port);
  }
  /// What a link connects; it must not be an output at the edge.
  LinkEnds ends(unsigned link) const;

 private:
  bool torus_;
  unsigned width_;
  unsigned routers_;
  unsigned memory_router_;
};

}  // namespace aimc::noc
