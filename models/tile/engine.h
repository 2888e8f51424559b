#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/energy.h"
#include "models/core/jobs.h"
#include "models/core/probe.h"
#include "models/core/time.h"
#include "models/tile/execution.h"
#include "models/tile/mvm_job.h"
#include "models/tile/tile_config.h"

namespace aimc::tile {

/// What a tile has done since reset.
struct TileCounters {
  std::uint64_t commands = 0;
  std::uint64_t mvms = 0;
  std::uint64_t macs = 0;  ///< rows x columns of the regions of all MVMs
  std::uint64_t nmpu_columns = 0;
  std::uint64_t saturated = 0;   ///< conversions at full scale and inputs that were limited
  core::TimePs busy_ps = 0;      ///< time in which at least one command was executed
  core::TimePs crossbar_ps = 0;  ///< time in which the crossbar integrated or was programmed
  core::TimePs nmpu_ps = 0;      ///< time in which the NMPU had a vector
};

/// The data path of a tile: SRAM, weight aperture, crossbar, NMPU, and what its commands do. Plain
/// C++, no kernel.
///
/// A command is executed in two steps, so that its results appear when its time has passed: start()
/// takes the operands and computes, and tells how long the command lasts; finish() writes the
/// results, posts the energy and reports the phases. Between the two the SRAM still shows the old
/// contents. Commands of different units may overlap: each unit has a port of its own into the
/// SRAM. The arithmetic of an MVM may be done by other threads between the two.
class TileEngine {
 public:
  /// @param path hierarchical name, e.g. "tile3": keys random streams, energy accounts and tracks
  TileEngine(const TileConfig& config, std::unique_ptr<nmpu::Backend> nmpu, std::uint64_t seed,
             const std::string& path, core::EnergyMeter& energy, core::Probe& probe);
  TileEngine(const TileEngine&) = delete;
  TileEngine& operator=(const TileEngine&) = delete;
  ~TileEngine();

  /// Who does the arithmetic of MVMs between start() and finish(), which must outlive the engine;
  /// until this is called, start() does it itself. Results are the same.
  void use_runner(core::JobRunner& runner) { runner_ = &runner; }

  /// A command that cannot start in the tile's present state, or its duration in ps. For PUT the
  /// duration is that of reading the SRAM; the transfer comes on top.
  struct Start {
    std::optional<Refusal> refusal;
    core::TimePs duration_ps = 0;
  };
  Start start(const Command& command, core::TimePs now_ps, Execution& execution);
  /// Completes what start() began, at `now_ps`; the command stands on the timeline `track`.
  void finish(Execution& execution, core::TimePs now_ps, core::Track track);
  /// The timeline of thread number `thread`; opened when first asked for.
  core::Track thread_track(unsigned thread);
  /// The timeline of the commands in the queue.
  core::Track queue_track() const { return tracks_.command; }
  /// Shows the value of a semaphore from `now_ps` on.
  void show_semaphore(unsigned index, std::uint32_t value, core::TimePs now_ps);
  /// Time in which at least one command was executed, up to `now_ps`.
  core::TimePs busy_ps(core::TimePs now_ps) const;
  /// True while a command executes.
  bool executing() const { return executing_ != 0; }

  /// A parameter word of the NMPU (index = byte offset / 4), as software wrote it.
  std::optional<Refusal> write_nmpu_param(std::uint32_t index, std::uint32_t word);
  std::uint32_t read_nmpu_param(std::uint32_t index) const { return params_[index]; }
  std::uint32_t nmpu_param_words() const { return static_cast<std::uint32_t>(params_.size()); }

  /// Formats of the NMPU's parameters.
  nmpu::Format nmpu_format() const { return config_.nmpu_format(); }
  /// Results of completed POST commands that exceeded their range since reset or the last clear.
  const nmpu::Saturation& nmpu_saturated() const { return nmpu_saturated_; }
  void clear_nmpu_saturated();

