#include "models/riscv/pmp.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace aimc::riscv {
namespace {

constexpr std::uint64_t kSpace = std::uint64_t{1} << 32U;
constexpr unsigned kAddressShift = 2;  // address registers hold bits 33 to 2

std::uint64_t byte_address(std::uint32_t word_address) {
  return std::uint64_t{word_address} << kAddressShift;
}

}  // namespace

Pmp::Pmp(unsigned entries) : entries_(entries) {
  if (entries > kMaxEntries) {
    throw std::invalid_argument("hart: " + std::to_string(entries) +
                                " entries of physical memory protection; expected 0 to 16");
  }
}

void Pmp::reset() {
  config_.fill(0);
  address_.fill(0);
  update();
}

std::uint32_t Pmp::config(unsigned index) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; ++i) {
    value |= static_cast<std::uint32_t>(config_.at(4 * index + i)) << (8U * i);
  }
  return value;
}

bool Pmp::write_config(unsigned index, std::uint32_t value) {
  bool changed = false;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned entry = 4 * index + i;
    if (entry >= entries_ || (config_.at(entry) & kLock) != 0) continue;
    auto written = static_cast<std::uint8_t>(value >> (8U * i) &
                                             (kLock | kModeMask | kRead | kWrite | kExecute));
    if ((written & kRead) == 0) written &= static_cast<std::uint8_t>(~kWrite);
    changed = changed || config_[entry] != written;
    config_[entry] = written;
  }
  if (changed) update();
  return changed;
}

bool Pmp::locks_address(unsigned index) const {
  const auto locked = [this](unsigned entry) { return (config_[entry] & kLock) != 0; };
  if (locked(index)) return true;
  const unsigned above = index + 1;
  return above < entries_ && locked(above) && (config_[above] & kModeMask) == kTopOfRange;
}

bool Pmp::write_address(unsigned index, std::uint32_t value) {
  if (index >= entries_ || locks_address(index) || address_[index] == value) return false;
  address_[index] = value;
  update();
  return true;
}

AddressRange Pmp::range_of(unsigned entry) const {
  const std::uint32_t address = address_[entry];
  AddressRange range;
  switch (config_[entry] & kModeMask) {
    case 0:
      return {};
    case kTopOfRange:
      range = {entry == 0 ? 0 : byte_address(address_[entry - 1]), byte_address(address)};
      break;
    case kNatural4:
      range = {byte_address(address), byte_address(address) + 4};
      break;
    default: {
      // The lowest zero bit and the ones below it give the size.
      const std::uint64_t size_bits = std::uint64_t{address} ^ (std::uint64_t{address} + 1U);
      range.begin = (address & ~size_bits) << kAddressShift;
      range.end = range.begin + ((size_bits + 1U) << kAddressShift);
      break;
    }
  }
  range.end = std::min(range.end, kSpace);
  return range.empty() ? AddressRange{} : range;
}

void Pmp::update() {
  any_locked_ = false;
  active_ = 0;
  for (unsigned i = 0; i < entries_; ++i) {
    range_[i] = range_of(i);
    if (range_[i].empty()) continue;
    active_ = i + 1;
    any_locked_ = any_locked_ || (config_[i] & kLock) != 0;
  }
}

bool Pmp::permits(unsigned entry, std::uint8_t kinds, Privilege mode) const {
  if (mode == Privilege::kMachine && (config_[entry] & kLock) == 0) return true;
  return (config_[entry] & kinds) == kinds;
}

bool Pmp::allows(std::uint32_t address, unsigned bytes, std::uint8_t kinds, Privilege mode) const {
  const std::uint64_t end = std::uint64_t{address} + bytes;
  for (unsigned i = 0; i < active_; ++i) {
    const AddressRange& range = range_[i];
    if (address >= range.end || range.begin >= end) continue;
    return range.contains(address, bytes) && permits(i, kinds, mode);
  }
  return mode == Privilege::kMachine || entries_ == 0;
}

std::vector<AddressRange> Pmp::allowed(std::uint8_t kinds, Privilege mode) const {
  std::vector<AddressRange> result;
  for (std::uint64_t begin = 0, end = 0; begin < kSpace; begin = end) {
    // Up to the next address at which another entry decides.
    end = kSpace;
    bool permitted = mode == Privilege::kMachine || entries_ == 0;
    for (unsigned i = 0; i < active_; ++i) {
      if (range_[i].contains(begin, 1)) {
        end = std::min(end, range_[i].end);
        permitted = permits(i, kinds, mode);
        break;
      }
      if (range_[i].begin > begin && !range_[i].empty()) end = std::min(end, range_[i].begin);
    }
    if (!permitted) continue;
    if (!result.empty() && result.back().end == begin) {
      result.back().end = end;
    } else {
      result.push_back({begin, end});
    }
  }
  return result;
}

}  // namespace aimc::riscv
