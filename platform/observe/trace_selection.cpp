#include "platform/observe/trace_selection.h"

#include <algorithm>

namespace aimc::observe {

bool TraceSelection::wants(std::string_view component) const {
  if (components.empty()) return true;
  return std::any_of(components.begin(), components.end(), [component](const std::string& wanted) {
    return component.substr(0, wanted.size()) == wanted &&
           (component.size() == wanted.size() || component[wanted.size()] == '/');
  });
}

void SelectedSinks::on_track(core::Track track, std::string_view component, std::string_view name) {
  if (wanted_tracks_.size() <= track.id) wanted_tracks_.resize(track.id + std::size_t{1});
  wanted_tracks_[track.id] = selection_.wants(component);
  if (!wanted_tracks_[track.id]) return;
  for (core::ActivitySink* sink : sinks_) sink->on_track(track, component, name);
}

void SelectedSinks::on_name(core::ActivityName name, std::string_view text) {
  for (core::ActivitySink* sink : sinks_) sink->on_name(name, text);
}

void SelectedSinks::on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                             core::TimePs end_ps, core::Flow flow) {
  if (!wanted_tracks_[track.id] || end_ps < selection_.from_ps || begin_ps >= selection_.to_ps) {
    return;
  }
  for (core::ActivitySink* sink : sinks_) sink->on_slice(track, name, begin_ps, end_ps, flow);
}

void SelectedSinks::on_counter(core::Counter counter, std::string_view component,
                               std::string_view name, unsigned bits) {
  if (levels_.size() <= counter.id) levels_.resize(counter.id + 1);
  levels_[counter.id].wanted = selection_.wants(component);
  if (!levels_[counter.id].wanted) return;
  for (core::ActivitySink* sink : sinks_) sink->on_counter(counter, component, name, bits);
}

void SelectedSinks::on_value(core::Counter counter, core::TimePs time_ps, std::uint64_t value) {
  Level& level = levels_[counter.id];
  if (!level.wanted || time_ps >= selection_.to_ps) return;
  if (time_ps < selection_.from_ps) {
    level.told = false;
    level.before = value;
    return;
  }
  for (core::ActivitySink* sink : sinks_) {
    if (!level.told) sink->on_value(counter, selection_.from_ps, level.before);
    sink->on_value(counter, time_ps, value);
  }
  level.told = true;
}

}  // namespace aimc::observe
