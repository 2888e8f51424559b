#include "models/noc/flit_mesh.h"

#include <algorithm>

#include "models/noc/flit_ports.h"
#include "models/noc/routing.h"

namespace aimc::noc {

namespace {

constexpr unsigned kInjectionCycles = 2;     // from the source to its router's buffer
constexpr unsigned kCreditCycles = 3;        // from a flit's departure to the router before
constexpr unsigned kSourceCreditCycles = 2;  // to the source

unsigned lowest(std::uint64_t mask) {
  return static_cast<unsigned>(__builtin_ctzll(mask));
}

// The first bit set at or after `position`, else the first bit set; mask must not be 0.
unsigned round_robin(std::uint64_t mask, unsigned position) {
  const std::uint64_t after = mask >> position << position;
  return lowest(after != 0 ? after : mask);
}

template <typename Function>
void for_each_bit(std::uint64_t mask, Function function) {
  for (; mask != 0; mask &= mask - 1) function(lowest(mask));
}

std::uint8_t next_position(unsigned index, unsigned size) {
  return static_cast<std::uint8_t>(index + 1 == size ? 0 : index + 1);
}

}  // namespace

FlitMesh::FlitMesh(const NocConfig& config, const Topology& topology, PacketBook& book)
    : config_(config),
      topology_(topology),
      book_(book),
      vcs_(config.virtual_channels),
      depth_(config.buffer_flits),
      va_cycles_(config.packet_gap_cycles),
      flight_cycles_(config.router_cycles - config.packet_gap_cycles),
      routers_(topology.routers()),
      lanes_(std::size_t{topology.routers()} * kPorts * vcs_),
      flits_(lanes_.size() * depth_),
      credits_(lanes_.size() + std::size_t{topology.nodes()} * vcs_,
               static_cast<std::uint16_t>(depth_)),
      vc_grant_(lanes_.size()),
      vc_accept_(lanes_.size()),
      out_place_(std::size_t{topology.routers()} * kPorts),
      in_credit_(out_place_.size()),
      out_link_(out_place_.size()),
      sink_credit_(topology.nodes()),
      sources_(topology.nodes()),
      busy_routers_((topology.routers() + 63) / 64),
      busy_sources_((topology.nodes() + 63) / 64),
      busy_cycles_(topology.link_count()) {
  const unsigned longest = std::max({flight_cycles_, va_cycles_, kCreditCycles});
  std::size_t slots = 1;
  while (slots <= longest) slots *= 2;
  wheel_.resize(slots);
  wheel_mask_ = slots - 1;
  const auto all_free = static_cast<std::uint8_t>((1U << vcs_) - 1);
  for (Router& router : routers_) router.free.fill(all_free);
  for (Source& source : sources_) {
    source.free = all_free;
    source.vc = static_cast<std::uint8_t>(vcs_ - 1);  // the first packet takes VC 0
  }
  vc_grants_.reserve(std::size_t{kPorts} * vcs_);
  connect();
}

void FlitMesh::connect() {
  const auto vcs = static_cast<std::uint32_t>(vcs_);
  for (unsigned router = 0; router < topology_.routers(); ++router) {
    for (unsigned port = 0; port < kNeighbours; ++port) {
      const unsigned size = port < 2 ? topology_.width() : topology_.height();
      const bool joined = topology_.torus() && size > 1;
      if (topology_.crosses_edge(router, kPortOfIndex[port]) && !joined) continue;
      const unsigned neighbour = topology_.neighbour(router, kPortOfIndex[port]);
      const unsigned there = neighbour * kPorts + opposite(port);
      out_place_[router * kPorts + port] = there * vcs;
      in_credit_[there] = (router * kPorts + port) * vcs;
      out_link_[router * kPorts + port] = topology_.router_link(router, kPortOfIndex[port]);
    }
  }
  const auto lanes = static_cast<std::uint32_t>(lanes_.size());
  for (unsigned node = 0; node < topology_.nodes(); ++node) {
    const unsigned here =
        topology_.router_of({node}) * kPorts + index_of(topology_.port_of({node}));
    out_place_[here] = lanes + node * vcs;
    in_credit_[here] = lanes + node * vcs;
    out_link_[here] = topology_.ejection_link({node});
    sink_credit_[node] = here * vcs;
  }
}

void FlitMesh::inject(std::uint32_t slot) {
  const Packet& packet = book_[slot].packet;
  Source& source = sources_[packet.source.id];
  if (book_[slot].multicast != nullptr) forks_.resize(lanes_.size());
  if (source.queue.insert(book_, slot, source.flits_left > 0)) {
    sleepers_.emplace(packet.inject_cycle, packet.source.id);
  }
}

void FlitMesh::advance_to(std::uint64_t cycle) {
  while (now_ < cycle) {
    if (nothing_moves()) {
      const std::uint64_t due = sleepers_.empty() ? cycle : sleepers_.top().first;
      if (due >= cycle) {
        now_ = cycle;
        return;
      }
      now_ = std::max(now_, due);
    }
    wake_sources();
    evaluate();
    ++now_;
    deliver();
  }
}

std::uint64_t FlitMesh::next_event_cycle() const {
  if (pending_ > 0 || flits_buffered_ > 0 || active_sources_ > 0) {
    // A tail that is not on its way into a sink by now takes a flight to get there.
    std::uint64_t next = now_ + 1;
    while (next < now_ + flight_cycles_ && !wheel_[next & wheel_mask_].tail) ++next;
    return next;
  }
  if (sleepers_.empty()) return PacketEngine::kNever;
  return std::max(now_, sleepers_.top().first) + kInjectionCycles + flight_cycles_;
}

bool FlitMesh::at_rest() const {
  if (!nothing_moves()) return false;
  const auto all_free = static_cast<std::uint8_t>((1U << vcs_) - 1);
  const auto full = [this](std::uint16_t credits) { return credits == depth_; };
  const auto unused = [all_free](const Router& router) {
    return router.sends == 0 &&
           std::all_of(router.requests.begin(), router.requests.end(),
                       [](VcMask mask) { return mask == 0; }) &&
           std::all_of(router.free.begin(), router.free.end(),
                       [all_free](std::uint8_t free) { return free == all_free; });
  };
  return std::all_of(credits_.begin(), credits_.end(), full) &&
         std::all_of(routers_.begin(), routers_.end(), unused) &&
         std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.count == 0; });
}

