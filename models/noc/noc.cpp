#include "models/noc/noc.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "models/noc/burst.h"
#include "models/noc/noc_state.h"

namespace aimc::noc {

namespace {

constexpr double kJoulesPerPj = 1e-12;

Direction direction_of(const Payload& transaction) {
  if (transaction.is_write()) return Direction::kWrite;
  return transaction.is_read() ? Direction::kRead : Direction::kNone;
}

}  // namespace

Noc::State::State(const NocConfig& noc_config, const CircuitConfig& circuit_config,
                  core::EnergyMeter& energy_meter, core::Probe& activity_probe)
    : config(noc_config),
      clock(noc_config.clock_mhz),
      courier(make_courier(noc_config, *this)),
      circuits(noc_config, circuit_config),
      target_ports(node_count(noc_config)),
      energy(energy_meter),
      router_account(energy_meter.open("noc", "router")),
      link_account(energy_meter.open("noc", "link")),
      router_j_per_flit(config.router_energy_pj_per_byte * config.flit_bytes * kJoulesPerPj),
      link_j_per_flit(config.link_energy_pj_per_byte * config.flit_bytes * kJoulesPerPj),
      probe(activity_probe),
      request_name(activity_probe.name("request")),
      response_name(activity_probe.name("response")) {
  lanes.reserve(node_count(config));
  for (unsigned id = 0; id < node_count(config); ++id) {
    lanes.emplace_back("noc", "from " + node_name({id}));
  }
}

void Noc::State::check_node(Node node) const {
  if (node.id < node_count(config)) return;
  throw std::invalid_argument("noc: node " + std::to_string(node.id) +
                              " does not exist, there are " + std::to_string(node_count(config)));
}

std::string Noc::State::node_name(Node node) const {
  if (node.id == host_node(config).id) return "host";
  if (node.id == memory_node(config).id) return "memory";
  return "tile" + std::to_string(node.id);
}

Noc::State::TargetPort* Noc::State::target_of(const AddressRange* range) const {
  return range == nullptr ? nullptr : target_ports[range->node.id].get();
}

/// Cuts a transaction into bursts; false if that is impossible.
bool Noc::State::split(const Payload& transaction, std::vector<Burst>& bursts) const {
  const std::uint64_t address = transaction.get_address();
  const std::uint64_t length = transaction.get_data_length();
  if (direction_of(transaction) == Direction::kNone) {
    bursts.push_back({0, length, {}, {}});
    return true;
  }
  if (length == 0) return false;
  const std::uint64_t width = transaction.get_streaming_width();
  if (width < length) {
    // All data goes to the same few addresses: that cannot be cut at address boundaries.
    bursts.push_back({0, length, {}, {}});
    return width != 0 && first_burst_bytes(config, address, width) == width &&
           first_burst_bytes(config, 0, length) == length;
  }
  for (std::uint64_t offset = 0; offset < length; offset += bursts.back().bytes) {
    bursts.push_back(
        {offset, first_burst_bytes(config, address + offset, length - offset), {}, {}});
  }
  return true;
}

/// Makes transfer.part the burst of a transaction that has several.
void Noc::State::set_part(Payload& transaction, const Burst& burst, std::uint64_t address,
                          Transfer& transfer) const {
  Payload& part = transfer.part;
  const auto bytes = static_cast<unsigned>(burst.bytes);
  part.set_command(transaction.get_command());
  part.set_address(address);
  part.set_data_ptr(transaction.get_data_ptr() + burst.offset);
  part.set_data_length(bytes);
  part.set_streaming_width(bytes);
  part.set_dmi_allowed(false);
  part.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  part.set_byte_enable_ptr(nullptr);
  part.set_byte_enable_length(0);
  const unsigned char* enables = transaction.get_byte_enable_ptr();
  const std::uint64_t pattern = transaction.get_byte_enable_length();
  if (enables == nullptr || pattern == 0) return;
  transfer.byte_enables.resize(bytes);  // the pattern repeats, so a burst may begin anywhere in it
  for (std::uint64_t i = 0; i < burst.bytes; ++i) {
    transfer.byte_enables[i] = enables[(burst.offset + i) % pattern];
  }
  part.set_byte_enable_ptr(transfer.byte_enables.data());
  part.set_byte_enable_length(bytes);
}

/// Hands a burst to its target, whose delay is added to `target_delay`.
void Noc::State::access(TargetPort& target, Payload& transaction, const AddressRange& range,
                        const Burst& burst, Transfer& transfer,
                        sc_core::sc_time& target_delay) const {
  const std::uint64_t address = transaction.get_address();
  if (transfer.bursts.size() == 1) {
    transaction.set_address(range.local(address));
    target->b_transport(transaction, target_delay);
    transaction.set_address(address);
    return;
  }
  set_part(transaction, burst, range.local(address) + burst.offset, transfer);
  target->b_transport(transfer.part, target_delay);
  // The first error counts; until there is one, the transaction says it went well.
  if (transaction.get_response_status() == tlm::TLM_OK_RESPONSE) {
    transaction.set_response_status(transfer.part.get_response_status());
  }
}

void Noc::State::send(const Packet& packet, Parcel& parcel, Transfer& transfer) {
  parcel.packet = packet;
  if (circuits.carries(packet)) {
    parcel.delivery = circuits.send(packet);
    parcel.arrived = true;
    delivered(parcel);
    return;
  }
  parcel.arrival = &transfer.arrival;
  if (packet_observer != nullptr) packet_observer->sent(packet);
  courier->send(parcel);
}

const NetworkCounters& Noc::State::totals() {
  all = courier->counters();
  const NetworkCounters& more = circuits.counters();
  all.packets += more.packets;
  all.flits += more.flits;
  all.flit_hops += more.flit_hops;
  all.latency_cycles += more.latency_cycles;
  return all;
}

/// Waits, if need be, until the arrival of a packet's tail is known, and returns it.
std::uint64_t Noc::State::arrival_of(const Parcel& parcel, Transfer& transfer) {
  while (!parcel.arrived) sc_core::wait(transfer.arrival);
  return parcel.delivery.tail_cycle;
}

void Noc::State::delivered(const Parcel& parcel) {
  // Every link of the route counts, injection and ejection included, but none twice for copies.
  const std::uint64_t flits = parcel.packet.flits;
  const std::uint64_t flit_routers = flits * parcel.delivery.own_routers();
  const std::uint64_t flit_links = flits * parcel.delivery.own_links();
  energy.post(router_account, static_cast<double>(flit_routers) * router_j_per_flit, flit_routers);
  energy.post(link_account, static_cast<double>(flit_links) * link_j_per_flit, flit_links);
  last_arrival_cycle = std::max(last_arrival_cycle, parcel.delivery.tail_cycle);
}

void Noc::State::report(Node source, core::ActivityName activity, std::uint64_t begin_cycle,
                        std::uint64_t end_cycle, core::Flow flow) {
  if (!probe.enabled()) return;
  lanes[source.id].report(probe, activity, clock.time_of(begin_cycle), clock.time_of(end_cycle),
                          flow);
}

void Noc::State::b_transport(int node, Payload& transaction, sc_core::sc_time& delay) {
  const Node source{static_cast<unsigned>(node)};
  if (const auto* rectangle = transaction.get_extension<MulticastExtension>()) {
    multicast(source, transaction, *rectangle, delay);
    return;
  }
  const std::uint64_t length = transaction.get_data_length();
  const std::uint64_t width = transaction.get_streaming_width();
  const std::uint64_t span = std::max<std::uint64_t>(1, std::min(length, width));
  const AddressRange* range = map.find(transaction.get_address(), span);
  TargetPort* target = target_of(range);
  if (target == nullptr) {
    transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const TransferLease lease(transfers);
  Transfer& transfer = *lease;
  if (!split(transaction, transfer.bursts)) {
    transaction.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }

  const core::TimePs now_ps = to_ps(sc_core::sc_time_stamp());
  const std::uint64_t inject_cycle = clock.cycle_at_or_after(now_ps + to_ps(delay));
  const Direction direction = direction_of(transaction);
  payload_bytes += direction == Direction::kNone ? 0 : length;

  for (Burst& burst : transfer.bursts) {
    const unsigned flits = burst_flits(config, direction, burst.bytes).request;
    send({source, range->node, flits, Plane::kRequest, inject_cycle}, burst.request, transfer);
  }
  if (transfer.bursts.size() > 1) transaction.set_response_status(tlm::TLM_OK_RESPONSE);
  std::optional<std::uint64_t> first_response_cycle;
  std::uint64_t response_cycle = 0;
  std::uint64_t request_tail = 0;
  for (Burst& burst : transfer.bursts) {
    const std::uint64_t tail_cycle = arrival_of(burst.request, transfer);
    request_tail = std::max(request_tail, tail_cycle);
    const sc_core::sc_time arrival = from_ps(clock.time_of(tail_cycle));
    if (arrival > sc_core::sc_time_stamp()) sc_core::wait(arrival - sc_core::sc_time_stamp());
    sc_core::sc_time target_delay = sc_core::SC_ZERO_TIME;
    access(*target, transaction, *range, burst, transfer, target_delay);
    // A target answers the bursts of a transaction in their order.
    const core::TimePs ready_ps = to_ps(sc_core::sc_time_stamp() + target_delay);
    response_cycle = std::max(response_cycle, clock.cycle_at_or_after(ready_ps));
    if (!first_response_cycle) first_response_cycle = response_cycle;
    const unsigned flits = burst_flits(config, direction, burst.bytes).response;
    send({range->node, source, flits, Plane::kResponse, response_cycle}, burst.response, transfer);
  }
  const std::uint64_t flow = ++transactions;
  report(source, request_name, inject_cycle, request_tail, {flow, false});
  std::uint64_t response_tail = 0;
  for (const Burst& burst : transfer.bursts) {
    response_tail = std::max(response_tail, arrival_of(burst.response, transfer));
  }
  report(range->node, response_name, *first_response_cycle, response_tail, {flow, true});
  transaction.set_dmi_allowed(false);
  delay = from_ps(clock.time_of(response_tail)) - sc_core::sc_time_stamp();
}

unsigned Noc::State::transport_dbg(int /*node*/, Payload& transaction) {
  const std::uint64_t address = transaction.get_address();
  const unsigned length = transaction.get_data_length();
  const AddressRange* range = map.find(address, 1);
  TargetPort* target = target_of(range);
  if (target == nullptr) return 0;
  const std::uint64_t rest = range->size - (address - range->base);
  const unsigned reachable = length <= rest ? length : static_cast<unsigned>(rest);
  transaction.set_address(range->local(address));
  transaction.set_data_length(reachable);
  const unsigned done = (*target)->transport_dbg(transaction);
  transaction.set_address(address);
  transaction.set_data_length(length);
  return done;
}

bool Noc::State::get_direct_mem_ptr(int /*node*/, Payload& transaction, tlm::tlm_dmi& dmi) {
  transaction.set_dmi_allowed(false);
  dmi.init();  // the default range, all addresses: the refusal holds everywhere
  return false;
}

Noc::Noc(sc_core::sc_module_name name, const NocConfig& config, core::EnergyMeter& energy,
         core::Probe& probe, const CircuitConfig& circuits)
    : sc_module(name), state_(std::make_unique<State>(config, circuits, energy, probe)) {
  if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_PS)) {
    throw std::runtime_error("noc: SystemC's time resolution is " +
                             sc_core::sc_get_time_resolution().to_string() + ", expected 1 ps");
  }
}

