#include "models/peripherals/boot_rom.h"

#include <stdexcept>
#include <string>

#include "models/tlm/device_access.h"
#include "models/tlm/register_bank.h"

namespace aimc::peripherals {
namespace {

// Encodings: The RISC-V Instruction Set Manual, volume I, chapter "RV32I Base Integer Instruction
// Set".
constexpr std::uint32_t kRegT0 = 5;
constexpr std::uint32_t kRegA0 = 10;
constexpr std::uint32_t kRegA1 = 11;

// The low 12 bits of a value are added as a signed number, so the upper part makes up for the sign.
constexpr std::uint32_t upper(std::uint32_t value) {
  return (value + 0x800U) & 0xFFFFF000U;
}

constexpr std::uint32_t lui(std::uint32_t rd, std::uint32_t value) {
  return upper(value) | (rd << 7U) | 0x37U;
}
constexpr std::uint32_t addi(std::uint32_t rd, std::uint32_t rs, std::uint32_t value) {
  return ((value & 0xFFFU) << 20U) | (rs << 15U) | (rd << 7U) | 0x13U;
}
constexpr std::uint32_t jalr(std::uint32_t rs, std::uint32_t value) {
  return ((value & 0xFFFU) << 20U) | (rs << 15U) | 0x67U;
}

}  // namespace

std::array<std::uint32_t, 5> make_reset_vector(std::uint32_t entry, std::uint32_t hart_id) {
  return {lui(kRegA0, hart_id), addi(kRegA0, kRegA0, hart_id), addi(kRegA1, 0, 0),
          lui(kRegT0, entry), jalr(kRegT0, entry)};
}

BootRom::BootRom(const sc_core::sc_module_name& name, std::size_t size)
    : sc_core::sc_module(name), bytes_(size, 0) {
  constexpr std::size_t kNeeded = sizeof(make_reset_vector(0, 0));
  if (size < kNeeded) {
    throw std::invalid_argument("boot ROM of " + std::to_string(size) +
                                " bytes; the reset vector needs " + std::to_string(kNeeded));
  }
  socket.register_b_transport(this, &BootRom::b_transport);
  socket.register_transport_dbg(this, &BootRom::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &BootRom::get_direct_mem_ptr);
}

void BootRom::load(std::uint32_t entry, std::uint32_t hart_id) {
  std::size_t offset = 0;
  for (const std::uint32_t word : make_reset_vector(entry, hart_id)) {
    for (std::uint32_t i = 0; i < sizeof word; ++i)
      bytes_[offset++] = tlm_support::byte_of_word(word, i);
  }
}

void BootRom::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  tlm_support::memory_transport(payload, bytes_.data(), bytes_.size(), false);
  payload.set_dmi_allowed(payload.is_response_ok());
}

unsigned BootRom::transport_dbg(tlm::tlm_generic_payload& payload) {
  return tlm_support::debug_read(payload, bytes_.size(),
                                 [this](std::uint32_t offset) { return bytes_[offset]; });
}

bool BootRom::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  dmi.allow_read();
  dmi.set_dmi_ptr(bytes_.data());
  dmi.set_start_address(0);
  dmi.set_end_address(bytes_.size() - 1);
  dmi.set_read_latency(sc_core::SC_ZERO_TIME);
  dmi.set_write_latency(sc_core::SC_ZERO_TIME);
  if (!payload.is_write()) return true;
  // What is denied is writing, and it is denied for the whole range.
  dmi.allow_write();
  return false;
}

}  // namespace aimc::peripherals