void FlitMesh::wake_sources() {
  while (!sleepers_.empty() && sleepers_.top().first <= now_) {
    const unsigned node = sleepers_.top().second;
    sleepers_.pop();
    VcMask& word = busy_sources_[node / 64];
    const VcMask bit = VcMask{1} << (node % 64);
    if ((word & bit) != 0 || sources_[node].queue.first == PacketBook::kNone) continue;
    if (book_[sources_[node].queue.first].packet.inject_cycle > now_) continue;
    word |= bit;
    ++active_sources_;
  }
}

void FlitMesh::evaluate() {
  if (active_sources_ > 0) {
    for (std::size_t word = 0; word < busy_sources_.size(); ++word) {
      for_each_bit(busy_sources_[word],
                   [&](unsigned bit) { run_source(static_cast<unsigned>(64 * word) + bit); });
    }
  }
  if (flits_buffered_ == 0) return;
  for (std::size_t word = 0; word < busy_routers_.size(); ++word) {
    for_each_bit(busy_routers_[word],
                 [&](unsigned bit) { run_router(static_cast<unsigned>(64 * word) + bit); });
  }
}

void FlitMesh::run_source(unsigned node) {
  Source& source = sources_[node];
  const std::uint32_t slot = source.queue.first;
  const std::size_t credit = lanes_.size() + std::size_t{node} * vcs_;
  std::uint32_t flit = slot << 2U;
  if (source.flits_left == 0) {
    // A VC that is free and has room, the one after the last packet's first.
    VcMask usable = 0;
    for_each_bit(source.free, [&](unsigned vc) {
      if (credits_[credit + vc] > 0) usable |= VcMask{1} << vc;
    });
    if (usable == 0) return;
    source.vc = static_cast<std::uint8_t>(round_robin(usable, source.vc + 1U));
    source.free = static_cast<std::uint8_t>(source.free & ~(1U << source.vc));
    source.flits_left = book_[slot].packet.flits;
    flit |= kHead;
  }
  if (credits_[credit + source.vc] == 0) return;
  --credits_[credit + source.vc];
  if (--source.flits_left == 0) flit |= kTail;
  const unsigned router = topology_.router_of({node});
  const unsigned port = index_of(topology_.port_of({node}));
  later(kInjectionCycles).flits.push_back({(router * kPorts + port) * vcs_ + source.vc, flit});
  ++pending_;
  ++busy_cycles_[Topology::injection_link({node})];
  if (source.flits_left > 0) return;
  source.free = static_cast<std::uint8_t>(source.free | (1U << source.vc));
  source.queue.pop(book_);
  const std::uint32_t next = source.queue.first;
  if (next != PacketBook::kNone && book_[next].packet.inject_cycle <= now_ + 1) return;
  if (next != PacketBook::kNone) sleepers_.emplace(book_[next].packet.inject_cycle, node);
  busy_sources_[node / 64] &= ~(VcMask{1} << (node % 64));
  --active_sources_;
}

