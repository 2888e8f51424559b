#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <systemc>

#include "models/tlm/quick_read.h"

namespace aimc::peripherals {

/// UART 16550A: eight byte registers at offsets 0..7, as in QEMU 7.2's virt machine.
///
/// A byte written to THR goes to the sink at once, so the transmitter is always empty; bytes come
/// in through `receive`. Accesses of 1, 2 or 4 aligned bytes are taken as accesses to the one byte
/// register at their address. While all interrupts are disabled an access is answered at the
/// caller's local time, so that a polling driver needs no synchronisation; otherwise it waits until
/// the kernel is there.
class Uart16550 : public sc_core::sc_module, public tlm_support::QuickReader {
 public:
  tlm_utils::simple_target_socket<Uart16550, 32> socket{"socket"};
  sc_core::sc_out<bool> irq{"irq"};

  /// Takes what the guest sends.
  using Sink = std::function<void(std::uint8_t)>;

  /// @param sink called within the guest's write; empty: output is dropped
  Uart16550(const sc_core::sc_module_name& name, Sink sink);

  /// A byte arrives on the line. Beyond the receive FIFO's 16 bytes (one without FIFO) it is an
  /// overrun. Call it from a SystemC process.
  void receive(std::uint8_t byte);
  /// Bytes that can still be received without an overrun.
  unsigned receive_space() const;
  /// Time of one character on the line with the present divisor and format.
  sc_core::sc_time character_time() const;
  /// True when software may be told of a received byte by an interrupt.
  bool receive_interrupt_enabled() const;

  /// Whoever sends calls this to know when the receiver is ready: it has been accessed since reset
  /// and has space. Returns true when it is; else `handler` is called once when it has become so,
  /// with the time at which it did, which may be ahead of the kernel's.
  bool ready_or_call(std::function<void(const sc_core::sc_time&)> handler);

  /// Reads without side effect of a driver that polls: while all interrupts are disabled, of
  /// everything but data and interrupt identification, an overrun and the first access.
  bool quick_read(tlm_support::QuickRead& read) override;

  /// Back to the state after power-up; what was received is lost. The sink stays.
  void reset();

 private:
  static constexpr unsigned kFifoBytes = 16;

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  std::uint8_t peek(unsigned offset) const;
  std::uint8_t read(unsigned offset);
  void write(unsigned offset, std::uint8_t value);
  void write_fifo_control(std::uint8_t value);
  void transmit(std::uint8_t byte);
  std::uint8_t readable() const;
  std::uint8_t pop();
  void clear_receiver();
  void restart_timeout();
  std::uint64_t characters_ps(unsigned count) const;
  bool fifo_enabled() const;
  std::uint8_t line_status() const;
  std::uint8_t interrupt_id() const;
  void tell_ready(const sc_core::sc_time& delay);
  void on_timeout();
  void update_irq();
  void drive();

  Sink sink_;
  std::array<std::uint8_t, kFifoBytes> fifo_{};
  unsigned head_ = 0;
  unsigned count_ = 0;
  bool overrun_ = false;
  bool timeout_ = false;           // bytes below the trigger level have waited for four characters
  bool transmit_pending_ = false;  // THR became empty and nobody has been told
  bool irq_level_ = false;         // as driven last
  std::uint8_t ier_ = 0;
  std::uint8_t fcr_ = 0;
  std::uint8_t lcr_ = 0;
  std::uint8_t mcr_;
  std::uint8_t scr_ = 0;
  std::uint16_t divisor_;
  bool accessed_ = false;  // since reset
  std::function<void(const sc_core::sc_time&)> ready_handler_;
  sc_core::sc_event changed_{"changed"};
  sc_core::sc_event timeout_event_{"timeout"};
};

}  // namespace aimc::peripherals
