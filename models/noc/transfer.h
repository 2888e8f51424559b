#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/noc/address_map.h"
#include "models/noc/courier.h"

namespace aimc::noc {

/// A part of a transaction that travels as one packet each way.
struct Burst {
  std::uint64_t offset = 0;  ///< in the transaction's data
  std::uint64_t bytes = 0;
  Parcel request;
  Parcel response;
};

/// A burst's copy for one of several destinations.
struct BurstCopy {
  Burst burst;
  unsigned target = 0;  ///< position in the list of destinations
};

/// What one b_transport call needs besides its arguments; used again by later calls.
struct Transfer {
  tlm::tlm_generic_payload part;  ///< one burst of several, as the target sees it
  std::vector<unsigned char> byte_enables;
  std::vector<Burst> bursts;
  std::vector<BurstCopy> copies;             ///< of a multicast, by burst, then destination
  std::vector<const AddressRange*> targets;  ///< of a multicast
  sc_core::sc_event arrival;                 ///< one of the packets has arrived
};

/// All Transfers there are, and those no call uses. Calls overlap because they wait, and may never
/// end when the simulation does, so a Transfer stays the pool's.
struct TransferPool {
  std::vector<std::unique_ptr<Transfer>> all;
  std::vector<Transfer*> idle;
};

/// A Transfer for the length of a call.
class TransferLease {
 public:
  explicit TransferLease(TransferPool& pool) : pool_(pool) {
    if (pool_.idle.empty()) {
      pool_.all.push_back(std::make_unique<Transfer>());
      pool_.idle.push_back(pool_.all.back().get());
    }
    transfer_ = pool_.idle.back();
    pool_.idle.pop_back();
    transfer_->bursts.clear();
  }
  ~TransferLease() { pool_.idle.push_back(transfer_); }
  TransferLease(const TransferLease&) = delete;
  TransferLease& operator=(const TransferLease&) = delete;

  Transfer& operator*() const { return *transfer_; }

 private:
  TransferPool& pool_;
  Transfer* transfer_ = nullptr;
};

}  // namespace aimc::noc
