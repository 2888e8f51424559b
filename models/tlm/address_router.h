#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "models/core/energy.h"
#include "models/core/time.h"
#include "models/tlm/quick_read.h"

namespace aimc::tlm_support {

/// A local bus: any number of initiators on one socket, one socket for each mapped region.
///
/// The target of a region sees offsets from the region's base unless the region keeps global
/// addresses. An access that no region holds completely is answered with
/// TLM_ADDRESS_ERROR_RESPONSE; it takes the bus's time all the same, but transfers nothing and
/// costs no energy. DMI is granted only as far as the region reaches; invalidations come back to
/// every initiator in its own addresses.
class AddressRouter : public sc_core::sc_module, public QuickReader {
 public:
  /// Where initiators are bound, several if need be.
  tlm_utils::multi_passthrough_target_socket<AddressRouter, 32> socket{"socket"};

  /// @param latency_ps time added to every access, ps
  /// @param energy_pj  energy of one transfer of up to 32 bits, pJ; longer ones count as several
  AddressRouter(const sc_core::sc_module_name& name, core::TimePs latency_ps, double energy_pj,
                core::EnergyMeter& energy);
  ~AddressRouter() override;

  /// Opens the region [base, base + size) and returns the port its target must be bound to, before
  /// the simulation starts.
  /// @param keep_global true: the target sees global addresses, false: offsets from `base`
  /// @throws std::invalid_argument when the region is empty, leaves the address space or overlaps
  /// another
  tlm::tlm_initiator_socket<32>& map(std::uint64_t base, std::uint64_t size,
                                     bool keep_global = false);
  /// Who answers reads of the region that holds `address` without the socket; must outlive the
  /// router's use.
  /// @throws std::invalid_argument when no region holds it
  void set_quick_reader(std::uint64_t address, QuickReader& reader);
  /// Serves a read of a region with a quick reader; it takes the same time and energy as through
  /// the socket.
  bool quick_read(QuickRead& read) override;

 private:
  using Port = tlm_utils::simple_initiator_socket_tagged<AddressRouter, 32>;
  struct Region {
    std::uint64_t base = 0;
    std::uint64_t last = 0;         // address of the last byte
    std::uint64_t translation = 0;  // subtracted from an address on its way to the target
    Port* port = nullptr;
    QuickReader* quick = nullptr;
  };

  const Region* find(std::uint64_t address);
  void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(int port, sc_dt::uint64 start, sc_dt::uint64 end);

  sc_core::sc_time latency_;
  double energy_j_;
  core::EnergyMeter& energy_;
  core::EnergyAccount transfers_;
  std::vector<Region> regions_;               // sorted by base
  std::vector<std::unique_ptr<Port>> ports_;  // in the order they were mapped; the index is the tag
  std::size_t last_hit_ = 0;
};

}  // namespace aimc::tlm_support
