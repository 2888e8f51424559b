#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/core/probe.h"

namespace aimc::observe {

/// A signal of a waveform.
struct WaveSignal {
  std::string scope;  ///< hierarchical, parts separated by '.'
  std::string name;   ///< without blanks
  unsigned bits = 1;  ///< 1..32
};

/// Writes one waveform format. Changes come in the order of time.
class WaveWriter {
 public:
  virtual ~WaveWriter() = default;
  /// The signals, all zero at the beginning; `notes` are lines for the reader of the file.
  virtual void begin(const std::vector<WaveSignal>& signals, const std::string& notes) = 0;
  /// What follows happens at this time.
  virtual void time(core::TimePs time_ps) = 0;
  virtual void change(std::size_t signal, std::uint32_t value) = 0;
  /// The waveform ends at this time. Throws OutputError.
  virtual void commit(core::TimePs end_ps) = 0;
};

/// Turns what models report into signals.
///
/// A timeline is a signal that is 1 while it has an activity; one of commands has a second signal
/// `..._code` with the activity's number, which the notes explain. A counter is a signal. Reports
/// come at the end of activities and out of order, so they are kept in a file, and sorted when the
/// run has ended; memory is bounded.
class WaveRecorder : public core::ActivitySink {
 public:
  /// @param folder where a nameless file can be. Throws OutputError.
  explicit WaveRecorder(const std::string& folder);

  void on_track(core::Track track, std::string_view component, std::string_view name) override;
  void on_name(core::ActivityName name, std::string_view text) override;
  void on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                core::TimePs end_ps, core::Flow flow) override;
  void on_counter(core::Counter counter, std::string_view component, std::string_view name,
                  unsigned bits) override;
  void on_value(core::Counter counter, core::TimePs time_ps, std::uint64_t value) override;

  /// Writes everything, up to `end_ps`. Throws OutputError.
  void write(const std::vector<WaveWriter*>& writers, core::TimePs end_ps);

 private:
  enum class Kind : std::uint32_t { kBegin, kEnd, kValue };
  struct Record {
    core::TimePs time_ps;
    std::uint32_t signal;  // Kind in the two highest bits
    std::uint32_t value;
  };
  struct TrackSignals {
    std::int64_t active = -1;
    std::int64_t code = -1;
  };
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  class SortedRecords;

  std::uint32_t add_signal(std::string_view component, std::string_view name, unsigned bits);
  void record(core::TimePs time_ps, Kind kind, std::uint32_t signal, std::uint32_t value);
  void spill();
  std::string notes() const;

  std::vector<WaveSignal> signals_;
  std::vector<TrackSignals> tracks_;
  std::vector<std::uint32_t> counters_;
  std::map<std::uint32_t, std::string> names_;
  std::vector<std::uint32_t> codes_used_;
  std::vector<Record> records_;    // the run in the making
  std::vector<std::size_t> runs_;  // sorted ones in the file, lengths
  std::unique_ptr<std::FILE, CloseFile> file_;
  bool failed_ = false;
};

/// waves.vcd (IEEE 1364-2005, section 18). Throws OutputError.
std::unique_ptr<WaveWriter> make_vcd_writer(const std::string& path);
/// waves.fst, the format of GTKWave. Throws OutputError.
std::unique_ptr<WaveWriter> make_fst_writer(const std::string& path);

}  // namespace aimc::observe
