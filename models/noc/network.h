#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace aimc::noc {

/// Order in which dimensions are travelled.
enum class Routing : std::uint8_t { kXy, kYx };

/// Whether the ends of rows and columns are joined. On a torus packets take the shorter way round,
/// to the east or south if both are as long, and change to a second class of virtual channels where
/// they cross the joint (dateline), so that no ring of waiting packets can close (W. Dally and
/// C. Seitz, IEEE Trans. Computers C-36(5), 1987).
enum class Wrap : std::uint8_t { kMesh, kTorus };

/// Which of the two physical networks a packet takes; they share nothing, so requests never block
/// responses.
enum class Plane : std::uint8_t { kRequest, kResponse };

/// How the network is worked out: link reservations made in the call that sends (lt), two events a
/// packet and router (at), or every flit in every cycle (flit).
enum class Engine : std::uint8_t { kLt, kAt, kFlit };

/// Shape and timing of the network.
struct NocConfig {
  Engine engine = Engine::kAt;
  Wrap topology = Wrap::kMesh;
  unsigned width = 4;         ///< columns, 1..32
  unsigned height = 4;        ///< rows, 1..32
  double clock_mhz = 1000.0;  ///< network clock, 1..100000
  /// h: pipeline of one router with its output link, cycles per router visited, 1..64
  unsigned router_cycles = 4;
  unsigned flit_bytes = 16;        ///< payload bytes of a flit, 4..64, a power of two
  unsigned max_burst_beats = 256;  ///< flits of payload per packet at most, 1..256
  Routing routing = Routing::kXy;
  double router_energy_pj_per_byte = 0.10;  ///< energy of a byte through one router, pJ, >= 0
  double link_energy_pj_per_byte = 0.05;    ///< energy of a byte over one link, pJ, >= 0
  /// Input buffer of a router port, flits, 1..256: decides how far back a blocked packet holds
  /// links.
  unsigned buffer_flits = 8;
  /// Idle cycles a router needs between two packets on an output link, 0..16: 1 for a pipeline with
  /// a virtual-channel allocation stage of its own, 0 for a speculative one.
  unsigned packet_gap_cycles = 0;
  /// Virtual channels of a link, 1..8, each with buffers of its own. On a mesh more than 1 only
  /// with the flit engine; on a torus 2, one a class, or with the flit engine more, half of them a
  /// class.
  unsigned virtual_channels = 1;
};

/// A place where packets enter and leave. Tile i is node i, at (i mod width, i / width); then come
/// the nodes attached to the west ports of column 0: host (row 0) and memory (row 1, or row 0's
/// north port in a mesh of one row). On a torus, whose west ports are in use, host and memory have
/// a port of their own there.
struct Node {
  std::uint32_t id = 0;
};

/// One packet.
struct Packet {
  Node source;
  Node destination;
  unsigned flits = 1;  ///< header included
  Plane plane = Plane::kRequest;
  std::uint64_t inject_cycle = 0;  ///< network cycle at which the first flit may leave the source
};

/// When a packet arrived.
struct Delivery {
  std::uint64_t head_cycle = 0;  ///< arrival of the first flit
  /// Arrival of the last flit; zero load: inject + h*R + 2 + (flits - 1), R routers visited.
  std::uint64_t tail_cycle = 0;
  unsigned routers = 0;  ///< R
  /// Links of its route, from the source on, that another copy of the same multicast accounts for.
  unsigned shared_links = 0;

  /// Links a packet is to be charged for, injection and ejection included.
  unsigned own_links() const { return routers + 1 - shared_links; }
  /// Router outputs a packet is to be charged for: R unless it is one of several copies.
  unsigned own_routers() const { return own_links() - (shared_links == 0 ? 1U : 0U); }
};

/// Traffic totals. Each copy of a multicast that arrives is a packet; its flit-hops are those of
/// the router outputs it does not share with copies counted already.
struct NetworkCounters {
  std::uint64_t packets = 0;
  std::uint64_t flits = 0;
  std::uint64_t flit_hops = 0;       ///< flits times routers visited
  std::uint64_t latency_cycles = 0;  ///< sum over packets, injection to tail
};

/// What a directed link connects.
enum class LinkKind : std::uint8_t { kInjection, kRouter, kEjection };

/// One directed link and what went over it.
struct LinkUse {
  /// Router index, or the attached router for injection and ejection links.
  unsigned from_router = 0;
  unsigned to_router = 0;
  Plane plane = Plane::kRequest;
  std::uint64_t busy_cycles = 0;  ///< cycles in which a flit crossed it
  LinkKind kind = LinkKind::kRouter;
  Node node;  ///< the attached node; injection and ejection links only
};

/// Engine of the network: takes packets one at a time and tells when they arrive. Free of SystemC.
class Network {
 public:
  virtual ~Network() = default;
  /// Sends a packet and reserves what it uses. Packets of one plane from one source to one
  /// destination that are sent in the order of their inject_cycle arrive in that order.
  /// @throws std::invalid_argument for a node that does not exist, no flits, or a packet injected
  /// before the cycle given to retire_before
  virtual Delivery send(const Packet& packet) = 0;
  /// Sends one packet to several nodes along the tree of their routes; routers replicate it where
  /// routes part. packet.destination is not looked at. What arrives at each destination, in their
  /// order; without contention as if the packet had been sent there alone.
  /// @throws std::invalid_argument like send and check_multicast
  virtual std::vector<Delivery> send_multicast(const Packet& packet,
                                               const std::vector<Node>& destinations) = 0;
  /// Time before which no packet will be injected any more; lets the engine forget older
  /// reservations. Must come from the kernel's time, never from an initiator's local time.
  virtual void retire_before(std::uint64_t cycle) = 0;
  /// Routers a packet visits between two nodes.
  virtual unsigned routers_visited(Node source, Node destination) const = 0;
  virtual const NetworkCounters& counters() const = 0;
  /// Every link that carried something, in a fixed order.
  virtual std::vector<LinkUse> link_use() const = 0;
};

/// Checks a configuration against the ranges given at its members.
/// @throws std::invalid_argument naming the member, its value and what was expected
void check(const NocConfig& config);

/// Checks that packets have no choice between virtual channels: one, or one a class on a torus.
/// @throws std::invalid_argument naming the engine
void check_single_channel(const NocConfig& config, const char* engine);

/// The engine's name: lt, at or flit.
const char* engine_name(Engine engine);

/// Number of nodes: tiles, host, memory.
unsigned node_count(const NocConfig& config);
/// The host's node.
Node host_node(const NocConfig& config);
/// The memory controller's node.
Node memory_node(const NocConfig& config);

/// Makes the link-reservation engine: a calendar per link with gap filling.
/// @throws std::invalid_argument like check
std::unique_ptr<Network> make_lt_network(const NocConfig& config);

}  // namespace aimc::noc
