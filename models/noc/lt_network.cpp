#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "models/noc/link_calendar.h"
#include "models/noc/multicast.h"
#include "models/noc/network.h"
#include "models/noc/routing.h"
#include "models/noc/topology.h"

namespace aimc::noc {

namespace {

constexpr std::uint64_t kInterfaceCycles = 1;  // from the source's queue to its injection link
constexpr std::uint64_t kLinkCycles = 1;       // from the last link into the destination
constexpr std::uint64_t kCreditCycles =
    2;  // from a flit's departure to its slot's next use upstream

// Free cycles in a row that a packet of `length` cycles needs to go first. Whoever comes to a link
// first delays the other in fact, but here whoever calls first does; a latecomer that had to find
// room for all its flits would wait more than its predecessors should have waited for it. With this
// share the mean latency does not depend on the order of the calls; what does not fit takes the
// free cycles that follow, so none is given twice.
std::uint64_t enough_of(std::uint64_t length) {
  return (11 * length + 19) / 20;
}

/// Link reservations made when a packet is sent, however far ahead of or behind other packets that
/// is.
class LtNetwork final : public Network {
 public:
  explicit LtNetwork(const NocConfig& config)
      : config_(config),
        topology_(config),
        calendars_(2 * std::size_t{topology_.link_count()}),
        busy_cycles_(calendars_.size()),
        order_(2 * std::size_t{topology_.nodes()}) {}

  Delivery send(const Packet& packet) override;
  std::vector<Delivery> send_multicast(const Packet& packet,
                                       const std::vector<Node>& destinations) override;
  void retire_before(std::uint64_t cycle) override { retired_ = std::max(retired_, cycle); }
  unsigned routers_visited(Node source, Node destination) const override {
    check_nodes(source, destination);
    return path_routers(topology_, source, destination);
  }
  const NetworkCounters& counters() const override { return counters_; }
  std::vector<LinkUse> link_use() const override;

 private:
  /// The latest-injected packet of a source to a destination.
  struct Last {
    std::uint64_t inject_cycle = 0;
    std::uint64_t ejected_cycle = 0;  // the ejection link is past it
  };

  void check_nodes(Node source, Node destination) const;
  void check_packet(const Packet& packet) const;
  Last& last_of(const Packet& packet);
  void reserve_links(const Packet& packet, std::size_t plane);
  void reserve_link(std::size_t link, std::uint64_t head, std::uint64_t own, std::uint64_t end,
                    unsigned flits);
  void count(const Packet& packet, const Delivery& delivery);

