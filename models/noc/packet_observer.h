#pragma once

#include "models/noc/network.h"

namespace aimc::noc {

/// Told of each packet the network takes, in the order of the calls.
class PacketObserver {
 public:
  virtual ~PacketObserver() = default;
  virtual void sent(const Packet& packet) = 0;
};

}  // namespace aimc::noc
