#include "models/tlm/address_router.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace aimc::tlm_support {
namespace {

constexpr unsigned kBeatBytes = 4;
constexpr double kJoulesPerPicojoule = 1e-12;

std::string range_text(std::uint64_t base, std::uint64_t size) {
  std::ostringstream text;
  text << std::hex << "region at 0x" << base << " of 0x" << size << " bytes";
  return text.str();
}

}  // namespace

AddressRouter::AddressRouter(const sc_core::sc_module_name& name, core::TimePs latency_ps,
                             double energy_pj, core::EnergyMeter& energy)
    : sc_core::sc_module(name),
      latency_(sc_core::sc_time::from_value(latency_ps)),
      energy_j_(energy_pj * kJoulesPerPicojoule),
      energy_(energy),
      transfers_(energy.open("bus", "transfer")) {
  socket.register_b_transport(this, &AddressRouter::b_transport);
  socket.register_transport_dbg(this, &AddressRouter::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &AddressRouter::get_direct_mem_ptr);
}

AddressRouter::~AddressRouter() = default;

tlm::tlm_initiator_socket<32>& AddressRouter::map(std::uint64_t base, std::uint64_t size,
                                                  bool keep_global) {
  const std::uint64_t last = base + size - 1;
  if (size == 0 || last < base) {
    throw std::invalid_argument(std::string(this->name()) + ": " + range_text(base, size) +
                                " is empty or leaves the address space");
  }
  const auto next = std::find_if(regions_.begin(), regions_.end(),
                                 [&](const Region& region) { return region.last >= base; });
  if (next != regions_.end() && next->base <= last) {
    throw std::invalid_argument(std::string(this->name()) + ": " + range_text(base, size) +
                                " overlaps the " +
                                range_text(next->base, next->last - next->base + 1));
  }
  // A socket belongs to the module under construction; here that must be the router, whoever calls.
  sc_core::sc_simcontext* context = simcontext();
  context->hierarchy_push(this);
  auto port = std::make_unique<Port>(("port_" + std::to_string(ports_.size())).c_str());
  context->hierarchy_pop();
  port->register_invalidate_direct_mem_ptr(this, &AddressRouter::invalidate_direct_mem_ptr,
                                           static_cast<int>(ports_.size()));
  regions_.insert(next, {base, last, keep_global ? 0 : base, port.get(), nullptr});
  ports_.push_back(std::move(port));
  return *ports_.back();
}

void AddressRouter::set_quick_reader(std::uint64_t address, QuickReader& reader) {
  if (find(address) == nullptr) {
    throw std::invalid_argument(std::string(this->name()) + ": no region for a quick reader");
  }
  regions_[last_hit_].quick = &reader;
}

bool AddressRouter::quick_read(QuickRead& read) {
  const Region* region = find(read.address);
  if (region == nullptr || region->quick == nullptr) return false;
  if (read.bytes - 1 > region->last - read.address) return false;
  const std::uint64_t address = read.address;
  read.address -= region->translation;
  read.time += latency_.value();
  const bool served = region->quick->quick_read(read);
  read.address = address;
  if (served) {
    energy_.post(transfers_, energy_j_);
  } else {
    read.time -= latency_.value();
  }
  return served;
}

const AddressRouter::Region* AddressRouter::find(std::uint64_t address) {
  if (last_hit_ < regions_.size()) {
    const Region& recent = regions_[last_hit_];
    if (address >= recent.base && address <= recent.last) return &recent;
  }
  const auto found = std::lower_bound(
      regions_.begin(), regions_.end(), address,
      [](const Region& region, std::uint64_t wanted) { return region.last < wanted; });
  if (found == regions_.end() || address < found->base) return nullptr;
  last_hit_ = static_cast<std::size_t>(found - regions_.begin());
  return &*found;
}

void AddressRouter::b_transport(int /*initiator*/, tlm::tlm_generic_payload& payload,
                                sc_core::sc_time& delay) {
  delay += latency_;
  const std::uint64_t address = payload.get_address();
  const unsigned length = std::min(payload.get_data_length(), payload.get_streaming_width());
  const Region* region = find(address);
  if (region == nullptr || (length > 0 && length - 1 > region->last - address)) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const unsigned beats = (payload.get_data_length() + kBeatBytes - 1) / kBeatBytes;
  energy_.post(transfers_, energy_j_ * beats, beats);
  payload.set_address(address - region->translation);
  (*region->port)->b_transport(payload, delay);
  payload.set_address(address);
}

unsigned AddressRouter::transport_dbg(int /*initiator*/, tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const Region* region = find(address);
  if (region == nullptr) return 0;
  // A debugger's read may run over the region's end; it gets what there is.
  const unsigned length = payload.get_data_length();
  const std::uint64_t room = region->last - address;
  if (length > room) payload.set_data_length(static_cast<unsigned>(room + 1));
  payload.set_address(address - region->translation);
  const unsigned served = (*region->port)->transport_dbg(payload);
  payload.set_address(address);
  payload.set_data_length(length);
  return served;
}

bool AddressRouter::get_direct_mem_ptr(int /*initiator*/, tlm::tlm_generic_payload& payload,
                                       tlm::tlm_dmi& dmi) {
  const std::uint64_t address = payload.get_address();
  const Region* region = find(address);
  if (region == nullptr) {
    // What is not mapped stays so: the initiator need not ask again for this address.
    dmi.allow_read_write();
    dmi.set_start_address(address);
    dmi.set_end_address(address);
    return false;
  }
  payload.set_address(address - region->translation);
  const bool granted = (*region->port)->get_direct_mem_ptr(payload, dmi);
  payload.set_address(address);

  // Into the initiator's addresses, and no further than the region: the target may be larger than
  // its window. The pointer belongs to the start address, so cutting off the front would move it; a
  // target starts at its first byte.
  const std::uint64_t first = region->base - region->translation;
  const std::uint64_t last = region->last - region->translation;
  if (dmi.get_start_address() < first) {
    if (dmi.get_dmi_ptr() != nullptr)
      dmi.set_dmi_ptr(dmi.get_dmi_ptr() + (first - dmi.get_start_address()));
    dmi.set_start_address(first);
  }
  dmi.set_end_address(std::min<std::uint64_t>(dmi.get_end_address(), last));
  dmi.set_start_address(dmi.get_start_address() + region->translation);
  dmi.set_end_address(dmi.get_end_address() + region->translation);
  return granted;
}

void AddressRouter::invalidate_direct_mem_ptr(int port, sc_dt::uint64 start, sc_dt::uint64 end) {
  const Port* source = ports_[static_cast<std::size_t>(port)].get();
  const auto region = std::find_if(regions_.begin(), regions_.end(), [&](const Region& candidate) {
    return candidate.port == source;
  });
  const std::uint64_t first = region->base - region->translation;
  const std::uint64_t last = region->last - region->translation;
  if (start > last || end < first) return;
  start = std::max<std::uint64_t>(start, first) + region->translation;
  end = std::min<std::uint64_t>(end, last) + region->translation;
  for (unsigned i = 0; i < socket.size(); ++i)
    socket[static_cast<int>(i)]->invalidate_direct_mem_ptr(start, end);
}

}  // namespace aimc::tlm_support
