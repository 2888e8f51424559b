#include "models/noc/packet_trace.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <istream>
#include <limits>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "models/noc/routing.h"
#include "models/noc/topology.h"

namespace aimc::noc {

namespace {

constexpr std::array<const char*, 7> kColumns = {"cycle", "src",  "dst", "flits",
                                                 "plane", "head", "tail"};
constexpr unsigned kPlaneColumn = 4;
constexpr std::array<std::string_view, 2> kPlanes = {"request", "response"};

/// Which of the optional columns there are.
struct Heading {
  bool planes = false;
  bool deliveries = false;

  std::string text() const {
    std::string text = "cycle,src,dst,flits";
    if (planes) text += ",plane";
    if (deliveries) text += ",head,tail";
    return text;
  }
};

// Leaves room for any latency behind the last packet.
constexpr std::uint64_t kLastCycle = std::uint64_t{1} << 62U;

[[noreturn]] void refuse(std::uint64_t line, const std::string& what, std::string_view value,
                         const std::string& expected) {
  throw std::invalid_argument("noc: trace line " + std::to_string(line) + ": " + what + " is \"" +
                              std::string(value) + "\", expected " + expected);
}

/// Takes the values of a line apart.
class Fields {
 public:
  Fields(std::string_view text, std::uint64_t line) : text_(text), line_(line) {}

  /// The next value, which must be low..high.
  std::uint64_t next(unsigned column, std::uint64_t low, std::uint64_t high) {
    const std::string_view field = take(column);
    std::uint64_t value = 0;
    const char* const end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, value);
    if (error != std::errc() || stop != end || value < low || value > high) {
      refuse(line_, kColumns[column], field,
             "a whole number " + std::to_string(low) + ".." + std::to_string(high));
    }
    return value;
  }
  Plane next_plane() {
    const std::string_view field = take(kPlaneColumn);
    if (field == kPlanes[0]) return Plane::kRequest;
    if (field == kPlanes[1]) return Plane::kResponse;
    refuse(line_, kColumns[kPlaneColumn], field, "request or response");
  }
  void expect_end() const {
    if (!ended_) refuse(line_, "the rest of the line", text_, "nothing");
  }

 private:
  std::string_view take(unsigned column) {
    if (ended_) refuse(line_, kColumns[column], "", "a value");
    const std::size_t comma = text_.find(',');
    const std::string_view field = text_.substr(0, comma);
    ended_ = comma == std::string_view::npos;
    if (!ended_) text_.remove_prefix(comma + 1);
    return field;
  }

  std::string_view text_;
  std::uint64_t line_;
  bool ended_ = false;
};

bool next_line(std::istream& in, std::string& text, std::uint64_t& number) {
  while (std::getline(in, text)) {
    ++number;
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (!text.empty()) return true;
  }
  return false;
}

Heading read_heading(std::istream& in, std::string& text, std::uint64_t& line) {
  const bool found = next_line(in, text, line);
  for (const bool planes : {false, true}) {
    for (const bool deliveries : {false, true}) {
      const Heading heading{planes, deliveries};
      if (found && text == heading.text()) return heading;
    }
  }
  refuse(line == 0 ? 1 : line, "the heading", text,
         "cycle,src,dst,flits, then perhaps ,plane, then perhaps ,head,tail");
}

}  // namespace

PacketTrace read_trace(std::istream& in, const NocConfig& config) {
  check(config);
  const Topology topology(config);
  PacketTrace trace;
  std::string text;
  std::uint64_t line = 0;
  const Heading heading = read_heading(in, text, line);
  const std::uint64_t last_node = topology.nodes() - 1;
  while (next_line(in, text, line)) {
    Fields fields(text, line);
    Packet packet;
    packet.inject_cycle = fields.next(0, 0, kLastCycle);
    packet.source.id = static_cast<std::uint32_t>(fields.next(1, 0, last_node));
    packet.destination.id = static_cast<std::uint32_t>(fields.next(2, 0, last_node));
    packet.flits =
        static_cast<unsigned>(fields.next(3, 1, std::numeric_limits<std::uint32_t>::max()));
    if (heading.planes) packet.plane = fields.next_plane();
    if (heading.deliveries) {
      Delivery delivery;
      delivery.head_cycle = fields.next(5, packet.inject_cycle, 2 * kLastCycle);
      delivery.tail_cycle = fields.next(6, delivery.head_cycle, 2 * kLastCycle);
      delivery.routers = path_routers(topology, packet.source, packet.destination);
      trace.deliveries.push_back(delivery);
    }
    fields.expect_end();
    trace.packets.push_back(packet);
  }
  return trace;
}

void write_trace(std::ostream& out, const PacketTrace& trace) {
  const bool delivered = !trace.deliveries.empty();
  if (delivered && trace.deliveries.size() != trace.packets.size()) {
    throw std::invalid_argument("noc: " + std::to_string(trace.deliveries.size()) +
                                " deliveries in a trace, expected " +
                                std::to_string(trace.packets.size()) + ", one a packet");
  }
  const bool planes =
      std::any_of(trace.packets.begin(), trace.packets.end(),
                  [](const Packet& packet) { return packet.plane != Plane::kRequest; });
  out << Heading{planes, delivered}.text() << '\n';
  for (std::size_t i = 0; i < trace.packets.size(); ++i) {
    const Packet& packet = trace.packets[i];
    out << packet.inject_cycle << ',' << packet.source.id << ',' << packet.destination.id << ','
        << packet.flits;
    if (planes) out << ',' << kPlanes[static_cast<std::size_t>(packet.plane)];
    if (delivered) {
      out << ',' << trace.deliveries[i].head_cycle << ',' << trace.deliveries[i].tail_cycle;
    }
    out << '\n';
  }
}

}  // namespace aimc::noc
