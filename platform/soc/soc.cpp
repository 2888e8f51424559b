#include "platform/soc/soc.h"

#include <cmath>
#include <utility>

#include "models/nmpu/recorder.h"

namespace aimc::platform {
namespace {

namespace map = regs::soc;

constexpr std::uint32_t kTimebaseHz = 10'000'000;
constexpr std::size_t kMebibyte = 1024UL * 1024UL;

std::uint32_t khz(double mhz) {
  return static_cast<std::uint32_t>(std::lround(mhz * 1000.0));
}

/// The configuration of the hart as the wrapper needs it.
riscv::HostConfig host_config(const SocConfig& config) {
  riscv::HostConfig host = config.host;
  host.hart.reset_pc = map::kBootRomBase;
  return host;
}

/// The engine runs with the network's clock.
peripherals::DmaConfig dma_config(const SocConfig& config) {
  peripherals::DmaConfig dma = config.dma;
  dma.clock_mhz = config.noc.clock_mhz;
  return dma;
}

peripherals::SystemControlConfig control_config(const SocConfig& config,
                                                const std::vector<std::string>& args) {
  peripherals::SystemControlConfig control;
  control.tile_count = config.tile_count;
  control.mesh_width = config.noc.width;
  control.mesh_height = config.noc.height;
  control.ram_size = static_cast<std::uint32_t>(config.ram.size_mib * kMebibyte);
  control.host_clock_khz = khz(config.host.clock_mhz);
  control.noc_clock_khz = khz(config.noc.clock_mhz);
  control.tile_clock_khz = khz(config.tile.clock_mhz);
  control.timebase_hz = kTimebaseHz;
  control.nmpu_lanes = config.tile.nmpu.lanes;
  control.args = args;
  return control;
}

}  // namespace

Soc::Soc(sc_core::sc_module_name name, const SocConfig& config, std::uint64_t seed,
         const NmpuChoice& nmpu, const std::vector<std::string>& args,
         peripherals::Uart16550::Sink uart, peripherals::UartLine::Source uart_source,
         peripherals::Mailbox& mailbox, core::EnergyMeter& energy, core::Probe& probe,
         core::JobRunner& jobs)
    : sc_module(name),
      cpu_("cpu", host_config(config), energy),
      bus_("bus", core::Clock(config.host.clock_mhz).time_of(config.bus.cycles),
           config.bus.energy_pj, energy),
      boot_rom_("boot_rom"),
      finisher_("finisher"),
      clint_("clint", kTimebaseHz),
      plic_("plic"),
      uart_("uart", std::move(uart)),
      uart_line_("uart_line", uart_, std::move(uart_source)),
      ram_("ram", config.ram.size_mib * kMebibyte,
           {config.ram.access_ns, config.host.ram_read_pj, config.host.ram_write_pj}, energy),
      crossing_("crossing", core::Clock(config.noc.clock_mhz).time_of(config.crossing_cycles)),
      noc_("noc", config.noc, energy, probe, config.circuits),
      dma_("dma", dma_config(config), energy, probe),
      control_(
          "control", control_config(config, args), energy,
          [this] {
            const noc::NetworkCounters& counters = noc_.counters();
            return peripherals::NocTraffic{counters.packets, counters.flit_hops,
                                           noc_.payload_bytes()};
          },
          mailbox),
      before_reset_(config.tile_count),
      software_irq_("software_irq", probe),
      timer_irq_("timer_irq", probe),
      external_irq_("external_irq", probe),
      uart_irq_("uart_irq", probe),
      dma_irq_("dma_irq", probe),
      any_done_("any_done", probe),
      any_error_("any_error", probe) {
  bind_host_side(config);
  bind_network(config);
  bind_tiles(config, seed, nmpu, energy, probe, jobs);
  bind_interrupts();
  meter_leakage(config, energy);
}

void Soc::bind_host_side(const SocConfig& /*config*/) {
  cpu_.socket.bind(bus_.socket);
  bus_.map(map::kBootRomBase, map::kBootRomSize).bind(boot_rom_.socket);
  bus_.map(map::kFinisherBase, map::kFinisherSize).bind(finisher_.socket);
  bus_.map(map::kClintBase, map::kClintSize).bind(clint_.socket);
  bus_.map(map::kPlicBase, map::kPlicSize).bind(plic_.socket);
  bus_.map(map::kUartBase, map::kUartSize).bind(uart_.socket);
  bus_.map(map::kSystemControlBase, map::kSystemControlSize).bind(control_.socket);
  bus_.map(map::kDmaBase, map::kDmaSize).bind(dma_.socket);
  bus_.map(map::kRamBase, ram_.size()).bind(ram_.socket);
  bus_.map(map::kTilesBase, map::kTilesSize, true).bind(crossing_.socket);
  // The clock and the UART's status are functions of time, and the PLIC waits itself where it has
  // to.
  cpu_.set_local_time_range(map::kPlicBase, map::kPlicSize);
  cpu_.set_local_time_range(map::kClintBase, map::kClintSize);
  cpu_.set_local_time_range(map::kUartBase, map::kUartSize);
  bus_.set_quick_reader(map::kClintBase, clint_);
  bus_.set_quick_reader(map::kPlicBase, plic_);
  bus_.set_quick_reader(map::kUartBase, uart_);
  cpu_.set_quick_reader(bus_);
  cpu_.set_time_reader([this](core::TimePs time_ps) {
    return clint_.mtime_at(sc_core::sc_time::from_value(time_ps));
  });
}

void Soc::bind_network(const SocConfig& config) {
  const noc::Node memory = noc::memory_node(config.noc);
  crossing_.out.bind(noc_.initiator_port(noc::host_node(config.noc)));
  noc_.map({map::kRamBase, ram_.size(), memory});
  noc_.target_port(memory).bind(ram_.network_socket);
  dma_.memory_socket.bind(noc_.initiator_port(memory));
}

void Soc::bind_tiles(const SocConfig& config, std::uint64_t seed, const NmpuChoice& nmpu,
                     core::EnergyMeter& energy, core::Probe& probe, core::JobRunner& jobs) {
  for (unsigned i = 0; i < config.tile_count; ++i) {
    const std::string path = "tile" + std::to_string(i);
    nmpu::WaveOptions waves;
    if (i == nmpu.waves_tile) waves = nmpu.waves;
    auto unit = nmpu::make_backend(nmpu.kind, config.tile.nmpu_format(), path, waves);
    if (nmpu.trace != nullptr) unit = nmpu::make_recorder(std::move(unit), i, *nmpu.trace);
    tiles_.push_back(std::make_unique<tile::Tile>(path.c_str(), config.tile, std::move(unit), seed,
                                                  path, energy, probe));
    tile::Tile& tile = *tiles_.back();
    tile.use_runner(jobs);
    noc_.map({map::kTilesBase + std::uint64_t{i} * map::kTileStride, map::kTileStride, {i}});
    noc_.target_port({i}).bind(tile.socket);
    tile.put_socket.bind(noc_.initiator_port({i}));
    tile_done_.push_back(std::make_unique<ObservedLine>((path + "_done").c_str(), probe));
    tile_error_.push_back(std::make_unique<ObservedLine>((path + "_error").c_str(), probe));
    tile.done_irq.bind(*tile_done_[i]);
    tile.error_irq.bind(*tile_error_[i]);
    control_.tile_done[i].bind(*tile_done_[i]);
    control_.tile_error[i].bind(*tile_error_[i]);
  }
}

void Soc::bind_interrupts() {
  clint_.software_irq.bind(software_irq_);
  cpu_.software_irq.bind(software_irq_);
  clint_.timer_irq.bind(timer_irq_);
  cpu_.timer_irq.bind(timer_irq_);
  plic_.external_irq.bind(external_irq_);
  cpu_.external_irq.bind(external_irq_);
  uart_.irq.bind(uart_irq_);
  plic_.source(map::kIrqUart).bind(uart_irq_);
  dma_.irq.bind(dma_irq_);
  plic_.source(map::kIrqDma).bind(dma_irq_);
  control_.any_done.bind(any_done_);
  plic_.source(map::kIrqTileDone).bind(any_done_);
  control_.any_error.bind(any_error_);
  plic_.source(map::kIrqTileError).bind(any_error_);
}

void Soc::reset() {
  for (unsigned i = 0; i < tiles_.size(); ++i) {
    before_reset_[i] = tile_totals(i);
    tiles_[i]->reset();
  }
  clint_.reset();
  plic_.reset();
  uart_.reset();
  dma_.reset();
  control_.reset();
  cpu_.request_reset();
}

tile::TileCounters Soc::tile_totals(unsigned index) const {
  const tile::Tile& tile = *tiles_[index];
  tile::TileCounters total = tile.engine().counters();
  const tile::TileCounters& before = before_reset_[index];
  total.mvms += before.mvms;
  total.macs += before.macs;
  total.nmpu_columns += before.nmpu_columns;
  total.saturated += before.saturated;
  total.crossbar_ps += before.crossbar_ps;
  total.nmpu_ps += before.nmpu_ps;
  total.busy_ps = tile.busy_ps() + before.busy_ps;
  return total;
}

void Soc::meter_leakage(const SocConfig& config, core::EnergyMeter& energy) {
  const auto leak = [&](const std::string& component, double milliwatts) {
    const core::EnergyAccount account = energy.open(component, "leakage");
    energy.add_provider([account, milliwatts, &energy] {
      energy.set(account, milliwatts * 1e-3 * sc_core::sc_time_stamp().to_seconds(), 1);
    });
  };
  leak("host", config.leakage.host_mw);
  leak("ram", config.leakage.ram_mw);
  leak("noc", config.leakage.noc_router_mw * config.noc.width * config.noc.height);
  for (unsigned i = 0; i < config.tile_count; ++i) {
    leak("tile" + std::to_string(i) + "/leakage", config.leakage.tile_mw);
  }
}

}  // namespace aimc::platform
