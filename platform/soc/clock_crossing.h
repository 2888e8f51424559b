#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>

#include "models/core/time.h"

namespace aimc::platform {

/// Joins the host's local bus to the network-on-chip: every access takes a fixed number of network
/// cycles each way.
class ClockCrossing : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<ClockCrossing, 32> socket{"socket"};
  tlm_utils::simple_initiator_socket<ClockCrossing, 32> out{"out"};

  /// @param crossing_ps time to cross in one direction, ps
  ClockCrossing(sc_core::sc_module_name name, core::TimePs crossing_ps)
      : sc_module(name), crossing_(sc_core::sc_time::from_value(crossing_ps)) {
    socket.register_b_transport(this, &ClockCrossing::b_transport);
    socket.register_transport_dbg(this, &ClockCrossing::transport_dbg);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += crossing_;
    out->b_transport(payload, delay);
    delay += crossing_;
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) { return out->transport_dbg(payload); }

  sc_core::sc_time crossing_;
};

}  // namespace aimc::platform
