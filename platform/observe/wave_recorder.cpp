#include "platform/observe/wave_recorder.h"

#include <algorithm>
#include <cerrno>
#include <queue>
#include <system_error>

#include "platform/observe/output_file.h"

namespace aimc::observe {
namespace {

constexpr std::size_t kRecordsInMemory = std::size_t{1} << 18U;
constexpr std::size_t kRecordsOfARun = 4096;  // read at once while merging
constexpr unsigned kKindShift = 30;
constexpr std::uint32_t kSignalMask = (1U << kKindShift) - 1;
constexpr unsigned kMaxBits = 32;

[[noreturn]] void fail(const std::string& folder, int error) {
  throw OutputError("output '" + folder + "': the file of signal changes cannot be written: " +
                    std::generic_category().message(error));
}

/// Names of signals have no blanks and no characters that mean something to readers.
std::string signal_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  return name;
}

bool has_commands(std::string_view track) {
  return track == "command" || track.substr(0, 7) == "thread ";
}

}  // namespace

/// The sorted runs of the file and the one in memory, merged.
class WaveRecorder::SortedRecords {
 public:
  explicit SortedRecords(WaveRecorder& recorder) : file_(recorder.file_.get()) {
    std::size_t begin = 0;
    for (const std::size_t length : recorder.runs_) {
      runs_.push_back({begin, begin + length, {}, 0});
      begin += length;
    }
    for (std::size_t run = 0; run < runs_.size(); ++run) advance(run);
  }

  /// The next record; nullptr at the end. Equal times come in the order of reporting.
  const Record* next() {
    if (heads_.empty()) return nullptr;
    const Head head = heads_.top();
    heads_.pop();
    current_ = head.record;
    advance(head.run);
    return &current_;
  }

 private:
  struct Run {
    std::size_t begin;
    std::size_t end;
    std::vector<Record> block;
    std::size_t at;
  };
  struct Head {
    Record record;
    std::size_t run;
    bool operator<(const Head& other) const {
      return record.time_ps != other.record.time_ps ? record.time_ps > other.record.time_ps
                                                    : run > other.run;
    }
  };

  void advance(std::size_t number) {
    Run& run = runs_[number];
    if (run.at == run.block.size()) {
      const std::size_t count = std::min(kRecordsOfARun, run.end - run.begin);
      if (count == 0) return;
      run.block.resize(count);
      run.at = 0;
      std::fseek(file_, static_cast<long>(run.begin * sizeof(Record)), SEEK_SET);
      if (std::fread(run.block.data(), sizeof(Record), count, file_) != count) {
        throw OutputError("the file of signal changes cannot be read back: " +
                          std::generic_category().message(errno));
      }
      run.begin += count;
    }
    heads_.push({run.block[run.at++], number});
  }

  std::FILE* file_;
  std::vector<Run> runs_;
  std::priority_queue<Head> heads_;
  Record current_{};
};

WaveRecorder::WaveRecorder(const std::string& folder) {
  const std::string path = folder + "/waves.part";
  file_.reset(std::fopen(path.c_str(), "w+b"));
  if (file_ == nullptr) fail(folder, errno);
  std::remove(path.c_str());  // it goes when it is closed, however that comes about
  records_.reserve(kRecordsInMemory);
}

std::uint32_t WaveRecorder::add_signal(std::string_view component, std::string_view name,
                                       unsigned bits) {
  std::string scope;
  for (std::size_t begin = 0; begin <= component.size();) {
    const std::size_t end = std::min(component.find('/', begin), component.size());
    scope += (scope.empty() ? "" : ".") + signal_name(component.substr(begin, end - begin));
    begin = end + 1;
  }
  signals_.push_back({scope, signal_name(name), std::min(bits, kMaxBits)});
  return static_cast<std::uint32_t>(signals_.size() - 1);
}

void WaveRecorder::on_track(core::Track track, std::string_view component, std::string_view name) {
  if (tracks_.size() <= track.id) tracks_.resize(track.id + 1);
  tracks_[track.id].active = add_signal(component, name, 1);
  if (has_commands(name)) {
    tracks_[track.id].code = add_signal(component, std::string(name) + "_code", 8);
  }
}

