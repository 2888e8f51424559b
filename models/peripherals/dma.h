#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/core/energy.h"
#include "models/core/probe.h"
#include "models/core/time.h"
#include "models/peripherals/dma_config.h"
#include "models/peripherals/dma_descriptor.h"
#include "models/tlm/register_bank.h"

namespace aimc::peripherals {

/// DMA engine: works through chains of descriptors in memory.
///
/// `socket` serves the registers (docs/registers.md); `memory_socket` carries everything else out,
/// with global addresses: descriptors, reads and writes. A row is moved in bursts of at most
/// buffer_bytes; each is read whole, then written. A chain ends with the first error; what was
/// written before stays.
class Dma : public sc_core::sc_module, private tlm_support::RegisterDevice {
 public:
  tlm_utils::simple_target_socket<Dma, 32> socket{"socket"};
  tlm_utils::simple_initiator_socket<Dma, 32> memory_socket{"memory_socket"};
  sc_core::sc_out<bool> irq{"irq"};

  /// std::invalid_argument for a buffer out of range.
  Dma(const sc_core::sc_module_name& name, const DmaConfig& config, core::EnergyMeter& energy,
      core::Probe& probe);

  /// Back to the state after power-up; a chain in progress is abandoned.
  void reset();
  /// Time spent with a chain in progress up to `now_ps`; goes on through resets.
  core::TimePs busy_ps(core::TimePs now_ps) const {
    return total_busy_ps_ + (busy_ ? now_ps - busy_since_ps_ : 0);
  }

 private:
  SC_HAS_PROCESS(Dma);

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  std::uint32_t peek_register(std::uint32_t offset) const override;

  void work();
  void work_through_chain();
  bool move(const DmaDescriptor& descriptor);
  bool access(tlm::tlm_command command, std::uint32_t address, std::uint32_t bytes);
  void set_busy(bool busy);
  bool abandoned() const { return stop_ || generation_ != chain_generation_; }
  void note_error(const DmaRefusal& refusal);
  void raise(std::uint32_t conditions);
  void drive_interrupt();

  DmaConfig config_;
  core::Clock clock_;
  tlm_support::RegisterBank bank_;
  core::EnergyMeter& energy_;
  core::EnergyAccount account_;
  core::Probe& probe_;
  core::Track track_;
  core::ActivityName move_name_;

  sc_core::sc_event start_;
  sc_core::sc_event irq_changed_;
  tlm::tlm_generic_payload payload_;
  std::vector<std::uint8_t> buffer_;

  bool busy_ = false;
  core::TimePs busy_since_ps_ = 0;
  core::TimePs total_busy_ps_ = 0;
  bool stop_ = false;
  unsigned generation_ = 0;        // of resets
  unsigned chain_generation_ = 0;  // the one the chain in progress belongs to
  std::uint32_t descriptor_ = 0;
  std::uint32_t completed_ = 0;
  std::uint32_t bytes_ = 0;
  DmaRefusal error_;
  std::uint32_t irq_status_ = 0;
  std::uint32_t irq_enable_ = 0;
};

}  // namespace aimc::peripherals
