#pragma once

#include <atomic>

namespace aimc::cli {

/// While it lives, the first Ctrl-C (SIGINT) or SIGTERM raises a flag instead of ending the
/// process; the second ends it.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// True once a signal has come.
  const std::atomic<bool>* flag() const;
};

}  // namespace aimc::cli
