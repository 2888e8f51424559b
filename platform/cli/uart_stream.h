#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/soc/uart_input.h"

namespace aimc::cli {

/// Bytes for the UART from a file descriptor.
///
/// A file, or a pipe that has something to read (or has ended) when the run starts, is read in step
/// with simulated time, so that equal input gives equal runs; if the writer of a pipe then pauses
/// for more than a second, it is taken as live from there on. A terminal, or a pipe that is silent
/// at the start, is live. A terminal is read only while this process is in its foreground.
class StreamInput : public platform::UartInput {
 public:
  /// The descriptor stays the caller's and must stay open.
  explicit StreamInput(int descriptor);

  std::optional<std::uint8_t> next() override;
  bool live() const override { return live_ && !ended_; }
  bool wait(int timeout_ms) override;

 private:
  bool fill(int timeout_ms);
  bool may_read() const;

  int descriptor_;
  bool terminal_ = false;
  bool live_ = false;
  bool ended_ = false;
  std::array<std::uint8_t, 4096> buffer_{};
  std::size_t position_ = 0;
  std::size_t size_ = 0;
};

/// A pseudo terminal whose other end a terminal program can open.
class PseudoTerminal {
 public:
  /// @throws UsageError when the system has none
  PseudoTerminal();
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  /// The file a terminal program opens.
  const std::string& name() const { return name_; }
  int descriptor() const { return master_; }
  /// Sends a byte; it is lost when nobody has read the last few thousand.
  void put(std::uint8_t byte);

 private:
  int master_ = -1;
  int slave_ = -1;  // kept open, so that the terminal stays when its user goes
  bool stuck_ = false;
  std::string name_;
};

}  // namespace aimc::cli
