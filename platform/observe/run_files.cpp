#include "platform/observe/run_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/observe/perfetto_counters.h"
#include "platform/observe/tables.h"

namespace aimc::observe {
namespace {

namespace fs = std::filesystem;

/// Files of a run that this one may not write.
constexpr std::array<const char*, 12> kOptionalFiles{
    "trace.pftrace", "waves.vcd",      "waves.fst",    "instr.log",   "report.html", "profile.csv",
    "packets.csv",   "profile.folded", "network.json", "network.csv", "outputs.npy", "logits.npy"};

/// Creates the folder; true when it did not exist.
bool create_folder(const std::string& folder) {
  std::error_code error;
  const bool created = fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder)) {
    throw OutputError("output folder '" + folder + "' cannot be created: " +
                      (error ? error.message() : "it exists and is not a folder"));
  }
  return created;
}

}  // namespace

RunFiles::RunFiles(std::string folder, const Traces& traces)
    : folder_(std::move(folder)),
      created_(create_folder(folder_)),
      selection_(traces.selection),
      sinks_(traces.selection) {
  uart_ = std::make_unique<OutputFile>(file("uart.log"));
  if (traces.perfetto) {
    perfetto_ = std::make_unique<PerfettoWriter>(file("trace.pftrace"));
    sinks_.add(*perfetto_);
  }
  if (traces.vcd) wave_writers_.push_back(make_vcd_writer(file("waves.vcd")));
  if (traces.fst) wave_writers_.push_back(make_fst_writer(file("waves.fst")));
  if (!wave_writers_.empty()) {
    waves_ = std::make_unique<WaveRecorder>(folder_);
    sinks_.add(*waves_);
  }
}

core::ActivitySink* RunFiles::sink() {
  if (sinks_.empty()) return nullptr;
  if (!waves_ && selection_.is_all()) return perfetto_.get();
  return &sinks_;
}

RunFiles::~RunFiles() {
  uart_.reset();
  perfetto_.reset();
  waves_.reset();
  wave_writers_.clear();
  instructions_.reset();
  packets_.reset();
  std::error_code ignored;
  if (created_) fs::remove(folder_, ignored);  // does nothing unless it is empty
}

riscv::StepObserver* RunFiles::log_instructions(
    const platform::ElfImage& image, std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges,
    core::TimePs period_ps) {
  instructions_ =
      std::make_unique<InstructionLog>(file("instr.log"), image, std::move(ranges), period_ps);
  return instructions_.get();
}

noc::PacketObserver* RunFiles::log_packets() {
  packets_ = std::make_unique<PacketLog>(file("packets.csv"));
  return packets_.get();
}

riscv::StretchObserver* RunFiles::profile_host(const platform::ElfImage& image,
                                               const riscv::HartTiming& timing,
                                               core::TimePs period_ps, bool tables) {
  profile_ = std::make_unique<HostProfile>(image, timing, tables);
  profile_tables_ = tables;
  if (perfetto_ && selection_.wants("host")) {
    functions_ = std::make_unique<FunctionTrace>(*perfetto_, period_ps, selection_);
    profile_->show_on(*functions_);
  }
  return profile_.get();
}

void RunFiles::commit_traces(const platform::RunResult& result) {
  if (profile_) profile_->finish();
  if (perfetto_) {
    write_counters(result, selection_, *perfetto_);
    perfetto_->commit();
  }
  if (!waves_) return;
  std::vector<WaveWriter*> writers;
  for (const auto& writer : wave_writers_) writers.push_back(writer.get());
  waves_->write(writers, std::min(selection_.to_ps, result.simulated_ps));
}

void RunFiles::commit(const RunRecord& record, const platform::RunResult& result,
                      const std::string& platform_yaml) {
  std::error_code ignored;
  fs::remove(file("summary.json"), ignored);
  for (const char* name : kOptionalFiles) fs::remove(file(name), ignored);
  uart_->commit();
  commit_traces(result);
  if (instructions_) instructions_->commit();
  if (packets_) packets_->commit();
  if (profile_tables_) {
    write_file(file("profile.csv"), profile_->csv());
    write_file(file("profile.folded"), profile_->folded());
  }
  for (const auto& [name, content] : added_) write_file(file(name.c_str()), content);
  write_file(file("energy.csv"), energy_csv(result));
  write_file(file("tiles.csv"), tiles_csv(result));
  write_file(file("links.csv"), links_csv(result));
  write_file(file("layers.csv"), layers_csv(result));
  write_file(file("power.csv"), power_csv(result));
  write_file(file("timeline.csv"), timeline_csv(result));
  write_file(file("platform.yaml"), platform_yaml);
  write_file(file("summary.json"), summary_text(record, result));
}

}  // namespace aimc::observe
