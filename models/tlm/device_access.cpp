#include "models/tlm/device_access.h"

namespace aimc::tlm_support {

tlm::tlm_response_status check_access(const tlm::tlm_generic_payload& payload, unsigned min_bytes,
                                      unsigned max_bytes) {
  if (!payload.is_read() && !payload.is_write()) return tlm::TLM_COMMAND_ERROR_RESPONSE;
  if (payload.get_byte_enable_ptr() != nullptr) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  const unsigned length = payload.get_data_length();
  if (length < min_bytes || length > max_bytes || (length & (length - 1)) != 0 ||
      payload.get_streaming_width() < length) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  if ((payload.get_address() & (length - 1)) != 0) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  return tlm::TLM_OK_RESPONSE;
}

std::uint64_t payload_value(const tlm::tlm_generic_payload& payload) {
  const unsigned char* data = payload.get_data_ptr();
  std::uint64_t value = 0;
  for (unsigned i = payload.get_data_length(); i-- > 0;) value = (value << 8U) | data[i];
  return value;
}

void set_payload_value(tlm::tlm_generic_payload& payload, std::uint64_t value) {
  unsigned char* data = payload.get_data_ptr();
  for (unsigned i = 0; i < payload.get_data_length(); ++i) {
    data[i] = static_cast<unsigned char>(value >> (8U * i));
  }
}

}  // namespace aimc::tlm_support
