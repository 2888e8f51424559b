#include "platform/soc/mailbox_recorder.h"

#include <algorithm>
#include <systemc>

namespace aimc::platform {

MailboxRecorder::MailboxRecorder(core::Probe& probe,
                                 std::function<void(const Progress&)> on_progress)
    : probe_(probe),
      track_(probe.track("host", "firmware")),
      on_progress_(std::move(on_progress)) {}

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
  open_.push_back({probe_.name(name), time_ps});
}

void MailboxRecorder::marker_end(std::string_view /*name*/, core::TimePs time_ps) {
  const Section section = open_.back();
  open_.pop_back();
  probe_.slice(track_, section.name, section.begin_ps, time_ps);
}

void MailboxRecorder::progress(std::uint32_t done, std::uint32_t total) {
  if (on_progress_) on_progress_({done, total, sc_core::sc_time_stamp().value()});
}

void MailboxRecorder::close_open_sections(core::TimePs time_ps) {
  while (!open_.empty()) marker_end({}, time_ps);
}

}  // namespace aimc::platform