void FlitMesh::run_router(unsigned index) {
  allocate_vcs(index);
  allocate_switch(index);
  commit(index);
  const Router& router = routers_[index];
  VcMask work = router.sends | router.forks;
  for (const VcMask requests : router.requests) work |= requests;
  if (work == 0) busy_routers_[index / 64] &= ~(VcMask{1} << (index % 64));
}

void FlitMesh::allocate_vcs(unsigned index) {
  Router& router = routers_[index];
  const unsigned lanes = kPorts * vcs_;
  const std::size_t base = std::size_t{index} * lanes;
  vc_grants_.clear();
  vc_granted_ = 0;
  for (unsigned output = 0; output < kPorts; ++output) {
    const VcMask requests = router.requests[output];
    if (requests == 0 || router.free[output] == 0) continue;
    if (vcs_ == 1) {
      const unsigned lane = round_robin(requests, vc_grant_[base + output]);
      vc_grant_[base + output] = next_position(lane, lanes);
      vc_grants_.push_back({lane, output, 0});
      vc_granted_ |= VcMask{1} << lane;
      continue;
    }
    // Every free VC picks a request, then every request that was picked a VC.
    std::array<VcMask, 64> offers{};
    VcMask picked = 0;
    for_each_bit(router.free[output], [&](unsigned vc) {
      const VcMask suitable = may_take(base, output, requests, vc);
      if (suitable == 0) return;
      const unsigned lane = round_robin(suitable, vc_grant_[base + output * vcs_ + vc]);
      offers[lane] |= VcMask{1} << (output * vcs_ + vc);
      picked |= VcMask{1} << lane;
    });
    for_each_bit(picked, [&](unsigned lane) {
      const unsigned output_vc = round_robin(offers[lane], vc_accept_[base + lane]);
      vc_grant_[base + output_vc] = next_position(lane, lanes);
      vc_accept_[base + lane] = next_position(output_vc, lanes);
      vc_grants_.push_back({lane, output, output_vc - output * vcs_});
    });
    vc_granted_ |= picked;
  }
}

