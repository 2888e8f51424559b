#include "platform/soc/simulation.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <systemc>

#include "models/core/jobs.h"
#include "models/riscv/direct_map.h"
#include "models/riscv/gdb_debugger.h"
#include "platform/config/voltage.h"
#include "platform/soc/backtrace.h"
#include "platform/soc/guest_services.h"
#include "platform/soc/mailbox_recorder.h"
#include "platform/soc/monitor.h"
#include "platform/soc/run_recorder.h"
#include "platform/soc/soc.h"

namespace aimc::platform {
namespace {

namespace map = regs::soc;

/// Simulated time between two looks at the stop flag; short enough to feel immediate, long enough
/// to cost nothing.
constexpr core::TimePs kPollInterval = 5'000'000'000;

/// Wall time between two looks at the stop flag while only the outside can make something happen.
constexpr int kWaitMs = 100;

/// CSR with the address of an instruction that trapped.
constexpr unsigned kMepc = 0x341;

core::TimePs now_ps() {
  return sc_core::sc_time_stamp().value();
}

void copy_to_ram(peripherals::Memory& ram, std::uint32_t address,
                 const std::vector<std::uint8_t>& bytes) {
  if (bytes.empty()) return;
  std::memcpy(ram.data() + (address - map::kRamBase), bytes.data(), bytes.size());
}

/// One run from construction to result.
class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options),
        mailbox_(
            attached_probe(), [this] { show_progress(); }, [this] { return work_done(); }),
        jobs_(options.threads),
        soc_(make_soc()),
        recorder_(*soc_, energy_, options.power_bin_ps.value_or(kFirstBinPs),
                  options.power_bin_ps ? kMaxBins : kDefaultBins) {
    for (const ElfSegment& segment : options.elf.segments) {
      copy_to_ram(soc_->ram(), segment.address, segment.bytes);
    }
    for (const LoadBlob& blob : options.loads) copy_to_ram(soc_->ram(), blob.address, blob.bytes);
    soc_->boot_rom().load(options.elf.entry);
    soc_->finisher().set_handler([this](peripherals::Exit exit) { on_exit(exit); });
    soc_->cpu().set_stop_handler([this](const riscv::HostStop& stop) { on_host_stop(stop); });
    if (options.gdb != nullptr) attach_debugger(*options.gdb);
    guest_ = std::make_unique<GuestServices>(
        "guest", options_, *soc_, [this](std::uint32_t code) { on_guest_exit(code); },
        [this](const std::string& reason) { stop_by_platform(reason); });
    observe_host();
    soc_->observe_packets(options_.packet_observer);
  }

  RunResult execute() {
    try {
      run_kernel();
    } catch (const sc_core::sc_report& report) {
      // An exception in a SystemC thread comes out as a report: a lockstep mismatch, above all.
      end(RunStatus::kPlatform, 0, std::string(report.get_msg()) + at_pc());
    }
    tell_debugger();
    return collect();
  }

 private:
  core::Probe& attached_probe() {
    probe_.attach(options_.sink);
    return probe_;
  }

  WorkDone work_done() {
    WorkDone work;
    work.energy_j = energy_.total_j();
    work.host_instructions = soc_->cpu().hart().instructions();
    for (unsigned id = 0; id < soc_->tiles().size(); ++id) {
      const tile::TileCounters counters = soc_->tile_totals(id);
      work.mvms += counters.mvms;
      work.macs += counters.macs;
      work.nmpu_columns += counters.nmpu_columns;
    }
    work.noc_bytes = soc_->network().payload_bytes();
    return work;
  }

  std::unique_ptr<Soc> make_soc() {
    std::vector<std::string> args{options_.elf.path};
    args.insert(args.end(), options_.firmware_args.begin(), options_.firmware_args.end());
    return std::make_unique<Soc>("soc", at_voltages(options_.config), options_.seed,
                                 NmpuChoice{options_.nmpu, options_.nmpu_waves_tile,
                                            options_.nmpu_waves, options_.nmpu_trace},
                                 args, options_.uart, uart_source(), mailbox_, energy_, probe_,
                                 jobs_);
  }

  peripherals::UartLine::Source uart_source() {
    UartInput* const input = options_.uart_input;
    return [input]() { return input != nullptr ? input->next() : std::nullopt; };
  }

  void attach_debugger(riscv::GdbTransport& transport) {
    riscv::GdbDebugger::Platform platform;
    platform.cancelled = [this] { return interrupted(); };
    platform.kill = [this] {
      const char* who = interrupted() ? "interrupted" : "killed by the debugger";
      end(RunStatus::kPlatform, 0, who + at_pc());
      soc_->cpu().request_stop();
    };
    platform.reset = [this] { reset(); };
    platform.monitor = [this](std::string_view command) {
      return monitor_command(*soc_, options_.config, command);
    };
    platform.help = monitor_help();
    debugger_ = std::make_unique<riscv::GdbDebugger>(soc_->cpu(), transport, std::move(platform));
    soc_->cpu().set_debugger(*debugger_);
  }

