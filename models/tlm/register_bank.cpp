#include "models/tlm/register_bank.h"

#include <algorithm>
#include <cstring>

#include "models/tlm/device_access.h"

namespace aimc::tlm_support {
namespace {

constexpr std::uint32_t kWordBytes = 4;

bool readable(const core::RegisterDesc& desc) {
  return desc.access != core::RegisterAccess::kWo;
}

bool writable(const core::RegisterDesc& desc) {
  return desc.access != core::RegisterAccess::kRo;
}

void copy_with_enables(const tlm::tlm_generic_payload& payload, std::uint8_t* bytes) {
  const unsigned length = payload.get_data_length();
  const unsigned width = payload.get_streaming_width();
  const std::uint8_t* enables = payload.get_byte_enable_ptr();
  const unsigned enable_length = payload.get_byte_enable_length();
  std::uint8_t* data = payload.get_data_ptr();
  const bool write = payload.is_write();
  for (unsigned i = 0; i < length; ++i) {
    if (enables != nullptr && enables[i % enable_length] != TLM_BYTE_ENABLED) continue;
    std::uint8_t& byte = bytes[i % width];
    if (write) {
      byte = data[i];
    } else {
      data[i] = byte;
    }
  }
}

}  // namespace

RegisterBank::RegisterBank(const core::RegisterDesc* table, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t first = table[i].offset / kWordBytes;
    const std::size_t end = first + table[i].count;
    by_word_.resize(std::max(by_word_.size(), end), nullptr);
    std::fill(by_word_.begin() + static_cast<std::ptrdiff_t>(first),
              by_word_.begin() + static_cast<std::ptrdiff_t>(end), &table[i]);
  }
}

const core::RegisterDesc* RegisterBank::find(std::uint32_t offset) const {
  const std::uint32_t word = offset / kWordBytes;
  return word < by_word_.size() ? by_word_[word] : nullptr;
}

void RegisterBank::transport(tlm::tlm_generic_payload& payload, RegisterDevice& device) const {
  payload.set_dmi_allowed(false);
  const tlm::tlm_response_status shape = check_access(payload, kWordBytes, kWordBytes);
  if (shape != tlm::TLM_OK_RESPONSE) {
    payload.set_response_status(shape);
    return;
  }
  const sc_dt::uint64 address = payload.get_address();
  const auto offset = static_cast<std::uint32_t>(address);
  const core::RegisterDesc* desc = address == offset ? find(offset) : nullptr;
  if (desc == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read() && readable(*desc)) {
    const std::uint32_t value = device.read_register(offset);
    std::memcpy(payload.get_data_ptr(), &value, sizeof value);
  } else if (payload.is_write() && writable(*desc)) {
    std::uint32_t value = 0;
    std::memcpy(&value, payload.get_data_ptr(), sizeof value);
    device.write_register(offset, value & desc->mask);
  } else {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned RegisterBank::transport_dbg(tlm::tlm_generic_payload& payload,
                                     const RegisterDevice& device) const {
  if (!payload.is_read()) return 0;
  const sc_dt::uint64 end = by_word_.size() * kWordBytes;
  std::uint8_t* data = payload.get_data_ptr();
  unsigned served = 0;
  for (; served < payload.get_data_length(); ++served) {
    const sc_dt::uint64 address = payload.get_address() + served;
    if (address >= end) break;
    const auto offset = static_cast<std::uint32_t>(address);
    if (find(offset) == nullptr) break;
    data[served] = byte_of_word(device.peek_register(offset & ~(kWordBytes - 1)), offset);
  }
  return served;
}

bool memory_transport(tlm::tlm_generic_payload& payload, std::uint8_t* bytes, std::uint64_t size,
                      bool writable) {
  const std::uint64_t address = payload.get_address();
  const unsigned length = payload.get_data_length();
  const unsigned width = payload.get_streaming_width();
  const std::uint64_t span = std::min(length, width);
  if (address > size || span > size - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return false;
  }
  const std::uint8_t* enables = payload.get_byte_enable_ptr();
  if (length == 0 || width == 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else if (enables != nullptr && payload.get_byte_enable_length() == 0) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  } else if (!(payload.is_read() || (payload.is_write() && writable))) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  } else {
    if (enables != nullptr || width < length) {
      copy_with_enables(payload, bytes + address);
    } else if (payload.is_write()) {
      std::memcpy(bytes + address, payload.get_data_ptr(), length);
    } else {
      std::memcpy(payload.get_data_ptr(), bytes + address, length);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  return true;
}

}  // namespace aimc::tlm_support
