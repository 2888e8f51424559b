#pragma once

#include <cstdint>

#include "models/core/time.h"

namespace aimc::tlm_support {

/// A read of up to four aligned bytes of a register, without payload and without the kernel.
struct QuickRead {
  std::uint64_t address = 0;
  unsigned bytes = 0;
  core::TimePs time = 0;         ///< when it happens; after a read that was served, when it is over
  core::TimePs quiet_until = 0;  ///< nothing happens in the kernel before this time
  std::uint32_t value = 0;       ///< of a read that was served
};

/// What DMI is for memory, for registers: whoever can say at once what a b_transport of the same
/// read would answer, because it has no side effect and nothing can change until it happens.
class QuickReader {
 public:
  virtual ~QuickReader() = default;
  /// True with value and time as b_transport would leave them; false, with nothing changed, when
  /// the read has to go through the socket.
  virtual bool quick_read(QuickRead& read) = 0;
};

}  // namespace aimc::tlm_support