  void observe_host() {
    riscv::Hart& hart = soc_->cpu().hart();
    const core::Clock clock(options_.config.host.clock_mhz);
    const auto cycle = [&clock](core::TimePs time) {
      return time == ~core::TimePs{0} ? time : clock.cycle_at_or_after(time);
    };
    if (options_.step_observer != nullptr) {
      hart.observe_steps(options_.step_observer, cycle(options_.steps_from_ps),
                         cycle(options_.steps_to_ps));
    }
    if (options_.stretch_observer != nullptr) hart.observe_stretches(options_.stretch_observer);
  }

  /// The host's call chain, from where it stopped.
  std::vector<std::string> host_backtrace() {
    const riscv::Hart& hart = soc_->cpu().hart();
    std::array<std::uint32_t, 32> registers{};
    for (unsigned i = 0; i < registers.size(); ++i) registers[i] = hart.reg(i);
    const auto read_word = [this](std::uint32_t address) -> std::optional<std::uint32_t> {
      std::array<std::uint8_t, 4> bytes{};
      if (soc_->cpu().debug_read(address, bytes.data(), bytes.size()) != bytes.size()) {
        return std::nullopt;
      }
      return riscv::read_little<std::uint32_t>(bytes.data());
    };
    return backtrace(options_.elf, stopped_at_.value_or(hart.pc()), registers, read_word);
  }

  void tell_debugger() {
    if (!debugger_) return;
    const bool by_firmware = result_.status == RunStatus::kFirmware;
    debugger_->finish(
        by_firmware ? std::optional<unsigned>(std::min(result_.exit_code, 255U)) : std::nullopt,
        result_.reason);
  }

  void run_kernel() {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    while (!ended_) {
      look_outside(0);
      show_progress();
      if (interrupted()) {
        end(RunStatus::kPlatform, 0, "interrupted" + at_pc());
      } else if (options_.max_sim_time_ps && now_ps() >= *options_.max_sim_time_ps) {
        end(RunStatus::kPlatform, 0,
            "limit of simulated time reached" + at_pc() + tile_threads_that_wait(*soc_));
      } else if (!sc_core::sc_pending_activity()) {
        on_starvation();
      } else {
        advance();
      }
    }
  }

  void show_progress() {
    if (!options_.progress) return;
    Progress progress{mailbox_.done(), mailbox_.total(), now_ps(),
                      soc_->cpu().hart().instructions(), 0};
    for (unsigned id = 0; id < soc_->tiles().size(); ++id) {
      progress.mvms += soc_->tile_totals(id).mvms;
    }
    options_.progress(progress);
  }

  bool interrupted() const { return options_.stop != nullptr && options_.stop->load(); }

  /// Input that has come, and a debugger that wants to stop a waiting hart.
  void look_outside(int timeout_ms) {
    if (input_is_live() && soc_->uart_line().idle() && options_.uart_input->wait(timeout_ms)) {
      soc_->uart_line().wake();
    }
    if (debugger_ && soc_->cpu().waiting() && debugger_->poll()) soc_->cpu().ask_debugger();
  }

  bool input_is_live() const {
    return options_.uart_input != nullptr && options_.uart_input->live();
  }

  /// Nothing inside will ever happen again. Somebody outside may type, if the firmware listens, or
  /// debug.
  void on_starvation() {
    const bool waiting = soc_->cpu().waiting();
    const std::string reason =
        (waiting ? "WFI that nothing can ever wake" : "nothing is left to happen") + at_pc() +
        tile_threads_that_wait(*soc_);
    if (waiting && input_is_live() && soc_->uart_line().idle() &&
        soc_->uart().receive_interrupt_enabled()) {
      look_outside(kWaitMs);
    } else if (waiting && debugger_ && debugger_->stop_because(reason)) {
      soc_->cpu().ask_debugger();
    } else {
      end(RunStatus::kPlatform, 0, reason);
    }
  }

  /// Runs for a while: at least to the next event or edge of a time bin, at most to the time limit.
  void advance() {
    const core::TimePs next = sc_core::sc_time_to_pending_activity().value();
    const core::TimePs step = std::max(kPollInterval, next);
    const core::TimePs left =
        options_.max_sim_time_ps ? *options_.max_sim_time_ps - now_ps() : ~core::TimePs{0};
    if (left < next) {
      sc_core::sc_start(sc_core::sc_time::from_value(left), sc_core::SC_RUN_TO_TIME);
      return;
    }
    const core::TimePs edge = recorder_.next_edge_ps(now_ps());
    const core::TimePs to_edge = edge - now_ps();
    if (to_edge < next) {
      // Nothing happens before the edge, but something will behind it.
      sc_core::sc_start(sc_core::sc_time::from_value(to_edge), sc_core::SC_RUN_TO_TIME);
    } else {
      sc_core::sc_start(sc_core::sc_time::from_value(std::min({step, left, to_edge})),
                        sc_core::SC_EXIT_ON_STARVATION);
    }
    if (now_ps() >= edge) recorder_.sample();
  }

