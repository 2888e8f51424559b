#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <memory>
#include <string>
#include <systemc>

#include "models/core/energy.h"
#include "models/core/probe.h"
#include "models/tile/engine.h"
#include "models/tlm/register_bank.h"

namespace aimc::tile {

/// An analog tile as a SystemC module with standard TLM-2.0 sockets.
///
/// `socket` serves the tile's window (registers, SRAM, NMPU parameters, weight aperture; see
/// docs/registers.md) with addresses relative to it. A transaction is executed at sc_time_stamp() +
/// delay: the call waits for that moment, so it must come from a thread. `put_socket` carries PUT
/// commands out, with global addresses.
class Tile : public sc_core::sc_module, private tlm_support::RegisterDevice {
 public:
  tlm_utils::simple_target_socket<Tile, 32> socket{"socket"};
  tlm_utils::simple_initiator_socket<Tile, 32> put_socket{"put_socket"};
  sc_core::sc_out<bool> done_irq{"done_irq"};
  sc_core::sc_out<bool> error_irq{"error_irq"};

  /// @param path hierarchical name for energy, traces and random streams, e.g. "tile3"
  Tile(sc_core::sc_module_name name, const TileConfig& config, std::unique_ptr<nmpu::Backend> nmpu,
       std::uint64_t seed, const std::string& path, core::EnergyMeter& energy, core::Probe& probe);

  const TileEngine& engine() const { return engine_; }
  /// True while a command executes.
  bool executing() const { return executing_; }
  /// Time spent executing commands, the one in progress included.
  core::TimePs busy_ps() const;

  /// Back to the state after power-up, except for conductances and wear. A running command is
  /// abandoned.
  void reset();

 private:
  SC_HAS_PROCESS(Tile);

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  void nmpu_param_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset);
  void weight_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset);

  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  std::uint32_t peek_register(std::uint32_t offset) const override;

  void ring_doorbell();
  void execute();
  bool transfer(const Command& command);
  void refuse(const Refusal& refusal);
  bool idle() const { return !executing_ && queue_.empty(); }
  /// Commands behind the one that executes, or that is about to.
  std::size_t waiting() const {
    return executing_ || queue_.empty() ? queue_.size() : queue_.size() - 1;
  }
  std::uint64_t busy_cycles() const;
  void update_interrupts();
  void drive_interrupts();

  static constexpr std::size_t kQueueDepth = 2;

  TileEngine engine_;
  tlm_support::RegisterBank bank_;
  const sc_core::sc_time access_time_;

  CommandWords command_words_{};
  std::deque<Command> queue_;
  sc_core::sc_event doorbell_event_;
  sc_core::sc_event reset_event_;
  sc_core::sc_event irq_changed_;
  bool executing_ = false;
  unsigned generation_ = 0;  // of resets
  core::TimePs executing_since_ps_ = 0;
  std::uint32_t completed_ = 0;
  Refusal error_;
  std::uint32_t irq_status_ = 0;
  std::uint32_t irq_enable_ = 0;
  std::uint32_t weight_bank_ = 0;
  std::uint32_t latched_pulses_hi_ = 0;
  std::uint32_t latched_busy_hi_ = 0;
  tlm::tlm_generic_payload put_payload_;
  std::vector<std::uint8_t> put_bytes_;
};

}  // namespace aimc::tile
