#include "platform/observe/run_files.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace aimc::observe {
namespace {

namespace fs = std::filesystem;

/// Files of a run that this one may not write.
constexpr std::array<const char*, 5> kOptionalFiles{"trace.pftrace", "waves.vcd", "waves.fst",
                                                    "instr.log", "report.html"};

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
  std::error_code ignored;
  if (created_) fs::remove(folder_, ignored);  // does nothing unless it is empty
}

void RunFiles::commit(const RunRecord& record, const platform::RunResult& result,
                      const std::string& platform_yaml) {
  std::error_code ignored;
  fs::remove(file("summary.json"), ignored);
  for (const char* name : kOptionalFiles) fs::remove(file(name), ignored);
  uart_->commit();
  if (perfetto_) perfetto_->commit();
  write_file(file("energy.csv"), energy_csv(result));
  write_file(file("platform.yaml"), platform_yaml);
  write_file(file("summary.json"), summary_text(record, result));
}

}  // namespace aimc::observe