// The requests that may be given a VC of an output: on a torus, links between routers have a first
// and a second class of VCs.
FlitMesh::VcMask FlitMesh::may_take(std::size_t base, unsigned output, VcMask requests,
                                    unsigned vc) const {
  if (!topology_.torus() || output >= kNeighbours) return requests;
  const bool second = vc >= vcs_ / 2;
  VcMask suitable = 0;
  for_each_bit(requests, [&](unsigned lane) {
    if (wants_second_class(base + lane, output) == second) suitable |= VcMask{1} << lane;
  });
  return suitable;
}

void FlitMesh::allocate_switch(unsigned index) {
  Router& router = routers_[index];
  const std::size_t base = std::size_t{index} * kPorts * vcs_;
  const VcMask port_mask = (VcMask{1} << vcs_) - 1;
  std::array<std::uint64_t, kPorts> inputs{};                      // that ask for an output
  std::array<std::array<std::uint8_t, kPorts>, kPorts> ready{};    // VCs, by input and output
  std::array<std::array<std::uint8_t, kPorts>, kPorts> guesses{};  // the same without output VC yet
  const auto ask = [&](auto& table, unsigned lane, unsigned output) {
    const unsigned input = lane / vcs_;
    inputs[output] |= std::uint64_t{1} << input;
    table[input][output] = static_cast<std::uint8_t>(table[input][output] | 1U << (lane % vcs_));
  };
  for_each_bit(router.sends, [&](unsigned number) {
    const Lane& lane = lanes_[base + number];
    if (credits_[base + lane.output * vcs_ + lane.output_vc] > 0) ask(ready, number, lane.output);
  });
  for_each_bit(router.forks, [&](unsigned number) {
    const Fork& fork = forks_[base + number];
    for (unsigned i = 0; i < fork.size; ++i) {
      const Branch& branch = fork.branches[i];
      if (!branch.granted || branch.sent == fork.gone + lanes_[base + number].count) continue;
      if (credits_[base + branch.output * vcs_ + branch.output_vc] == 0) continue;
      ask(ready, number, branch.output);
    }
  });
  if (va_cycles_ == 0) {
    for (unsigned output = 0; output < kPorts; ++output) {
      if (router.requests[output] == 0) continue;
      bool room = false;
      for_each_bit(router.free[output],
                   [&](unsigned vc) { room |= credits_[base + output * vcs_ + vc] > 0; });
      if (room) {
        for_each_bit(router.requests[output], [&](unsigned lane) { ask(guesses, lane, output); });
      }
    }
  }

  std::array<std::uint64_t, kPorts> granted{};  // outputs, by input
  for (unsigned output = 0; output < kPorts; ++output) {
    if (inputs[output] == 0) continue;
    granted[round_robin(inputs[output], router.switch_grant[output])] |= std::uint64_t{1} << output;
  }
  // A guess holds only if the head got an output VC in this cycle, and one with room.
  const auto right = [&](unsigned lane, unsigned output) {
    const auto grant = std::find_if(vc_grants_.begin(), vc_grants_.end(), [&](const VcGrant& g) {
      return g.lane == lane && g.output == output;
    });
    return grant != vc_grants_.end() && credits_[base + output * vcs_ + grant->vc] > 0;
  };
  fork_grants_.clear();
  for (unsigned input = 0; input < kPorts; ++input) {
    switch_grants_[input] = -1;
    if (granted[input] == 0) continue;
    const unsigned output = round_robin(granted[input], router.switch_accept[input]);
    router.switch_grant[output] = next_position(input, kPorts);
    router.switch_accept[input] = next_position(output, kPorts);
    const unsigned sure = ready[input][output];
    const VcMask vcs = sure != 0 ? sure : guesses[input][output];
    const unsigned vc = round_robin(vcs & port_mask, router.vc_choice[input]);
    router.vc_choice[input] = next_position(vc, vcs_);
    const unsigned lane = input * vcs_ + vc;
    if (lanes_[base + lane].forks) {
      // Every output that takes the input takes the packet.
      for_each_bit(granted[input], [&](unsigned each) {
        const bool asks = ((ready[input][each] | guesses[input][each]) >> vc & 1U) != 0;
        if (!asks) return;
        router.switch_grant[each] = next_position(input, kPorts);
        const bool has_vc = (ready[input][each] >> vc & 1U) != 0;
        if (has_vc || right(lane, each)) fork_grants_.emplace_back(lane, each);
      });
      continue;
    }
    if (sure == 0 && !right(lane, output)) continue;
    switch_grants_[input] = static_cast<int>(lane);
  }
}

