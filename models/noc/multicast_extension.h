#pragma once

#include <tlm>

namespace aimc::noc {

/// Makes a write to a tile one to a rectangle of tiles: the same bytes at the same place in each.
/// The tile that is written to is the north-western one. Belongs to the initiator that sets it.
struct MulticastExtension final : tlm::tlm_extension<MulticastExtension> {
  unsigned columns = 1;  ///< tiles eastwards, at least 1
  unsigned rows = 1;     ///< tiles southwards, at least 1

  tlm::tlm_extension_base* clone() const override { return nullptr; }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const MulticastExtension&>(other);
  }
  void free() override {}
};

}  // namespace aimc::noc
