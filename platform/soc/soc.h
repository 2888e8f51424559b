#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/energy.h"
#include "models/core/jobs.h"
#include "models/core/probe.h"
#include "models/nmpu/backend.h"
#include "models/nmpu/trace_format.h"
#include "models/noc/noc.h"
#include "models/peripherals/boot_rom.h"
#include "models/peripherals/clint.h"
#include "models/peripherals/dma.h"
#include "models/peripherals/memory.h"
#include "models/peripherals/plic.h"
#include "models/peripherals/system_control.h"
#include "models/peripherals/test_finisher.h"
#include "models/peripherals/uart16550.h"
#include "models/peripherals/uart_line.h"
#include "models/riscv/host_cpu.h"
#include "models/tile/tile.h"
#include "models/tlm/address_router.h"
#include "platform/config/soc_config.h"
#include "platform/soc/clock_crossing.h"
#include "platform/soc/observed_line.h"

namespace aimc::platform {

/// What the tiles' NMPUs are made of.
struct NmpuChoice {
  nmpu::BackendKind kind = nmpu::BackendKind::kModel;
  unsigned waves_tile = 0;  ///< whose waveform is wanted, if one is
  nmpu::WaveOptions waves;
  nmpu::TraceWriter* trace = nullptr;  ///< gets all traffic if not null
};

/// The whole SoC: instantiates the models from a configuration and binds them. It owns addresses,
/// interrupt numbers and clocks; everything else is in the models.
class Soc : public sc_core::sc_module {
 public:
  Soc(sc_core::sc_module_name name, const SocConfig& config, std::uint64_t seed,
      const NmpuChoice& nmpu, const std::vector<std::string>& args,
      peripherals::Uart16550::Sink uart, peripherals::UartLine::Source uart_source,
      peripherals::Mailbox& mailbox, core::EnergyMeter& energy, core::Probe& probe,
      core::JobRunner& jobs);

  riscv::HostCpu& cpu() { return cpu_; }
  peripherals::Memory& ram() { return ram_; }
  peripherals::BootRom& boot_rom() { return boot_rom_; }
  peripherals::TestFinisher& finisher() { return finisher_; }
  const peripherals::Uart16550& uart() const { return uart_; }
  peripherals::UartLine& uart_line() { return uart_line_; }
  const noc::Noc& network() const { return noc_; }
  /// See noc::Noc::observe_packets.
  void observe_packets(noc::PacketObserver* observer) { noc_.observe_packets(observer); }
  const peripherals::Dma& dma() const { return dma_; }
  const std::vector<std::unique_ptr<tile::Tile>>& tiles() const { return tiles_; }

  /// Resets everything but the contents of RAM, conductances and wear. Time, energy and the totals
  /// of what was done go on. In the hart's thread: during one of its accesses, or while it is
  /// stopped in a debugger.
  void reset();
  /// What a tile did since the start of the run; its own counters begin again at a reset.
  tile::TileCounters tile_totals(unsigned index) const;

 private:
  void bind_host_side(const SocConfig& config);
  void bind_network(const SocConfig& config);
  void bind_interrupts();
  void bind_tiles(const SocConfig& config, std::uint64_t seed, const NmpuChoice& nmpu,
                  core::EnergyMeter& energy, core::Probe& probe, core::JobRunner& jobs);
  void meter_leakage(const SocConfig& config, core::EnergyMeter& energy);

  riscv::HostCpu cpu_;
  tlm_support::AddressRouter bus_;
  peripherals::BootRom boot_rom_;
  peripherals::TestFinisher finisher_;
  peripherals::Clint clint_;
  peripherals::Plic plic_;
  peripherals::Uart16550 uart_;
  peripherals::UartLine uart_line_;
  peripherals::Memory ram_;
  ClockCrossing crossing_;
  noc::Noc noc_;
  peripherals::Dma dma_;
  peripherals::SystemControl control_;
  std::vector<std::unique_ptr<tile::Tile>> tiles_;
  std::vector<tile::TileCounters> before_reset_;  // of each tile

  ObservedLine software_irq_;
  ObservedLine timer_irq_;
  ObservedLine external_irq_;
  ObservedLine uart_irq_;
  ObservedLine dma_irq_;
  ObservedLine any_done_;
  ObservedLine any_error_;
  std::vector<std::unique_ptr<ObservedLine>> tile_done_;
  std::vector<std::unique_ptr<ObservedLine>> tile_error_;
};

}  // namespace aimc::platform
