#include "models/peripherals/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/tlm/device_access.h"
#include "models/tlm/register_bank.h"

namespace aimc::peripherals {
namespace {

constexpr double kJoulesPerPicojoule = 1e-12;
constexpr unsigned kWordBytes = 4;

std::uint8_t* reserve(std::size_t size) {
  if (size == 0) throw std::invalid_argument("memory of 0 bytes; expected at least 1");
  void* pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) {
    throw std::runtime_error("the operating system refuses " + std::to_string(size) +
                             " bytes for a memory: " + std::strerror(errno));
  }
  return static_cast<std::uint8_t*>(pages);
}

}  // namespace

void Memory::Unmap::operator()(std::uint8_t* bytes) const {
  ::munmap(bytes, size);
}

Memory::Memory(const sc_core::sc_module_name& name, std::size_t size, const MemoryTiming& timing,
               core::EnergyMeter& energy)
    : sc_core::sc_module(name),
      size_(size),
      bytes_(reserve(size), Unmap{size}),
      latency_(static_cast<double>(timing.access_ns), sc_core::SC_NS),
      read_j_(timing.read_pj * kJoulesPerPicojoule),
      write_j_(timing.write_pj * kJoulesPerPicojoule),
      energy_(energy),
      reads_(energy.open("ram", "network read")),
      writes_(energy.open("ram", "network write")) {
  socket.register_b_transport(this, &Memory::host_transport);
  socket.register_transport_dbg(this, &Memory::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &Memory::get_direct_mem_ptr);
  network_socket.register_b_transport(this, &Memory::network_transport);
  network_socket.register_transport_dbg(this, &Memory::network_transport_dbg);
}

Memory::~Memory() = default;

void Memory::host_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  tlm_support::memory_transport(payload, bytes_.get(), size_, true);
  payload.set_dmi_allowed(payload.is_response_ok());
}

void Memory::network_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  // The host reads these bytes without asking: they must change at their time, not earlier.
  tlm_support::synchronise(delay);
  tlm_support::memory_transport(payload, bytes_.get(), size_, true);
  payload.set_dmi_allowed(false);
  delay += latency_;
  if (!payload.is_response_ok()) return;
  const unsigned length = payload.get_data_length();
  const unsigned words = (length + kWordBytes - 1) / kWordBytes;
  if (payload.is_read()) {
    energy_.post(reads_, read_j_ * words, words);
    return;
  }
  energy_.post(writes_, write_j_ * words, words);
  const unsigned span = std::min(length, payload.get_streaming_width());
  socket->invalidate_direct_mem_ptr(payload.get_address(), payload.get_address() + span - 1);
}

unsigned Memory::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (address >= size_) return 0;
  const auto length =
      static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), size_ - address));
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), bytes_.get() + address, length);
  } else if (payload.is_write()) {
    std::memcpy(bytes_.get() + address, payload.get_data_ptr(), length);
  } else {
    return 0;
  }
  return length;
}

unsigned Memory::network_transport_dbg(tlm::tlm_generic_payload& payload) {
  const unsigned served = transport_dbg(payload);
  if (served > 0 && payload.is_write()) {
    socket->invalidate_direct_mem_ptr(payload.get_address(), payload.get_address() + served - 1);
  }
  return served;
}

bool Memory::get_direct_mem_ptr(tlm::tlm_generic_payload& /*payload*/, tlm::tlm_dmi& dmi) {
  dmi.allow_read_write();
  dmi.set_dmi_ptr(bytes_.get());
  dmi.set_start_address(0);
  dmi.set_end_address(size_ - 1);
  dmi.set_read_latency(sc_core::SC_ZERO_TIME);
  dmi.set_write_latency(sc_core::SC_ZERO_TIME);
  return true;
}

}  // namespace aimc::peripherals
