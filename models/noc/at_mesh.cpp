#include "models/noc/at_mesh.h"

#include <algorithm>

#include "models/noc/routing.h"

namespace aimc::noc {

namespace {

constexpr unsigned kInjectionCycles = 2;     // from the source to its router's buffer
constexpr unsigned kCreditCycles = 3;        // from a flit's departure to the router before
constexpr unsigned kSourceCreditCycles = 2;  // to the source

// Inputs in the order of round-robin allocation, by the Port of the router they are at.
constexpr std::array<unsigned, 6> kIndexOfPort = {0, 1, 3, 2, 4, 5};

unsigned credit_cycles(unsigned hop) {
  return hop == 0 ? kSourceCreditCycles : kCreditCycles;
}

// The round-robin position after a grant to an input.
std::uint8_t next_position(unsigned input) {
  return static_cast<std::uint8_t>(input + 1 == 2 * kIndexOfPort.size() ? 0 : input + 1);
}

}  // namespace

AtMesh::AtMesh(const NocConfig& config, const Topology& topology, PacketBook& book)
    : config_(config),
      topology_(topology),
      book_(book),
      va_cycles_(config.packet_gap_cycles),
      turn_cycles_(std::max(1U, config.packet_gap_cycles)),
      stride_(std::size_t{config.width} + config.height),
      links_(std::size_t{topology.link_count()} * (topology.torus() ? 2 : 1)),
      sources_(topology.nodes()),
      watched_(topology.nodes(), kUnknown) {
  while (record_stride_ < config.buffer_flits + 3U) record_stride_ *= 2;
  records_.resize(links_.size() * record_stride_);
  for (unsigned index = 0; index < links_.size(); ++index) {
    const unsigned number = index % topology_.link_count();
    const bool second = index != number;
    Port port = Port::kTile;
    if (number < topology_.nodes()) {
      port = topology_.port_of({number});
    } else if (number >= 2 * topology_.nodes()) {
      switch (static_cast<Port>((number - 2 * topology_.nodes()) % 4)) {
        case Port::kEast:
          port = Port::kWest;
          break;
        case Port::kWest:
          port = Port::kEast;
          break;
        case Port::kNorth:
          port = Port::kSouth;
          break;
        default:
          port = Port::kNorth;
      }
    }
    const unsigned first_class = kIndexOfPort[static_cast<unsigned>(port)];
    links_[index].input =
        static_cast<std::uint8_t>(first_class + (second ? kIndexOfPort.size() : 0));
  }
}

std::uint64_t AtMesh::flight_cycles(unsigned hop) const {
  return hop == 0 ? kInjectionCycles : config_.router_cycles - va_cycles_;
}

void AtMesh::lay_path(std::uint32_t slot) {
  if (path_size_.size() <= slot) {
    path_size_.resize(slot + 1U);
    granted_.resize(slot + 1U);
    copies_.resize(slot + 1U);
    hops_.resize((slot + 1U) * stride_);
  }
  const Packet& packet = book_[slot].packet;
  find_path(topology_, config_.routing, packet.source, packet.destination, path_);
  path_size_[slot] = path_.size;
  granted_[slot] = 0;
  copies_[slot] = {};
  for (unsigned i = 0; i < path_.size; ++i) {
    hop_of(slot, i) = {};
    hop_of(slot, i).link = link_of(path_, i);
  }
}

void AtMesh::lay_tree(const PacketBook::Multicast& multicast) {
  for (const std::uint32_t slot : multicast.slots) lay_path(slot);
  const MulticastTree& tree = multicast.tree;
  for (unsigned copy = 1; copy < multicast.slots.size(); ++copy) {
    const MulticastTree::Branch& first = tree.branches[tree.first[copy]];
    const std::uint32_t slot = multicast.slots[copy];
    const std::uint32_t parent = multicast.slots[tree.branches[first.before].copy];
    copies_[slot] = {parent, first.hop, PacketBook::kNone, copies_[parent].first_child};
    copies_[parent].first_child = slot;
  }
  packets_ += multicast.slots.size() - 1;
}

void AtMesh::inject(std::uint32_t slot) {
  if (book_[slot].multicast == nullptr) {
    lay_path(slot);
  } else {
    lay_tree(*book_[slot].multicast);
  }
  const Packet& packet = book_[slot].packet;
  const unsigned node = packet.source.id;
  SourceQueue& queue = sources_[node];
  const bool first_has_left = links_[node].owner == queue.first;
  if (queue.insert(book_, slot, first_has_left)) {
    events_.put(packet.inject_cycle, event(Kind::kSource, node));
  }
  ++packets_;
  const std::uint64_t latency = kInjectionCycles + config_.router_cycles;
  if (packet.inject_cycle + latency < watched_[node]) watch_source(node, 0);
}

void AtMesh::pass(const Path& path, std::uint64_t inject_cycle, unsigned flits) {
  links_[path.links[0]].busy_cycles += flits;
  std::uint64_t granted = inject_cycle + kInjectionCycles + turn_cycles_ - 1;
  for (unsigned i = 1; i < path.size; ++i, granted += config_.router_cycles) {
    Link& link = links_[link_of(path, i)];
    link.busy_cycles += flits;
    if (granted < link.grant_cycle) continue;
    link.grant_cycle = granted;
    link.next_grant = next_position(links_[link_of(path, i - 1)].input);
  }
}

void AtMesh::arrive_until(std::uint64_t cycle) {
  for (std::uint64_t next = arrivals_.next(); next <= cycle && next != kUnknown;
       next = arrivals_.next()) {
    arrivals_.take(arrived_);
    for (const std::uint32_t slot : arrived_) book_.complete(slot, next);
    packets_ -= arrived_.size();
  }
}

void AtMesh::advance_to(std::uint64_t cycle) {
  for (std::uint64_t next = events_.next(); next < cycle; next = events_.next()) {
    now_ = next;
    arrive_until(now_);
    while (events_.next() <= now_) {
      events_.take(due_);
      for (const Event what : due_) handle(what);
    }
    for (const std::uint32_t link : arbitrations_) arbitrate(link);
    arbitrations_.clear();
  }
  renew_bounds(cycle);
  arrive_until(cycle);
}

// When the tail of a packet that has left its source arrives at the earliest, given that links it
// has not got by now are granted at `cycle` or later.
std::uint64_t AtMesh::earliest_arrival(std::uint32_t slot, std::uint64_t cycle) const {
  const unsigned got = granted_[slot];
  const std::uint64_t last = hops_[slot * stride_ + got - 1].granted;
  const std::uint64_t rest = std::uint64_t{config_.router_cycles} * (path_size_[slot] - got);
  const std::uint64_t flight = config_.router_cycles - va_cycles_;
  const std::uint64_t streamed = book_[slot].packet.flits - 1;
  const std::uint64_t unhindered = last + (got == 1 ? kInjectionCycles : flight) + rest + streamed;
  if (rest == 0) return std::max(unhindered, cycle + flight);
  return std::max(unhindered, cycle + rest - config_.router_cycles + flight + streamed);
}

// Notes a cycle before which no packet that is still in a source's queue arrives.
void AtMesh::watch_source(unsigned node, std::uint64_t cycle) {
  const std::uint32_t first = sources_[node].first;
  watched_[node] = first == PacketBook::kNone ? kUnknown
                                              : std::max(cycle, book_[first].packet.inject_cycle) +
                                                    kInjectionCycles + config_.router_cycles;
  if (watched_[node] != kUnknown) bounds_.put(watched_[node], node << 1U | 1U);
}

// Replaces the bounds that have been reached.
void AtMesh::renew_bounds(std::uint64_t cycle) {
  while (bounds_.next() <= cycle) {
    const std::uint64_t reached = bounds_.next();
    bounds_.take(arrived_);
    for (const std::uint32_t bound : arrived_) {
      const std::uint32_t slot = bound >> 1U;
      if ((bound & 1U) != 0) {
        // A later bound of a source may have been replaced by an earlier one.
        if (watched_[slot] == reached) watch_source(slot, cycle);
        continue;
      }
      const unsigned last = path_size_[slot] - 1;
      if (granted_[slot] > last && hop_of(slot, last).tail != kUnknown) continue;
      bounds_.put(std::max(earliest_arrival(slot, cycle), cycle + 1), slot << 1U);
    }
  }
}

bool AtMesh::at_rest() const {
  const auto free = [](const Link& link) {
    return link.owner == PacketBook::kNone && link.waiting == 0 && link.front == link.records;
  };
  return events_.empty() && arrivals_.empty() && std::all_of(links_.begin(), links_.end(), free);
}

void AtMesh::handle(Event what) {
  const std::uint32_t link = what >> 2U;
  switch (static_cast<Kind>(what & 3U)) {
    case Kind::kSource:
      start_source(link);
      break;
    case Kind::kRequest:
      request(link);
      break;
    case Kind::kRelease:
      if (link < topology_.nodes()) {
        links_[link].owner = PacketBook::kNone;
        sources_[link].pop(book_);
        start_source(link);
      } else {
        links_[link].releasing = false;
        list_for_arbitration(link);
      }
      break;
  }
}

void AtMesh::start_source(unsigned node) {
  const std::uint32_t slot = sources_[node].first;
  if (slot == PacketBook::kNone || links_[node].owner != PacketBook::kNone) return;
  const std::uint64_t due = book_[slot].packet.inject_cycle;
  if (due > now_) {
    events_.put(due, event(Kind::kSource, node));
  } else {
    grant(slot, 0);
  }
}

// The head at the front of the buffer behind `link` wants its next link.
void AtMesh::request(std::uint32_t link) {
  const Record& record = record_of(link, links_[link].front);
  const unsigned input = links_[link].input;
  want(record.slot, record.hop, input);
  for_each_fork(record.slot, record.hop,
                [&](std::uint32_t copy) { want(copy, record.hop, input); });
}

void AtMesh::want(std::uint32_t slot, unsigned hop, unsigned input) {
  const std::uint32_t wanted = hop_of(slot, hop).link;
  Link& next = links_[wanted];
  next.waiting = static_cast<std::uint16_t>(next.waiting | 1U << input);
  next.waiting_slot[input] = slot;
  next.waiting_hop[input] = static_cast<std::uint8_t>(hop);
  list_for_arbitration(wanted);
}

void AtMesh::list_for_arbitration(std::uint32_t link) {
  if (links_[link].listed) return;
  links_[link].listed = true;
  arbitrations_.push_back(link);
}

void AtMesh::arbitrate(std::uint32_t number) {
  Link& link = links_[number];
  link.listed = false;
  if (link.owner != PacketBook::kNone || link.waiting == 0) return;
  if (now_ < link.free_cycle) {
    await_release(number);
    return;
  }
  if (yield_to_other_class(number)) return;
  const unsigned waiting = link.waiting;
  const unsigned after = waiting >> link.next_grant << link.next_grant;
  const auto input = static_cast<unsigned>(__builtin_ctz(after != 0 ? after : waiting));
  // A packet passed later already, see pass(), if events of the past are caught up with.
  if (now_ >= link.grant_cycle) link.next_grant = next_position(input);
  link.grant_cycle = std::max(link.grant_cycle, now_);
  link.waiting = static_cast<std::uint16_t>(waiting & ~(1U << input));
  grant(link.waiting_slot[input], link.waiting_hop[input]);
}

// Whether a packet of the other class that is known to leave a torus's link goes first.
bool AtMesh::yield_to_other_class(std::uint32_t number) {
  if (!topology_.torus() || is_ejection(number)) return false;
  Link& link = links_[number];
  const unsigned count = topology_.link_count();
  const Link& other = links_[number < count ? number + count : number - count];
  const bool leaves = other.owner == PacketBook::kNone && now_ < other.free_cycle;
  link.yielded = leaves && !link.yielded && link.waiting != 0;
  if (link.yielded) events_.put(other.free_cycle, event(Kind::kRelease, number));
  return link.yielded;
}

std::uint64_t AtMesh::busy_cycles(unsigned link) const {
  const std::uint64_t second =
      topology_.torus() ? links_[link + topology_.link_count()].busy_cycles : 0;
  return links_[link].busy_cycles + second;
}

// A release nobody waits for needs no event.
void AtMesh::await_release(std::uint32_t number) {
  Link& link = links_[number];
  if (link.releasing || link.waiting == 0) return;
  link.releasing = true;
  events_.put(link.free_cycle, event(Kind::kRelease, number));
}

void AtMesh::grant(std::uint32_t slot, unsigned index) {
  Hop& hop = hop_of(slot, index);
  Link& link = links_[hop.link];
  const std::uint32_t flits = book_[slot].packet.flits;
  link.owner = slot;
  link.owner_hop = static_cast<std::uint8_t>(index);
  granted_[slot] = index + 1;
  hop.granted = now_ + (index > 0 && va_cycles_ > 0 ? 1 : 0);
  hop.first_flit = link.flits;
  link.flits += flits;
  link.busy_cycles += flits;
  if (!is_ejection(hop.link)) {
    hop.record = link.records;
    // What has left the buffer, credits and all, needs no more watching.
    if (never_waits_for_room(hop, now_, index)) link.oldest = link.front;
    while (link.oldest < link.front) {
      const Record& oldest = record_of(hop.link, link.oldest);
      if (oldest.first_flit + oldest.flits + config_.buffer_flits > hop.first_flit) break;
      ++link.oldest;
    }
    ++link.records;
    record_of(hop.link, hop.record) = {hop.first_flit, flits,    slot,    index + 1,
                                       kUnknown,       kUnknown, kUnknown};
  }
  share_grant(slot, index);
  resolve_head(slot, index);
  if (index == 0) bounds_.put(earliest_arrival(slot, now_), slot << 1U);
}

// Copies that fork further on have got the link, too.
void AtMesh::share_grant(std::uint32_t slot, unsigned index) {
  for (std::uint32_t copy = copies_[slot].first_child; copy != PacketBook::kNone;
       copy = copies_[copy].next_child) {
    if (copies_[copy].fork <= index) continue;
    granted_[copy] = index + 1;
    hop_of(copy, index).granted = hop_of(slot, index).granted;
    if (index == 0) bounds_.put(earliest_arrival(copy, now_), copy << 1U);
    share_grant(copy, index);
  }
}

// When a head or a tail has left a buffer by all outputs it takes; kUnknown before.
std::uint64_t AtMesh::all_departed(std::uint32_t owner, unsigned hop, std::uint64_t Hop::*time) {
  std::uint64_t last = hop_of(owner, hop).*time;
  for_each_fork(owner, hop,
                [&](std::uint32_t copy) { last = std::max(last, hop_of(copy, hop).*time); });
  return last;
}

void AtMesh::resolve_owner(std::uint32_t number) {
  const Link& link = links_[number];
  if (link.owner == PacketBook::kNone) return;
  if (hop_of(link.owner, link.owner_hop).head == kUnknown) {
    resolve_head(link.owner, link.owner_hop);
  } else {
    resolve_tail(link.owner, link.owner_hop);
  }
}

// Whether everything before a packet in the buffer behind its link has left so early that its flits
// find room there at `cycle`, if the packet fits.
bool AtMesh::never_waits_for_room(const Hop& hop, std::uint64_t cycle, unsigned index) const {
  const Link& link = links_[hop.link];
  return link.front == hop.record && link.front_turn + credit_cycles(index) <= cycle + turn_cycles_;
}

// When the slot that a flit over a hop's link takes was left by the flit in it before; 0 if there
// was none. A packet's departures are taken to follow each other, the last one at its end.
std::uint64_t AtMesh::room_for(const Hop& hop, std::uint64_t flit) {
  if (flit < config_.buffer_flits) return 0;
  const std::uint64_t before = flit - config_.buffer_flits;
  std::uint64_t number = links_[hop.link].oldest;
  while (true) {
    const Record& record = record_of(hop.link, number++);
    if (before >= record.first_flit + record.flits) continue;
    if (before < record.first_flit) return 0;
    const std::uint64_t position = before - record.first_flit;
    if (position + 1 == record.flits) return record.tail;
    if (position == 0 || record.head == kUnknown) return record.head;
    const std::uint64_t streamed = record.head + position;
    if (record.tail == kUnknown) return streamed;
    const std::uint64_t to_tail = record.flits - 1 - position;
    return std::max(streamed, record.tail - to_tail);
  }
}

void AtMesh::resolve_head(std::uint32_t slot, unsigned index) {
  Hop& hop = hop_of(slot, index);
  std::uint64_t head = hop.granted;
  if (!is_ejection(hop.link) && !never_waits_for_room(hop, head, index)) {
    const std::uint64_t room = room_for(hop, hop.first_flit);
    if (room == kUnknown) return;
    if (room > 0) head = std::max({head, now_, room + credit_cycles(index)});
  }
  hop.head = head;
  if (is_ejection(hop.link)) {
    book_[slot].head_cycle = head + flight_cycles(index);
  } else {
    Record& record = record_of(hop.link, hop.record);
    record.arrival = head + flight_cycles(index);
    if (links_[hop.link].front == hop.record) announce(hop.link);
  }
  if (index > 0) {
    const std::uint32_t owner = owner_before(slot, index);
    const Hop& before = hop_of(owner, index - 1);
    record_of(before.link, before.record).head = all_departed(owner, index, &Hop::head);
  }
  // A packet longer than the buffers spans several links; their tails depend on this head.
  const unsigned spanned = (book_[slot].packet.flits - 1) / config_.buffer_flits;
  for (unsigned i = index - std::min(index, spanned); i <= index; ++i) resolve_tail(slot, i);
  if (index > 0) resolve_owner(hop_of(owner_before(slot, index), index - 1).link);
}

// When there is room behind the link for a packet's last flit; 0 if always.
std::uint64_t AtMesh::room_for_tail(std::uint32_t slot, unsigned index) {
  const Hop& hop = hop_of(slot, index);
  const std::uint64_t flits = book_[slot].packet.flits;
  const std::uint64_t depth = config_.buffer_flits;
  std::uint64_t earliest = 0;
  // Buffers that do not cover the credit loop cap the rate.
  const std::uint64_t loop = flight_cycles(index) + credit_cycles(index);
  if (depth < loop) earliest = hop.head + (flits - 1) / depth * loop + (flits - 1) % depth;
  if (is_ejection(hop.link)) return earliest;
  if (flits <= depth) {
    if (never_waits_for_room(hop, hop.head, index)) return earliest;
    const std::uint64_t room = room_for(hop, hop.first_flit + flits - 1);
    if (room == kUnknown) return kUnknown;
    return room > 0 ? std::max(earliest, room + credit_cycles(index)) : earliest;
  }
  std::uint64_t credit = 0;
  for (unsigned ahead = 1; ahead * depth < flits && index + ahead < path_size_[slot]; ++ahead) {
    const std::uint64_t head = hop_of(slot, index + ahead).head;
    if (head == kUnknown) return kUnknown;
    credit += ahead == 1 ? credit_cycles(index) : kCreditCycles;
    earliest = std::max(earliest, head + (flits - 1 - ahead * depth) + credit);
  }
  return earliest;
}

void AtMesh::resolve_tail(std::uint32_t slot, unsigned index) {
  Hop& hop = hop_of(slot, index);
  if (hop.head == kUnknown || hop.tail != kUnknown) return;
  std::uint64_t tail = hop.head + book_[slot].packet.flits - 1;
  if (index > 0) {
    const Hop& before = hop_of(owner_before(slot, index), index - 1);
    if (before.tail == kUnknown) return;
    tail = std::max(tail, before.tail + flight_cycles(index - 1));
  }
  const std::uint64_t room = room_for_tail(slot, index);
  if (room == kUnknown) return;
  tail = std::max({tail, room, now_});
  hop.tail = tail;
  if (index == 0) {
    events_.put(tail + 1, event(Kind::kRelease, hop.link));
  } else {
    links_[hop.link].owner = PacketBook::kNone;
    links_[hop.link].free_cycle = tail + turn_cycles_;
    await_release(hop.link);
  }
  if (index + 1 == path_size_[slot]) {
    arrivals_.put(tail + flight_cycles(index), slot);
  } else {
    resolve_tail(slot, index + 1);
    for_each_fork(slot, index + 1, [&](std::uint32_t copy) { resolve_tail(copy, index + 1); });
  }
  if (index > 0) {
    const std::uint32_t owner = owner_before(slot, index);
    const std::uint64_t left = all_departed(owner, index, &Hop::tail);
    if (left == kUnknown) return;
    const Hop& before = hop_of(owner, index - 1);
    record_of(before.link, before.record).tail = left;
    leave_buffer(before.link, left);
    resolve_owner(before.link);
  }
}

// The packet at the front of the buffer behind a link will have left at `tail`.
void AtMesh::leave_buffer(std::uint32_t number, std::uint64_t tail) {
  Link& link = links_[number];
  ++link.front;
  link.front_turn = tail + turn_cycles_;
  if (link.front == link.records) return;
  if (record_of(number, link.front).arrival != kUnknown) announce(number);
}

// The arrival of the packet at the front of the buffer behind a link is known.
void AtMesh::announce(std::uint32_t number) {
  const Link& link = links_[number];
  const std::uint64_t arrival = record_of(number, link.front).arrival;
  events_.put(std::max(arrival + turn_cycles_ - 1, link.front_turn), event(Kind::kRequest, number));
}

}  // namespace aimc::noc