  /// Checks a new READ_MODE register value and takes it over.
  std::optional<Refusal> set_read_mode(std::uint32_t word);
  std::uint32_t read_mode_word() const { return read_mode_word_; }
  /// Largest count in the present read mode.
  unsigned full_scale_counts() const { return crossbar_.full_scale_counts(read_mode_); }
  /// Nominal counts per unit of |x| |w| in the present read mode.
  double count_scale() const { return crossbar_.count_scale(read_mode_); }

  std::uint8_t* sram() { return sram_.data(); }
  const std::uint8_t* sram() const { return sram_.data(); }
  /// Posts the energy of an access to the SRAM or an aperture from the network.
  void post_network_access(bool write, std::size_t bytes);
  /// Target weights, row-major, rows x columns.
  std::int8_t* weights() { return weights_.data(); }
  std::size_t weight_bytes() const { return weights_.size(); }

  const analog::Crossbar& crossbar() const { return crossbar_; }
  const nmpu::Backend& nmpu() const { return *nmpu_; }
  const TileCounters& counters() const { return counters_; }
  std::uint64_t program_pulses() const { return program_pulses_; }
  const TileGeometry& geometry() const { return geometry_; }
  const core::Clock& clock() const { return clock_; }
  const std::string& path() const { return path_; }

  /// Clears SRAM, parameters, apertures, counters and modes; conductances and wear survive.
  void reset();

 private:
  core::TimePs sram_cycles_ps(std::uint64_t bytes) const;
  core::TimePs start_program(Execution& execution);
  core::TimePs load_inputs_ps(const Command& command) const;
  core::TimePs start_mvm(Execution& execution);
  void deliver_mvm();
  void abandon_mvm();
  core::TimePs start_post(Execution& execution);
  core::TimePs start_add(Execution& execution) const;
  core::TimePs start_add8(Execution& execution) const;
  core::TimePs start_copy(Execution& execution) const;
  void phase(Execution& execution, core::Track track, core::ActivityName name, core::TimePs begin,
             core::TimePs end) const;
  core::ActivityName name_of(Opcode opcode) const;
  void count(const Execution& execution, core::TimePs now_ps);
  void write_result(std::uint32_t address, const void* bytes, std::size_t size);

  TileConfig config_;
  std::string path_;
  TileGeometry geometry_;
  core::Clock clock_;
  analog::Crossbar crossbar_;
  std::unique_ptr<nmpu::Backend> nmpu_;
  core::EnergyMeter& energy_;
  core::Probe& probe_;

  std::vector<std::uint8_t> sram_;
  std::vector<std::int8_t> weights_;
  std::vector<std::uint32_t> params_;
  std::uint32_t read_mode_word_ = 0;
  analog::ReadMode read_mode_;
  TileCounters counters_;
  nmpu::Saturation nmpu_saturated_;
  std::uint64_t program_pulses_ = 0;

  unsigned executing_ = 0;  // commands between start() and finish()
  core::TimePs busy_since_ps_ = 0;

  core::JobRunner* runner_ = nullptr;
  MvmJob mvm_job_;
  Execution* computing_ = nullptr;  // the MVM whose job has been handed to the runner

  // Scratch of one vector through the NMPU.
  std::vector<std::uint16_t> cp_;
  std::vector<std::uint16_t> cn_;
  std::vector<std::int16_t> psum_;
  std::vector<std::int16_t> out_;

  struct Accounts {
    core::EnergyAccount dac, array, adc, nmpu, sram_read, sram_write, control, programming;
  } accounts_;
  struct Tracks {
    core::Track command, crossbar_sram, dac, crossbar, adc, nmpu_sram, nmpu;
  } tracks_;
  std::array<std::optional<core::Counter>, kSemaphores> semaphores_;  // opened when first shown
  struct Names {
    core::ActivityName nop, program, mvm, post, add, move, put;
    core::ActivityName wait, signal, loop, irq, halt, add8;
    core::ActivityName load, drive, integrate, convert, store, vector;
  } names_;
};

}  // namespace aimc::tile
