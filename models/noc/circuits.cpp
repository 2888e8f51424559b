#include "models/noc/circuits.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "models/noc/routing.h"

namespace aimc::noc {

namespace {

std::string route_text(const CircuitRoute& route) {
  return std::to_string(route.source.id) + ">" + std::to_string(route.destination.id);
}

std::string link_text(const Topology& topology, unsigned link) {
  const LinkEnds ends = topology.ends(link);
  switch (ends.kind) {
    case LinkKind::kInjection:
      return "the link of node " + std::to_string(ends.node.id) + " into its router";
    case LinkKind::kEjection:
      return "the link from its router to node " + std::to_string(ends.node.id);
    default:
      return "the link from router " + std::to_string(ends.from_router) + " to router " +
             std::to_string(ends.to_router);
  }
}

std::uint32_t parse_node(std::string_view text) {
  std::uint32_t node = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, node);
  if (error != std::errc() || stop != end) {
    throw std::invalid_argument("'" + std::string(text) + "' is no node number");
  }
  return node;
}

}  // namespace

std::vector<CircuitRoute> parse_circuits(const std::string& text) {
  std::vector<CircuitRoute> routes;
  if (text == "none") return routes;
  std::string_view rest = text;
  bool more = true;
  while (more) {
    const std::size_t comma = rest.find(',');
    more = comma != std::string_view::npos;
    const std::string_view route = rest.substr(0, comma);
    if (more) rest.remove_prefix(comma + 1);
    const std::size_t arrow = route.find('>');
    if (arrow == std::string_view::npos) {
      throw std::invalid_argument("'" + std::string(route) + "' is no route");
    }
    routes.push_back({{parse_node(route.substr(0, arrow))}, {parse_node(route.substr(arrow + 1))}});
  }
  return routes;
}

std::string circuits_text(const std::vector<CircuitRoute>& routes) {
  std::string text;
  for (const CircuitRoute& route : routes) text += (text.empty() ? "" : ",") + route_text(route);
  return text.empty() ? "none" : text;
}

Circuits::Circuits(const NocConfig& config, const CircuitConfig& circuits)
    : cycles_(circuits.cycles), of_source_(node_count(config), kNone) {
  const Topology topology(config);
  std::vector<std::uint32_t> owner(topology.link_count(), kNone);
  Path path;
  for (const CircuitRoute& route : circuits.routes) {
    const unsigned worst = std::max(route.source.id, route.destination.id);
    if (worst >= topology.nodes()) {
      throw std::invalid_argument("noc: circuit " + route_text(route) + ": node " +
                                  std::to_string(worst) + " does not exist, there are " +
                                  std::to_string(topology.nodes()));
    }
    find_path(topology, config.routing, route.source, route.destination, path);
    const auto number = static_cast<std::uint32_t>(circuits_.size());
    for (unsigned i = 0; i < path.size; ++i) {
      std::uint32_t& holder = owner[path.links[i]];
      if (holder != kNone) {
        throw std::invalid_argument("noc: circuits " + route_text(circuits_[holder].route) +
                                    " and " + route_text(route) + " both need " +
                                    link_text(topology, path.links[i]));
      }
      holder = number;
    }
    of_source_[route.source.id] = number;
    circuits_.push_back({route, path.routers(), 0});
  }
}

bool Circuits::carries(const Packet& packet) const {
  if (packet.plane != Plane::kRequest || of_source_[packet.source.id] == kNone) return false;
  return circuits_[of_source_[packet.source.id]].route.destination.id == packet.destination.id;
}

Delivery Circuits::send(const Packet& packet) {
  Circuit& circuit = circuits_[of_source_[packet.source.id]];
  const std::uint64_t start = std::max(packet.inject_cycle, circuit.free_cycle);
  circuit.free_cycle = start + packet.flits;
  const std::uint64_t head = start + std::uint64_t{cycles_} * circuit.routers + 2;
  const Delivery delivery{head, head + packet.flits - 1, circuit.routers};
  ++counters_.packets;
  counters_.flits += packet.flits;
  counters_.flit_hops += std::uint64_t{packet.flits} * delivery.routers;
  counters_.latency_cycles += delivery.tail_cycle - packet.inject_cycle;
  return delivery;
}

}  // namespace aimc::noc
