#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <systemc>

#include "models/tlm/quick_read.h"

namespace aimc::peripherals {

/// Platform-level interrupt controller with the layout and behaviour of QEMU 7.2's riscv32 `virt`
/// machine: 95 level-triggered sources (1..95), priorities 0..7, contexts M and S of hart 0.
///
/// Priority of source n at 4 n, pending bits at 0x1000, enable bits at 0x2000 + 0x80 * context,
/// threshold at 0x200000 + 0x1000 * context, claim/complete four bytes behind it. Accesses are
/// aligned 32-bit words; gaps read as zero and ignore writes. Of equal priorities the lowest source
/// wins. Nothing listens to context 1 (the hart has no S-mode), but its registers exist. A rising
/// line sets its source's pending bit unless that is in service; only a claim clears it. Where QEMU
/// departs from the PLIC specification, the specification holds: a line that is still high at
/// completion is pending again, and writing enable bits takes effect at once.
class Plic : public sc_core::sc_module, public tlm_support::QuickReader {
 public:
  /// An interrupt line into the PLIC; may stay unbound.
  using Source =
      sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

  static constexpr unsigned kSources = 96;  ///< source numbers below this; 0 means none
  static constexpr unsigned kContexts = 2;  ///< hart 0 M-mode, hart 0 S-mode

  tlm_utils::simple_target_socket<Plic, 32> socket{"socket"};
  sc_core::sc_vector<Source> sources{"source", kSources};  ///< by number; 0 is not used
  sc_core::sc_out<bool> external_irq{"external_irq"};      ///< context 0

  explicit Plic(const sc_core::sc_module_name& name);

  /// Port of source `number`, to be bound to the device's interrupt signal.
  /// @throws std::out_of_range unless 1 <= number < kSources
  Source& source(unsigned number);

  /// Reads before which no line can change, but a claim of something.
  bool quick_read(tlm_support::QuickRead& read) override;

  /// Back to the state after power-up; a line that is high is pending again.
  void reset();

 private:
  static constexpr unsigned kWords = kSources / 32;
  using Bits = std::array<std::uint32_t, kWords>;
  struct Context {
    Bits enable{};
    std::uint32_t threshold = 0;
  };

  void end_of_elaboration() override;
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  std::uint32_t peek(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);
  unsigned best(const Context& context) const;
  std::uint32_t claim(unsigned context);
  void complete(std::uint32_t source);
  void request_update();
  void update();

  std::array<std::uint32_t, kSources> priority_{};
  Bits level_{};
  Bits pending_{};
  Bits claimed_{};
  std::array<Context, kContexts> contexts_;
  bool irq_level_ = false;  // as driven last
  sc_core::sc_event changed_{"changed"};
};

}  // namespace aimc::peripherals
