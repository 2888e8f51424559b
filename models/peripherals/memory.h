#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <systemc>

#include "models/core/energy.h"

namespace aimc::peripherals {

/// Timing and energy of the memory as other masters than the host see it; the host's own costs are
/// the hart's.
struct MemoryTiming {
  unsigned access_ns = 4;  ///< latency of an access, ns
  double read_pj = 6.4;    ///< energy of a 32-bit read, pJ
  double write_pj = 5.4;   ///< energy of a 32-bit write, pJ
};

/// RAM. Host memory is taken only for pages that are touched; content starts as zeros.
///
/// `socket` is the host's: it grants DMI and takes no time. `network_socket` is for every other
/// master: no DMI, time and energy as configured, and each write is announced to the host by
/// invalidate_direct_mem_ptr on `socket`'s backward path, meaning "somebody else wrote this range";
/// the host's pointer stays valid.
class Memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Memory, 32> socket{"socket"};
  tlm_utils::simple_target_socket_optional<Memory, 32> network_socket{"network_socket"};

  /// @param size bytes, > 0
  /// @throws std::invalid_argument when size is zero, std::runtime_error when the host refuses the
  /// reservation
  Memory(const sc_core::sc_module_name& name, std::size_t size, const MemoryTiming& timing,
         core::EnergyMeter& energy);
  ~Memory() override;

  /// The bytes, for loaders.
  std::uint8_t* data() { return bytes_.get(); }
  const std::uint8_t* data() const { return bytes_.get(); }
  /// Number of bytes.
  std::size_t size() const { return size_; }

 private:
  struct Unmap {
    std::size_t size = 0;
    void operator()(std::uint8_t* bytes) const;
  };

  void host_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void network_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  unsigned network_transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  std::size_t size_;
  std::unique_ptr<std::uint8_t, Unmap> bytes_;
  sc_core::sc_time latency_;
  double read_j_;
  double write_j_;
  core::EnergyMeter& energy_;
  core::EnergyAccount reads_;
  core::EnergyAccount writes_;
};

}  // namespace aimc::peripherals
