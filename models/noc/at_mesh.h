#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/noc/event_wheel.h"
#include "models/noc/network.h"
#include "models/noc/packet_book.h"
#include "models/noc/routing.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// One plane of wormhole routers with one virtual channel, or one a class on a torus, moved packet
/// by packet.
///
/// Of each packet and link two times are worked out: when the first flit departs over the link and
/// when the last one does. They follow from the times on the link before, from who else wants the
/// link (round robin), and from the departures behind the link that make room in its buffer. A time
/// that depends on one not known yet is worked out as soon as that one is; since it only depends on
/// links further on, and routes have no cycles, none waits for ever.
///
/// The two classes of a torus's link are two links here. A packet lets one of the other class that
/// is known to leave the link finish first, but only once; two that share the link any longer are
/// taken not to slow each other down.
class AtMesh {
 public:
  /// @param config   must pass check() and have router_cycles > packet_gap_cycles
  /// @param topology, book must outlive the mesh
  AtMesh(const NocConfig& config, const Topology& topology, PacketBook& book);

  /// Puts a packet into its source's queue; its inject_cycle must not be before the cycle advanced
  /// to last with a packet under way.
  void inject(std::uint32_t slot);
  /// Carries out the cycles before `cycle` and the arrivals of `cycle`.
  void advance_to(std::uint64_t cycle);
  /// A cycle no tail arrives before; PacketEngine::kNever if nothing will arrive.
  std::uint64_t next_event_cycle() const { return std::min(arrivals_.next(), bounds_.next()); }
  /// Whether no packet is under way. Nothing is left to happen then.
  bool empty() const { return packets_ == 0; }
  /// Whether every link is free and nothing is left to happen.
  bool at_rest() const;
  /// Counts a packet that went over its links at the zero-load times while no other was near: as if
  /// it had been injected here.
  void pass(const Path& path, std::uint64_t inject_cycle, unsigned flits);
  /// Cycles in which a flit crossed a link, by link number.
  std::uint64_t busy_cycles(unsigned link) const;

 private:
  static constexpr std::uint64_t kUnknown = PacketEngine::kNever;
  static constexpr unsigned kInputs = 12;  // of a router: ports of the first and the second class

  /// A packet on one link of its path.
  struct Hop {
    std::uint64_t granted = 0;  // when the head may depart if there is room behind the link
    std::uint64_t head = kUnknown;
    std::uint64_t tail = kUnknown;
    std::uint64_t first_flit = 0;  // flits that crossed the link before
    std::uint64_t record = 0;      // number in the buffer behind the link
    std::uint32_t link = 0;
  };
  /// A packet in the buffer behind a link; kept until its slots need no more watching.
  struct Record {
    std::uint64_t first_flit = 0;
    std::uint32_t flits = 0;
    std::uint32_t slot = 0;
    std::uint32_t hop = 0;  // the one out of the buffer
    std::uint64_t arrival = kUnknown;
    std::uint64_t head = kUnknown;  // departures from the buffer
    std::uint64_t tail = kUnknown;
  };
  struct alignas(64) Link {
    /// The packet that has the link, until its tail's departure is known; an injection link's until
    /// that departure.
    std::uint32_t owner = PacketBook::kNone;
    std::uint8_t owner_hop = 0;
    std::uint8_t input = 0;        // of the router behind it
    std::uint8_t next_grant = 0;   // round-robin position
    std::uint16_t waiting = 0;     // inputs with a head that wants the link, a bit each
    std::uint64_t free_cycle = 0;  // when the last owner gives the link up, once that is known
    std::uint64_t front = 0;       // record whose tail has no departure yet
    std::uint64_t records = 0;     // ever
    std::uint64_t front_turn = 0;  // when the front one may want its next link
    std::uint64_t flits = 0;       // granted so far
    std::uint64_t busy_cycles = 0;
    std::uint64_t grant_cycle = 0;  // of the latest grant
    std::uint64_t oldest = 0;       // record
    std::array<std::uint32_t, kInputs> waiting_slot{};
    std::array<std::uint8_t, kInputs> waiting_hop{};
    bool listed = false;     // in arbitrations_
    bool releasing = false;  // somebody waits for free_cycle
    bool yielded = false;    // the other class went first
  };
  enum class Kind : std::uint8_t { kSource, kRequest, kRelease };
  /// What happens at a link, as one number that sorts fast; a source is its injection link.
  using Event = std::uint32_t;
  static Event event(Kind kind, std::uint32_t link) {
    return link << 2U | static_cast<std::uint32_t>(kind);
  }

