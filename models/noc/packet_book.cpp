#include "models/noc/packet_book.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <tuple>

#include "models/noc/routing.h"

namespace aimc::noc {

void PacketBook::check_nodes(Node source, Node destination) const {
  const unsigned worst = std::max(source.id, destination.id);
  if (worst < topology_.nodes()) return;
  throw std::invalid_argument("noc: node " + std::to_string(worst) + " does not exist, there are " +
                              std::to_string(topology_.nodes()));
}

bool PacketBook::Multicast::takes(unsigned link) const {
  return std::binary_search(links.begin(), links.end(), link);
}

std::uint32_t PacketBook::Multicast::slot_at(unsigned node) const {
  return std::lower_bound(sinks.begin(), sinks.end(), std::pair(node, 0U))->second;
}

void PacketBook::check_packet(const Packet& packet, std::uint64_t now) const {
  check_nodes(packet.source, packet.destination);
  if (packet.flits == 0) {
    throw std::invalid_argument("noc: a packet of 0 flits, expected at least 1");
  }
  if (packet.inject_cycle < now) {
    throw std::invalid_argument("noc: packet injected at cycle " +
                                std::to_string(packet.inject_cycle) + ", expected at least " +
                                std::to_string(now) + ", the cycle the network has reached");
  }
}

std::uint32_t PacketBook::add(const Packet& packet, std::uint64_t now) {
  check_packet(packet, now);
  return take_slot(packet);
}

std::uint32_t PacketBook::add_multicast(const Packet& packet, const std::vector<Node>& destinations,
                                        Routing routing, std::uint64_t now) {
  Packet copy = packet;
  copy.destination = destinations.front();
  check_packet(copy, now);
  auto multicast = std::make_unique<Multicast>();
  multicast->tree = make_multicast_tree(topology_, routing, packet.source, destinations);
  multicast->under_way = destinations.size();
  for (const MulticastTree::Branch& branch : multicast->tree.branches) {
    if (branch.hop > 0) multicast->links.push_back(branch.link);
  }
  std::sort(multicast->links.begin(), multicast->links.end());
  for (const Node destination : destinations) {
    copy.destination = destination;
    const std::uint32_t slot = take_slot(copy);
    entries_[slot].copy = static_cast<std::uint32_t>(multicast->slots.size());
    entries_[slot].multicast = multicast.get();
    multicast->slots.push_back(slot);
    multicast->sinks.emplace_back(destination.id, slot);
  }
  std::sort(multicast->sinks.begin(), multicast->sinks.end());
  multicasts_.push_back(std::move(multicast));
  return multicasts_.back()->slots.front();
}

std::uint32_t PacketBook::take_slot(const Packet& packet) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  entries_[slot] = {packet, next_id_++, 0, topology_.router_of(packet.destination)};
  return slot;
}

void PacketBook::complete(std::uint32_t slot, std::uint64_t tail_cycle) {
  const Entry& entry = entries_[slot];
  const Packet& packet = entry.packet;
  const unsigned routers = path_routers(topology_, packet.source, packet.destination);
  const unsigned shared =
      entry.multicast == nullptr ? 0 : entry.multicast->tree.shared_links(entry.copy);
  const Delivery delivery{entry.head_cycle, tail_cycle, routers, shared};
  arrivals_.push_back({entry.id, delivery});
  ++counters_.packets;
  counters_.flits += packet.flits;
  counters_.flit_hops += std::uint64_t{packet.flits} * delivery.own_routers();
  counters_.latency_cycles += tail_cycle - packet.inject_cycle;
  release(slot);
}

void PacketBook::release(std::uint32_t slot) {
  const Multicast* const multicast = entries_[slot].multicast;
  if (multicast == nullptr) {
    free_.push_back(slot);
    return;
  }
  ++kept_;
  if (--entries_[slot].multicast->under_way > 0) return;
  kept_ -= multicast->slots.size();
  free_.insert(free_.end(), multicast->slots.begin(), multicast->slots.end());
  const auto is_it = [multicast](const auto& other) { return other.get() == multicast; };
  multicasts_.erase(std::find_if(multicasts_.begin(), multicasts_.end(), is_it));
}

void PacketBook::sort_arrivals() {
  const auto begin = arrivals_.begin() + static_cast<std::ptrdiff_t>(polled_);
  const auto earlier = [](const Completion& a, const Completion& b) {
    return std::tie(a.delivery.tail_cycle, a.id) < std::tie(b.delivery.tail_cycle, b.id);
  };
  if (!std::is_sorted(begin, arrivals_.end(), earlier)) std::sort(begin, arrivals_.end(), earlier);
}

bool PacketBook::poll(Completion& completion) {
  if (polled_ == arrivals_.size()) return false;
  completion = arrivals_[polled_++];
  if (polled_ == arrivals_.size()) {
    arrivals_.clear();
    polled_ = 0;
  }
  return true;
}

void check_pipeline(const NocConfig& config) {
  if (config.router_cycles > config.packet_gap_cycles) return;
  throw std::invalid_argument("noc: router_cycles is " + std::to_string(config.router_cycles) +
                              ", expected more than packet_gap_cycles, " +
                              std::to_string(config.packet_gap_cycles));
}

std::vector<LinkUse> report_link_use(const Topology& topology,
                                     const std::vector<std::uint64_t>& busy_cycles) {
  std::vector<LinkUse> use;
  const unsigned plane_links = topology.link_count();
  for (std::size_t index = 0; index < busy_cycles.size(); ++index) {
    if (busy_cycles[index] == 0) continue;
    const LinkEnds ends = topology.ends(static_cast<unsigned>(index % plane_links));
    const Plane plane = index < plane_links ? Plane::kRequest : Plane::kResponse;
    use.push_back(
        {ends.from_router, ends.to_router, plane, busy_cycles[index], ends.kind, ends.node});
  }
  return use;
}

bool SourceQueue::insert(PacketBook& book, std::uint32_t slot, bool first_has_left) {
  const std::uint64_t cycle = book[slot].packet.inject_cycle;
  std::uint32_t before = last;
  while (before != PacketBook::kNone && book[before].packet.inject_cycle > cycle &&
         !(first_has_left && before == first)) {
    before = book[before].before;
  }
  const std::uint32_t next = before == PacketBook::kNone ? first : book[before].next;
  book[slot].before = before;
  book[slot].next = next;
  (before == PacketBook::kNone ? first : book[before].next) = slot;
  (next == PacketBook::kNone ? last : book[next].before) = slot;
  return before == PacketBook::kNone;
}

void SourceQueue::pop(PacketBook& book) {
  first = book[first].next;
  (first == PacketBook::kNone ? last : book[first].before) = PacketBook::kNone;
}

std::vector<Delivery> replay(PacketEngine& engine, const std::vector<Packet>& packets) {
  std::vector<Delivery> deliveries(packets.size());
  if (packets.empty()) return deliveries;
  const PacketId first = engine.inject(packets.front());
  for (std::size_t i = 1; i < packets.size(); ++i) engine.inject(packets[i]);
  Completion completion;
  std::uint64_t stride = 1024;
  while (engine.packets_under_way() > 0) {
    const std::uint64_t next = engine.next_event_cycle();
    engine.advance_to(next + stride);
    while (engine.poll(completion)) deliveries[completion.id - first] = completion.delivery;
  }
  return deliveries;
}

}  // namespace aimc::noc
