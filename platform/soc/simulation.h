#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/core/energy.h"
#include "models/core/probe.h"
#include "models/core/time.h"
#include "models/nmpu/backend.h"
#include "models/nmpu/trace_format.h"
#include "models/noc/network.h"
#include "models/noc/packet_observer.h"
#include "platform/config/area.h"
#include "platform/config/soc_config.h"
#include "platform/soc/elf_image.h"
#include "platform/soc/history.h"
#include "platform/soc/uart_input.h"

namespace aimc::riscv {
class GdbTransport;
class StepObserver;
class StretchObserver;
}  // namespace aimc::riscv

namespace aimc::platform {

/// Bytes to be put into RAM before the run.
struct LoadBlob {
  std::uint32_t address = 0;
  std::vector<std::uint8_t> bytes;
};

/// A range of RAM to be handed back when the run has ended.
struct SaveRange {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;
};

/// How far a run is.
struct Progress {
  std::uint64_t done = 0;   ///< units of work, as the firmware counts them
  std::uint64_t total = 0;  ///< 0: the firmware has not said
  core::TimePs simulated_ps = 0;
  std::uint64_t host_instructions = 0;
  std::uint64_t mvms = 0;
};

/// Bins of power and utilisation over time there may be, when their width is given and when not.
constexpr std::size_t kMaxBins = 100'000;
constexpr std::size_t kDefaultBins = 1'000;
/// Their width when it is not given and the run is short.
constexpr core::TimePs kFirstBinPs = 1'000'000;

/// Everything a run is made from. All of it has been checked against the configuration: segments,
/// blobs and ranges lie in RAM.
struct RunOptions {
  SocConfig config;
  std::uint64_t seed = 1;
  nmpu::BackendKind nmpu = nmpu::BackendKind::kModel;
  unsigned nmpu_waves_tile = 0;             ///< whose NMPU's waveform is wanted, if one is
  nmpu::WaveOptions nmpu_waves;             ///< no file: none; not with the backend kModel
  nmpu::TraceWriter* nmpu_trace = nullptr;  ///< gets all NMPU traffic if not null
  unsigned threads = 1;  ///< that do the arithmetic of MVMs, the simulation's own among them; >= 1
  ElfImage elf;
  std::vector<std::string> firmware_args;  ///< behind "--"; argv[0] is not among them
  std::vector<LoadBlob> loads;             ///< put into RAM after the segments, in order
  std::vector<SaveRange> saves;
  /// Set: semihosting calls are served, with files below this directory; empty: without files.
  std::optional<std::string> semihosting;
  std::optional<core::TimePs> max_sim_time_ps;
  core::ActivitySink* sink = nullptr;            ///< nullptr: nobody listens
  std::function<void(std::uint8_t)> uart;        ///< every byte the UART sends; may be empty
  UartInput* uart_input = nullptr;               ///< what the UART receives; nullptr: nothing
  riscv::StepObserver* step_observer = nullptr;  ///< sees the host's instructions; nullptr: nobody
  core::TimePs steps_from_ps = 0;                ///< of those that start at or after this time
  core::TimePs steps_to_ps = ~core::TimePs{0};   ///< and before this one
  riscv::StretchObserver* stretch_observer = nullptr;  ///< sees all of it; nullptr: nobody
  noc::PacketObserver* packet_observer = nullptr;      ///< sees the network's; nullptr: nobody
  riscv::GdbTransport* gdb = nullptr;  ///< where a debugger is waited for; nullptr: nowhere
  /// Width of the bins of power and utilisation over time; unset: as wide as kDefaultBins need.
  std::optional<core::TimePs> power_bin_ps;
  /// Called whenever the firmware reports progress, and often besides; may be empty.
  std::function<void(const Progress&)> progress;
  const std::atomic<bool>* stop = nullptr;  ///< polled; true ends the run
};

/// Who ended the run.
enum class RunStatus : std::uint8_t {
  kFirmware,  ///< the firmware, through the test finisher, semihosting or tohost
  kPlatform   ///< the platform: time limit, trap without handler, endless WFI, mismatch,
              ///< interruption
};

/// What one tile did.
struct TileResult {
  unsigned id = 0;  ///< its energy accounts lie below component "tile<id>"
  unsigned x = 0;
  unsigned y = 0;
  std::uint64_t mvms = 0;
  std::uint64_t macs = 0;
  std::uint64_t nmpu_columns = 0;
  core::TimePs busy_ps = 0;      ///< time with a command executing
  std::uint64_t saturated = 0;   ///< conversions at full scale and inputs that were limited
  core::TimePs crossbar_ps = 0;  ///< time the crossbar integrated or was programmed
  core::TimePs nmpu_ps = 0;      ///< time the NMPU had a vector
};

/// What the network carried.
struct NocResult {
  std::uint64_t packets = 0;
  std::uint64_t flits = 0;
  std::uint64_t flit_hops = 0;
  std::uint64_t bytes = 0;  ///< payload
  double mean_latency_cycles = 0.0;
  double max_link_utilisation = 0.0;  ///< 0..1
  unsigned mesh_width = 1;
  std::vector<noc::LinkUse> links;  ///< those that carried something
  std::uint64_t elapsed_cycles = 0;
};

/// What a platform has done, or did in a stretch of time.
struct WorkDone {
  double energy_j = 0.0;
  std::uint64_t host_instructions = 0;
  std::uint64_t mvms = 0;
  std::uint64_t macs = 0;
  std::uint64_t nmpu_columns = 0;
  std::uint64_t noc_bytes = 0;
};

/// All times a section marked by the firmware ran.
struct SectionResult {
  std::string path;  ///< names from the outermost section on, joined by ';'
  std::uint64_t count = 0;
  core::TimePs time_ps = 0;  ///< sum
  core::TimePs min_ps = 0;
  core::TimePs max_ps = 0;
  WorkDone work;
};

/// Everything a run leaves behind.
struct RunResult {
  RunStatus status = RunStatus::kFirmware;
  std::uint32_t exit_code = 0;  ///< the firmware's own, if it ended the run
  std::string reason;           ///< one line; with pc and symbol if the platform ended the run
  /// Where the host was when the platform ended the run, a line a call, the innermost first.
  std::vector<std::string> backtrace;
  std::vector<std::pair<std::string, double>> reported;  ///< the firmware's metrics, in order
  core::TimePs simulated_ps = 0;
  std::uint64_t host_instructions = 0;
  std::uint64_t host_cycles = 0;
  std::vector<TileResult> tiles;
  NocResult noc;
  std::vector<core::EnergyMeter::Entry> energy;
  std::vector<AreaShare> area;  ///< by component, see area_of
  std::vector<SectionResult> sections;
  History power;                    ///< joules by group of components, see RunRecorder
  History utilisation;              ///< busy picoseconds by track
  std::uint64_t nmpu_compared = 0;  ///< columns the lockstep backend compared
  std::uint64_t nmpu_mismatches = 0;
  std::optional<nmpu::Recording> nmpu_mismatch;  ///< what led to the mismatch that ended the run
  unsigned threads = 1;                          ///< threads used
  std::vector<std::vector<std::uint8_t>> saved;  ///< one for each SaveRange
};

/// Builds the SoC, runs it to its end and reports. Guest mistakes and lockstep mismatches are
/// results, not exceptions.
RunResult run_simulation(const RunOptions& options);

}  // namespace aimc::platform
