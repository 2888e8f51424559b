#include "models/riscv/host_cpu.h"

#include <tlm_utils/tlm_quantumkeeper.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

namespace aimc::riscv {
namespace {

constexpr std::size_t kClasses = static_cast<std::size_t>(InstructionClass::kCount);
constexpr std::array kClassNames{"alu",           "load",      "store",      "branch not taken",
                                 "branch taken",  "jump",      "mul",        "mul high",
                                 "div",           "atomic",    "csr",        "system",
                                 "float add mul", "float div", "float other"};
static_assert(kClassNames.size() == kClasses);

constexpr unsigned kPageShift = 12;
constexpr std::size_t kPages = std::size_t{1} << (32U - kPageShift);
// More delta cycles than any chain of signals needs; ends the wait for quiet where somebody is
// never quiet.
constexpr unsigned kMaxSettleDeltas = 256;
constexpr double kPicojoule = 1e-12;

sc_core::sc_time to_time(core::TimePs ps) {
  return sc_core::sc_time::from_value(ps);
}
core::TimePs to_ps(const sc_core::sc_time& time) {
  return time.value();
}

// Runs ahead by at most a quantum, and never beyond the next thing that happens in the kernel.
class RunAhead : public tlm_utils::tlm_quantumkeeper {
 public:
  explicit RunAhead(core::TimePs quantum_ps) : quantum_(to_time(quantum_ps)) {}
  const sc_core::sc_time& next_sync_point() const { return m_next_sync_point; }

 protected:
  sc_core::sc_time compute_local_quantum() override {
    return std::min(quantum_,
                    sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()));
  }

 private:
  sc_core::sc_time quantum_;
};

const HostConfig& checked(const HostConfig& config) {
  const auto positive = [](double value, const char* what) {
    if (!(value > 0)) {
      throw std::invalid_argument(std::string("host CPU: ") + what + " is " +
                                  std::to_string(value) + ", expected more than 0");
    }
  };
  positive(config.clock_mhz, "clock_mhz");
  positive(config.timebase_mhz, "timebase_mhz");
  positive(config.quantum_us, "quantum_us");
  return config;
}

HartConfig hart_config(const HostConfig& config) {
  HartConfig hart = config.hart;
  hart.direct_wait_cycles = config.ram_wait_cycles;
  return hart;
}

}  // namespace

struct HostCpu::State {
  State(const HostConfig& c, HostCpu& environment)
      : config(checked(c)),
        clock(c.clock_mhz),
        timebase(c.timebase_mhz),
        keeper(static_cast<core::TimePs>(c.quantum_us * 1e6)),
        hart(hart_config(c), environment),
        no_direct_memory(kPages) {
    payload.set_byte_enable_ptr(nullptr);
    payload.set_data_ptr(data.data());
  }

  core::TimePs local_ps() const { return clock.time_of(hart.cycle()); }
  bool answers_at_local_time(std::uint64_t address, unsigned bytes) const {
    return std::any_of(local_ranges.begin(), local_ranges.end(), [&](const auto& range) {
      return address >= range.first && address + bytes <= range.first + range.second;
    });
  }

  void meter(core::EnergyMeter& energy) {
    for (std::size_t i = 0; i < kClasses; ++i)
      class_accounts[i] = energy.open("host", kClassNames[i]);
    const core::EnergyAccount reads = energy.open("ram", "host read");
    const core::EnergyAccount writes = energy.open("ram", "host write");
    energy.add_provider([this, &energy, reads, writes] {
      const auto counts = hart.class_counts();
      for (std::size_t i = 0; i < kClasses; ++i) {
        const double each_pj = config.hart.timing.energy_pj[i];
        energy.set(class_accounts[i], static_cast<double>(counts[i]) * each_pj * kPicojoule,
                   counts[i]);
      }
      const std::uint64_t loads = hart.direct_loads(counts);
      const std::uint64_t stores = hart.direct_stores(counts);
      energy.set(reads, static_cast<double>(loads) * config.ram_read_pj * kPicojoule, loads);
      energy.set(writes, static_cast<double>(stores) * config.ram_write_pj * kPicojoule, stores);
    });
  }

