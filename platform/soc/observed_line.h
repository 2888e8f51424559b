#pragma once

#include <systemc>

#include "models/core/probe.h"

namespace aimc::platform {

/// A signal line that shows its level as a counter of "interrupts". It takes no part in the
/// simulation: the level is reported while the kernel updates the signal.
class ObservedLine : public sc_core::sc_signal<bool> {
 public:
  ObservedLine(const char* name, core::Probe& probe)
      : sc_signal(name), probe_(probe), counter_(probe.counter("interrupts", name, 1)) {}

 protected:
  void update() override {
    const bool before = read();
    sc_signal::update();
    if (read() != before) {
      probe_.value(counter_, sc_core::sc_time_stamp().value(), read() ? 1 : 0);
    }
  }

 private:
  core::Probe& probe_;
  core::Counter counter_;
};

}  // namespace aimc::platform
