#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "models/core/time.h"
#include "models/noc/network.h"

namespace aimc::noc {

/// A packet on its way through simulated time.
struct Parcel {
  Packet packet;
  Delivery delivery;  ///< known once `arrived`
  bool arrived = false;
  sc_core::sc_event* arrival = nullptr;  ///< notified when it arrives; the sender's
};

/// Carries packets in simulated time with one of the engines.
class Courier {
 public:
  virtual ~Courier() = default;
  /// Sends a packet, which may be injected in the future but not before the kernel's time; `parcel`
  /// stays the caller's and must stay where it is until it has arrived.
  virtual void send(Parcel& parcel) = 0;
  /// Sends one packet to the destinations of all parcels, which differ in nothing else.
  /// @throws std::invalid_argument like check_multicast
  virtual void send_multicast(const std::vector<Parcel*>& parcels) = 0;
  virtual const NetworkCounters& counters() const = 0;
  /// Every link that carried something.
  virtual std::vector<LinkUse> link_use() const = 0;
};

/// Told of each packet whose delivery is known.
class ParcelObserver {
 public:
  virtual ~ParcelObserver() = default;
  virtual void delivered(const Parcel& parcel) = 0;
};

/// Makes the courier of the engine in `config`. With the link-reservation engine a parcel has
/// arrived when send() returns, though its time lies in the future; with the others when the
/// kernel's time has come to it. To be called while a module is constructed, which the courier's
/// process then belongs to.
/// @throws std::invalid_argument for a configuration out of range or one the engine cannot work
/// with
std::unique_ptr<Courier> make_courier(const NocConfig& config, ParcelObserver& observer);

}  // namespace aimc::noc
