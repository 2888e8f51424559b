#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "models/riscv/gdb_session.h"
#include "models/riscv/gdb_transport.h"
#include "models/riscv/host_cpu.h"

namespace aimc::riscv {

/// Lets gdb control a host CPU: stops it before its first instruction until a debugger has
/// connected and let it go on, and whenever the debugger wants. While it is stopped, simulated time
/// stands still. What the hart does and when does not depend on a debugger that only looks.
///
/// Breakpoints are free while running. With a watchpoint, and in single steps, instructions are
/// executed one by one; watchpoints see the hart's own loads, stores and atomics, and stop behind
/// them.
class GdbDebugger : public HostDebugger, private GdbTarget {
 public:
  /// What the platform does for the debugger.
  struct Platform {
    std::function<bool()> cancelled;  ///< true ends waiting for the debugger, and the run
    std::function<void()> kill;       ///< ends the run
    std::function<void()> reset;      ///< resets the platform
    /// Carries out a monitor command of the platform's own; nothing when it is not one.
    std::function<std::optional<std::string>(std::string_view)> monitor;
    std::string help;  ///< lines about those commands
  };

  /// All must outlive the debugger.
  GdbDebugger(HostCpu& cpu, GdbTransport& transport, Platform platform);

  /// Looks whether the debugger wants the machine to stop; it then does before the next
  /// instruction, or in its WFI. True when it wants. From outside, only while the hart waits.
  bool poll();
  /// Stops the machine before its next instruction, or in its WFI, and tells the debugger why.
  /// False when there is none.
  bool stop_because(std::string_view reason);
  bool connected() const { return session_ != nullptr; }

  /// The run has ended: tells the debugger and closes the line. Without a status of the program's
  /// own, `reason` says why.
  void finish(std::optional<unsigned> status, std::string_view reason);

  bool wants_halt() override;
  bool stepping() const override;
  StopReason step(Hart& hart) override;
  void halt(StopReason reason) override;

 private:
  enum class Mode : std::uint8_t { kFree, kRun, kStep };

  std::uint32_t read_register(unsigned number) const override;
  void write_register(unsigned number, std::uint32_t value) override;
  bool read_csr(unsigned number, std::uint32_t& value) const override;
  bool write_csr(unsigned number, std::uint32_t value) override;
  std::size_t read_memory(std::uint32_t address, std::uint8_t* bytes, std::size_t count) override;
  std::size_t write_memory(std::uint32_t address, const std::uint8_t* bytes,
                           std::size_t count) override;
  std::string monitor(std::string_view command) override;

  void connect();
  void detach();
  void arm_breakpoints();
  bool act(GdbAction action);
  GdbStop stop_of(StopReason reason) const;
  const GdbWatch* watch_hit_by_next(std::uint32_t& address);

  HostCpu& cpu_;
  GdbTransport& transport_;
  Platform platform_;
  std::unique_ptr<GdbSession> session_;
  std::string bytes_;
  Mode mode_ = Mode::kFree;
  bool told_ = true;      // the debugger knows that the machine is stopped
  bool passing_ = false;  // the next instruction is executed even if there is a breakpoint
  bool started_ = false;  // a debugger has been waited for
  bool halt_requested_ = false;
  unsigned skipped_polls_ = 0;
  std::optional<GdbStop> cause_;  // of the stop that comes, if it is not a plain one
};

}  // namespace aimc::riscv
