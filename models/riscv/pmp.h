#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/riscv/csr.h"

namespace aimc::riscv {

/// A stretch of the physical address space; `end` is the address behind it, at most 2^32.
struct AddressRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  bool empty() const { return begin >= end; }
  /// True when [address, address + bytes) lies inside.
  bool contains(std::uint64_t address, std::uint64_t bytes) const {
    return begin <= address && address + bytes <= end;
  }
  bool operator==(const AddressRange& other) const {
    return begin == other.begin && end == other.end;
  }
};

/// Physical memory protection (privileged manual 1.12, section "Physical Memory Protection"): for
/// RV32, with a granularity of four bytes, without the Smepmp extension.
///
/// Where the manual leaves a choice:
/// - With 1 to 15 entries the registers of the others exist and read as zero; with none there are
/// no
///   registers.
/// - Writing W without R, which is reserved, leaves out the W. Bits 5 and 6 read as zero.
/// - Address registers hold all 32 bits: entries may end above 4 GiB, where nothing is.
class Pmp {
 public:
  static constexpr unsigned kMaxEntries = 16;
  static constexpr unsigned kConfigRegisters = kMaxEntries / 4;

  /// Kinds of access, as the bits of an entry's configuration; may be combined.
  static constexpr std::uint8_t kRead = 1;
  static constexpr std::uint8_t kWrite = 2;
  static constexpr std::uint8_t kExecute = 4;

  /// std::invalid_argument for more than kMaxEntries.
  explicit Pmp(unsigned entries);

  unsigned entries() const { return entries_; }
  /// Switches all entries off and unlocks them.
  void reset();

  /// pmpcfg register 0..3 with four entries each, and pmpaddr register 0..15.
  std::uint32_t config(unsigned index) const;
  std::uint32_t address(unsigned index) const { return address_.at(index); }
  /// Writes what is not locked; true when that has changed anything.
  bool write_config(unsigned index, std::uint32_t value);
  bool write_address(unsigned index, std::uint32_t value);

  /// True when an access of the mode that stays inside an aligned word may be refused.
  bool restricts(Privilege mode) const {
    return mode == Privilege::kMachine ? any_locked_ : entries_ != 0;
  }
  /// True when a mode may make an access of all given kinds to [address, address + bytes): decided
  /// by the lowest entry that has any of the bytes, refused when that entry has not all of them.
  bool allows(std::uint32_t address, unsigned bytes, std::uint8_t kinds, Privilege mode) const;
  /// All addresses at which a mode may make accesses of all given kinds, as few ranges as possible,
  /// in order. An access whose aligned words all lie in them is allowed word by word.
  std::vector<AddressRange> allowed(std::uint8_t kinds, Privilege mode) const;

 private:
  static constexpr std::uint8_t kModeMask = 0x18;
  static constexpr std::uint8_t kTopOfRange = 0x08;
  static constexpr std::uint8_t kNatural4 = 0x10;
  static constexpr std::uint8_t kLock = 0x80;

  bool permits(unsigned entry, std::uint8_t kinds, Privilege mode) const;
  bool locks_address(unsigned index) const;
  AddressRange range_of(unsigned entry) const;
  void update();

  unsigned entries_;
  bool any_locked_ = false;
  unsigned active_ = 0;  // entries from here on are off
  std::array<std::uint8_t, kMaxEntries> config_{};
  std::array<std::uint32_t, kMaxEntries> address_{};
  std::array<AddressRange, kMaxEntries> range_{};  // of each entry; empty when it matches nothing
};

}  // namespace aimc::riscv