Noc::~Noc() = default;

tlm::tlm_target_socket<32>& Noc::initiator_port(Node node) {
  state_->check_node(node);
  const std::string port_name = "from_" + state_->node_name(node);
  // A socket belongs to the module under construction; here that must be the network, whoever
  // calls.
  simcontext()->hierarchy_push(this);
  auto port =
      std::make_unique<State::InitiatorPort>(sc_core::sc_gen_unique_name(port_name.c_str()));
  simcontext()->hierarchy_pop();
  const int tag = static_cast<int>(node.id);
  port->register_b_transport(state_.get(), &State::b_transport, tag);
  port->register_transport_dbg(state_.get(), &State::transport_dbg, tag);
  port->register_get_direct_mem_ptr(state_.get(), &State::get_direct_mem_ptr, tag);
  state_->initiator_ports.push_back(std::move(port));
  return *state_->initiator_ports.back();
}

tlm::tlm_initiator_socket<32>& Noc::target_port(Node node) {
  state_->check_node(node);
  std::unique_ptr<State::TargetPort>& port = state_->target_ports[node.id];
  if (port)
    throw std::invalid_argument("noc: " + state_->node_name(node) + " has a target already");
  simcontext()->hierarchy_push(this);
  port = std::make_unique<State::TargetPort>(("to_" + state_->node_name(node)).c_str());
  simcontext()->hierarchy_pop();
  return *port;
}

void Noc::map(const AddressRange& range) {
  state_->check_node(range.node);
  state_->map.add(range);
}

void Noc::observe_packets(PacketObserver* observer) {
  state_->packet_observer = observer;
}

const NetworkCounters& Noc::counters() const {
  return state_->totals();
}

std::uint64_t Noc::payload_bytes() const {
  return state_->payload_bytes;
}

std::vector<LinkUse> Noc::link_use() const {
  return state_->courier->link_use();
}

const NocConfig& Noc::config() const {
  return state_->config;
}

std::uint64_t Noc::elapsed_cycles() const {
  const std::uint64_t now_cycle = to_ps(sc_core::sc_time_stamp()) / state_->clock.period_ps();
  return std::max(now_cycle, state_->last_arrival_cycle);
}

double Noc::max_link_utilisation() const {
  const std::uint64_t elapsed = elapsed_cycles();
  std::uint64_t busiest = 0;
  for (const LinkUse& use : state_->courier->link_use()) {
    busiest = std::max(busiest, use.busy_cycles);
  }
  return elapsed == 0 ? 0.0 : static_cast<double>(busiest) / static_cast<double>(elapsed);
}

}  // namespace aimc::noc