  HostConfig config;
  core::Clock clock;
  core::Clock timebase;
  RunAhead keeper;
  Hart hart;
  std::array<core::EnergyAccount, kClasses> class_accounts{};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> local_ranges;  // base, size
  tlm_support::QuickReader* quick_reader = nullptr;
  core::TimePs quiet_until = 0;  // nothing happens in the kernel before; never behind the limit
  core::TimePs quick_ps = 0;     // duration of the last quick read, and what that is in cycles
  std::uint64_t quick_cycles = 0;
  std::vector<bool> no_direct_memory;  // pages for which DMI was refused
  std::function<void(const HostStop&)> stop_handler;
  std::function<std::uint64_t(core::TimePs)> time_reader;
  std::function<void(Hart&)> semihosting;
  std::function<void(std::uint32_t, unsigned)> stored;
  sc_core::sc_event stop_event;
  HostDebugger* debugger = nullptr;
  bool stop_requested = false;
  bool reset_requested = false;
  bool executing = false;     // inside the hart
  bool accessed_bus = false;  // since the debugger's last look
  bool waiting = false;
  core::TimePs waiting_since_ps = 0;
  core::TimePs waited_ps = 0;  // before that
  tlm::tlm_generic_payload payload;
  std::array<unsigned char, 4> data{};
};

HostCpu::HostCpu(const sc_core::sc_module_name& name, const HostConfig& config,
                 core::EnergyMeter& energy)
    : sc_module(name), state_(std::make_unique<State>(config, *this)) {
  state_->meter(energy);
  socket.register_invalidate_direct_mem_ptr(this, &HostCpu::invalidate_direct_memory);
  SC_THREAD(run_thread);
}

HostCpu::~HostCpu() = default;

void HostCpu::set_local_time_range(std::uint64_t base, std::uint64_t size) {
  state_->local_ranges.emplace_back(base, size);
}

void HostCpu::set_quick_reader(tlm_support::QuickReader& reader) {
  state_->quick_reader = &reader;
}

void HostCpu::set_time_reader(std::function<std::uint64_t(core::TimePs)> reader) {
  state_->time_reader = std::move(reader);
}

void HostCpu::set_stop_handler(std::function<void(const HostStop&)> handler) {
  state_->stop_handler = std::move(handler);
}

void HostCpu::request_stop() {
  state_->stop_requested = true;
  state_->hart.request_stop();
  state_->stop_event.notify(sc_core::SC_ZERO_TIME);
}

void HostCpu::request_reset() {
  if (!state_->executing) {
    state_->hart.reset();
    return;
  }
  state_->reset_requested = true;
  state_->hart.request_stop();
}

void HostCpu::set_semihosting(std::function<void(Hart&)> serve) {
  state_->semihosting = std::move(serve);
}

void HostCpu::watch_stores(std::uint32_t base, std::uint32_t size,
                           std::function<void(std::uint32_t address, unsigned bytes)> stored) {
  state_->stored = std::move(stored);
  state_->hart.watch_stores(base, size);
}

void HostCpu::set_debugger(HostDebugger& debugger) {
  state_->debugger = &debugger;
}

void HostCpu::ask_debugger() {
  state_->stop_event.notify(sc_core::SC_ZERO_TIME);
}

std::size_t HostCpu::debug_read(std::uint32_t address, std::uint8_t* bytes, std::size_t count) {
  return debug_transport(tlm::TLM_READ_COMMAND, address, bytes, count);
}

