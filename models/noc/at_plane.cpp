#include "models/noc/at_plane.h"

#include <algorithm>

namespace aimc::noc {

namespace {

constexpr unsigned kInjectionCycles = 2;  // as in the mesh: from the source to its router's buffer
constexpr unsigned kCreditCycles = 3;     // from a flit's departure to the router before

}  // namespace

AtPlane::AtPlane(const NocConfig& config, const Topology& topology, PacketBook& book)
    : config_(config),
      topology_(topology),
      book_(book),
      mesh_(config, topology, book),
      streams_(config.buffer_flits >= config.router_cycles + kCreditCycles),
      clear_(topology.link_count()) {}

void AtPlane::inject(std::uint32_t slot) {
  if (mesh_.empty()) {
    if (book_[slot].multicast == nullptr && take_off(slot)) return;
    go_through_mesh();
  }
  mesh_.inject(slot);
}

// Whether a packet meets none of those in flight; it flies then.
bool AtPlane::take_off(std::uint32_t slot) {
  if (!streams_) return false;
  const Packet& packet = book_[slot].packet;
  find_path(topology_, config_.routing, packet.source, packet.destination, path_);
  const std::uint64_t turn = std::max(1U, config_.packet_gap_cycles);
  const std::uint64_t inject = packet.inject_cycle;
  // The head wants link i > 0 at request + (i - 1) * router_cycles.
  const std::uint64_t request = inject + kInjectionCycles + turn - 1;
  if (inject < clear_[path_.links[0]]) return false;
  std::uint64_t wanted = request;
  for (unsigned i = 1; i < path_.size; ++i, wanted += config_.router_cycles) {
    if (wanted < clear_[path_.links[i]]) return false;
  }
  // The next packet of the source must find the buffer behind the injection link ready for it.
  const std::uint64_t flits = packet.flits;
  clear_[path_.links[0]] = inject + flits + config_.packet_gap_cycles;
  wanted = request + (config_.packet_gap_cycles > 0 ? 1 : 0) + flits - 1 + turn;
  for (unsigned i = 1; i < path_.size; ++i, wanted += config_.router_cycles) {
    clear_[path_.links[i]] = wanted;
  }
  const std::uint64_t latency = std::uint64_t{config_.router_cycles} * path_.routers() + 2;
  book_[slot].head_cycle = inject + latency;
  flights_.push_back({slot, inject + latency + flits - 1});
  std::push_heap(flights_.begin(), flights_.end());
  return true;
}

void AtPlane::land(const Flight& flight) {
  const Packet& packet = book_[flight.slot].packet;
  find_path(topology_, config_.routing, packet.source, packet.destination, path_);
  mesh_.pass(path_, packet.inject_cycle, packet.flits);
  book_.complete(flight.slot, flight.tail_cycle);
}

void AtPlane::go_through_mesh() {
  // The mesh queues packets of one source and cycle in the order of their injection.
  std::sort(flights_.begin(), flights_.end(), [this](const Flight& a, const Flight& b) {
    return book_[a.slot].id < book_[b.slot].id;
  });
  for (const Flight& flight : flights_) mesh_.inject(flight.slot);
  flights_.clear();
  mesh_.advance_to(now_);
}

void AtPlane::advance_to(std::uint64_t cycle) {
  if (cycle <= now_) return;
  now_ = cycle;
  if (!mesh_.empty()) mesh_.advance_to(cycle);
  while (!flights_.empty() && flights_.front().tail_cycle <= cycle) {
    land(flights_.front());
    std::pop_heap(flights_.begin(), flights_.end());
    flights_.pop_back();
  }
}

std::uint64_t AtPlane::next_event_cycle() const {
  if (!flights_.empty()) return flights_.front().tail_cycle;
  return mesh_.empty() ? PacketEngine::kNever : mesh_.next_event_cycle();
}

}  // namespace aimc::noc
