#include "models/noc/routing.h"

namespace aimc::noc {

namespace {

unsigned distance(unsigned a, unsigned b) {
  return a > b ? a - b : b - a;
}

}  // namespace

Port next_port(const Topology& topology, Routing routing, unsigned router, unsigned destination) {
  const unsigned x = topology.column(router);
  const unsigned y = topology.row(router);
  const unsigned to_x = topology.column(destination);
  const unsigned to_y = topology.row(destination);
  const Port horizontal = to_x > x ? Port::kEast : Port::kWest;
  const Port vertical = to_y > y ? Port::kSouth : Port::kNorth;
  if (x == to_x && y == to_y) return Port::kTile;
  if (routing == Routing::kXy) return x != to_x ? horizontal : vertical;
  return y != to_y ? vertical : horizontal;
}

void find_path(const Topology& topology, Routing routing, Node source, Node destination,
               Path& path) {
  const unsigned target = topology.router_of(destination);
  unsigned router = topology.router_of(source);
  path.size = 0;
  path.links[path.size++] = Topology::injection_link(source);
  while (router != target) {
    const Port port = next_port(topology, routing, router, target);
    path.links[path.size++] = topology.router_link(router, port);
    router = topology.neighbour(router, port);
  }
  path.links[path.size++] = topology.ejection_link(destination);
}

unsigned path_routers(const Topology& topology, Node source, Node destination) {
  const unsigned from = topology.router_of(source);
  const unsigned to = topology.router_of(destination);
  return distance(topology.column(from), topology.column(to)) +
         distance(topology.row(from), topology.row(to)) + 1;
}

}  // namespace aimc::noc