std::size_t HostCpu::debug_write(std::uint32_t address, const std::uint8_t* bytes,
                                 std::size_t count) {
  std::vector<std::uint8_t> copy(bytes, bytes + count);  // a payload's data cannot be const
  const std::size_t written =
      debug_transport(tlm::TLM_WRITE_COMMAND, address, copy.data(), copy.size());
  state_->hart.invalidate(address, static_cast<std::uint32_t>(written));
  return written;
}

std::size_t HostCpu::debug_transport(tlm::tlm_command command, std::uint32_t address,
                                     std::uint8_t* bytes, std::size_t count) {
  const std::uint64_t space = (std::uint64_t{1} << 32U) - address;
  const auto wanted = static_cast<unsigned>(std::min<std::uint64_t>(count, space));
  if (wanted == 0) return 0;
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes);
  payload.set_data_length(wanted);
  payload.set_streaming_width(wanted);
  payload.set_byte_enable_ptr(nullptr);
  return std::min(socket->transport_dbg(payload), wanted);
}

Hart& HostCpu::hart() {
  return state_->hart;
}
const Hart& HostCpu::hart() const {
  return state_->hart;
}
core::TimePs HostCpu::local_time_ps() const {
  return state_->local_ps();
}
bool HostCpu::waiting() const {
  return state_->waiting;
}
core::TimePs HostCpu::waited_ps(core::TimePs now_ps) const {
  return state_->waited_ps + (state_->waiting ? now_ps - state_->waiting_since_ps : 0);
}

void HostCpu::run_thread() {
  settle();
  if (state_->debugger != nullptr) halt_in_debugger(StopReason::kLimit);
  for (;;) {
    if (state_->debugger != nullptr && state_->debugger->wants_halt()) {
      halt_in_debugger(StopReason::kLimit);
    }
    sample_interrupts();
    const StopReason reason = run_stretch();
    synchronise();
    if (ended_by(reason)) return;
  }
}

// Executes up to the end of the quantum or whatever the kernel has to do before.
StopReason HostCpu::run_stretch() {
  State& s = *state_;
  // At least one instruction, in case somebody is never quiet.
  const std::uint64_t limit = std::max(next_limit(), s.hart.cycle() + 1);
  s.executing = true;
  StopReason reason = StopReason::kLimit;
  if (s.debugger != nullptr && s.debugger->stepping()) {
    // An access to the bus may have brought the limit nearer. A debugger that is asked whether it
    // wants to stop may turn out to have gone.
    s.accessed_bus = false;
    do {
      reason = s.debugger->step(s.hart);
    } while (reason == StopReason::kLimit && s.hart.cycle() < limit && !s.accessed_bus &&
             !s.debugger->wants_halt() && s.debugger->stepping());
  } else {
    reason = s.hart.run(limit);
  }
  s.executing = false;
  return reason;
}

// Does what has to be done when the hart has stopped; true when it cannot go on.
bool HostCpu::ended_by(StopReason reason) {
  State& s = *state_;
  switch (reason) {
    case StopReason::kLimit:
      return false;
    case StopReason::kWfi:
      wait_for_interrupt();
      return false;
    case StopReason::kBreakpoint:
      halt_in_debugger(reason);
      return false;
    case StopReason::kStopRequested:
      if (!s.stop_requested && std::exchange(s.reset_requested, false)) {
        s.hart.reset();
        return false;
      }
      break;
    case StopReason::kTrapUnhandled:
      if (s.debugger != nullptr) halt_in_debugger(reason);
      break;
  }
  const HostStop stop{reason, s.hart.pc(),
                      reason == StopReason::kTrapUnhandled ? s.hart.trap_description() : ""};
  if (s.stop_handler) s.stop_handler(stop);
  return true;
}

void HostCpu::halt_in_debugger(StopReason reason) {
  sample_interrupts();  // mip as software would see it
  state_->debugger->halt(reason);
}

