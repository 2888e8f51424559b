#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "models/noc/network.h"
#include "models/noc/packet_book.h"
#include "models/noc/topology.h"

namespace aimc::noc {

/// One plane of wormhole routers, moved flit by flit.
///
/// A router has six ports, one of which only tori use, with a buffer per virtual channel (VC) on
/// its inputs, and knows by credits what the buffers behind its outputs hold. The first flit of a
/// packet asks for a VC of its output, then every flit asks for the crossbar; both are given by one
/// round of iSLIP (N. McKeown, IEEE/ACM Trans. Networking 7(2), 1999). The output of the next
/// router is known when a flit arrives there (look-ahead routing), so routing takes no cycle.
///
/// Where the routes of a multicast part, the packet asks for several outputs and leaves by each as
/// soon as it gets it, several in one cycle if need be; a flit's slot is free when it has left by
/// all of them.
class FlitMesh {
 public:
  /// @param config   must pass check() and have router_cycles > packet_gap_cycles
  /// @param topology, book must outlive the mesh
  FlitMesh(const NocConfig& config, const Topology& topology, PacketBook& book);

  /// Puts a packet into its source's queue; its inject_cycle must not be before now().
  void inject(std::uint32_t slot);
  /// Carries out the cycles before `cycle` and the arrivals of `cycle`.
  void advance_to(std::uint64_t cycle);
  std::uint64_t now() const { return now_; }
  /// A cycle no tail arrives before; PacketEngine::kNever if nothing will arrive.
  std::uint64_t next_event_cycle() const;
  /// Whether every buffer is empty, every virtual channel free and every credit back.
  bool at_rest() const;
  /// Cycles in which a flit crossed a link, by link number.
  std::uint64_t busy_cycles(unsigned link) const { return busy_cycles_[link]; }

 private:
  static constexpr unsigned kPorts = 6;
  // Flags of a flit, whose other bits are its packet's slot.
  static constexpr std::uint32_t kTail = 1;
  static constexpr std::uint32_t kHead = 2;
  using VcMask = std::uint64_t;  // a bit an input VC of a router: port * vcs_ + vc

  /// An input VC.
  struct Lane {
    std::uint16_t first = 0;  // position of the oldest flit
    std::uint16_t count = 0;
    std::uint8_t output = 0;     // of the packet at the front
    std::uint8_t output_vc = 0;  // once it is given
    bool second_class = false;   // wants an output VC of the second class
    bool forks = false;          // has several outputs, see forks_
  };
  /// One output of a packet that leaves a lane by several.
  struct Branch {
    std::uint8_t output = 0;
    std::uint8_t output_vc = 0;
    bool second_class = false;
    bool granted = false;    // has an output VC
    std::uint16_t sent = 0;  // flits
  };
  struct Fork {
    std::array<Branch, kPorts> branches{};
    unsigned size = 0;
    unsigned gone = 0;  // flits that have left by all outputs
  };
  struct Router {
    VcMask sends = 0;                                 // flit at the front has an output VC
    VcMask forks = 0;                                 // packet at the front has several outputs
    std::array<VcMask, kPorts> requests{};            // head at the front wants a VC of that output
    std::array<std::uint8_t, kPorts> free{};          // output VCs no packet has, a bit each
    std::array<std::uint8_t, kPorts> switch_grant{};  // round-robin positions, by output
    std::array<std::uint8_t, kPorts> switch_accept{};  // by input
    std::array<std::uint8_t, kPorts> vc_choice{};      // by input
  };
  struct Source {
    SourceQueue queue;
    std::uint32_t flits_left = 0;  // of the first packet, once its head has left
    std::uint8_t vc = 0;
    std::uint8_t free = 0;  // VCs of the injection link no packet has
  };
  /// Something that happens at a later cycle; `place` is an index into lanes_, outputs or sinks.
  struct Arrival {
    std::uint32_t place;
    std::uint32_t flit;
  };
  struct Later {
    std::vector<Arrival> flits;
    std::vector<std::uint32_t> credits;
    std::vector<std::uint32_t> requests;  // lanes whose head may now ask for a VC
    std::vector<std::uint32_t> releases;  // output VCs that become free
    bool tail = false;                    // a packet's last flit reaches its sink
  };
  struct VcGrant {
    unsigned lane;  // port * vcs_ + vc
    unsigned output;
    unsigned vc;
  };

