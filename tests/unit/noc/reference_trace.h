#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <tuple>
#include <vector>

#include "models/noc/engine.h"

namespace aimc::noc {

/// A packet of a reference trace and when it arrived there.
struct TracedPacket {
  Packet packet;
  Delivery delivery;
};

/// Where the reference trace `name` lies; empty when there is none on this machine.
inline std::filesystem::path reference_trace(const char* name) {
  const char* root = std::getenv("AIMC_SHARED");
  if (root == nullptr) return {};
  const std::filesystem::path path = std::filesystem::path(root) / "refs/noc" / name;
  return std::filesystem::exists(path) ? path : std::filesystem::path{};
}

/// The packets of a gzipped trace by time and source. Its columns: created, source, destination,
/// flits, one that is ignored, the head's and the tail's arrival, routers.
inline std::vector<TracedPacket> read_reference_trace(const std::filesystem::path& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::vector<TracedPacket> packets;
  char line[256];
  while (file && gzgets(file.get(), line, sizeof line) != nullptr) {
    unsigned long long created = 0;
    unsigned long long head = 0;
    unsigned long long tail = 0;
    TracedPacket traced;
    if (std::sscanf(line, "%llu %u %u %u %*u %llu %llu %u", &created, &traced.packet.source.id,
                    &traced.packet.destination.id, &traced.packet.flits, &head, &tail,
                    &traced.delivery.routers) == 7) {
      traced.packet.inject_cycle = created;
      traced.delivery.head_cycle = head;
      traced.delivery.tail_cycle = tail;
      packets.push_back(traced);
    }
  }
  std::sort(packets.begin(), packets.end(), [](const TracedPacket& a, const TracedPacket& b) {
    return std::tie(a.packet.inject_cycle, a.packet.source.id) <
           std::tie(b.packet.inject_cycle, b.packet.source.id);
  });
  return packets;
}

}  // namespace aimc::noc