  NocConfig config_;
  Topology topology_;
  std::vector<LinkCalendar> calendars_;  // request plane, then response plane
  std::vector<std::uint64_t> busy_cycles_;
  std::vector<std::vector<Last>>
      order_;  // by plane and source, then by destination; filled in when a source first sends
  Path path_;
  std::array<std::uint64_t, Path::kMaxLinks>
      heads_{};  // when the first flit crosses each link of path_
  std::uint64_t retired_ = 0;
  NetworkCounters counters_;
};

void LtNetwork::check_nodes(Node source, Node destination) const {
  const unsigned worst = std::max(source.id, destination.id);
  if (worst < topology_.nodes()) return;
  throw std::invalid_argument("noc: node " + std::to_string(worst) + " does not exist, there are " +
                              std::to_string(topology_.nodes()));
}

void LtNetwork::check_packet(const Packet& packet) const {
  check_nodes(packet.source, packet.destination);
  if (packet.flits == 0)
    throw std::invalid_argument("noc: a packet of 0 flits, expected at least 1");
  if (packet.inject_cycle < retired_) {
    throw std::invalid_argument("noc: packet injected at cycle " +
                                std::to_string(packet.inject_cycle) + ", but cycles before " +
                                std::to_string(retired_) + " are forgotten");
  }
}

LtNetwork::Last& LtNetwork::last_of(const Packet& packet) {
  const std::size_t plane = static_cast<std::size_t>(packet.plane) * topology_.nodes();
  std::vector<Last>& of_source = order_[plane + packet.source.id];
  if (of_source.empty()) of_source.resize(topology_.nodes());
  return of_source[packet.destination.id];
}

Delivery LtNetwork::send(const Packet& packet) {
  check_packet(packet);
  find_path(topology_, config_.routing, packet.source, packet.destination, path_);
  const std::size_t plane = static_cast<std::size_t>(packet.plane) * topology_.link_count();
  Last& last = last_of(packet);
  const bool in_order = packet.inject_cycle >= last.inject_cycle;

  std::uint64_t earliest = packet.inject_cycle + kInterfaceCycles;
  for (unsigned i = 0; i < path_.size; ++i) {
    LinkCalendar& calendar = calendars_[plane + path_.links[i]];
    calendar.forget_before(retired_);
    if (i + 1 == path_.size && in_order) earliest = std::max(earliest, last.ejected_cycle);
    const unsigned gap = i == 0 ? 0 : config_.packet_gap_cycles;
    heads_[i] = calendar.earliest_gap(earliest, enough_of(std::uint64_t{packet.flits} + gap));
    earliest = heads_[i] + config_.router_cycles;
  }
  reserve_links(packet, plane);
  const std::uint64_t head = heads_[path_.size - 1] + kLinkCycles;
  if (in_order) last = {packet.inject_cycle, heads_[path_.size - 1] + packet.flits};

  const Delivery delivery{head, head + packet.flits - 1, path_.routers()};
  count(packet, delivery);
  return delivery;
}

void LtNetwork::count(const Packet& packet, const Delivery& delivery) {
  ++counters_.packets;
  counters_.flits += packet.flits;
  counters_.flit_hops += std::uint64_t{packet.flits} * delivery.own_routers();
  counters_.latency_cycles += delivery.tail_cycle - packet.inject_cycle;
}

std::vector<Delivery> LtNetwork::send_multicast(const Packet& packet,
                                                const std::vector<Node>& destinations) {
  check_multicast(config_, packet.flits, destinations);
  Packet copy = packet;
  copy.destination = destinations.front();
  if (destinations.size() == 1) return {send(copy)};
  check_packet(copy);
  const MulticastTree tree =
      make_multicast_tree(topology_, config_.routing, packet.source, destinations);
  const std::size_t plane = static_cast<std::size_t>(packet.plane) * topology_.link_count();
  std::vector<std::uint64_t> heads(tree.branches.size());
  std::vector<std::uint64_t> drained(heads.size());  // when the links behind have all the flits
  std::vector<Delivery> deliveries(destinations.size());
  const std::uint64_t flits = packet.flits;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const MulticastTree::Branch& branch = tree.branches[i];
    std::uint64_t earliest = packet.inject_cycle + kInterfaceCycles;
    if (branch.hop > 0) earliest = heads[branch.before] + config_.router_cycles;
    copy.destination = destinations[branch.copy];
    const bool ejects = i + 1 == heads.size() || tree.branches[i + 1].copy != branch.copy;
    Last& last = last_of(copy);
    const bool in_order = packet.inject_cycle >= last.inject_cycle;
    if (ejects && in_order) earliest = std::max(earliest, last.ejected_cycle);
    LinkCalendar& calendar = calendars_[plane + branch.link];
    calendar.forget_before(retired_);
    const unsigned gap = branch.hop == 0 ? 0 : config_.packet_gap_cycles;
    heads[i] = calendar.earliest_gap(earliest, enough_of(flits + gap));
    if (branch.hop > 0) drained[branch.before] = std::max(drained[branch.before], heads[i] + flits);
    if (!ejects) continue;
    if (in_order) last = {packet.inject_cycle, heads[i] + flits};
    const std::uint64_t head = heads[i] + kLinkCycles;
    deliveries[branch.copy] = {head, head + flits - 1, branch.hop, tree.shared_links(branch.copy)};
    count(copy, deliveries[branch.copy]);
  }
  // A fork keeps the packet in its buffer until it has left by every output.
  const std::uint64_t buffer = config_.buffer_flits;
  for (std::size_t i = heads.size(); i-- > 0;) {
    const std::uint64_t own = flits + (tree.branches[i].hop == 0 ? 0 : config_.packet_gap_cycles);
    const std::uint64_t end =
        std::max(heads[i] + own + buffer, drained[i] + kCreditCycles) - buffer;
    reserve_link(plane + tree.branches[i].link, heads[i], own, end, packet.flits);
  }
  return deliveries;
}

void LtNetwork::reserve_link(std::size_t link, std::uint64_t head, std::uint64_t own,
                             std::uint64_t end, unsigned flits) {
  LinkCalendar& calendar = calendars_[link];
  calendar.reserve_free(head, own);
  const std::uint64_t held_from = calendar.earliest_gap(head, 1);
  if (held_from < end) calendar.reserve(held_from, end);
  busy_cycles_[link] += flits;
}

void LtNetwork::reserve_links(const Packet& packet, std::size_t plane) {
  const std::uint64_t flits = packet.flits;
  const std::uint64_t buffer = config_.buffer_flits;
  std::uint64_t released = 0;  // when the link behind the current one is free again
  for (unsigned i = path_.size; i-- > 0;) {
    const std::uint64_t own = flits + (i == 0 ? 0 : config_.packet_gap_cycles);
    std::uint64_t end = heads_[i] + own;
    if (i + 1 < path_.size) {
      // While the head waits, up to `buffer` flits pile up behind this link. A longer packet stays
      // on the link itself, and is then as late as its tail is on the next one.
      const std::uint64_t drained = flits > buffer ? released : heads_[i + 1] + flits;
      end = std::max(end + buffer, drained + kCreditCycles) - buffer;
    }
    reserve_link(plane + path_.links[i], heads_[i], own, end, packet.flits);
    released = end;
  }
}

std::vector<LinkUse> LtNetwork::link_use() const {
  std::vector<LinkUse> use;
  for (std::size_t index = 0; index < busy_cycles_.size(); ++index) {
    if (busy_cycles_[index] == 0) continue;
    const unsigned plane_links = topology_.link_count();
    const LinkEnds ends = topology_.ends(static_cast<unsigned>(index % plane_links));
    const Plane plane = index < plane_links ? Plane::kRequest : Plane::kResponse;
    use.push_back(
        {ends.from_router, ends.to_router, plane, busy_cycles_[index], ends.kind, ends.node});
  }
  return use;
}

}  // namespace

std::unique_ptr<Network> make_lt_network(const NocConfig& config) {
  check(config);
  check_single_channel(config, "link-reservation engine");
  return std::make_unique<LtNetwork>(config);
}

}  // namespace aimc::noc
