#pragma once

#include <cstdint>
#include <optional>

namespace aimc::platform {

/// Where the bytes come from that the UART receives.
class UartInput {
 public:
  virtual ~UartInput() = default;
  /// The next byte, if there is one now.
  virtual std::optional<std::uint8_t> next() = 0;
  /// True while bytes can still come at moments that only the outside knows (a person at a
  /// terminal): then the run looks for them now and then, and waits for them when there is nothing
  /// else to do. Otherwise next() gives one byte after the other until the input ends.
  virtual bool live() const = 0;
  /// Waits up to `timeout_ms` of wall time; true when next() has something to give.
  virtual bool wait(int timeout_ms) = 0;
};

}  // namespace aimc::platform
