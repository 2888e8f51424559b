#pragma once

#include <cstdint>
#include <vector>

#include "models/noc/network.h"

namespace aimc::noc {

/// A range of global addresses that belongs to a node.
struct AddressRange {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
  Node node;
  bool keep_global = false;  ///< true: the target sees global addresses; false: offsets from `base`

  /// The address as the target sees it.
  std::uint64_t local(std::uint64_t address) const {
    return keep_global ? address : address - base;
  }
};

/// Finds the node of an address.
class AddressMap {
 public:
  /// Adds a range.
  /// @throws std::invalid_argument when it is empty, leaves the address space, or overlaps another
  void add(const AddressRange& range);
  /// The range that holds all of [address, address + size), size >= 1, or nullptr.
  const AddressRange* find(std::uint64_t address, std::uint64_t size) const;
  /// The range of a node that holds `size` bytes, at least 1, at an offset, or nullptr.
  const AddressRange* find_in(Node node, std::uint64_t offset, std::uint64_t size) const;

 private:
  std::vector<AddressRange> ranges_;  // ascending
};

}  // namespace aimc::noc
