#include "platform/observe/perfetto_writer.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace aimc::observe {
namespace {

// Field numbers of the messages in protos/perfetto/trace of the Perfetto project.
namespace trace {
constexpr std::uint32_t kPacket = 1;
}
namespace trace_packet {
constexpr std::uint32_t kTimestamp = 8;
constexpr std::uint32_t kTrustedPacketSequenceId = 10;
constexpr std::uint32_t kTrackEvent = 11;
constexpr std::uint32_t kInternedData = 12;
constexpr std::uint32_t kSequenceFlags = 13;
constexpr std::uint32_t kTrackDescriptor = 60;
constexpr std::uint64_t kIncrementalStateCleared = 1;
constexpr std::uint64_t kNeedsIncrementalState = 2;
}  // namespace trace_packet
namespace track_descriptor {
constexpr std::uint32_t kUuid = 1;
constexpr std::uint32_t kName = 2;
constexpr std::uint32_t kProcess = 3;
constexpr std::uint32_t kThread = 4;
constexpr std::uint32_t kParentUuid = 5;
constexpr std::uint32_t kCounter = 8;
}  // namespace track_descriptor
namespace process_descriptor {
constexpr std::uint32_t kPid = 1;
constexpr std::uint32_t kProcessName = 6;
}  // namespace process_descriptor
namespace thread_descriptor {
constexpr std::uint32_t kPid = 1;
constexpr std::uint32_t kTid = 2;
constexpr std::uint32_t kThreadName = 5;
}  // namespace thread_descriptor
namespace counter_descriptor {
constexpr std::uint32_t kUnitName = 6;
}
namespace track_event {
constexpr std::uint32_t kType = 9;
constexpr std::uint32_t kNameIid = 10;
constexpr std::uint32_t kTrackUuid = 11;
constexpr std::uint64_t kSliceBegin = 1;
constexpr std::uint64_t kSliceEnd = 2;
constexpr std::uint64_t kCounter = 4;
constexpr std::uint32_t kCounterValue = 30;
constexpr std::uint32_t kDoubleCounterValue = 44;
constexpr std::uint32_t kFlowIds = 47;
constexpr std::uint32_t kTerminatingFlowIds = 48;
}  // namespace track_event
namespace interned_data {
constexpr std::uint32_t kEventNames = 2;
constexpr std::uint32_t kEventNameIid = 1;
constexpr std::uint32_t kEventNameName = 2;
}  // namespace interned_data

constexpr std::uint64_t kSequence = 1;  ///< the one sequence all packets belong to
constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr std::size_t kLongestEvent = 128;
constexpr core::TimePs kPsPerNs = 1000;

/// Tracks of threads have small identifiers, which every event carries; processes lie above them.
std::uint64_t thread_uuid(std::uint32_t thread) {
  return std::uint64_t{thread} + 1;
}
/// kFunctionsTrack is thread 0, the models' tracks follow.
std::uint32_t thread_of(core::Track track) {
  return track.id + 1U;
}
std::uint64_t process_uuid(std::uint32_t process) {
  return (std::uint64_t{1} << 32U) + process;
}
std::uint64_t counter_uuid(std::uint32_t counter) {
  return (std::uint64_t{2} << 32U) + counter;
}
std::uint64_t series_uuid(std::uint32_t series) {
  return (std::uint64_t{3} << 32U) + series;
}
/// Identifiers of processes and threads are numbered together, since a thread whose number is that
/// of its process would be taken for its main thread.
constexpr std::uint32_t kFirstThread = 1U << 16U;

}  // namespace

PerfettoWriter::PerfettoWriter(const std::string& path) : file_(path), buffer_(kBufferBytes) {
  packet_.add(trace_packet::kSequenceFlags, trace_packet::kIncrementalStateCleared);
  write_packet();
}

std::uint32_t PerfettoWriter::process_of(std::string_view component) {
  const auto number = static_cast<std::uint32_t>(processes_.size() + 1);
  const auto [entry, is_new] = processes_.emplace(component, number);
  if (is_new) {
    detail_.clear();
    detail_.add(process_descriptor::kPid, number);
    detail_.add(process_descriptor::kProcessName, component);
    body_.clear();
    body_.add(track_descriptor::kUuid, process_uuid(number));
    body_.add(track_descriptor::kName, component);
    body_.add(track_descriptor::kProcess, detail_);
    packet_.add(trace_packet::kTrackDescriptor, body_);
    write_packet();
  }
  return entry->second;
}

