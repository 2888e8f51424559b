#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <systemc>
#include <utility>
#include <vector>

namespace aimc::noc {

using Payload = tlm::tlm_generic_payload;

/// An initiator as another library would write it: a thread that makes TLM-2.0 calls.
class ForeignInitiator : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(ForeignInitiator);
  tlm_utils::simple_initiator_socket<ForeignInitiator> socket{"socket"};

  ForeignInitiator(sc_core::sc_module_name name, std::function<void(ForeignInitiator&)> body)
      : sc_module(name), body_(std::move(body)) {
    SC_THREAD(run);
  }

  /// One blocking transaction from local time `delay` after now on; leaves the new local time in
  /// `delay`.
  tlm::tlm_response_status transport(tlm::tlm_command command, std::uint64_t address,
                                     unsigned char* data, unsigned length,
                                     sc_core::sc_time& delay) {
    Payload payload;
    fill(payload, command, address, data, length);
    socket->b_transport(payload, delay);
    return payload.get_response_status();
  }

  /// One blocking transaction, after which its time has passed.
  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address,
                                  unsigned char* data, unsigned length) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    const tlm::tlm_response_status status = transport(command, address, data, length, delay);
    sc_core::wait(delay);
    return status;
  }

  static void fill(Payload& payload, tlm::tlm_command command, std::uint64_t address,
                   unsigned char* data, unsigned length) {
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(length);
    payload.set_streaming_width(length);
  }

 private:
  void run() { body_(*this); }

  std::function<void(ForeignInitiator&)> body_;
};

/// A memory as another library would write it; remembers how it was accessed.
class ForeignMemory : public sc_core::sc_module {
 public:
  struct Access {
    std::uint64_t address;
    unsigned length;
    sc_core::sc_time time;
  };

  tlm_utils::simple_target_socket<ForeignMemory> socket{"socket"};
  std::vector<unsigned char> bytes;
  std::vector<Access> accesses;
  sc_core::sc_time annotated;                        ///< added to the caller's delay
  unsigned annotate = ~0U;                           ///< by how many accesses
  sc_core::sc_time waited;                           ///< waited for inside the call
  std::uint64_t broken_address = ~std::uint64_t{0};  ///< an access that touches it fails

  ForeignMemory(sc_core::sc_module_name name, std::size_t size) : sc_module(name), bytes(size) {
    socket.register_b_transport(this, &ForeignMemory::b_transport);
    socket.register_transport_dbg(this, &ForeignMemory::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &ForeignMemory::get_direct_mem_ptr);
  }

 private:
  void b_transport(Payload& payload, sc_core::sc_time& delay) {
    const std::uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    accesses.push_back({address, length, sc_core::sc_time_stamp() + delay});
    if (waited != sc_core::SC_ZERO_TIME) sc_core::wait(waited);
    if (accesses.size() <= annotate) delay += annotated;
    payload.set_dmi_allowed(true);
    if (address <= broken_address && broken_address < address + length) {
      payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      return;
    }
    copy(payload);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  unsigned transport_dbg(Payload& payload) {
    copy(payload);
    return payload.get_data_length();
  }

  bool get_direct_mem_ptr(Payload& /*payload*/, tlm::tlm_dmi& dmi) {
    dmi.allow_read_write();
    dmi.set_dmi_ptr(bytes.data());
    dmi.set_end_address(bytes.size() - 1);
    return true;
  }

  void copy(const Payload& payload) {
    const unsigned char* enables = payload.get_byte_enable_ptr();
    for (unsigned i = 0; i < payload.get_data_length(); ++i) {
      const bool enabled = enables == nullptr || enables[i % payload.get_byte_enable_length()] != 0;
      unsigned char& here = bytes.at(payload.get_address() + i % payload.get_streaming_width());
      unsigned char& there = payload.get_data_ptr()[i];
      if (enabled && payload.is_write()) here = there;
      if (enabled && payload.is_read()) there = here;
    }
  }
};

}  // namespace aimc::noc
