#include "models/peripherals/test_finisher.h"

#include "models/tlm/device_access.h"

namespace aimc::peripherals {
namespace {

constexpr std::uint64_t kSize = 0x1000;
constexpr std::uint32_t kFail = 0x3333;
constexpr std::uint32_t kPass = 0x5555;
constexpr std::uint32_t kReset = 0x7777;

}  // namespace

TestFinisher::TestFinisher(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
  socket.register_b_transport(this, &TestFinisher::b_transport);
  socket.register_transport_dbg(this, &TestFinisher::transport_dbg);
}

void TestFinisher::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  tlm::tlm_response_status status = tlm_support::check_access(payload, 2, 4);
  if (status == tlm::TLM_OK_RESPONSE && payload.get_address() >= kSize)
    status = tlm::TLM_ADDRESS_ERROR_RESPONSE;
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  if (payload.is_read()) {
    tlm_support::set_payload_value(payload, 0);
    return;
  }
  if (payload.get_address() != 0 || !handler_) return;
  const auto value = static_cast<std::uint32_t>(tlm_support::payload_value(payload));
  const std::uint32_t code = value >> 16U;
  switch (value & 0xFFFFU) {
    case kPass:
      tlm_support::synchronise(delay);
      handler_({Exit::Kind::kPass, 0});
      break;
    case kFail:
      tlm_support::synchronise(delay);
      handler_({Exit::Kind::kFail, code == 0 ? 1 : code});
      break;
    case kReset:
      tlm_support::synchronise(delay);
      handler_({Exit::Kind::kReset, 0});
      break;
    default:
      break;
  }
}

unsigned TestFinisher::transport_dbg(tlm::tlm_generic_payload& payload) {
  return tlm_support::debug_read(payload, kSize, [](std::uint32_t) { return std::uint8_t{0}; });
}

}  // namespace aimc::peripherals