void PerfettoWriter::on_track(core::Track track, std::string_view component,
                              std::string_view name) {
  const std::uint32_t process = process_of(component);
  detail_.clear();
  detail_.add(thread_descriptor::kPid, process);
  detail_.add(thread_descriptor::kTid, kFirstThread + thread_of(track));
  detail_.add(thread_descriptor::kThreadName, name);
  body_.clear();
  body_.add(track_descriptor::kUuid, thread_uuid(thread_of(track)));
  body_.add(track_descriptor::kName, name);
  body_.add(track_descriptor::kThread, detail_);
  body_.add(track_descriptor::kParentUuid, process_uuid(process));
  packet_.add(trace_packet::kTrackDescriptor, body_);
  write_packet();
  if (threads_.size() <= thread_of(track)) threads_.resize(thread_of(track) + std::size_t{1});
}

void PerfettoWriter::on_name(core::ActivityName name, std::string_view text) {
  detail_.clear();
  detail_.add(interned_data::kEventNameIid, std::uint64_t{name.id} + 1);
  detail_.add(interned_data::kEventNameName, text);
  body_.clear();
  body_.add(interned_data::kEventNames, detail_);
  packet_.add(trace_packet::kInternedData, body_);
  packet_.add(trace_packet::kSequenceFlags, trace_packet::kNeedsIncrementalState);
  write_packet();
}

void PerfettoWriter::on_slice(core::Track track, core::ActivityName name, core::TimePs begin_ps,
                              core::TimePs end_ps, core::Flow flow) {
  Thread& thread = threads_[thread_of(track)];
  thread.waiting.push_back({begin_ps, std::max(begin_ps, end_ps), flow, name.id});
  if (thread.waiting.size() >= kHeldBack) write_oldest(thread, thread_of(track), kHeldBack / 2);
}

void PerfettoWriter::write_oldest(Thread& thread, std::uint32_t number, std::size_t count) {
  std::vector<Slice>& waiting = thread.waiting;
  const bool nested =
      std::adjacent_find(waiting.begin(), waiting.end(), [](const Slice& a, const Slice& b) {
        return a.end_ps > b.begin_ps || a.begin_ps == b.begin_ps;
      }) != waiting.end();
  if (nested) {
    // Of two equal slices the one reported later is the parent.
    std::reverse(waiting.begin(), waiting.end());
    std::stable_sort(waiting.begin(), waiting.end(), [](const Slice& a, const Slice& b) {
      return a.begin_ps != b.begin_ps ? a.begin_ps < b.begin_ps : a.end_ps > b.end_ps;
    });
  }
  const auto last = waiting.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto slice = waiting.begin(); slice != last; ++slice) {
    close_until(thread, number, slice->begin_ps);
    write_begin(number, slice->name, slice->begin_ps, slice->flow);
    std::vector<core::TimePs>& ends = thread.open_ends_ps;
    ends.insert(std::upper_bound(ends.begin(), ends.end(), slice->end_ps, std::greater<>()),
                slice->end_ps);
  }
  waiting.erase(waiting.begin(), last);
  // Back to the order of reporting, or what stands for it: children before parents.
  if (nested) std::reverse(waiting.begin(), waiting.end());
}

void PerfettoWriter::close_until(Thread& thread, std::uint32_t number, core::TimePs time_ps) {
  std::vector<core::TimePs>& ends = thread.open_ends_ps;
  for (; !ends.empty() && ends.back() <= time_ps; ends.pop_back()) write_end(number, ends.back());
}

void PerfettoWriter::on_begin(core::Track track, core::ActivityName name, core::TimePs time_ps) {
  write_begin(thread_of(track), name.id, time_ps, {});
}

void PerfettoWriter::on_end(core::Track track, core::TimePs time_ps) {
  write_end(thread_of(track), time_ps);
}