  /// A multicast's copy starts at the hop behind its fork; what comes before is the parent's.
  struct Copy {
    std::uint32_t parent = PacketBook::kNone;
    std::uint32_t fork = 0;  // the first hop of its own
    std::uint32_t first_child = PacketBook::kNone;
    std::uint32_t next_child = PacketBook::kNone;  // of the same parent
  };

  Hop& hop_of(std::uint32_t slot, unsigned hop) { return hops_[slot * stride_ + hop]; }
  Record& record_of(std::uint32_t link, std::uint64_t number) {
    return records_[link * record_stride_ + (number & (record_stride_ - 1))];
  }
  bool is_ejection(std::uint32_t link) const {
    return link >= topology_.nodes() && link < 2 * topology_.nodes();
  }
  std::uint32_t link_of(const Path& path, unsigned hop) const {
    const bool second = (path.second_class >> hop & 1U) != 0;
    return path.links[hop] + (second ? topology_.link_count() : 0);
  }
  /// The copy that has the hop before one of a slot's own: itself, or its parent at a fork.
  std::uint32_t owner_before(std::uint32_t slot, unsigned hop) const {
    const Copy& copy = copies_[slot];
    return copy.parent != PacketBook::kNone && copy.fork == hop ? copy.parent : slot;
  }
  template <typename Function>
  void for_each_fork(std::uint32_t slot, unsigned hop, Function function) {
    for (std::uint32_t child = copies_[slot].first_child; child != PacketBook::kNone;
         child = copies_[child].next_child) {
      if (copies_[child].fork == hop) function(child);
    }
  }
  void lay_path(std::uint32_t slot);
  void lay_tree(const PacketBook::Multicast& multicast);
  void share_grant(std::uint32_t slot, unsigned hop);
  void want(std::uint32_t slot, unsigned hop, unsigned input);
  std::uint64_t all_departed(std::uint32_t owner, unsigned hop, std::uint64_t Hop::*time);
  void arrive_until(std::uint64_t cycle);
  void handle(Event what);
  void start_source(unsigned node);
  void request(std::uint32_t link);
  void list_for_arbitration(std::uint32_t link);
  void arbitrate(std::uint32_t link);
  void await_release(std::uint32_t link);
  bool yield_to_other_class(std::uint32_t link);
  void grant(std::uint32_t slot, unsigned hop);
  void resolve_owner(std::uint32_t link);
  void resolve_head(std::uint32_t slot, unsigned hop);
  void resolve_tail(std::uint32_t slot, unsigned hop);
  std::uint64_t room_for_tail(std::uint32_t slot, unsigned hop);
  std::uint64_t room_for(const Hop& hop, std::uint64_t flit);
  bool never_waits_for_room(const Hop& hop, std::uint64_t cycle, unsigned index) const;
  void leave_buffer(std::uint32_t link, std::uint64_t tail);
  void announce(std::uint32_t link);
  std::uint64_t flight_cycles(unsigned hop) const;
  std::uint64_t earliest_arrival(std::uint32_t slot, std::uint64_t cycle) const;
  void watch_source(unsigned node, std::uint64_t cycle);
  void renew_bounds(std::uint64_t cycle);

  const NocConfig config_;
  const Topology& topology_;
  PacketBook& book_;
  const unsigned va_cycles_;
  const unsigned turn_cycles_;  // from a tail's departure to the next grant
  const std::size_t stride_;    // links of the longest path
  std::size_t record_stride_ = 1;

  std::vector<Link> links_;
  std::vector<Record> records_;      // record_stride_ a link, a power of two
  std::vector<Hop> hops_;            // stride_ a slot
  std::vector<unsigned> path_size_;  // by slot
  std::vector<unsigned> granted_;    // links a packet has got, by slot
  std::vector<Copy> copies_;         // by slot
  std::size_t packets_ = 0;
  std::vector<SourceQueue> sources_;
  EventWheel<Event> events_;
  EventWheel<std::uint32_t> arrivals_;  // slots
  // A cycle a packet does not arrive before, until its arrival is known: twice the slot once it has
  // left its source; twice the node and one for all packets that have not.
  EventWheel<std::uint32_t> bounds_;
  std::vector<std::uint64_t> watched_;  // the cycle of that, by node
  std::vector<Event> due_;
  std::vector<std::uint32_t> arrived_;
  Path path_;
  std::vector<std::uint32_t> arbitrations_;  // links of this cycle
  std::uint64_t now_ = 0;                    // of the event at work
};

}  // namespace aimc::noc
