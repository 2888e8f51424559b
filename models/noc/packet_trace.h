#pragma once

#include <iosfwd>
#include <vector>

#include "models/noc/network.h"

namespace aimc::noc {

/// A list of packets, with their arrivals if known.
struct PacketTrace {
  std::vector<Packet> packets;
  std::vector<Delivery> deliveries;  ///< as many as packets, or none
};

/// Reads comma-separated values: a line `cycle,src,dst,flits`, with `,plane` and then `,head,tail`
/// behind where there are such columns, then a line a packet, in any order of cycles. Numbers are
/// decimal, a plane is `request`, which is also the default, or `response`. Empty lines are
/// skipped, a carriage return at the end of a line is ignored.
/// @throws std::invalid_argument naming the line, the column, the value and what was expected
PacketTrace read_trace(std::istream& in, const NocConfig& config);

/// Writes what read_trace reads; planes only if there are responses. With deliveries, there must be
/// as many as packets.
/// @throws std::invalid_argument for another number of deliveries
void write_trace(std::ostream& out, const PacketTrace& trace);

}  // namespace aimc::noc