  std::string at_pc() const {
    const std::uint32_t pc = soc_->cpu().hart().pc();
    return ", pc " + hex_address(pc) + " (" + options_.elf.describe(pc) + ")";
  }

  void end(RunStatus status, std::uint32_t code, std::string reason) {
    if (ended_) return;
    ended_ = true;
    result_.status = status;
    result_.exit_code = code;
    result_.reason = std::move(reason);
  }

  void on_exit(peripherals::Exit exit) {
    switch (exit.kind) {
      case peripherals::Exit::Kind::kPass:
        return on_guest_exit(0);
      case peripherals::Exit::Kind::kFail:
        return on_guest_exit(exit.code);
      case peripherals::Exit::Kind::kReset:
        return reset();
    }
  }

  void on_guest_exit(std::uint32_t code) {
    end(RunStatus::kFirmware, code,
        code == 0 ? "firmware passed" : "firmware failed with code " + std::to_string(code));
    soc_->cpu().request_stop();
    sc_core::sc_pause();
  }

  void stop_by_platform(const std::string& reason) {
    end(RunStatus::kPlatform, 0, reason + at_pc());
    soc_->cpu().request_stop();
    sc_core::sc_pause();
  }

  void reset() {
    soc_->reset();
    guest_->reset();
  }

  void on_host_stop(const riscv::HostStop& stop) {
    if (stop.reason == riscv::StopReason::kTrapUnhandled) {
      std::uint32_t mepc = stop.pc;
      if (soc_->cpu().hart().peek_csr(kMepc, mepc)) stopped_at_ = mepc;
      end(RunStatus::kPlatform, 0,
          "trap without a handler: " + stop.description + ", pc " + hex_address(stop.pc) + " (" +
              options_.elf.describe(stop.pc) + ")");
    }
    sc_core::sc_pause();
  }

  RunResult collect() {
    RunResult& result = result_;
    soc_->cpu().hart().finish_observation();
    if (result.status == RunStatus::kPlatform) result.backtrace = host_backtrace();
    result.reported = mailbox_.reported();
    mailbox_.close_open_sections(now_ps());
    result.sections = mailbox_.sections();
    result.simulated_ps = now_ps();
    result.host_instructions = soc_->cpu().hart().instructions();
    result.host_cycles = soc_->cpu().hart().cycle();
    result.threads = jobs_.threads();
    for (unsigned id = 0; id < soc_->tiles().size(); ++id) {
      const tile::Tile& tile = *soc_->tiles()[id];
      const tile::TileCounters counters = soc_->tile_totals(id);
      result.tiles.push_back({id, id % options_.config.noc.width, id / options_.config.noc.width,
                              counters.mvms, counters.macs, counters.nmpu_columns, counters.busy_ps,
                              counters.saturated, counters.crossbar_ps, counters.nmpu_ps});
      const nmpu::LockstepCounters lockstep = tile.engine().nmpu().lockstep();
      result.nmpu_compared += lockstep.columns_compared;
      result.nmpu_mismatches += lockstep.mismatches;
      const nmpu::Recording* const mismatch = tile.engine().nmpu().mismatch();
      if (mismatch != nullptr) result.nmpu_mismatch = *mismatch;
    }
    const noc::Noc& network = soc_->network();
    const noc::NetworkCounters& traffic = network.counters();
    result.noc = {traffic.packets,
                  traffic.flits,
                  traffic.flit_hops,
                  network.payload_bytes(),
                  traffic.packets == 0 ? 0.0
                                       : static_cast<double>(traffic.latency_cycles) /
                                             static_cast<double>(traffic.packets),
                  network.max_link_utilisation(),
                  options_.config.noc.width,
                  network.link_use(),
                  network.elapsed_cycles()};
    recorder_.finish();
    result.power = recorder_.power();
    result.utilisation = recorder_.utilisation();
    result.energy = energy_.entries();
    result.area = area_of(options_.config);
    for (const SaveRange& range : options_.saves) {
      const std::uint8_t* begin = soc_->ram().data() + (range.address - map::kRamBase);
      result.saved.emplace_back(begin, begin + range.bytes);
    }
    return std::move(result_);
  }

  const RunOptions& options_;
  core::EnergyMeter energy_;
  core::Probe probe_;
  MailboxRecorder mailbox_;
  core::JobPool jobs_;
  std::unique_ptr<Soc> soc_;
  RunRecorder recorder_;
  std::unique_ptr<GuestServices> guest_;
  std::unique_ptr<riscv::GdbDebugger> debugger_;
  RunResult result_;
  std::optional<std::uint32_t> stopped_at_;  // where the host is, when pc does not say it
  bool ended_ = false;
};

}  // namespace

RunResult run_simulation(const RunOptions& options) {
  return Run(options).execute();
}

}  // namespace aimc::platform
