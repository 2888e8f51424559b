#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>

#include "models/tlm/quick_read.h"

namespace aimc::peripherals {

/// Core-local interruptor of one hart: msip at 0x0000, mtimecmp at 0x4000, mtime at 0xBFF8, as in
/// QEMU 7.2 (ACLINT).
///
/// msip takes 32-bit accesses, the timer registers aligned 32-bit halves or 64 bits. The registers
/// of harts that do not exist and the gaps between the registers read as zero and ignore writes.
/// mtimecmp is zero at reset, so the timer interrupt is asserted until software sets it. Reads of
/// mtime are answered at the caller's local time and never wait; a write takes effect at its exact
/// time (it waits until the kernel is there).
class Clint : public sc_core::sc_module, public tlm_support::QuickReader {
 public:
  tlm_utils::simple_target_socket<Clint, 32> socket{"socket"};
  sc_core::sc_out<bool> timer_irq{"timer_irq"};        ///< high while mtime >= mtimecmp
  sc_core::sc_out<bool> software_irq{"software_irq"};  ///< msip

  /// @param timebase_hz rate of mtime, 1..10^12
  /// @throws std::invalid_argument when it is out of range
  explicit Clint(const sc_core::sc_module_name& name, std::uint64_t timebase_hz = 10'000'000);

  /// mtime at a point of simulated time that is not before the last write of mtime.
  std::uint64_t mtime_at(const sc_core::sc_time& time) const;

  /// All reads.
  bool quick_read(tlm_support::QuickRead& read) override;

  /// Back to the state after power-up, with mtime zero now.
  void reset();

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  std::uint64_t read(std::uint32_t offset, std::uint64_t mtime) const;
  void write(std::uint32_t offset, unsigned bytes, std::uint64_t value);
  std::uint64_t ticks_at(const sc_core::sc_time& time) const;
  void drive();

  std::uint64_t timebase_hz_;
  std::uint64_t tick_ps_ = 0;       // zero when it is no whole number
  std::uint64_t mtime_offset_ = 0;  // mtime minus ticks since time zero, modulo 2^64
  std::uint64_t mtimecmp_ = 0;
  bool msip_ = false;
  sc_core::sc_event changed_{"changed"};
};

}  // namespace aimc::peripherals
