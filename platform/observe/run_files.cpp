#include "platform/observe/run_files.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/observe/tables.h"

namespace aimc::observe {
namespace {

namespace fs = std::filesystem;

/// Files of a run that this one may not write.
constexpr std::array<const char*, 7> kOptionalFiles{"trace.pftrace", "waves.vcd",   "waves.fst",
                                                    "instr.log",     "report.html", "profile.csv",
                                                    "profile.folded"};

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

RunFiles::RunFiles(std::string folder, bool perfetto)
    : folder_(std::move(folder)), created_(create_folder(folder_)) {
  uart_ = std::make_unique<OutputFile>(file("uart.log"));
  if (perfetto) perfetto_ = std::make_unique<PerfettoWriter>(file("trace.pftrace"));
}

RunFiles::~RunFiles() {
  uart_.reset();
  perfetto_.reset();
  instructions_.reset();
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

riscv::StretchObserver* RunFiles::profile_host(const platform::ElfImage& image,
                                               const riscv::HartTiming& timing) {
  profile_ = std::make_unique<HostProfile>(image, timing);
  return profile_.get();
}

void RunFiles::commit(const RunRecord& record, const platform::RunResult& result,
                      const std::string& platform_yaml) {
  std::error_code ignored;
  fs::remove(file("summary.json"), ignored);
  for (const char* name : kOptionalFiles) fs::remove(file(name), ignored);
  uart_->commit();
  if (perfetto_) perfetto_->commit();
  if (instructions_) instructions_->commit();
  if (profile_) {
    write_file(file("profile.csv"), profile_->csv());
    write_file(file("profile.folded"), profile_->folded());
  }
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
