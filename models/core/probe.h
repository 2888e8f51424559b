#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/observation.h"
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

/// Something that has a value at any time: a level of a line, a count.
struct Counter {
  std::uint32_t id = 0;
};

/// Ties an activity of a sender to one of a receiver.
struct Flow {
  std::uint64_t id = 0;   ///< the same on both sides; 0: none
  bool receiver = false;  ///< the side it ends at
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
  virtual void on_slice(Track track, ActivityName name, TimePs begin_ps, TimePs end_ps,
                        Flow flow) = 0;
  /// A new counter, which is zero: `bits` is the width of its values, 1 to 64.
  virtual void on_counter(Counter /*counter*/, std::string_view /*component*/,
                          std::string_view /*name*/, unsigned /*bits*/) {}
  /// A counter has a new value from `time_ps` on.
  virtual void on_value(Counter /*counter*/, TimePs /*time_ps*/, std::uint64_t /*value*/) {}
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
  void slice(Track track, ActivityName activity, TimePs begin_ps, TimePs end_ps, Flow flow = {}) {
    if (enabled()) sink_->on_slice(track, activity, begin_ps, end_ps, flow);
  }

  /// Opens a counter of a component, with values of `bits` bits.
  Counter counter(std::string_view component, std::string_view name, unsigned bits);
  /// Reports that `counter` has a new value from `time_ps` on. Times of one counter do not
  /// decrease.
  void value(Counter counter, TimePs time_ps, std::uint64_t value) {
    if (enabled()) sink_->on_value(counter, time_ps, value);
  }

  /// True when somebody listens; for reports that are costly to prepare.
  bool enabled() const { return kObservation && sink_ != nullptr; }
  /// Attaches the one sink (nullptr: none) and tells it all tracks, names and counters there are.
  void attach(ActivitySink* sink);

 private:
  struct TrackInfo {
    std::string component;
    std::string name;
  };
  std::vector<TrackInfo> tracks_;
  struct CounterInfo {
    std::string component;
    std::string name;
    unsigned bits;
  };
  std::vector<std::string> names_;
  std::vector<CounterInfo> counters_;
  ActivitySink* sink_ = nullptr;
};

}  // namespace aimc::core
