#include "models/noc/address_map.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace aimc::noc {

namespace {

[[noreturn]] void refuse(const AddressRange& range, const char* why) {
  char text[128];
  std::snprintf(text, sizeof text, "noc: address range of node %u, base 0x%llx, size 0x%llx, %s",
                range.node.id, static_cast<unsigned long long>(range.base),
                static_cast<unsigned long long>(range.size), why);
  throw std::invalid_argument(text);
}

}  // namespace

void AddressMap::add(const AddressRange& range) {
  if (range.size == 0) refuse(range, "is empty");
  const std::uint64_t last = range.base + (range.size - 1);
  if (last < range.base) refuse(range, "leaves the address space");
  const auto next = std::find_if(ranges_.begin(), ranges_.end(), [&](const AddressRange& other) {
    return other.base + (other.size - 1) >= range.base;
  });
  if (next != ranges_.end() && next->base <= last) refuse(range, "overlaps another range");
  ranges_.insert(next, range);
}

const AddressRange* AddressMap::find(std::uint64_t address, std::uint64_t size) const {
  const auto next = std::upper_bound(
      ranges_.begin(), ranges_.end(), address,
      [](std::uint64_t wanted, const AddressRange& range) { return wanted < range.base; });
  if (next == ranges_.begin()) return nullptr;
  const AddressRange& range = *(next - 1);
  const std::uint64_t offset = address - range.base;
  return offset < range.size && size <= range.size - offset ? &range : nullptr;
}

const AddressRange* AddressMap::find_in(Node node, std::uint64_t offset, std::uint64_t size) const {
  const auto found = std::find_if(ranges_.begin(), ranges_.end(), [&](const AddressRange& range) {
    return range.node.id == node.id && offset < range.size && size <= range.size - offset;
  });
  return found == ranges_.end() ? nullptr : &*found;
}

}  // namespace aimc::noc