void WaveRecorder::on_name(core::ActivityName name, std::string_view text) {
  names_[name.id] = text;
}

void WaveRecorder::on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                            core::TimePs end_ps, core::Flow /*flow*/) {
  const TrackSignals& signals = tracks_[track.id];
  record(begin_ps, Kind::kBegin, static_cast<std::uint32_t>(signals.active), 1);
  record(end_ps, Kind::kEnd, static_cast<std::uint32_t>(signals.active), 1);
  if (signals.code < 0) return;
  const std::uint32_t code = name.id + 1;
  record(begin_ps, Kind::kBegin, static_cast<std::uint32_t>(signals.code), code);
  record(end_ps, Kind::kEnd, static_cast<std::uint32_t>(signals.code), code);
  const auto used = std::lower_bound(codes_used_.begin(), codes_used_.end(), code);
  if (used == codes_used_.end() || *used != code) codes_used_.insert(used, code);
}

void WaveRecorder::on_counter(core::Counter counter, std::string_view component,
                              std::string_view name, unsigned bits) {
  if (counters_.size() <= counter.id) counters_.resize(counter.id + 1);
  counters_[counter.id] = add_signal(component, name, bits);
}

void WaveRecorder::on_value(core::Counter counter, core::TimePs time_ps, std::uint64_t value) {
  record(time_ps, Kind::kValue, counters_[counter.id], static_cast<std::uint32_t>(value));
}

void WaveRecorder::record(core::TimePs time_ps, Kind kind, std::uint32_t signal,
                          std::uint32_t value) {
  records_.push_back({time_ps, signal | static_cast<std::uint32_t>(kind) << kKindShift, value});
  if (records_.size() == kRecordsInMemory) spill();
}

void WaveRecorder::spill() {
  std::stable_sort(records_.begin(), records_.end(),
                   [](const Record& a, const Record& b) { return a.time_ps < b.time_ps; });
  failed_ |=
      std::fwrite(records_.data(), sizeof(Record), records_.size(), file_.get()) != records_.size();
  runs_.push_back(records_.size());
  records_.clear();
}

std::string WaveRecorder::notes() const {
  std::string text;
  for (const std::uint32_t code : codes_used_) {
    text += (text.empty() ? "codes: " : ", ") + std::to_string(code) + " " + names_.at(code - 1);
  }
  return text;
}

void WaveRecorder::write(const std::vector<WaveWriter*>& writers, core::TimePs end_ps) {
  spill();
  if (failed_ || std::fflush(file_.get()) != 0) {
    throw OutputError("the file of signal changes could not be written completely");
  }
  for (WaveWriter* writer : writers) writer->begin(signals_, notes());
  // Begins and ends of one signal add up: activities of a timeline may nest or touch.
  std::vector<std::uint32_t> values(signals_.size());
  std::vector<std::uint32_t> shown(signals_.size());
  std::vector<std::uint32_t> touched;
  const auto show = [&](core::TimePs time_ps) {
    bool told = false;
    for (const std::uint32_t signal : touched) {
      const std::uint32_t bits = signals_[signal].bits;
      const std::uint32_t value =
          bits == 1 ? static_cast<std::uint32_t>(values[signal] != 0) : values[signal];
      if (value == shown[signal]) continue;
      shown[signal] = value;
      for (WaveWriter* writer : writers) {
        if (!told) writer->time(time_ps);
        writer->change(signal, value);
      }
      told = true;
    }
    touched.clear();
  };
  SortedRecords records(*this);
  core::TimePs at = 0;
  for (const Record* record = records.next(); record != nullptr; record = records.next()) {
    if (record->time_ps != at) {
      show(at);
      at = record->time_ps;
    }
    const std::uint32_t signal = record->signal & kSignalMask;
    switch (static_cast<Kind>(record->signal >> kKindShift)) {
      case Kind::kBegin:
        values[signal] += record->value;
        break;
      case Kind::kEnd:
        values[signal] -= record->value;
        break;
      case Kind::kValue:
        values[signal] = record->value;
        break;
    }
    touched.push_back(signal);
  }
  show(at);
  for (WaveWriter* writer : writers) writer->commit(std::max(at, end_ps));
}

}  // namespace aimc::observe
