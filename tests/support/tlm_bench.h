#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

namespace aimc::test {

/// Outcome of a blocking access: response, and the delay the target (and what lies between)
/// annotated.
struct Access {
  tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  std::uint32_t value = 0;  ///< what a read of up to 32 bits returned

  bool ok() const { return response == tlm::TLM_OK_RESPONSE; }
};

/// Runs everything there is to do at the current time, delta cycle after delta cycle; starts the
/// kernel if need be.
inline void settle() {
  if (!sc_core::sc_start_of_simulation_invoked()) sc_core::sc_start(sc_core::SC_ZERO_TIME);
  while (sc_core::sc_pending_activity_at_current_time()) sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

/// A plain TLM-2.0 initiator for tests. Accesses that may wait belong into a script (`run`), the
/// others can be made from the test itself once the kernel has been started
/// (`settle()`).
class TestInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<TestInitiator, 32> socket{"socket"};

  SC_HAS_PROCESS(TestInitiator);
  explicit TestInitiator(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    socket.register_invalidate_direct_mem_ptr(this, &TestInitiator::on_invalidate);
    SC_THREAD(script_thread);
  }

  /// The code that runs in a SystemC thread from time zero on; set it before the kernel starts.
  void run(std::function<void()> script) { script_ = std::move(script); }

  /// One blocking access with everything under the test's control; `delay` is what the initiator is
  /// ahead.
  Access access(tlm::tlm_command command, std::uint64_t address, void* data, unsigned length,
                sc_core::sc_time delay = sc_core::SC_ZERO_TIME, std::uint8_t* enables = nullptr,
                unsigned enable_length = 0, unsigned streaming_width = 0) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(length);
    payload.set_streaming_width(streaming_width != 0 ? streaming_width : length);
    payload.set_byte_enable_ptr(enables);
    payload.set_byte_enable_length(enable_length);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    Access result;
    result.delay = delay;
    socket->b_transport(payload, result.delay);
    result.response = payload.get_response_status();
    dmi_hint_ = payload.is_dmi_allowed();
    return result;
  }

  Access read(std::uint64_t address, unsigned bytes,
              sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    std::uint32_t value = 0;
    Access result = access(tlm::TLM_READ_COMMAND, address, &value, bytes, delay);
    result.value = value;
    return result;
  }
  Access write(std::uint64_t address, std::uint32_t value, unsigned bytes,
               sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    return access(tlm::TLM_WRITE_COMMAND, address, &value, bytes, delay);
  }

  /// A 32-bit read that must succeed.
  std::uint32_t read32(std::uint64_t address) {
    const Access result = read(address, 4);
    if (!result.ok()) failures_.push_back("read of " + std::to_string(address));
    return result.value;
  }
  /// A 32-bit write that must succeed.
  void write32(std::uint64_t address, std::uint32_t value) {
    if (!write(address, value, 4).ok()) failures_.push_back("write of " + std::to_string(address));
  }
  /// Response to a 32-bit read or write.
  tlm::tlm_response_status read_response(std::uint64_t address) {
    return read(address, 4).response;
  }
  tlm::tlm_response_status write_response(std::uint64_t address, std::uint32_t value) {
    return write(address, value, 4).response;
  }

  /// A debug access; returns the bytes served.
  unsigned debug(tlm::tlm_command command, std::uint64_t address, void* data, unsigned length) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    return socket->transport_dbg(payload);
  }
  /// A debug read of one word; zero when it was not served completely.
  std::uint32_t debug_read32(std::uint64_t address) {
    std::uint32_t value = 0;
    return debug(tlm::TLM_READ_COMMAND, address, &value, 4) == 4 ? value : 0;
  }

  /// Asks for direct access to `address`.
  bool dmi(std::uint64_t address, tlm::tlm_dmi& result,
           tlm::tlm_command command = tlm::TLM_READ_COMMAND) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    return socket->get_direct_mem_ptr(payload, result);
  }

  /// Invalidated ranges [first, last] so far, in order.
  const std::vector<std::pair<std::uint64_t, std::uint64_t>>& invalidations() const {
    return invalidations_;
  }
  /// True when the last access hinted that DMI may be asked for.
  bool dmi_hint() const { return dmi_hint_; }
  /// Accesses by read32 and write32 that did not succeed.
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void script_thread() {
    if (script_) script_();
  }
  void on_invalidate(sc_dt::uint64 start, sc_dt::uint64 end) {
    invalidations_.emplace_back(start, end);
  }

  std::function<void()> script_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> invalidations_;
  std::vector<std::string> failures_;
  bool dmi_hint_ = false;
};

}  // namespace aimc::test
