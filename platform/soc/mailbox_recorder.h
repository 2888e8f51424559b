#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/core/probe.h"
#include "models/peripherals/mailbox.h"
#include "platform/soc/simulation.h"

namespace aimc::platform {

/// Keeps what the firmware reports, shows its sections on a timeline of the host, and adds up what
/// was done in them.
class MailboxRecorder : public peripherals::Mailbox {
 public:
  /// @param on_progress done() or total() have changed
  /// @param work_done   what the platform has done so far
  MailboxRecorder(core::Probe& probe, std::function<void()> on_progress,
                  std::function<WorkDone()> work_done);

  void report(std::string_view name, double value) override;
  void marker_begin(std::string_view name, core::TimePs time_ps) override;
  void marker_end(std::string_view name, core::TimePs time_ps) override;
  void progress(std::uint32_t done, std::uint32_t total) override;

  /// Metrics in the order in which they were first reported; a name reported again has its last
  /// value.
  const std::vector<std::pair<std::string, double>>& reported() const { return reported_; }
  /// Units of work, as last reported.
  std::uint32_t done() const { return done_; }
  std::uint32_t total() const { return total_; }
  /// All sections that have ended, in the order in which they first did.
  const std::vector<SectionResult>& sections() const { return sections_; }
  /// Ends the sections that are still open when a run is cut short.
  void close_open_sections(core::TimePs time_ps);

 private:
  struct Section {
    core::ActivityName name;
    core::TimePs begin_ps = 0;
    std::string path;
    WorkDone begin;
  };

  SectionResult& result_of(const std::string& path);

  core::Probe& probe_;
  core::Track track_;
  std::function<void()> on_progress_;
  std::uint32_t done_ = 0;
  std::uint32_t total_ = 0;
  std::vector<std::pair<std::string, double>> reported_;
  std::function<WorkDone()> work_done_;
  std::vector<Section> open_;
  std::vector<SectionResult> sections_;
  std::unordered_map<std::string, std::size_t> section_index_;
};

}  // namespace aimc::platform
