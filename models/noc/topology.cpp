#include "models/noc/topology.h"

namespace aimc::noc {

Topology::Topology(const NocConfig& config)
    : torus_(config.topology == Wrap::kTorus),
      width_(config.width),
      routers_(config.width * config.height),
      memory_router_(config.height > 1 ? config.width : 0) {}

unsigned Topology::router_of(Node node) const {
  if (node.id < routers_) return node.id;
  return node.id == routers_ ? 0 : memory_router_;
}

Port Topology::port_of(Node node) const {
  if (node.id < routers_) return Port::kTile;
  // The west ports of column 0 are free; in a mesh of one row the host has the only one, so memory
  // takes the north port.
  // A torus uses them, but has free north ports if it has one row.
  if (torus_ && (node.id == routers_ || memory_router_ != 0)) return Port::kExtra;
  const bool west = node.id == routers_ || memory_router_ != 0;
  return west ? Port::kWest : Port::kNorth;
}

unsigned Topology::neighbour(unsigned router, Port port) const {
  const bool over = crosses_edge(router, port);
  switch (port) {
    case Port::kEast:
      return over ? router + 1 - width_ : router + 1;
    case Port::kWest:
      return over ? router + width_ - 1 : router - 1;
    case Port::kNorth:
      return over ? router + routers_ - width_ : router - width_;
    case Port::kSouth:
      return over ? router + width_ - routers_ : router + width_;
    default:
      return router;
  }
}

bool Topology::crosses_edge(unsigned router, Port port) const {
  switch (port) {
    case Port::kEast:
      return column(router) + 1 == width_;
    case Port::kWest:
      return column(router) == 0;
    case Port::kNorth:
      return router < width_;
    case Port::kSouth:
      return router + width_ >= routers_;
    default:
      return false;
  }
}

LinkEnds Topology::ends(unsigned link) const {
  if (link < 2 * nodes()) {
    const bool injection = link < nodes();
    const Node node{injection ? link : link - nodes()};
    const unsigned router = router_of(node);
    return {router, router, injection ? LinkKind::kInjection : LinkKind::kEjection, node};
  }
  const unsigned output = link - 2 * nodes();
  const unsigned router = output / 4;
  return {router, neighbour(router, static_cast<Port>(output % 4)), LinkKind::kRouter, {}};
}

}  // namespace aimc::noc
