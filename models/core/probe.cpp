#include "models/core/probe.h"

#include <algorithm>

namespace aimc::core {

Track Probe::track(std::string_view component, std::string_view name) {
  const Track track{static_cast<std::uint32_t>(tracks_.size())};
  tracks_.push_back({std::string(component), std::string(name)});
  if (sink_ != nullptr) sink_->on_track(track, component, name);
  return track;
}

ActivityName Probe::name(std::string_view text) {
  const auto found = std::find(names_.begin(), names_.end(), text);
  const ActivityName activity{static_cast<std::uint32_t>(found - names_.begin())};
  if (found == names_.end()) {
    names_.emplace_back(text);
    if (sink_ != nullptr) sink_->on_name(activity, text);
  }
  return activity;
}

Counter Probe::counter(std::string_view component, std::string_view name, unsigned bits) {
  const Counter counter{static_cast<std::uint32_t>(counters_.size())};
  counters_.push_back({std::string(component), std::string(name), bits});
  if (sink_ != nullptr) sink_->on_counter(counter, component, name, bits);
  return counter;
}

void Probe::attach(ActivitySink* sink) {
  sink_ = sink;
  if (sink_ == nullptr) return;
  for (std::uint32_t id = 0; id < tracks_.size(); ++id) {
    sink_->on_track({id}, tracks_[id].component, tracks_[id].name);
  }
  for (std::uint32_t id = 0; id < names_.size(); ++id) sink_->on_name({id}, names_[id]);
  for (std::uint32_t id = 0; id < counters_.size(); ++id) {
    const CounterInfo& counter = counters_[id];
    sink_->on_counter({id}, counter.component, counter.name, counter.bits);
  }
}

}  // namespace aimc::core
