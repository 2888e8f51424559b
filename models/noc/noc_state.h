#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <memory>
#include <string>
#include <vector>

#include "models/core/time.h"
#include "models/noc/multicast_extension.h"
#include "models/noc/noc.h"
#include "models/noc/slice_lanes.h"
#include "models/noc/transfer.h"

namespace aimc::noc {

using Payload = tlm::tlm_generic_payload;

inline core::TimePs to_ps(const sc_core::sc_time& time) {
  return time.value();
}
inline sc_core::sc_time from_ps(core::TimePs time_ps) {
  return sc_core::sc_time::from_value(time_ps);
}

/// What a Noc consists of.
struct Noc::State final : ParcelObserver {
  using InitiatorPort = tlm_utils::simple_target_socket_tagged<State, 32>;
  using TargetPort = tlm_utils::simple_initiator_socket_tagged<State, 32>;

  State(const NocConfig& noc_config, const CircuitConfig& circuit_config,
        core::EnergyMeter& energy_meter, core::Probe& activity_probe);

  // Forward path; the tag is the initiator's node.
  void b_transport(int node, Payload& transaction, sc_core::sc_time& delay);
  void multicast(Node source, Payload& transaction, const MulticastExtension& rectangle,
                 sc_core::sc_time& delay);
  unsigned transport_dbg(int node, Payload& transaction);
  bool get_direct_mem_ptr(int node, Payload& transaction, tlm::tlm_dmi& dmi);

  void check_node(Node node) const;
  std::string node_name(Node node) const;
  TargetPort* target_of(const AddressRange* range) const;
  bool split(const Payload& transaction, std::vector<Burst>& bursts) const;
  bool find_targets(const Payload& transaction, const MulticastExtension& rectangle,
                    std::vector<const AddressRange*>& targets) const;
  bool split_copies(const Payload& transaction, Transfer& transfer) const;
  void send_copies(Node source, std::uint64_t inject_cycle, Transfer& transfer);
  void set_part(Payload& transaction, const Burst& burst, std::uint64_t address,
                Transfer& transfer) const;
  void access(TargetPort& target, Payload& transaction, const AddressRange& range,
              const Burst& burst, Transfer& transfer, sc_core::sc_time& target_delay) const;
  void send(const Packet& packet, Parcel& parcel, Transfer& transfer);
  const NetworkCounters& totals();
  static std::uint64_t arrival_of(const Parcel& parcel, Transfer& transfer);
  void delivered(const Parcel& parcel) override;
  void report(Node source, core::ActivityName activity, std::uint64_t begin_cycle,
              std::uint64_t end_cycle, core::Flow flow);

  NocConfig config;
  core::Clock clock;
  std::unique_ptr<Courier> courier;
  Circuits circuits;
  NetworkCounters all;  // of both, as of the latest question
  AddressMap map;
  std::vector<std::unique_ptr<InitiatorPort>> initiator_ports;
  std::vector<std::unique_ptr<TargetPort>> target_ports;  // by node, may be empty
  TransferPool transfers;
  std::uint64_t payload_bytes = 0;
  std::uint64_t last_arrival_cycle = 0;

  PacketObserver* packet_observer = nullptr;

  core::EnergyMeter& energy;
  core::EnergyAccount router_account;
  core::EnergyAccount link_account;
  double router_j_per_flit;
  double link_j_per_flit;

  core::Probe& probe;
  core::ActivityName request_name;
  core::ActivityName response_name;
  std::vector<SliceLanes> lanes;  // by sending node
  std::uint64_t transactions = 0;
};

}  // namespace aimc::noc
