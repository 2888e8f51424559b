#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/core/probe.h"
#include "platform/observe/nested_sink.h"
#include "platform/observe/output_file.h"
#include "platform/observe/protobuf_encoder.h"

namespace aimc::observe {

/// Writes what the models report as a Perfetto trace (opens in ui.perfetto.dev).
///
/// A component is a process, each of its timelines a thread, an activity a slice, a flow an arrow
/// between two slices, a counter a counter track. The trace streams
/// to disk: memory is bounded by the number of tracks, whatever the length of the run.
///
/// Perfetto counts whole nanoseconds. Begin and end are both rounded down, which keeps the order of
/// any two times, so nested slices stay nested and one that lies between two nanoseconds has length
/// zero. Where times become equal the order in the file decides, so begins and ends of a track are
/// written in the order they happened. A slice is reported after those within it; to write it first
/// nevertheless, each track holds back its last slices (`kHeldBack`). A parent that begins in the
/// same nanosecond as a child reported earlier than those would be drawn inside it.
class PerfettoWriter : public core::ActivitySink, public NestedSink {
 public:
  /// Slices of a track that wait for a parent.
  static constexpr std::size_t kHeldBack = 1024;

  /// Creates the trace; throws OutputError.
  explicit PerfettoWriter(const std::string& path);

  void on_track(core::Track track, std::string_view component, std::string_view name) override;
  void on_name(core::ActivityName name, std::string_view text) override;
  void on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                core::TimePs end_ps, core::Flow flow) override;
  void on_counter(core::Counter counter, std::string_view component, std::string_view name,
                  unsigned bits) override;
  void on_value(core::Counter counter, core::TimePs time_ps, std::uint64_t value) override;
  /// These are written at once; a track has either slices or begins and ends.
  void on_begin(core::Track track, core::ActivityName name, core::TimePs time_ps) override;
  void on_end(core::Track track, core::TimePs time_ps) override;

  /// A counter with a unit whose values need not be whole; returns its identifier.
  std::uint64_t open_series(std::string_view component, std::string_view name,
                            std::string_view unit);
  /// It has this value from `time_ps` on.
  void write_series(std::uint64_t series, core::TimePs time_ps, double value);

  /// Completes the file; throws OutputError when anything could not be written.
  void commit();

 private:
  struct Slice {
    core::TimePs begin_ps;
    core::TimePs end_ps;
    core::Flow flow;
    std::uint32_t name;
  };
  struct Thread {
    std::vector<Slice> waiting;              ///< in the order of reporting
    std::vector<core::TimePs> open_ends_ps;  ///< of those that have begun, the outermost first
  };

  void write_oldest(Thread& thread, std::uint32_t number, std::size_t count);
  void close_until(Thread& thread, std::uint32_t number, core::TimePs time_ps);
  void write_begin(std::uint32_t thread, std::uint32_t name, core::TimePs time_ps, core::Flow flow);
  void write_end(std::uint32_t thread, core::TimePs time_ps);
  template <class Fill>
  void write_event(core::TimePs time_ps, Fill fill);
  void describe_counter(std::uint64_t uuid, std::string_view component, std::string_view name,
                        std::string_view unit);
  void write_packet();
  void append(std::string_view bytes);
  void flush();
  std::uint32_t process_of(std::string_view component);

  OutputFile file_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;  ///< of the buffer
  ProtobufMessage packet_;
  ProtobufMessage body_;
  ProtobufMessage detail_;
  ProtobufMessage trace_;
  std::vector<Thread> threads_;
  std::unordered_map<std::string, std::uint32_t> processes_;
  std::uint32_t series_ = 0;
};

}  // namespace aimc::observe
