#pragma once

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES
#define SC_INCLUDE_DYNAMIC_PROCESSES  // threads of a program are made when they are started
#endif
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/energy.h"
#include "models/core/probe.h"
#include "models/noc/multicast_extension.h"
#include "models/tile/engine.h"
#include "models/tile/program.h"
#include "models/tlm/register_bank.h"

namespace aimc::tile {

/// An analog tile as a SystemC module with standard TLM-2.0 sockets.
///
/// `socket` serves the tile's window (registers, SRAM, NMPU parameters, weight aperture; see
/// docs/registers.md) with addresses relative to it. A transaction is executed at sc_time_stamp() +
/// delay: the call waits for that moment, so it must come from a thread. `put_socket` carries PUT
/// commands and remote SIGNALs out, with global addresses.
///
/// Commands come from the queue behind the doorbell, one after the other, or from up to four
/// threads of the tile program. Threads use crossbar, NMPU and network port one at a time each, so
/// a tile integrates, post-processes and sends at once.
class Tile : public sc_core::sc_module, private tlm_support::RegisterDevice {
 public:
  tlm_utils::simple_target_socket<Tile, 32> socket{"socket"};
  tlm_utils::simple_initiator_socket<Tile, 32> put_socket{"put_socket"};
  sc_core::sc_out<bool> done_irq{"done_irq"};
  sc_core::sc_out<bool> error_irq{"error_irq"};

  /// @param path hierarchical name for energy, traces and random streams, e.g. "tile3"
  Tile(sc_core::sc_module_name name, const TileConfig& config, std::unique_ptr<nmpu::Backend> nmpu,
       std::uint64_t seed, const std::string& path, core::EnergyMeter& energy, core::Probe& probe);

  /// Who does the arithmetic of MVMs while simulated time goes on; must outlive the tile. Until
  /// this is called, the tile does it itself.
  void use_runner(core::JobRunner& runner) { engine_.use_runner(runner); }

  const TileEngine& engine() const { return engine_; }
  /// True while a command executes.
  bool executing() const { return engine_.executing(); }
  /// The tile program.
  const Program& program() const { return program_; }
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
  void program_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset);
  void weight_transport(tlm::tlm_generic_payload& payload, std::uint32_t offset);

  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  std::uint32_t peek_register(std::uint32_t offset) const override;

  /// Something commands use one at a time.
  struct Unit {
    bool busy = false;
    sc_core::sc_event freed;
  };
  /// What one stream of commands, the queue or a thread, needs.
  struct Lane {
    Execution execution;
    core::Track track;
    noc::MulticastExtension rectangle;  // must outlive the payload that points to it
    tlm::tlm_generic_payload payload;
    std::vector<std::uint8_t> bytes;
  };

  void ring_doorbell();
  void execute();
  void start_thread(unsigned thread, std::uint32_t command);
  void run_thread(unsigned thread, Lane& lane);
  std::optional<Refusal> step(unsigned thread, const Command& command, Lane& lane);
  std::optional<Refusal> carry_out(const Command& command, Lane& lane);
  Unit* unit_of(const Command& command);
  bool transfer(const Command& command, Lane& lane);
  void change_semaphore(unsigned index, const std::optional<Refusal>& refusal);
  void refuse(const Refusal& refusal);
  bool idle() const {
    return !queue_executing_ && queue_.empty() && program_.running_threads() == 0;
  }
  /// Commands behind the one that executes, or that is about to.
  std::size_t waiting() const {
    return queue_executing_ || queue_.empty() ? queue_.size() : queue_.size() - 1;
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
  bool queue_executing_ = false;
  unsigned generation_ = 0;  // of resets
  std::uint32_t completed_ = 0;
  Refusal error_;
  std::uint32_t irq_status_ = 0;
  std::uint32_t irq_enable_ = 0;
  std::uint32_t weight_bank_ = 0;
  std::uint32_t latched_pulses_hi_ = 0;
  std::uint32_t latched_busy_hi_ = 0;
  Lane queue_lane_;

  Program program_;
  std::array<std::unique_ptr<Lane>, kThreads> threads_;  // made when first started
  std::vector<std::unique_ptr<Lane>> abandoned_;         // their threads may still be in a transfer
  Unit crossbar_unit_, nmpu_unit_, port_unit_;
  sc_core::sc_event semaphore_changed_;
  std::uint32_t program_tag_ = 0;
};

}  // namespace aimc::tile
