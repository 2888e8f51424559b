#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "models/noc/engine.h"
#include "models/noc/multicast.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// The packets an engine has under way, and its arrivals and totals.
class PacketBook {
 public:
  /// No slot.
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// What the copies of a multicast have in common; their slots are used again when all of them
  /// have arrived.
  struct Multicast {
    MulticastTree tree;
    std::vector<std::uint32_t> slots;  ///< by copy; the first one is in its source's queue
    std::vector<unsigned> links;       ///< of the tree but the injection link, ascending
    /// Destination and slot of each copy, ascending.
    std::vector<std::pair<unsigned, std::uint32_t>> sinks;
    std::size_t under_way = 0;

    /// Whether the packet takes a link behind a router.
    bool takes(unsigned link) const;
    /// The slot of the copy for a destination.
    std::uint32_t slot_at(unsigned node) const;
  };
  /// A packet under way, or a copy of one.
  struct Entry {
    Packet packet;
    PacketId id = 0;
    std::uint64_t head_cycle = 0;
    std::uint32_t destination_router = 0;
    std::uint32_t next = kNone;    ///< the packet behind it in its source's queue
    std::uint32_t before = kNone;  ///< the packet before it there
    std::uint32_t copy = 0;        ///< which of a multicast's
    Multicast* multicast = nullptr;
  };

  /// @param topology must outlive the book
  explicit PacketBook(const Topology& topology) : topology_(topology) {}

  /// Checks a packet and gives it a slot, to be used again after its arrival.
  /// @throws std::invalid_argument see PacketEngine::inject
  std::uint32_t add(const Packet& packet, std::uint64_t now);
  /// Gives a multicast that passes check_multicast a slot for each copy; the first of them.
  /// @throws std::invalid_argument see PacketEngine::inject
  std::uint32_t add_multicast(const Packet& packet, const std::vector<Node>& destinations,
                              Routing routing, std::uint64_t now);
  /// @throws std::invalid_argument for a node that does not exist
  void check_nodes(Node source, Node destination) const;

  Entry& operator[](std::uint32_t slot) { return entries_[slot]; }
  const Entry& operator[](std::uint32_t slot) const { return entries_[slot]; }

  /// The tail has arrived; frees the slot.
  void complete(std::uint32_t slot, std::uint64_t tail_cycle);
  /// Puts the arrivals that nobody has polled yet in order.
  void sort_arrivals();
  /// See PacketEngine::poll.
  bool poll(Completion& completion);

  std::size_t under_way() const { return entries_.size() - free_.size() - kept_; }
  const NetworkCounters& counters() const { return counters_; }

 private:
  void check_packet(const Packet& packet, std::uint64_t now) const;
  std::uint32_t take_slot(const Packet& packet);
  void release(std::uint32_t slot);

  const Topology& topology_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::vector<std::unique_ptr<Multicast>> multicasts_;
  std::size_t kept_ = 0;  // slots of copies that have arrived before the last one
  std::vector<Completion> arrivals_;
  std::size_t polled_ = 0;
  PacketId next_id_ = 0;
  NetworkCounters counters_;
};

/// Checks that a head's flight over a link takes at least a cycle.
/// @throws std::invalid_argument unless router_cycles > packet_gap_cycles
void check_pipeline(const NocConfig& config);

/// Makes the report of PacketEngine::link_use from the busy cycles of the links of both planes,
/// request first.
std::vector<LinkUse> report_link_use(const Topology& topology,
                                     const std::vector<std::uint64_t>& busy_cycles);

/// Queue of a source, linked through PacketBook::Entry::next: ordered by inject_cycle, then by
/// insertion.
struct SourceQueue {
  std::uint32_t first = PacketBook::kNone;
  std::uint32_t last = PacketBook::kNone;

  /// Inserts a packet; the first one stays first if `first_has_left`. True if it is the new first.
  bool insert(PacketBook& book, std::uint32_t slot, bool first_has_left);
  /// Removes the first packet.
  void pop(PacketBook& book);
};

}  // namespace aimc::noc