void FlitMesh::commit(unsigned index) {
  Router& router = routers_[index];
  const std::size_t base = std::size_t{index} * kPorts * vcs_;
  for (const VcGrant& grant : vc_grants_) {
    Lane& lane = lanes_[base + grant.lane];
    const auto vc = static_cast<std::uint8_t>(grant.vc);
    router.free[grant.output] =
        static_cast<std::uint8_t>(router.free[grant.output] & ~(1U << grant.vc));
    router.requests[grant.output] &= ~(VcMask{1} << grant.lane);
    if (lane.forks) {
      Branch& branch = branch_of(base + grant.lane, grant.output);
      branch.output_vc = vc;
      branch.granted = true;
    } else {
      lane.output_vc = vc;
      router.sends |= VcMask{1} << grant.lane;
    }
  }
  for (const int lane : switch_grants_) {
    if (lane >= 0) send_flit(index, static_cast<unsigned>(lane));
  }
  for (const auto& [lane, output] : fork_grants_) send_fork(index, lane, output);
}

void FlitMesh::send_flit(unsigned index, unsigned number) {
  Router& router = routers_[index];
  const std::size_t base = std::size_t{index} * kPorts * vcs_;
  Lane& lane = lanes_[base + number];
  const std::uint32_t flit = flits_[(base + number) * depth_ + lane.first];
  emit(index, lane.output, lane.output_vc, flit);
  leave_lane(index, number);
  const VcMask bit = VcMask{1} << number;
  if ((flit & kTail) == 0) {
    if (lane.count == 0) router.sends &= ~bit;
    return;
  }
  router.sends &= ~bit;
  if (lane.count > 0) head_at_front(base + number, true);
}

// A flit departs by an output; a tail gives its VC up.
void FlitMesh::emit(unsigned index, unsigned output, unsigned vc, std::uint32_t flit) {
  const std::size_t port = std::size_t{index} * kPorts + output;
  const std::size_t output_vc = port * vcs_ + vc;
  --credits_[output_vc];
  ++busy_cycles_[out_link_[port]];
  const std::uint32_t place = out_place_[port] + vc;
  later(flight_cycles_).flits.push_back({place, flit});
  ++pending_;
  if ((flit & kTail) == 0) return;
  if (place >= lanes_.size()) later(flight_cycles_).tail = true;
  if (va_cycles_ > 1) {
    later(va_cycles_).releases.push_back(static_cast<std::uint32_t>(output_vc));
    ++pending_;
  } else {
    std::uint8_t& free = routers_[index].free[output];
    free = static_cast<std::uint8_t>(free | 1U << vc);
  }
}

// The slot of a lane's oldest flit becomes free.
void FlitMesh::leave_lane(unsigned index, unsigned number) {
  Lane& lane = lanes_[std::size_t{index} * kPorts * vcs_ + number];
  lane.first = static_cast<std::uint16_t>(lane.first + 1U == depth_ ? 0 : lane.first + 1);
  --lane.count;
  --flits_buffered_;
  const std::uint32_t credit =
      in_credit_[std::size_t{index} * kPorts + number / vcs_] + number % vcs_;
  const bool from_source = credit >= lanes_.size();
  later(from_source ? kSourceCreditCycles : kCreditCycles).credits.push_back(credit);
  ++pending_;
}