  void connect();
  void evaluate();
  void deliver();
  bool nothing_moves() const {
    return pending_ == 0 && flits_buffered_ == 0 && active_sources_ == 0;
  }
  void wake_sources();
  void run_source(unsigned node);
  void run_router(unsigned router);
  void allocate_vcs(unsigned router);
  void allocate_switch(unsigned router);
  void commit(unsigned router);
  void send_flit(unsigned router, unsigned lane);
  void head_at_front(std::size_t lane, bool next_cycle);
  bool fork_at_front(std::size_t lane, unsigned router, const PacketBook::Multicast& multicast);
  void ask_for_outputs(std::size_t lane, unsigned router);
  void send_fork(unsigned router, unsigned lane, unsigned output);
  void emit(unsigned router, unsigned output, unsigned output_vc, std::uint32_t flit);
  void leave_lane(unsigned router, unsigned lane);
  Branch& branch_of(std::size_t lane, unsigned output);
  bool leaves_in_second_class(std::size_t lane, unsigned output) const;
  bool wants_second_class(std::size_t lane, unsigned output) const;
  VcMask may_take(std::size_t base, unsigned output, VcMask requests, unsigned vc) const;
  Later& later(std::uint64_t delay) { return wheel_[(now_ + delay) & wheel_mask_]; }

  const NocConfig config_;
  const Topology& topology_;
  PacketBook& book_;
  const unsigned vcs_;
  const unsigned depth_;
  const unsigned va_cycles_;
  const unsigned flight_cycles_;  // from the crossbar's grant to the next router's buffer

  std::vector<Router> routers_;
  std::vector<Lane> lanes_;           // by router, port, VC
  std::vector<Fork> forks_;           // by lane, once there has been a multicast
  std::vector<std::uint32_t> flits_;  // depth_ a lane
  // By router, output, VC; then by node, VC: the injection links'.
  std::vector<std::uint16_t> credits_;
  std::vector<std::uint8_t> vc_grant_;      // round-robin positions, by router, output, VC
  std::vector<std::uint8_t> vc_accept_;     // by router, input, VC
  std::vector<std::uint32_t> out_place_;    // by router, port: first lane or sink behind the output
  std::vector<std::uint32_t> in_credit_;    // by router, port: first credit before the input
  std::vector<std::uint32_t> out_link_;     // by router, port: link number
  std::vector<std::uint32_t> sink_credit_;  // by node: first credit before it
  std::vector<Source> sources_;
  std::vector<VcMask> busy_routers_;  // a bit a router with something to do
  std::vector<VcMask> busy_sources_;  // a bit a node with a packet to send
  std::priority_queue<std::pair<std::uint64_t, unsigned>,
                      std::vector<std::pair<std::uint64_t, unsigned>>, std::greater<>>
      sleepers_;  // when a source's first packet is due; may name sources that are awake already

  std::vector<Later> wheel_;
  std::uint64_t wheel_mask_ = 0;
  std::uint64_t pending_ = 0;  // entries in the wheel
  std::uint64_t flits_buffered_ = 0;
  unsigned active_sources_ = 0;
  std::uint64_t now_ = 0;
  std::vector<std::uint64_t> busy_cycles_;

  std::vector<VcGrant> vc_grants_;  // of the router at work
  VcMask vc_granted_ = 0;
  std::array<int, kPorts> switch_grants_{};                 // lane that sends, by input, or -1
  std::vector<std::pair<unsigned, unsigned>> fork_grants_;  // lanes and outputs
};

}  // namespace aimc::noc
