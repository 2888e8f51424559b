#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <systemc>
#include <vector>

namespace aimc::peripherals {

/// RV32I instructions that set a0 = `hart_id` and a1 = 0 and jump to `entry`, which must be even.
/// No other register than t0 changes.
std::array<std::uint32_t, 5> make_reset_vector(std::uint32_t entry, std::uint32_t hart_id);

/// Read-only memory the hart starts in. Grants DMI for reading; a write gets
/// TLM_COMMAND_ERROR_RESPONSE.
class BootRom : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<BootRom, 32> socket{"socket"};

  /// 60 KiB, as in QEMU's virt machine.
  static constexpr std::size_t kDefaultSize = 0xF000;

  /// @param size bytes, at least a reset vector's
  /// @throws std::invalid_argument when the reset vector does not fit
  explicit BootRom(const sc_core::sc_module_name& name, std::size_t size = kDefaultSize);

  /// Puts the reset vector for `entry` at the start; the entry is known only once the program is
  /// loaded. Call it before the hart fetches from here.
  void load(std::uint32_t entry, std::uint32_t hart_id = 0);

  /// Number of bytes.
  std::size_t size() const { return bytes_.size(); }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  std::vector<std::uint8_t> bytes_;
};

}  // namespace aimc::peripherals
