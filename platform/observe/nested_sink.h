#pragma once

#include <string_view>

#include "models/core/probe.h"

namespace aimc::observe {

/// Receives the activities of a timeline as they begin and end: what begins is within everything
/// that has not ended.
class NestedSink {
 public:
  virtual ~NestedSink() = default;
  virtual void on_track(core::Track track, std::string_view component, std::string_view name) = 0;
  virtual void on_name(core::ActivityName name, std::string_view text) = 0;
  /// Times of a track do not decrease.
  virtual void on_begin(core::Track track, core::ActivityName name, core::TimePs time_ps) = 0;
  /// The innermost activity ends.
  virtual void on_end(core::Track track, core::TimePs time_ps) = 0;
};

}  // namespace aimc::observe