void PerfettoWriter::write_begin(std::uint32_t thread, std::uint32_t name, core::TimePs time_ps,
                                 core::Flow flow) {
  write_event(time_ps, [&](ProtobufCursor& event) {
    event.add(track_event::kType, track_event::kSliceBegin);
    event.add(track_event::kTrackUuid, thread_uuid(thread));
    event.add(track_event::kNameIid, std::uint64_t{name} + 1);
    if (flow.id == 0) return;
    event.add_fixed(flow.receiver ? track_event::kTerminatingFlowIds : track_event::kFlowIds,
                    flow.id);
  });
}

void PerfettoWriter::write_end(std::uint32_t thread, core::TimePs time_ps) {
  write_event(time_ps, [&](ProtobufCursor& event) {
    event.add(track_event::kType, track_event::kSliceEnd);
    event.add(track_event::kTrackUuid, thread_uuid(thread));
  });
}

template <class Fill>
void PerfettoWriter::write_event(core::TimePs time_ps, Fill fill) {
  if (buffer_.size() - used_ < kLongestEvent) flush();
  ProtobufCursor out(buffer_.data() + used_);
  char* const packet = out.open(trace::kPacket);
  out.add(trace_packet::kTimestamp, time_ps / kPsPerNs);
  out.add(trace_packet::kTrustedPacketSequenceId, kSequence);
  char* const event = out.open(trace_packet::kTrackEvent);
  fill(out);
  out.close(event);
  out.add(trace_packet::kSequenceFlags, trace_packet::kNeedsIncrementalState);
  out.close(packet);
  used_ = static_cast<std::size_t>(out.at() - buffer_.data());
}

void PerfettoWriter::describe_counter(std::uint64_t uuid, std::string_view component,
                                      std::string_view name, std::string_view unit) {
  const std::uint32_t process = process_of(component);
  detail_.clear();
  if (!unit.empty()) detail_.add(counter_descriptor::kUnitName, unit);
  body_.clear();
  body_.add(track_descriptor::kUuid, uuid);
  body_.add(track_descriptor::kName, name);
  body_.add(track_descriptor::kParentUuid, process_uuid(process));
  body_.add(track_descriptor::kCounter, detail_);
  packet_.add(trace_packet::kTrackDescriptor, body_);
  write_packet();
}

void PerfettoWriter::on_counter(core::Counter counter, std::string_view component,
                                std::string_view name, unsigned /*bits*/) {
  describe_counter(counter_uuid(counter.id), component, name, {});
}

void PerfettoWriter::on_value(core::Counter counter, core::TimePs time_ps, std::uint64_t value) {
  write_event(time_ps, [&](ProtobufCursor& event) {
    event.add(track_event::kType, track_event::kCounter);
    event.add(track_event::kTrackUuid, counter_uuid(counter.id));
    event.add(track_event::kCounterValue, value);
  });
}

std::uint64_t PerfettoWriter::open_series(std::string_view component, std::string_view name,
                                          std::string_view unit) {
  const std::uint64_t uuid = series_uuid(series_++);
  describe_counter(uuid, component, name, unit);
  return uuid;
}

void PerfettoWriter::write_series(std::uint64_t series, core::TimePs time_ps, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  write_event(time_ps, [&](ProtobufCursor& event) {
    event.add(track_event::kType, track_event::kCounter);
    event.add(track_event::kTrackUuid, series);
    event.add_fixed(track_event::kDoubleCounterValue, bits);
  });
}

void PerfettoWriter::write_packet() {
  packet_.add(trace_packet::kTrustedPacketSequenceId, kSequence);
  trace_.clear();
  trace_.add(trace::kPacket, packet_);
  packet_.clear();
  append(trace_.bytes());
}

void PerfettoWriter::append(std::string_view bytes) {
  if (buffer_.size() - used_ < bytes.size()) flush();
  if (buffer_.size() < bytes.size()) return file_.write(bytes);
  std::copy(bytes.begin(), bytes.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ += bytes.size();
}

void PerfettoWriter::flush() {
  file_.write({buffer_.data(), used_});
  used_ = 0;
}

void PerfettoWriter::commit() {
  for (std::uint32_t number = 0; number < threads_.size(); ++number) {
    Thread& thread = threads_[number];
    write_oldest(thread, number, thread.waiting.size());
    close_until(thread, number, ~core::TimePs{0});
  }
  flush();
  file_.commit();
}

}  // namespace aimc::observe
