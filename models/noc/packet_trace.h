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

/// Reads comma-separated values: a line `cycle,src,dst,flits` or `cycle,src,dst,flits,head,tail`,
/// then a line of decimal numbers a packet, in any order of cycles. Packets go over the request
/// plane. Empty lines are skipped, a carriage return at the end of a line is ignored.
/// @throws std::invalid_argument naming the line, the column, the value and what was expected
PacketTrace read_trace(std::istream& in, const NocConfig& config);

/// Writes what read_trace reads; the plane is not written. With deliveries, there must be as many
/// as packets.
/// @throws std::invalid_argument for another number of deliveries
void write_trace(std::ostream& out, const PacketTrace& trace);

}  // namespace aimc::noc