void FlitMesh::head_at_front(std::size_t number, bool next_cycle) {
  Lane& lane = lanes_[number];
  const PacketBook::Entry& entry = book_[flits_[number * depth_ + lane.first] >> 2U];
  const auto router = static_cast<unsigned>(number / (std::size_t{kPorts} * vcs_));
  if (entry.multicast == nullptr || !fork_at_front(number, router, *entry.multicast)) {
    Port port = next_port(topology_, config_.routing, router, entry.destination_router);
    if (port == Port::kTile) port = topology_.port_of(entry.packet.destination);
    lane.output = static_cast<std::uint8_t>(index_of(port));
    if (entry.multicast != nullptr) lane.output = forks_[number].branches[0].output;
    lane.second_class = topology_.torus() && leaves_in_second_class(number, lane.output);
  }
  if (va_cycles_ > 1) {
    later(va_cycles_ - (next_cycle ? 0U : 1U))
        .requests.push_back(static_cast<std::uint32_t>(number));
    ++pending_;
    return;
  }
  ask_for_outputs(number, router);
}

// The head at the front of a lane asks for the VCs it needs.
void FlitMesh::ask_for_outputs(std::size_t number, unsigned router) {
  const Lane& lane = lanes_[number];
  const VcMask bit = VcMask{1} << number % (std::size_t{kPorts} * vcs_);
  if (!lane.forks) routers_[router].requests[lane.output] |= bit;
  for (unsigned i = 0; lane.forks && i < forks_[number].size; ++i) {
    routers_[router].requests[forks_[number].branches[i].output] |= bit;
  }
  busy_routers_[router / 64] |= VcMask{1} << (router % 64);
}

void FlitMesh::deliver() {
  Later& due = later(0);
  pending_ -= due.flits.size() + due.credits.size() + due.requests.size() + due.releases.size();
  for (const std::uint32_t credit : due.credits) ++credits_[credit];
  due.credits.clear();
  const std::size_t lanes = kPorts * std::size_t{vcs_};
  for (const std::uint32_t output_vc : due.releases) {
    std::uint8_t& free = routers_[output_vc / lanes].free[output_vc % lanes / vcs_];
    free = static_cast<std::uint8_t>(free | 1U << (output_vc % vcs_));
  }
  due.releases.clear();
  for (const std::uint32_t number : due.requests) {
    const auto router = static_cast<unsigned>(number / lanes);
    ask_for_outputs(number, router);
  }
  due.requests.clear();
  due.tail = false;
  for (const Arrival& arrival : due.flits) {
    if (arrival.place >= lanes_.size()) {
      const auto vc_of_node = static_cast<std::uint32_t>(arrival.place - lanes_.size());
      std::uint32_t slot = arrival.flit >> 2U;
      const bool at_end = (arrival.flit & (kHead | kTail)) != 0;
      if (at_end && book_[slot].multicast != nullptr) {
        slot = book_[slot].multicast->slot_at(vc_of_node / vcs_);
      }
      if ((arrival.flit & kHead) != 0) book_[slot].head_cycle = now_;
      if ((arrival.flit & kTail) != 0) book_.complete(slot, now_);
      later(kCreditCycles).credits.push_back(sink_credit_[vc_of_node / vcs_] + vc_of_node % vcs_);
      ++pending_;
      continue;
    }
    Lane& lane = lanes_[arrival.place];
    unsigned position = lane.first + lane.count;
    if (position >= depth_) position -= depth_;
    flits_[arrival.place * depth_ + position] = arrival.flit;
    ++lane.count;
    ++flits_buffered_;
    if (lane.count > 1) continue;
    const auto router = static_cast<unsigned>(arrival.place / lanes);
    if ((arrival.flit & kHead) != 0) {
      head_at_front(arrival.place, false);
    } else if (!lane.forks) {
      routers_[router].sends |= VcMask{1} << arrival.place % lanes;
      busy_routers_[router / 64] |= VcMask{1} << (router % 64);
    }
  }
  due.flits.clear();
}

}  // namespace aimc::noc
