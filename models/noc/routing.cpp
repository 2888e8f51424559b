#include "models/noc/routing.h"

#include <algorithm>

namespace aimc::noc {

namespace {

// From `from` to another place of a row or column of `size`: ahead or back?
bool ahead(const Topology& topology, unsigned from, unsigned to, unsigned size) {
  if (!topology.torus()) return to > from;
  const unsigned steps = to > from ? to - from : to + size - from;
  return 2 * steps <= size;
}

unsigned distance(const Topology& topology, unsigned a, unsigned b, unsigned size) {
  const unsigned direct = a > b ? a - b : b - a;
  return topology.torus() ? std::min(direct, size - direct) : direct;
}

bool horizontal(Port port) {
  return port <= Port::kWest;
}

}  // namespace

Port next_port(const Topology& topology, Routing routing, unsigned router, unsigned destination) {
  const unsigned x = topology.column(router);
  const unsigned y = topology.row(router);
  const unsigned to_x = topology.column(destination);
  const unsigned to_y = topology.row(destination);
  if (x == to_x && y == to_y) return Port::kTile;
  if (y == to_y || (routing == Routing::kXy && x != to_x)) {
    return ahead(topology, x, to_x, topology.width()) ? Port::kEast : Port::kWest;
  }
  return ahead(topology, y, to_y, topology.height()) ? Port::kSouth : Port::kNorth;
}

void find_path(const Topology& topology, Routing routing, Node source, Node destination,
               Path& path) {
  const unsigned target = topology.router_of(destination);
  unsigned router = topology.router_of(source);
  path.size = 0;
  path.second_class = 0;
  path.links[path.size++] = Topology::injection_link(source);
  Port before = Port::kTile;
  bool second = false;
  while (router != target) {
    const Port port = next_port(topology, routing, router, target);
    if (topology.torus()) {
      const bool straight = before != Port::kTile && horizontal(before) == horizontal(port);
      second = in_second_class(topology, router, port, straight, second);
      if (second) path.second_class |= std::uint64_t{1} << path.size;
      before = port;
    }
    path.links[path.size++] = topology.router_link(router, port);
    router = topology.neighbour(router, port);
  }
  path.links[path.size++] = topology.ejection_link(destination);
}

unsigned path_routers(const Topology& topology, Node source, Node destination) {
  const unsigned from = topology.router_of(source);
  const unsigned to = topology.router_of(destination);
  return distance(topology, topology.column(from), topology.column(to), topology.width()) +
         distance(topology, topology.row(from), topology.row(to), topology.height()) + 1;
}

}  // namespace aimc::noc
