#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/observe/host_profile.h"
#include "platform/observe/instruction_log.h"
#include "platform/observe/output_file.h"
#include "platform/observe/packet_log.h"
#include "platform/observe/perfetto_writer.h"
#include "platform/observe/summary.h"
#include "platform/observe/trace_selection.h"
#include "platform/observe/wave_recorder.h"

namespace aimc::observe {

/// Traces of what the models report, to be written.
struct Traces {
  bool perfetto = false;
  bool vcd = false;
  bool fst = false;
  TraceSelection selection;

  bool any() const { return perfetto || vcd || fst; }
};

/// The folder a run leaves behind; its files and their columns are in docs/output_files.md.
///
/// Files appear when the run has ended, summary.json last; a run that fails leaves the folder as it
/// was. Files of an earlier run that this one does not write are removed, so that all files of a
/// folder belong to one run.
class RunFiles {
 public:
  /// Creates the folder. Throws OutputError.
  RunFiles(std::string folder, const Traces& traces);
  ~RunFiles();
  RunFiles(const RunFiles&) = delete;
  RunFiles& operator=(const RunFiles&) = delete;

  /// Write instr.log, too; see InstructionLog. Throws OutputError.
  riscv::StepObserver* log_instructions(const platform::ElfImage& image,
                                        std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges,
                                        core::TimePs period_ps);
  /// Write packets.csv, too. Throws OutputError.
  noc::PacketObserver* log_packets();
  /// Show the host's functions in the Perfetto trace, if there is one.
  /// @param tables also write profile.csv and profile.folded; @param period_ps of the hart's clock
  riscv::StretchObserver* profile_host(const platform::ElfImage& image,
                                       const riscv::HartTiming& timing, core::TimePs period_ps,
                                       bool tables);

  /// Write a further file, too, when all is completed.
  void add_file(std::string name, std::string content) {
    added_.emplace_back(std::move(name), std::move(content));
  }
  /// A byte the UART sent.
  void uart(std::uint8_t byte) { uart_->put(static_cast<char>(byte)); }
  /// Receives activities; nullptr when nothing is traced.
  core::ActivitySink* sink();
  /// Completes all files. @param platform_yaml the effective platform file. Throws OutputError.
  void commit(const RunRecord& record, const platform::RunResult& result,
              const std::string& platform_yaml);

 private:
  std::string file(const char* name) const { return folder_ + "/" + name; }

  std::string folder_;
  bool created_ = false;
  std::unique_ptr<OutputFile> uart_;
  void commit_traces(const platform::RunResult& result);

  TraceSelection selection_;
  std::unique_ptr<PerfettoWriter> perfetto_;
  std::unique_ptr<WaveRecorder> waves_;
  std::vector<std::unique_ptr<WaveWriter>> wave_writers_;
  SelectedSinks sinks_;  // perfetto_ and waves_
  std::unique_ptr<FunctionTrace> functions_;
  bool profile_tables_ = false;
  std::unique_ptr<InstructionLog> instructions_;
  std::unique_ptr<PacketLog> packets_;
  std::unique_ptr<HostProfile> profile_;
  std::vector<std::pair<std::string, std::string>> added_;  // name, content
};

}  // namespace aimc::observe
