#pragma once

#include <cstdint>
#include <vector>

#include "models/noc/at_mesh.h"
#include "models/noc/network.h"
#include "models/noc/packet_book.h"
#include "models/noc/routing.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// One plane of routers as AtMesh works it out, with a short cut for quiet times.
///
/// While the mesh is empty, a packet that comes to each of its links after all earlier packets have
/// left it flies: it takes the zero-load times and one event in all. When a packet comes that might
/// meet one in flight, all of them are injected into the mesh at their own cycles, the mesh catches
/// up with time, and packets go through the mesh until it is empty again. What arrives when is the
/// same as without the short cut.
class AtPlane {
 public:
  /// @param config   must pass check() and have router_cycles > packet_gap_cycles
  /// @param topology, book must outlive the plane
  AtPlane(const NocConfig& config, const Topology& topology, PacketBook& book);

  /// Puts a packet into its source's queue; its inject_cycle must not be before now().
  void inject(std::uint32_t slot);
  /// Carries out the cycles before `cycle` and the arrivals of `cycle`.
  void advance_to(std::uint64_t cycle);
  std::uint64_t now() const { return now_; }
  /// A cycle no tail arrives before; PacketEngine::kNever if nothing will arrive.
  std::uint64_t next_event_cycle() const;
  /// Whether every link is free and nothing is left to happen.
  bool at_rest() const { return flights_.empty() && mesh_.at_rest(); }
  /// Cycles in which a flit of a packet that has arrived, or is in the mesh, crossed a link.
  std::uint64_t busy_cycles(unsigned link) const { return mesh_.busy_cycles(link); }

 private:
  struct Flight {
    std::uint32_t slot = 0;
    std::uint64_t tail_cycle = 0;
    /// The earliest arrival is the largest, for a heap.
    bool operator<(const Flight& other) const { return tail_cycle > other.tail_cycle; }
  };

  bool take_off(std::uint32_t slot);
  void land(const Flight& flight);
  void go_through_mesh();

  const NocConfig config_;
  const Topology& topology_;
  PacketBook& book_;
  AtMesh mesh_;
  const bool streams_;                // buffers never hold up a packet that meets nobody
  std::vector<Flight> flights_;       // in the order of inject()
  std::vector<std::uint64_t> clear_;  // by link: when everything that flew has left it
  Path path_;
  std::uint64_t now_ = 0;
};

}  // namespace aimc::noc
