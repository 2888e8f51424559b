#include "models/peripherals/uart_line.h"

#include <utility>

namespace aimc::peripherals {

UartLine::UartLine(const sc_core::sc_module_name& name, Uart16550& uart, Source source)
    : sc_core::sc_module(name), uart_(uart), source_(std::move(source)) {
  SC_HAS_PROCESS(UartLine);
  SC_METHOD(step);
  sensitive << next_;
}

void UartLine::wake() {
  if (std::exchange(idle_, false)) next_.notify(sc_core::SC_ZERO_TIME);
}

void UartLine::step() {
  if (sending_) uart_.receive(*std::exchange(sending_, std::nullopt));
  const bool ready = uart_.ready_or_call([this](const sc_core::sc_time& at) {
    next_.notify(at - sc_core::sc_time_stamp());  // that time may lie ahead of the kernel's
  });
  if (!ready) return;
  sending_ = source_();
  idle_ = !sending_;
  if (sending_) next_.notify(uart_.character_time());
}

}  // namespace aimc::peripherals
