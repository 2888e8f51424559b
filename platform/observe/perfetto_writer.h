#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/core/probe.h"
#include "platform/observe/output_file.h"
#include "platform/observe/protobuf_encoder.h"

namespace aimc::observe {

/// Writes what the models report as a Perfetto trace (opens in ui.perfetto.dev).
///
/// A component is a process, each of its timelines a thread, an activity a slice. The trace streams
/// to disk: memory is bounded by the number of tracks, whatever the length of the run.
///
/// Perfetto counts whole nanoseconds. Begin and end are both rounded down, which keeps the order of
/// any two times, so nested slices stay nested and one that lies between two nanoseconds has length
/// zero. Where times become equal the order in the file decides, a parent first; to write it first
/// although it is reported last, each track holds back its last slices (`kHeldBack`). A parent that
/// begins in the same nanosecond as a child reported earlier than those would be drawn inside it.
class PerfettoWriter : public core::ActivitySink {
 public:
  /// Slices of a track that wait for a parent.
  static constexpr std::size_t kHeldBack = 1024;

  /// Creates the trace; throws OutputError.
  explicit PerfettoWriter(const std::string& path);

  void on_track(core::Track track, std::string_view component, std::string_view name) override;
  void on_name(core::ActivityName name, std::string_view text) override;
  void on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                core::TimePs end_ps) override;

  /// Completes the file; throws OutputError when anything could not be written.
  void commit();

 private:
  struct Slice {
    core::TimePs begin_ps;
    core::TimePs end_ps;
    std::uint32_t name;
  };

  void write_oldest(std::uint32_t track, std::size_t count);
  void write_event(std::uint32_t track, core::TimePs time_ps, bool begin, std::uint32_t name);
  void write_packet();
  std::uint32_t process_of(std::string_view component);

  OutputFile file_;
  std::string buffer_;
  ProtobufMessage packet_;
  ProtobufMessage body_;
  ProtobufMessage detail_;
  ProtobufMessage trace_;
  std::vector<std::vector<Slice>> waiting_;  ///< by track, in order of reporting
  std::unordered_map<std::string, std::uint32_t> processes_;
};

}  // namespace aimc::observe
