// How physical memory protection reaches the fast paths: each mode has its own blocks, decoded only
// from what it may execute, and its own window for loads and stores. All else is looked at access
// by access, unless the mode is not restricted at all.

#include <algorithm>

#include "models/riscv/core.h"

namespace aimc::riscv {
namespace {

constexpr unsigned bank_of(Privilege mode) {
  return mode == Privilege::kMachine ? 0 : 1;
}
static_assert(bank_of(Privilege::kUser) < BlockCache::kBanks);

// True when one of the ranges, which are in order, holds all of [begin, begin + bytes).
bool within(const std::vector<AddressRange>& ranges, std::uint32_t begin, std::uint32_t bytes) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const AddressRange& range) { return range.contains(begin, bytes); });
}

}  // namespace

void Core::set_privilege(Privilege mode) {
  csr_.privilege = mode;
  apply_protection();
}

// The mode whose permissions loads and stores have.
Privilege Core::data_mode() const {
  if ((csr_.mstatus & kMstatusMprv) == 0) return csr_.privilege;
  return (csr_.mstatus & kMstatusMpp) == 0 ? Privilege::kUser : Privilege::kMachine;
}

// To be called when the mode, MPRV, MPP or a mode's permissions have changed.
void Core::apply_protection() {
  const Privilege data = data_mode();
  if (permissions_[bank_of(csr_.privilege)].stale) work_out(csr_.privilege);
  if (permissions_[bank_of(data)].stale) work_out(data);
  cache_.select(bank_of(csr_.privilege));
  window_ = permissions_[bank_of(data)].window;
  data_checked_ = permissions_[bank_of(data)].checked;
  link_from_ = nullptr;  // blocks of one mode must not lead to blocks of another
}

void Core::protection_changed() {
  for (const Privilege mode : {Privilege::kUser, Privilege::kMachine}) {
    if (pmp_.restricts(mode)) permissions_[bank_of(mode)].stale = true;
  }
  apply_protection();
}

void Core::work_out(Privilege mode) {
  const unsigned bank = bank_of(mode);
  Permissions& permissions = permissions_[bank];
  permissions.stale = false;
  permissions.checked = pmp_.restricts(mode);
  std::vector<AddressRange> executable = pmp_.allowed(Pmp::kExecute, mode);
  if (executable != permissions.executable) {
    permissions.executable = std::move(executable);
    cache_.drop_unless(map_, bank, [&permissions](const Block& block) {
      return within(permissions.executable, block.pc, block.end_pc - block.pc);
    });
  }
  permissions.window = largest_window(mode);
}

Core::Window Core::largest_window(Privilege mode) {
  Region* region = map_.largest_writable();
  if (region == nullptr) return {};
  const std::uint64_t base = region->base;
  std::uint64_t best_first = 0;
  std::uint64_t best_end = 0;
  for (const AddressRange& range : pmp_.allowed(Pmp::kRead | Pmp::kWrite, mode)) {
    // From a granule on, so that its place in has_code follows from the offset in the window.
    const std::uint64_t from = std::max(range.begin, base) - base;
    const std::uint64_t first = (from + kGranuleBytes - 1) / kGranuleBytes * kGranuleBytes;
    const std::uint64_t end = std::min(range.end, base + region->size);
    if (end < base + first) continue;
    if (end - base - first > best_end - best_first) {
      best_first = first;
      best_end = end - base;
    }
  }
  if (best_end == best_first) return {};
  const auto offset = static_cast<std::uint32_t>(best_first);
  return {region->base + offset, static_cast<std::uint32_t>(best_end - best_first),
          region->bytes + offset, region->has_code.data() + (offset >> kGranuleShift)};
}

// The stretch around `pc` that the current mode may execute; empty when there is none.
AddressRange Core::executable_at(std::uint32_t pc) const {
  for (const AddressRange& range : permissions_[bank_of(csr_.privilege)].executable) {
    if (range.contains(pc, 1)) return range;
  }
  return {};
}

// The address of the first part of a data access that is refused. The parts of a misaligned access
// are accesses of their own, one for each aligned word.
std::optional<std::uint32_t> Core::denied(std::uint32_t address, unsigned bytes,
                                          std::uint8_t kinds) const {
  const Privilege mode = data_mode();
  if (!permissions_[bank_of(mode)].checked) return std::nullopt;
  const unsigned first = std::min(bytes, 4U - address % 4U);
  if (!pmp_.allows(address, first, kinds, mode)) return address;
  if (first < bytes && !pmp_.allows(address + first, bytes - first, kinds, mode)) {
    return address + first;
  }
  return std::nullopt;
}

}  // namespace aimc::riscv
