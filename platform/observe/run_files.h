#pragma once

#include <memory>
#include <string>

#include "platform/observe/host_profile.h"
#include "platform/observe/instruction_log.h"
#include "platform/observe/output_file.h"
#include "platform/observe/perfetto_writer.h"
#include "platform/observe/summary.h"

namespace aimc::observe {

/// The folder a run leaves behind; its files and their columns are in docs/output_files.md.
///
/// Files appear when the run has ended, summary.json last; a run that fails leaves the folder as it
/// was. Files of an earlier run that this one does not write are removed, so that all files of a
/// folder belong to one run.
class RunFiles {
 public:
  /// Creates the folder. @param perfetto also write trace.pftrace. Throws OutputError.
  RunFiles(std::string folder, bool perfetto);
  ~RunFiles();
  RunFiles(const RunFiles&) = delete;
  RunFiles& operator=(const RunFiles&) = delete;

  /// Write instr.log, too; see InstructionLog. Throws OutputError.
  riscv::StepObserver* log_instructions(const platform::ElfImage& image,
                                        std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges,
                                        core::TimePs period_ps);
  /// Write profile.csv and profile.folded, too.
  riscv::StretchObserver* profile_host(const platform::ElfImage& image,
                                       const riscv::HartTiming& timing);

  /// A byte the UART sent.
  void uart(std::uint8_t byte) { uart_->put(static_cast<char>(byte)); }
  /// Receives activities; nullptr when nothing is traced.
  core::ActivitySink* sink() { return perfetto_.get(); }
  /// Completes all files. @param platform_yaml the effective platform file. Throws OutputError.
  void commit(const RunRecord& record, const platform::RunResult& result,
              const std::string& platform_yaml);

 private:
  std::string file(const char* name) const { return folder_ + "/" + name; }

  std::string folder_;
  bool created_ = false;
  std::unique_ptr<OutputFile> uart_;
  std::unique_ptr<PerfettoWriter> perfetto_;
  std::unique_ptr<InstructionLog> instructions_;
  std::unique_ptr<HostProfile> profile_;
};

}  // namespace aimc::observe
