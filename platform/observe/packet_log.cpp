#include "platform/observe/packet_log.h"

#include <array>
#include <cstdio>
#include <utility>

namespace aimc::observe {

PacketLog::PacketLog(std::string path) : file_(std::move(path)) {
  file_.write("cycle,src,dst,flits,plane\n");
}

void PacketLog::sent(const noc::Packet& packet) {
  std::array<char, 80> line{};
  const bool request = packet.plane == noc::Plane::kRequest;
  const int length =
      std::snprintf(line.data(), line.size(), "%llu,%u,%u,%u,%s\n",
                    static_cast<unsigned long long>(packet.inject_cycle), packet.source.id,
                    packet.destination.id, packet.flits, request ? "request" : "response");
  file_.write({line.data(), static_cast<std::size_t>(length)});
}

}  // namespace aimc::observe
