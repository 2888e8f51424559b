#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "models/noc/network.h"

namespace aimc::noc {

/// Number of a packet: 0, 1, 2, ... in the order of the calls of inject().
using PacketId = std::uint64_t;

/// A packet that has arrived.
struct Completion {
  PacketId id = 0;
  Delivery delivery;
};

/// Engine of the network that runs along with time: packets go in, time is advanced, arrivals come
/// out. Free of SystemC.
///
/// Time need not be advanced cycle by cycle. A caller with a list of packets injects all of them
/// and advances to the end; one with a clock of its own calls advance_to(next_event_cycle()) at
/// that cycle, and may inject in between.
class PacketEngine {
 public:
  /// next_event_cycle() when nothing is under way.
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  virtual ~PacketEngine() = default;

  /// Puts a packet into its source's queue, which is unlimited. Packets of one source and plane
  /// leave it in the order of their inject_cycle, those of the same cycle in the order of calls.
  /// @throws std::invalid_argument for a node that does not exist, no flits, or a packet injected
  /// before now()
  virtual PacketId inject(const Packet& packet) = 0;
  /// Puts one packet for several nodes into its source's queue; routers replicate it where routes
  /// part. packet.destination is not looked at. Each destination's copy arrives by itself: the
  /// first one's id is returned, the others' follow it in the order of the destinations.
  /// @throws std::invalid_argument like inject and check_multicast
  virtual PacketId inject_multicast(const Packet& packet,
                                    const std::vector<Node>& destinations) = 0;
  /// Carries out everything before `cycle`, and the arrivals of `cycle`; an earlier cycle than
  /// now() does nothing.
  virtual void advance_to(std::uint64_t cycle) = 0;
  /// The cycle advanced to.
  virtual std::uint64_t now() const = 0;
  /// A cycle no arrival comes before; advancing to it brings the next arrival, or at least a later
  /// such cycle. kNever if no packet is under way.
  virtual std::uint64_t next_event_cycle() const = 0;
  /// The next arrival in order of tail_cycle, then id; false if there is none up to now().
  virtual bool poll(Completion& completion) = 0;
  /// Packets injected that have not arrived.
  virtual std::size_t packets_under_way() const = 0;
  /// Whether the network is as new: no packet under way, buffers empty, every credit back. Credits
  /// take some cycles longer than the last packet.
  virtual bool at_rest() const = 0;
  /// Routers a packet visits between two nodes.
  virtual unsigned routers_visited(Node source, Node destination) const = 0;
  /// Totals of the packets that have arrived.
  virtual const NetworkCounters& counters() const = 0;
  /// Every link that carried something, in a fixed order.
  virtual std::vector<LinkUse> link_use() const = 0;
};

/// Makes the engine that moves every flit, cycle by cycle while there are any: input-queued
/// wormhole routers with credits and round-robin allocation. packet_gap_cycles is the length of the
/// virtual-channel allocation stage; 0 stands for allocation in the same cycle as the switch's.
/// @throws std::invalid_argument like check, or unless router_cycles > packet_gap_cycles
std::unique_ptr<PacketEngine> make_flit_engine(const NocConfig& config);

/// Makes the engine that works with two events a packet and router, one for the head and one for
/// the tail. One virtual channel.
/// @throws std::invalid_argument like check, unless router_cycles > packet_gap_cycles, or for more
/// than one virtual channel
std::unique_ptr<PacketEngine> make_at_engine(const NocConfig& config);

/// Sends all packets through an engine in which nothing is under way and waits for the last
/// arrival; deliveries are in the order of the packets. Times are the packets' inject_cycle.
/// @throws std::invalid_argument like PacketEngine::inject
std::vector<Delivery> replay(PacketEngine& engine, const std::vector<Packet>& packets);

}  // namespace aimc::noc
