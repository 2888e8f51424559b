#include "platform/soc/mailbox_recorder.h"

#include <algorithm>

namespace aimc::platform {

MailboxRecorder::MailboxRecorder(core::Probe& probe, std::function<void()> on_progress,
                                 std::function<WorkDone()> work_done)
    : probe_(probe),
      track_(probe.track("host", "firmware")),
      on_progress_(std::move(on_progress)),
      work_done_(std::move(work_done)) {}

void MailboxRecorder::report(std::string_view name, double value) {
  const auto known = std::find_if(reported_.begin(), reported_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (known != reported_.end()) {
    known->second = value;
  } else {
    reported_.emplace_back(name, value);
  }
}

void MailboxRecorder::marker_begin(std::string_view name, core::TimePs time_ps) {
  std::string path(name);
  if (!open_.empty()) path.insert(0, open_.back().path + ";");
  open_.push_back({probe_.name(name), time_ps, std::move(path), work_done_()});
}

void MailboxRecorder::marker_end(std::string_view /*name*/, core::TimePs time_ps) {
  const Section section = std::move(open_.back());
  open_.pop_back();
  SectionResult& result = result_of(section.path);
  const core::TimePs duration_ps = time_ps - section.begin_ps;
  const WorkDone end = work_done_();
  result.min_ps = result.count == 0 ? duration_ps : std::min(result.min_ps, duration_ps);
  result.max_ps = std::max(result.max_ps, duration_ps);
  ++result.count;
  result.time_ps += duration_ps;
  result.work.energy_j += end.energy_j - section.begin.energy_j;
  result.work.host_instructions += end.host_instructions - section.begin.host_instructions;
  result.work.mvms += end.mvms - section.begin.mvms;
  result.work.macs += end.macs - section.begin.macs;
  result.work.nmpu_columns += end.nmpu_columns - section.begin.nmpu_columns;
  result.work.noc_bytes += end.noc_bytes - section.begin.noc_bytes;
  probe_.slice(track_, section.name, section.begin_ps, time_ps);
}

SectionResult& MailboxRecorder::result_of(const std::string& path) {
  const auto [entry, is_new] = section_index_.try_emplace(path, sections_.size());
  if (is_new) {
    sections_.emplace_back();
    sections_.back().path = path;
  }
  return sections_[entry->second];
}

void MailboxRecorder::progress(std::uint32_t done, std::uint32_t total) {
  done_ = done;
  total_ = total;
  on_progress_();
}

void MailboxRecorder::close_open_sections(core::TimePs time_ps) {
  while (!open_.empty()) marker_end({}, time_ps);
}

}  // namespace aimc::platform
