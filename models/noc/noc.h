#pragma once

#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/core/energy.h"
#include "models/core/probe.h"
#include "models/noc/address_map.h"
#include "models/noc/circuits.h"
#include "models/noc/network.h"
#include "models/noc/packet_observer.h"

namespace aimc::noc {

/// The network-on-chip as a SystemC module: standard TLM-2.0 sockets in, standard TLM-2.0 sockets
/// out.
///
/// Any initiator and any target with a 32-bit TLM-2.0 socket can be bound. b_transport converts a
/// transaction into request and response packets (a write request carries a header flit and the
/// payload, its response one flit; a read the other way round), split at 4 KiB boundaries and
/// max_burst_beats. The call waits until a request has arrived, forwards it to the target, and
/// returns with what is left until the last response's arrival in `delay`; with an engine that runs
/// along with time it waits for that, too. The target sees each
/// burst as a transaction of its own; extensions travel with a transaction of one burst only.
///
/// A write with a MulticastExtension goes to a rectangle of tiles as one packet a burst.
///
/// Answered at once, without traffic: addresses that no range holds completely, or whose node has
/// no target (TLM_ADDRESS_ERROR_RESPONSE); no data, or a streaming transaction that does not fit
/// one burst (TLM_BURST_ERROR_RESPONSE). transport_dbg forwards without time, traffic or side
/// effects. DMI is never granted: traffic must be seen.
class Noc : public sc_core::sc_module {
 public:
  /// @param energy receives ("noc", "router") and ("noc", "link"); counts are flits times routers
  /// and times links
  /// @param probe  receives a timeline for each node that sends, with slices "request" and
  /// "response"; a flow leads from one to the other, that is, from sender to receiver
  /// @param circuits carry the requests between their ends
  /// @throws std::invalid_argument for a configuration out of range, or circuits in conflict
  Noc(sc_core::sc_module_name name, const NocConfig& config, core::EnergyMeter& energy,
      core::Probe& probe, const CircuitConfig& circuits = {});
  ~Noc() override;

  /// A new socket to bind an initiator's socket to:
  /// `initiator.socket.bind(noc.initiator_port(node))`. One call per initiator, before the
  /// simulation starts; a node can have several.
  /// @throws std::invalid_argument for a node that does not exist
  tlm::tlm_target_socket<32>& initiator_port(Node node);
  /// The socket to bind to a target's socket: `noc.target_port(node).bind(target.socket)`. One call
  /// per node that has a target, before the simulation starts.
  /// @throws std::invalid_argument for a node that does not exist or has a target already
  tlm::tlm_initiator_socket<32>& target_port(Node node);
  /// Declares which node answers a range of addresses.
  /// @throws std::invalid_argument for an empty range, one that overlaps another or leaves the
  /// address space, or a node that does not exist
  void map(const AddressRange& range);

  /// Tells `observer`, which must outlive the simulation, of every packet from now on that no
  /// circuit carries; nullptr: nobody.
  void observe_packets(PacketObserver* observer);

  /// Packets of both planes and of circuits so far.
  const NetworkCounters& counters() const;
  /// Data bytes of all transactions that went over the network.
  std::uint64_t payload_bytes() const;
  /// Every link of the packet network that carried something.
  std::vector<LinkUse> link_use() const;
  const NocConfig& config() const;
  /// Network cycles up to now or the last arrival, whichever is later.
  std::uint64_t elapsed_cycles() const;
  /// Largest share of elapsed_cycles() any link was busy, 0..1.
  double max_link_utilisation() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aimc::noc