// The kernel catches up with the hart, and everything that happens at that time happens.
void HostCpu::synchronise() {
  const sc_core::sc_time local = to_time(state_->local_ps());
  if (local > sc_core::sc_time_stamp()) {
    state_->keeper.set(local - sc_core::sc_time_stamp());
    state_->keeper.sync();
  }
  settle();
}

void HostCpu::settle() {
  for (unsigned i = 0; i < kMaxSettleDeltas; ++i) {
    if (!sc_core::sc_pending_activity_at_current_time(sc_core::sc_get_curr_simcontext())) return;
    wait(sc_core::SC_ZERO_TIME);
  }
}

void HostCpu::sample_interrupts() {
  state_->hart.set_interrupt(3, software_irq.read());
  state_->hart.set_interrupt(7, timer_irq.read());
  state_->hart.set_interrupt(11, external_irq.read());
}

void HostCpu::wait_for_interrupt() {
  sample_interrupts();
  const std::uint32_t pc = state_->hart.pc();
  state_->waiting_since_ps = to_ps(sc_core::sc_time_stamp());
  while (!state_->hart.wakeup_pending() && !state_->stop_requested) {
    state_->waiting = true;
    if (state_->debugger != nullptr && state_->debugger->wants_halt()) {
      halt_in_debugger(StopReason::kLimit);
      if (state_->hart.pc() != pc) break;  // the debugger sent it elsewhere
      continue;
    }
    wait(software_irq.value_changed_event() | timer_irq.value_changed_event() |
         external_irq.value_changed_event() | state_->stop_event);
    settle();
    sample_interrupts();
  }
  if (state_->waiting) {
    state_->waited_ps += to_ps(sc_core::sc_time_stamp()) - state_->waiting_since_ps;
  }
  state_->waiting = false;
  state_->hart.advance_to(state_->clock.cycle_at_or_after(to_ps(sc_core::sc_time_stamp())));
  synchronise();  // the edge may lie behind now
}

// The first cycle that must not start before the kernel has run: that of its next event, or the end
// of the quantum.
std::uint64_t HostCpu::next_limit() {
  state_->keeper.reset();
  state_->quiet_until = to_ps(state_->keeper.next_sync_point());
  return state_->clock.cycle_at_or_after(state_->quiet_until);
}

BusResult HostCpu::transport(tlm::tlm_command command, std::uint32_t address, unsigned bytes) {
  State& s = *state_;
  s.accessed_bus = true;
  const bool at_local_time = s.answers_at_local_time(address, bytes);
  if (!at_local_time) synchronise();
  sc_core::sc_time delay = to_time(s.local_ps()) - sc_core::sc_time_stamp();
  s.payload.set_command(command);
  s.payload.set_address(address);
  s.payload.set_data_length(bytes);
  s.payload.set_streaming_width(bytes);
  s.payload.set_dmi_allowed(false);
  s.payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  socket->b_transport(s.payload, delay);
  const BusResult result = s.payload.is_response_ok() ? BusResult::kOk : BusResult::kError;
  if (s.payload.is_dmi_allowed()) {  // from now on, perhaps
    s.no_direct_memory[address >> kPageShift] = false;
    provide_direct_memory(s.hart, address);
  }
  s.hart.advance_to(s.clock.cycle_at_or_after(to_ps(sc_core::sc_time_stamp() + delay)));
  if (!at_local_time) {
    settle();  // what the access set in motion at this very time
    sample_interrupts();
  }
  s.hart.lower_limit(next_limit());
  return result;
}

// A load that needs no payload. The kernel does not learn of it, so nothing that limits the run can
// change.
bool HostCpu::quick_load(std::uint32_t address, unsigned bytes, std::uint32_t& value) {
  State& s = *state_;
  const std::uint64_t cycle = s.hart.cycle();
  const core::TimePs start = s.clock.time_of(cycle);
  tlm_support::QuickRead read{address, bytes, start, s.quiet_until, 0};
  if (!s.quick_reader->quick_read(read)) return false;
  if (read.time - start != s.quick_ps) {
    s.quick_ps = read.time - start;
    s.quick_cycles = s.clock.cycle_at_or_after(s.quick_ps);
  }
  s.hart.advance_to(cycle + s.quick_cycles);
  s.accessed_bus = true;
  value = read.value;
  return true;
}

