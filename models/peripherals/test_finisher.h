#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>

namespace aimc::peripherals {

/// What the guest asked the test finisher for.
struct Exit {
  enum class Kind : std::uint8_t { kPass, kFail, kReset };
  Kind kind = Kind::kPass;
  unsigned code = 0;  ///< exit code: 0 for pass, 1..65535 for fail

  bool operator==(const Exit& other) const { return kind == other.kind && code == other.code; }
};

/// SiFive test finisher, the guest's way to end a run.
///
/// A write to offset 0 of 0x5555 passes, 0x3333 | code << 16 fails with that code (0 counts as 1: a
/// failure must not become a pass), 0x7777 asks for a reset. As in QEMU 7.2 accesses are 16 or 32
/// bits wide, reads give zero, and every other value or offset is accepted and ignored.
class TestFinisher : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<TestFinisher, 32> socket{"socket"};

  explicit TestFinisher(const sc_core::sc_module_name& name);

  /// Called within the guest's write, at its time.
  void set_handler(std::function<void(Exit)> handler) { handler_ = std::move(handler); }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);

  std::function<void(Exit)> handler_;
};

}  // namespace aimc::peripherals
