// Stores somebody wants to know of. Their granules are marked like those that hold code, so the
// fast loop leaves such a store to the slow path and pays nothing for the others.

#include <algorithm>

#include "models/riscv/core.h"

namespace aimc::riscv {
namespace {

bool overlap(std::uint32_t base, std::uint32_t size, std::uint32_t address, unsigned bytes) {
  return address < std::uint64_t{base} + size && base < std::uint64_t{address} + bytes;
}

}  // namespace

void Core::watch_stores(std::uint32_t base, std::uint32_t size) {
  if (size == 0) return;
  watched_.push_back({base, size});
  for (const auto& region : map_.regions()) mark_watched(*region);
}

void Core::mark_watched(Region& region) const {
  for (const Range& range : watched_) {
    const std::uint64_t first = std::max(range.base, region.base);
    const std::uint64_t end =
        std::min(std::uint64_t{range.base} + range.size, std::uint64_t{region.base} + region.size);
    if (first >= end) continue;
    const std::uint64_t last = (end - 1U - region.base) >> kGranuleShift;
    for (std::uint64_t g = (first - region.base) >> kGranuleShift; g <= last; ++g) {
      region.has_code[g] |= kGranuleWatched;
    }
  }
}

void Core::note_store(const Region& region, std::uint32_t address, unsigned bytes) {
  const std::uint32_t last = address + (bytes - 1U);
  const auto granule = [&region](std::uint32_t at) {
    return region.has_code[(at - region.base) >> kGranuleShift];
  };
  if (((granule(address) | granule(last)) & kGranuleWatched) == 0) return;
  const bool watched = std::any_of(watched_.begin(), watched_.end(), [&](const Range& range) {
    return overlap(range.base, range.size, address, bytes);
  });
  if (watched) stored_ = Range{address, bytes};
}

void Core::report_store() {
  const Range store = *stored_;
  stored_.reset();
  environment_.watched_store(hart_, store.base, store.size);
}

}  // namespace aimc::riscv
