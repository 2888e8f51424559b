#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <memory>
#include <string>
#include <systemc>

#include "models/core/energy.h"
#include "models/core/time.h"
#include "models/riscv/hart.h"
#include "models/tlm/quick_read.h"

namespace aimc::riscv {

/// Settings of the host subsystem's core.
struct HostConfig {
  double clock_mhz = 500.0;    ///< core clock
  double timebase_mhz = 10.0;  ///< rate of the time CSR where no time reader is set
  /// Longest stretch the hart runs ahead of the kernel, us; results do not depend on it.
  double quantum_us = 1000.0;
  /// Added to every data access to direct memory; sets hart.direct_wait_cycles.
  unsigned ram_wait_cycles = 0;
  double ram_read_pj = 6.4;   ///< energy of a 32-bit data read from RAM
  double ram_write_pj = 5.4;  ///< energy of a 32-bit data write to RAM
  HartConfig hart;
};

/// How the hart ended the simulation.
struct HostStop {
  StopReason reason = StopReason::kLimit;
  std::uint32_t pc = 0;
  std::string description;
};

/// Somebody who stops the hart between instructions: a debugger. All is called in the hart's thread
/// with the kernel at the hart's time, and may take wall time: simulated time stands still.
class HostDebugger {
 public:
  virtual ~HostDebugger() = default;
  /// Asked between stretches of execution and in WFI: true when the hart shall stop now.
  virtual bool wants_halt() = 0;
  /// True when instructions shall be executed one by one, by step().
  virtual bool stepping() const = 0;
  /// Executes one instruction and returns why Hart::run came back, or kBreakpoint instead of
  /// executing it.
  virtual StopReason step(Hart& hart) = 0;
  /// The hart has stopped: before its first instruction or because wants_halt() said so (kLimit),
  /// at a breakpoint, or with a trap nobody handles, which ends the run afterwards. Returns when it
  /// shall go on.
  virtual void halt(StopReason reason) = 0;
};

/// A hart in a SystemC thread: runs ahead of the kernel by at most min(quantum, time to the next
/// pending event), so that results and interrupt latencies do not depend on the quantum.
///
/// Direct memory comes from the target's DMI; `invalidate_direct_mem_ptr` on the backward path
/// tells the hart that somebody else wrote the range (decoded blocks and reservations there are
/// dropped, the pointer stays valid).
///
/// A bus access is synchronised with the kernel unless its target answers at local time (see
/// set_local_time_range): the kernel is at the hart's time and everything at that time has settled
/// when the target is called. Targets may wait in b_transport or return a delay; the access ends on
/// the next edge of the core clock.
///
/// A simulation that is to end at a given time should end by an event then: sc_start(duration)
/// tells nobody when it will end, so the hart may be ahead of the kernel by up to a quantum when it
/// returns.
class HostCpu : public sc_core::sc_module, private HartEnvironment {
 public:
  tlm_utils::simple_initiator_socket<HostCpu, 32> socket{"socket"};
  sc_core::sc_in<bool> software_irq{"software_irq"};
  sc_core::sc_in<bool> timer_irq{"timer_irq"};
  sc_core::sc_in<bool> external_irq{"external_irq"};

  /// std::invalid_argument for a clock, time base or quantum that is not positive, or a bad hart
  /// configuration. `energy` must not be read after the module is gone: it asks the module for its
  /// counts.
  HostCpu(const sc_core::sc_module_name& name, const HostConfig& config, core::EnergyMeter& energy);
  ~HostCpu() override;

  /// Accesses to [base, base + size) are made without waiting for the kernel: the target answers as
  /// of now + delay.
  void set_local_time_range(std::uint64_t base, std::uint64_t size);
  /// Who is asked before a load goes through the socket; must outlive the simulation.
  void set_quick_reader(tlm_support::QuickReader& reader);
  /// Who tells mtime at a time in ps, for the time CSR; without it, time runs at
  /// config.timebase_mhz from zero.
  void set_time_reader(std::function<std::uint64_t(core::TimePs)> reader);
  /// Called once, inside the hart's thread, when the hart cannot go on; the platform then stops the
  /// kernel.
  void set_stop_handler(std::function<void(const HostStop&)> handler);
  /// Ends the run after the current instruction (a device ended the simulation).
  void request_stop();
  /// Resets the hart after the current instruction, or at once when it is stopped in a debugger.
  /// Its clock, its counts and its energy go on.
  void request_reset();

  /// Who serves semihosting calls (see HartEnvironment::semihosting_call). Called in the hart's
  /// thread with the kernel at the hart's time, as for an access to a device.
  void set_semihosting(std::function<void(Hart&)> serve);
  /// Reports stores into [base, base + size) of direct memory, right after the instruction, in the
  /// hart's thread with the kernel at the hart's time. `stored` gets address and number of bytes.
  /// The last `stored` given hears of all ranges.
  void watch_stores(std::uint32_t base, std::uint32_t size,
                    std::function<void(std::uint32_t address, unsigned bytes)> stored);

  /// Who controls the hart; before the simulation starts. Must outlive it.
  void set_debugger(HostDebugger& debugger);
  /// Makes a hart that waits in WFI ask its debugger; may be called between runs of the kernel.
  void ask_debugger();
  /// Memory as software sees it, without time and side effects; returns the bytes there are.
  std::size_t debug_read(std::uint32_t address, std::uint8_t* bytes, std::size_t count);
  std::size_t debug_write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count);

  Hart& hart();
  const Hart& hart() const;
  /// Simulated time of the hart's local clock, ps.
  core::TimePs local_time_ps() const;
  /// True when the hart waits in WFI.
  bool waiting() const;
  /// Simulated time the hart has spent in WFI up to `now_ps`.
  core::TimePs waited_ps(core::TimePs now_ps) const;

 private:
  SC_HAS_PROCESS(HostCpu);

  BusResult load(Hart& hart, std::uint32_t address, unsigned bytes, std::uint32_t& value) override;
  BusResult store(Hart& hart, std::uint32_t address, unsigned bytes, std::uint32_t value) override;
  std::uint64_t read_time(Hart& hart) override;
  bool provide_direct_memory(Hart& hart, std::uint32_t address) override;
  bool semihosting_call(Hart& hart) override;
  void watched_store(Hart& hart, std::uint32_t address, unsigned bytes) override;

  void run_thread();
  StopReason run_stretch();
  bool ended_by(StopReason reason);
  void synchronise();
  void settle();
  void sample_interrupts();
  void wait_for_interrupt();
  void halt_in_debugger(StopReason reason);
  std::size_t debug_transport(tlm::tlm_command command, std::uint32_t address, std::uint8_t* bytes,
                              std::size_t count);
  std::uint64_t next_limit();
  void before_side_effect();
  void after_side_effect();
  bool quick_load(std::uint32_t address, unsigned bytes, std::uint32_t& value);
  BusResult transport(tlm::tlm_command command, std::uint32_t address, unsigned bytes);
  void invalidate_direct_memory(sc_dt::uint64 first, sc_dt::uint64 last);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aimc::riscv
