#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>

#include "models/peripherals/uart16550.h"

namespace aimc::peripherals {

/// What is at the other end of a UART's receive line: sends bytes one after the other at the line's
/// rate, with hardware flow control. It is quiet until software first accesses the UART and while
/// the receiver has no space, so no byte is lost to a late driver.
///
/// The time a byte arrives follows from the bytes before it and from what software does, and from
/// nothing else.
class UartLine : public sc_core::sc_module {
 public:
  /// The next byte to send, if there is one.
  using Source = std::function<std::optional<std::uint8_t>()>;

  /// @param source asked when the line is free to send; when it has nothing it is asked again
  /// after wake()
  UartLine(const sc_core::sc_module_name& name, Uart16550& uart, Source source);

  /// The source may have bytes again. May be called between runs of the kernel.
  void wake();
  /// True when the source had nothing and has not been asked again.
  bool idle() const { return idle_; }

 private:
  void step();

  Uart16550& uart_;
  Source source_;
  std::optional<std::uint8_t> sending_;
  bool idle_ = false;  // the source had nothing
  sc_core::sc_event next_{"next"};
};

}  // namespace aimc::peripherals
