#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/noc/engine.h"
#include "models/noc/packet_book.h"
#include "models/noc/routing.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// An engine made of two planes of routers that share nothing, each a Mesh (FlitMesh, AtMesh): what
/// injects, advances and tells its next event.
template <typename Mesh>
class PlanePair final : public PacketEngine {
 public:
  explicit PlanePair(const NocConfig& config)
      : config_(config),
        topology_(config),
        book_(topology_),
        planes_{Mesh(config, topology_, book_), Mesh(config, topology_, book_)} {}

  PacketId inject(const Packet& packet) override {
    const std::uint32_t slot = book_.add(packet, now());
    const PacketId id = book_[slot].id;
    planes_[static_cast<std::size_t>(packet.plane)].inject(slot);
    return id;
  }
  PacketId inject_multicast(const Packet& packet, const std::vector<Node>& destinations) override {
    check_multicast(config_, packet.flits, destinations);
    if (destinations.size() == 1) {
      Packet only = packet;
      only.destination = destinations.front();
      return inject(only);
    }
    const std::uint32_t slot = book_.add_multicast(packet, destinations, config_.routing, now());
    const PacketId id = book_[slot].id;
    planes_[static_cast<std::size_t>(packet.plane)].inject(slot);
    return id;
  }
  void advance_to(std::uint64_t cycle) override {
    for (Mesh& plane : planes_) plane.advance_to(cycle);
    book_.sort_arrivals();
  }
  std::uint64_t now() const override { return planes_[0].now(); }
  std::uint64_t next_event_cycle() const override {
    if (book_.under_way() == 0) return kNever;
    return std::min(planes_[0].next_event_cycle(), planes_[1].next_event_cycle());
  }
  bool poll(Completion& completion) override { return book_.poll(completion); }
  std::size_t packets_under_way() const override { return book_.under_way(); }
  bool at_rest() const override {
    return book_.under_way() == 0 && planes_[0].at_rest() && planes_[1].at_rest();
  }
  unsigned routers_visited(Node source, Node destination) const override {
    book_.check_nodes(source, destination);
    return path_routers(topology_, source, destination);
  }
  const NetworkCounters& counters() const override { return book_.counters(); }
  std::vector<LinkUse> link_use() const override {
    std::vector<std::uint64_t> busy;
    for (const Mesh& plane : planes_) {
      for (unsigned link = 0; link < topology_.link_count(); ++link) {
        busy.push_back(plane.busy_cycles(link));
      }
    }
    return report_link_use(topology_, busy);
  }

 private:
  const NocConfig config_;
  Topology topology_;
  PacketBook book_;
  std::array<Mesh, 2> planes_;  // by Plane
};

}  // namespace aimc::noc