BusResult HostCpu::load(Hart& /*hart*/, std::uint32_t address, unsigned bytes,
                        std::uint32_t& value) {
  if (state_->quick_reader != nullptr && quick_load(address, bytes, value)) return BusResult::kOk;
  state_->data.fill(0);
  const BusResult result = transport(tlm::TLM_READ_COMMAND, address, bytes);
  value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= static_cast<std::uint32_t>(state_->data[i]) << (8U * i);
  return result;
}

BusResult HostCpu::store(Hart& /*hart*/, std::uint32_t address, unsigned bytes,
                         std::uint32_t value) {
  for (unsigned i = 0; i < bytes; ++i)
    state_->data[i] = static_cast<unsigned char>(value >> (8U * i));
  return transport(tlm::TLM_WRITE_COMMAND, address, bytes);
}

// What reaches beyond the hart happens in the order of simulated time, whatever the quantum.
void HostCpu::before_side_effect() {
  state_->accessed_bus = true;
  synchronise();
}

void HostCpu::after_side_effect() {
  settle();
  sample_interrupts();
  state_->hart.lower_limit(next_limit());
}

bool HostCpu::semihosting_call(Hart& hart) {
  if (!state_->semihosting) return false;
  before_side_effect();
  state_->semihosting(hart);
  after_side_effect();
  return true;
}

void HostCpu::watched_store(Hart& /*hart*/, std::uint32_t address, unsigned bytes) {
  before_side_effect();
  state_->stored(address, bytes);
  after_side_effect();
}

std::uint64_t HostCpu::read_time(Hart& /*hart*/) {
  const core::TimePs now = state_->local_ps();
  return state_->time_reader ? state_->time_reader(now) : now / state_->timebase.period_ps();
}

bool HostCpu::provide_direct_memory(Hart& hart, std::uint32_t address) {
  if (state_->no_direct_memory[address >> kPageShift]) return false;
  state_->no_direct_memory[address >> kPageShift] = true;  // asked once a page
  tlm::tlm_dmi dmi;
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_address(address);
  if (!socket->get_direct_mem_ptr(payload, dmi) || !dmi.is_read_allowed()) return false;
  // Whole words of it; all 4 GiB would have no 32-bit size.
  const sc_dt::uint64 first = (dmi.get_start_address() + 3U) & ~sc_dt::uint64{3};
  const sc_dt::uint64 end = std::min(dmi.get_end_address(), sc_dt::uint64{0xFFFFFFFFU}) + 1U;
  if (first > address || end <= address) return false;
  const sc_dt::uint64 size =
      std::min((end - first) & ~sc_dt::uint64{3}, sc_dt::uint64{0xFFFFFFFCU});
  hart.add_direct_memory({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(size),
                          dmi.get_dmi_ptr() + (first - dmi.get_start_address()),
                          dmi.is_write_allowed()});
  return true;
}

void HostCpu::invalidate_direct_memory(sc_dt::uint64 first, sc_dt::uint64 last) {
  constexpr sc_dt::uint64 kHalf = sc_dt::uint64{1} << 31U;
  const sc_dt::uint64 end = std::min(last, sc_dt::uint64{0xFFFFFFFFU}) + 1U;
  // In two steps, because a range of the whole address space has no 32-bit size.
  for (sc_dt::uint64 base = first; base < end;) {
    const sc_dt::uint64 size = std::min(end - base, kHalf);
    state_->hart.invalidate(static_cast<std::uint32_t>(base), static_cast<std::uint32_t>(size));
    base += size;
  }
}

}  // namespace aimc::riscv
