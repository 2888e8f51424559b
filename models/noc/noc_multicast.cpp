// Writes to several tiles at once.
#include <algorithm>

#include "models/noc/burst.h"
#include "models/noc/noc_state.h"

namespace aimc::noc {

/// Finds the same place in every tile of a rectangle; false if any of them has none.
bool Noc::State::find_targets(const Payload& transaction, const MulticastExtension& rectangle,
                              std::vector<const AddressRange*>& targets) const {
  const std::uint64_t length = transaction.get_data_length();
  const AddressRange* first =
      map.find(transaction.get_address(), std::max<std::uint64_t>(1, length));
  if (first == nullptr || first->node.id >= config.width * config.height) return false;
  const unsigned x = first->node.id % config.width;
  const unsigned y = first->node.id / config.width;
  if (rectangle.columns == 0 || rectangle.columns > config.width - x) return false;
  if (rectangle.rows == 0 || rectangle.rows > config.height - y) return false;
  const std::uint64_t offset = transaction.get_address() - first->base;
  targets.clear();
  for (unsigned row = y; row < y + rectangle.rows; ++row) {
    for (unsigned column = x; column < x + rectangle.columns; ++column) {
      targets.push_back(map.find_in({row * config.width + column}, offset, length));
      if (target_of(targets.back()) == nullptr) return false;
    }
  }
  return true;
}

/// Cuts a write into bursts whose packets fit a router's buffer, a copy for each destination; false
/// if that is impossible.
bool Noc::State::split_copies(const Payload& transaction, Transfer& transfer) const {
  const std::uint64_t length = transaction.get_data_length();
  const bool several = transfer.targets.size() > 1;
  if (!transaction.is_write() || length == 0 || transaction.get_streaming_width() < length) {
    return false;
  }
  if (several && config.buffer_flits < 2) return false;
  const std::uint64_t most = std::uint64_t{config.buffer_flits - 1U} * config.flit_bytes;
  transfer.copies.clear();
  for (std::uint64_t offset = 0; offset < length;) {
    std::uint64_t bytes =
        first_burst_bytes(config, transaction.get_address() + offset, length - offset);
    if (several) bytes = std::min(bytes, most);
    for (unsigned target = 0; target < transfer.targets.size(); ++target) {
      transfer.copies.push_back({{offset, bytes, {}, {}}, target});
    }
    offset += bytes;
  }
  return true;
}

void Noc::State::send_copies(Node source, std::uint64_t inject_cycle, Transfer& transfer) {
  std::vector<Parcel*> parcels(transfer.targets.size());
  for (std::size_t first = 0; first < transfer.copies.size(); first += parcels.size()) {
    for (std::size_t i = 0; i < parcels.size(); ++i) {
      Burst& burst = transfer.copies[first + i].burst;
      const unsigned flits = burst_flits(config, Direction::kWrite, burst.bytes).request;
      parcels[i] = &burst.request;
      parcels[i]->packet = {source, transfer.targets[i]->node, flits, Plane::kRequest,
                            inject_cycle};
      parcels[i]->arrival = &transfer.arrival;
      if (packet_observer != nullptr) packet_observer->sent(parcels[i]->packet);
    }
    courier->send_multicast(parcels);
  }
}

void Noc::State::multicast(Node source, Payload& transaction, const MulticastExtension& rectangle,
                           sc_core::sc_time& delay) {
  const TransferLease lease(transfers);
  Transfer& transfer = *lease;
  if (!find_targets(transaction, rectangle, transfer.targets)) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (!split_copies(transaction, transfer)) {
    transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  const core::TimePs now_ps = to_ps(sc_core::sc_time_stamp());
  const std::uint64_t inject_cycle = clock.cycle_at_or_after(now_ps + to_ps(delay));
  payload_bytes += transaction.get_data_length();
  send_copies(source, inject_cycle, transfer);

  transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  std::vector<BurstCopy*> waiting;
  for (BurstCopy& copy : transfer.copies) waiting.push_back(&copy);
  std::vector<std::uint64_t> response_cycles(transfer.targets.size());
  std::uint64_t request_tail = 0;
  std::uint64_t first_response = inject_cycle;
  while (!waiting.empty()) {
    // Copies are handed over in the order of their arrival, as far as that is known.
    const auto arrived =
        std::stable_partition(waiting.begin(), waiting.end(),
                              [](const BurstCopy* copy) { return !copy->burst.request.arrived; });
    if (arrived == waiting.end()) {
      sc_core::wait(transfer.arrival);
      continue;
    }
    const std::vector<BurstCopy*> ready = [&] {
      std::vector<BurstCopy*> copies(arrived, waiting.end());
      std::stable_sort(copies.begin(), copies.end(), [](const BurstCopy* a, const BurstCopy* b) {
        return a->burst.request.delivery.tail_cycle < b->burst.request.delivery.tail_cycle;
      });
      return copies;
    }();
    waiting.erase(arrived, waiting.end());
    for (BurstCopy* copy : ready) {
      Burst& burst = copy->burst;
      const AddressRange& range = *transfer.targets[copy->target];
      const std::uint64_t tail_cycle = burst.request.delivery.tail_cycle;
      request_tail = std::max(request_tail, tail_cycle);
      const sc_core::sc_time arrival = from_ps(clock.time_of(tail_cycle));
      if (arrival > sc_core::sc_time_stamp()) sc_core::wait(arrival - sc_core::sc_time_stamp());
      const std::uint64_t offset = transaction.get_address() - transfer.targets[0]->base;
      set_part(transaction, burst, range.local(range.base + offset) + burst.offset, transfer);
      sc_core::sc_time target_delay = sc_core::SC_ZERO_TIME;
      (*target_of(&range))->b_transport(transfer.part, target_delay);
      if (transaction.get_response_status() == tlm::TLM_OK_RESPONSE) {
        transaction.set_response_status(transfer.part.get_response_status());
      }
      std::uint64_t& cycle = response_cycles[copy->target];
      const core::TimePs done_ps = to_ps(sc_core::sc_time_stamp() + target_delay);
      cycle = std::max(cycle, clock.cycle_at_or_after(done_ps));
      if (copy->target == 0 && burst.offset == 0) first_response = cycle;
      send({range.node, source, 1, Plane::kResponse, cycle}, burst.response, transfer);
    }
  }
  const std::uint64_t flow = ++transactions;
  report(source, request_name, inject_cycle, request_tail, {flow, false});
  std::uint64_t response_tail = 0;
  std::uint64_t first_target_tail = 0;
  for (const BurstCopy& copy : transfer.copies) {
    const std::uint64_t tail = arrival_of(copy.burst.response, transfer);
    response_tail = std::max(response_tail, tail);
    if (copy.target == 0) first_target_tail = std::max(first_target_tail, tail);
  }
  report(transfer.targets[0]->node, response_name, first_response, first_target_tail, {flow, true});
  transaction.set_dmi_allowed(false);
  delay = from_ps(clock.time_of(response_tail)) - sc_core::sc_time_stamp();
}

}  // namespace aimc::noc
