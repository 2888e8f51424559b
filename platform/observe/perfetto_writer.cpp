#include "platform/observe/perfetto_writer.h"

#include <algorithm>

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
namespace track_event {
constexpr std::uint32_t kType = 9;
constexpr std::uint32_t kNameIid = 10;
constexpr std::uint32_t kTrackUuid = 11;
constexpr std::uint64_t kSliceBegin = 1;
constexpr std::uint64_t kSliceEnd = 2;
}  // namespace track_event
namespace interned_data {
constexpr std::uint32_t kEventNames = 2;
constexpr std::uint32_t kEventNameIid = 1;
constexpr std::uint32_t kEventNameName = 2;
}  // namespace interned_data

constexpr std::uint64_t kSequence = 1;  ///< the one sequence all packets belong to
constexpr std::size_t kBufferBytes = std::size_t{1} << 18;
constexpr core::TimePs kPsPerNs = 1000;

/// Tracks of threads have small identifiers, which every event carries; processes lie above them.
std::uint64_t thread_uuid(std::uint32_t track) {
  return std::uint64_t{track} + 1;
}
std::uint64_t process_uuid(std::uint32_t process) {
  return (std::uint64_t{1} << 32U) + process;
}
/// Identifiers of processes and threads are numbered together, since a thread whose number is that
/// of its process would be taken for its main thread.
constexpr std::uint32_t kFirstThread = 1U << 16U;

}  // namespace

PerfettoWriter::PerfettoWriter(const std::string& path) : file_(path) {
  buffer_.reserve(kBufferBytes + 4096);
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
  detail_.add(thread_descriptor::kTid, kFirstThread + track.id);
  detail_.add(thread_descriptor::kThreadName, name);
  body_.clear();
  body_.add(track_descriptor::kUuid, thread_uuid(track.id));
  body_.add(track_descriptor::kName, name);
  body_.add(track_descriptor::kThread, detail_);
  body_.add(track_descriptor::kParentUuid, process_uuid(process));
  packet_.add(trace_packet::kTrackDescriptor, body_);
  write_packet();
  if (waiting_.size() <= track.id) waiting_.resize(track.id + 1);
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
                              core::TimePs end_ps) {
  std::vector<Slice>& waiting = waiting_[track.id];
  waiting.push_back({begin_ps, std::max(begin_ps, end_ps), name.id});
  if (waiting.size() >= kHeldBack) write_oldest(track.id, kHeldBack / 2);
}

void PerfettoWriter::write_oldest(std::uint32_t track, std::size_t count) {
  std::vector<Slice>& waiting = waiting_[track];
  // Of two equal slices the one reported later is the parent.
  std::reverse(waiting.begin(), waiting.end());
  std::stable_sort(waiting.begin(), waiting.end(), [](const Slice& a, const Slice& b) {
    return a.begin_ps != b.begin_ps ? a.begin_ps < b.begin_ps : a.end_ps > b.end_ps;
  });
  const auto last = waiting.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto slice = waiting.begin(); slice != last; ++slice) {
    write_event(track, slice->begin_ps, true, slice->name);
    write_event(track, slice->end_ps, false, slice->name);
  }
  waiting.erase(waiting.begin(), last);
  // Back to the order of reporting, or what stands for it: children before parents.
  std::reverse(waiting.begin(), waiting.end());
}

void PerfettoWriter::write_event(std::uint32_t track, core::TimePs time_ps, bool begin,
                                 std::uint32_t name) {
  body_.clear();
  body_.add(track_event::kType, begin ? track_event::kSliceBegin : track_event::kSliceEnd);
  body_.add(track_event::kTrackUuid, thread_uuid(track));
  if (begin) body_.add(track_event::kNameIid, std::uint64_t{name} + 1);
  packet_.add(trace_packet::kTimestamp, time_ps / kPsPerNs);
  packet_.add(trace_packet::kTrackEvent, body_);
  packet_.add(trace_packet::kSequenceFlags, trace_packet::kNeedsIncrementalState);
  write_packet();
}

void PerfettoWriter::write_packet() {
  packet_.add(trace_packet::kTrustedPacketSequenceId, kSequence);
  trace_.clear();
  trace_.add(trace::kPacket, packet_);
  packet_.clear();
  buffer_.append(trace_.bytes());
  if (buffer_.size() >= kBufferBytes) {
    file_.write(buffer_);
    buffer_.clear();
  }
}

void PerfettoWriter::commit() {
  for (std::uint32_t track = 0; track < waiting_.size(); ++track) {
    write_oldest(track, waiting_[track].size());
  }
  file_.write(buffer_);
  buffer_.clear();
  file_.commit();
}

}  // namespace aimc::observe
