#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <aimc/registers.h>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/energy.h"
#include "models/peripherals/mailbox.h"
#include "models/tlm/register_bank.h"

namespace aimc::peripherals {

/// What system control tells firmware about the SoC.
struct SystemControlConfig {
  std::uint32_t regmap_hash = regs::kRegmapHash;
  unsigned tile_count = 0;   ///< 0..1024
  unsigned mesh_width = 0;   ///< columns, 0..65535
  unsigned mesh_height = 0;  ///< rows, 0..65535
  std::uint32_t tile_base = regs::soc::kTilesBase;
  std::uint32_t tile_stride = regs::soc::kTileStride;
  std::uint32_t ram_base = regs::soc::kRamBase;
  std::uint32_t ram_size = 0;  ///< bytes
  std::uint32_t host_clock_khz = 0;
  std::uint32_t noc_clock_khz = 0;
  std::uint32_t tile_clock_khz = 0;
  std::uint32_t timebase_hz = 10'000'000;
  unsigned nmpu_lanes = 0;
  std::vector<std::string> args;  ///< argv of the firmware, argv[0] included
};

/// Traffic totals of the network, as firmware reads them.
struct NocTraffic {
  std::uint64_t packets = 0;
  std::uint64_t flit_hops = 0;
  std::uint64_t bytes = 0;
};

/// System control: identity, geometry, clocks, counters and arguments for firmware, the tiles'
/// interrupts joined to two lines, and the mailbox. The register map is system_control.regs.yaml.
///
/// Refused with an error response, besides what RegisterBank refuses: REPORT and MARKER_* with a
/// number NAME_ID never returned, a MARKER_END that does not end the innermost open section,
/// sections nested deeper than 64. Registers that change with time (energy, traffic, pending
/// bitmaps) are read at the exact time of the access.
class SystemControl : public sc_core::sc_module, private tlm_support::RegisterDevice {
 public:
  tlm_utils::simple_target_socket<SystemControl, 32> socket{"socket"};
  sc_core::sc_vector<sc_core::sc_in<bool>> tile_done;   ///< done interrupt of each tile
  sc_core::sc_vector<sc_core::sc_in<bool>> tile_error;  ///< error interrupt of each tile
  sc_core::sc_out<bool> any_done{"any_done"};           ///< high while any tile's done interrupt is
  sc_core::sc_out<bool> any_error{"any_error"};         ///< the same for errors

  /// @param noc_traffic called whenever a traffic counter is read; empty: the counters stay zero
  /// @param mailbox     receives what firmware tells; must outlive this module
  /// @throws std::invalid_argument when the configuration does not fit the register map
  SystemControl(const sc_core::sc_module_name& name, const SystemControlConfig& config,
                core::EnergyMeter& energy, std::function<NocTraffic()> noc_traffic,
                Mailbox& mailbox);
  ~SystemControl() override;

  /// Back to the state after power-up. Counters of energy and traffic go on.
  void reset();

 private:
  static constexpr std::size_t kWords = regs::system_control::kArgsOffset / 4;

  void load_constants(const SystemControlConfig& config);
  void load_args(const std::vector<std::string>& args);
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  std::uint32_t read_register(std::uint32_t offset) override;
  void write_register(std::uint32_t offset, std::uint32_t value) override;
  std::uint32_t peek_register(std::uint32_t offset) const override;
  std::uint64_t energy_pj() const;
  std::uint32_t& word(std::uint32_t offset) { return words_[offset / 4]; }
  std::uint32_t word(std::uint32_t offset) const { return words_[offset / 4]; }
  void drive();

  core::EnergyMeter& energy_;
  std::function<NocTraffic()> noc_traffic_;
  MailboxState mailbox_;
  tlm_support::RegisterBank bank_;
  std::array<std::uint32_t, kWords> words_{};  // values of all registers that are plain storage
  std::array<std::uint32_t, kWords> reset_words_{};
  std::array<std::uint8_t, regs::system_control::kArgsWindowSize> args_{};
  core::TimePs access_ps_ = 0;  // time of the access in progress
  bool refused_ = false;        // the device itself refuses the access in progress
};

}  // namespace aimc::peripherals
