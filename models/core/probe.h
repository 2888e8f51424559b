#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/time.h"

namespace aimc::core {

/// A timeline of one component on which activities are shown.
struct Track {
  std::uint32_t id = 0;
};

/// The interned name of an activity.
struct ActivityName {
  std::uint32_t id = 0;
};

/// Receives what models report. Implemented by the platform; a model never sees a file format.
class ActivitySink {
 public:
  virtual ~ActivitySink() = default;
  /// A new timeline: `component` is a hierarchical path ("tile3"), `name` one of its timelines
  /// ("nmpu").
  virtual void on_track(Track track, std::string_view component, std::string_view name) = 0;
  /// A new activity name.
  virtual void on_name(ActivityName name, std::string_view text) = 0;
  /// An activity that lasted from `begin_ps` to `end_ps`; activities of one track nest or do not
  /// overlap.
  virtual void on_slice(Track track, ActivityName name, TimePs begin_ps, TimePs end_ps) = 0;
};

/// Through this models report what they do and when. With no sink attached a report costs one
/// branch.
///
/// Reports of one track come with non-decreasing end times; between tracks there is no order.
class Probe {
 public:
  /// Opens a timeline of a component.
  Track track(std::string_view component, std::string_view name);
  /// Interns an activity name.
  ActivityName name(std::string_view text);

  /// Reports an activity on `track` from `begin_ps` to `end_ps`.
  void slice(Track track, ActivityName activity, TimePs begin_ps, TimePs end_ps) {
    if (sink_ != nullptr) sink_->on_slice(track, activity, begin_ps, end_ps);
  }

  /// True when somebody listens; for reports that are costly to prepare.
  bool enabled() const { return sink_ != nullptr; }
  /// Attaches the one sink (nullptr: none) and tells it all tracks and names there are.
  void attach(ActivitySink* sink);

 private:
  struct TrackInfo {
    std::string component;
    std::string name;
  };
  std::vector<TrackInfo> tracks_;
  std::vector<std::string> names_;
  ActivitySink* sink_ = nullptr;
};

}  // namespace aimc::core
