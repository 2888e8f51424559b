#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/core/probe.h"

namespace aimc::observe {

/// Which part of what models report a trace shows.
struct TraceSelection {
  core::TimePs from_ps = 0;               ///< what lasts to this time or longer
  core::TimePs to_ps = ~core::TimePs{0};  ///< and begins before this one
  std::vector<std::string> components;    ///< of these and what lies below them; none: of all

  bool wants(std::string_view component) const;
  bool is_all() const { return from_ps == 0 && to_ps == ~core::TimePs{0} && components.empty(); }
};

/// Passes on what is selected, to several sinks.
class SelectedSinks : public core::ActivitySink {
 public:
  explicit SelectedSinks(TraceSelection selection) : selection_(std::move(selection)) {}

  /// One more receiver; before anything is reported. It must outlive this.
  void add(core::ActivitySink& sink) { sinks_.push_back(&sink); }
  bool empty() const { return sinks_.empty(); }

  void on_track(core::Track track, std::string_view component, std::string_view name) override;
  void on_name(core::ActivityName name, std::string_view text) override;
  void on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                core::TimePs end_ps, core::Flow flow) override;
  void on_counter(core::Counter counter, std::string_view component, std::string_view name,
                  unsigned bits) override;
  void on_value(core::Counter counter, core::TimePs time_ps, std::uint64_t value) override;

 private:
  struct Level {
    bool wanted = false;
    bool told = true;          // the value at the beginning of the window
    std::uint64_t before = 0;  // that value
  };

  TraceSelection selection_;
  std::vector<core::ActivitySink*> sinks_;
  std::vector<bool> wanted_tracks_;
  std::vector<Level> levels_;  // by counter
};

}  // namespace aimc::observe
