#pragma once

#include <cstdint>
#include <tlm>
#include <vector>

#include "models/core/register_desc.h"

namespace aimc::tlm_support {

/// What a device does with its registers. Offsets are bytes from the block's base.
class RegisterDevice {
 public:
  virtual ~RegisterDevice() = default;
  /// A read by software, with its side effects.
  virtual std::uint32_t read_register(std::uint32_t offset) = 0;
  /// A write by software of a value that already passed the register's mask.
  virtual void write_register(std::uint32_t offset, std::uint32_t value) = 0;
  /// The value a debugger sees; must change nothing.
  virtual std::uint32_t peek_register(std::uint32_t offset) const = 0;
};

/// Declarative access rules of a block of 32-bit registers, the same for every device.
///
/// Accepted: reads and writes of one aligned 32-bit word, without byte enables, at an offset the
/// map names. Reading a write-only register or writing a read-only one is refused like an unmapped
/// offset: with a TLM error response, which becomes an access-fault trap of the hart. Nothing a
/// guest does raises an assertion.
class RegisterBank {
 public:
  /// @param table first element of a generated register table
  /// @param count its length
  RegisterBank(const core::RegisterDesc* table, std::size_t count);
  /// The same for a whole generated table, e.g. regs::tile::kRegisters.
  template <typename Table>
  explicit RegisterBank(const Table& table) : RegisterBank(table.data(), table.size()) {}

  /// Serves one transaction whose address is an offset into the block, and sets its response
  /// status.
  void transport(tlm::tlm_generic_payload& payload, RegisterDevice& device) const;
  /// Serves a debug access of any size and alignment without side effects (writes are ignored);
  /// returns the bytes served.
  unsigned transport_dbg(tlm::tlm_generic_payload& payload, const RegisterDevice& device) const;

  /// The register that covers the word at `offset`, or nullptr.
  const core::RegisterDesc* find(std::uint32_t offset) const;

 private:
  std::vector<const core::RegisterDesc*> by_word_;
};

/// Serves a transaction on plain bytes (SRAM, ROM, apertures): sizes and byte enables are free,
/// range errors get an error response.
/// @return false when the range [address, address + length) leaves [0, size); the response is set
/// either way.
bool memory_transport(tlm::tlm_generic_payload& payload, std::uint8_t* bytes, std::uint64_t size,
                      bool writable);

}  // namespace aimc::tlm_support
