#pragma once

#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>

namespace aimc::tlm_support {

/// Checks what can be wrong with an access to device registers whatever its address: command, byte
/// enables, size (a power of two within [min_bytes, max_bytes], at most 8), streaming and natural
/// alignment.
/// @return TLM_OK_RESPONSE, or the error response the access deserves
tlm::tlm_response_status check_access(const tlm::tlm_generic_payload& payload, unsigned min_bytes,
                                      unsigned max_bytes);

/// Value of a checked write of up to 8 bytes, little-endian.
std::uint64_t payload_value(const tlm::tlm_generic_payload& payload);

/// Stores the low bytes of `value` as the result of a checked read.
void set_payload_value(tlm::tlm_generic_payload& payload, std::uint64_t value);

/// Lets the time pass by which the caller is ahead of the kernel, so that what follows happens at
/// its exact time. Only in a SystemC thread, unless `delay` is zero.
inline void synchronise(sc_core::sc_time& delay) {
  if (delay == sc_core::SC_ZERO_TIME) return;
  sc_core::wait(delay);
  delay = sc_core::SC_ZERO_TIME;
}

/// Serves a debug read of a device of `size` bytes from `peek_byte(offset)`, which must change
/// nothing; debug writes are ignored. Returns the bytes served.
template <typename PeekByte>
unsigned debug_read(tlm::tlm_generic_payload& payload, std::uint64_t size, PeekByte peek_byte) {
  if (!payload.is_read()) return 0;
  unsigned served = 0;
  for (; served < payload.get_data_length(); ++served) {
    const std::uint64_t address = payload.get_address() + served;
    if (address >= size) break;
    payload.get_data_ptr()[served] = peek_byte(static_cast<std::uint32_t>(address));
  }
  return served;
}

/// Byte `offset` % 4 of a little-endian word; for devices whose registers are words.
inline std::uint8_t byte_of_word(std::uint32_t word, std::uint32_t offset) {
  return static_cast<std::uint8_t>(word >> (8U * (offset % 4U)));
}

}  // namespace aimc::tlm_support
