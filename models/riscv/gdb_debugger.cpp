#include "models/riscv/gdb_debugger.h"

#include <array>
#include <utility>

#include "models/riscv/decode.h"

namespace aimc::riscv {
namespace {

constexpr int kWaitMs = 100;                 // between two looks whether the wait is cancelled
constexpr unsigned kStretchesPerPoll = 256;  // a look at the line takes about a microsecond
constexpr unsigned kMcause = 0x342;
constexpr std::string_view kResetHelp =
    "reset    resets the platform; RAM and conductances stay "
    "(then: maintenance flush register-cache)\n";

// Major opcodes of accesses to memory (unprivileged manual, table "RISC-V base opcode map").
enum Major : unsigned { kLoad = 0x03, kLoadFp = 0x07, kStore = 0x23, kStoreFp = 0x27, kAmo = 0x2F };
constexpr unsigned kFunct5Lr = 2;
constexpr unsigned kFunct5Sc = 3;

struct Access {
  std::uint32_t address = 0;
  std::uint32_t bytes = 0;  // 0: none
  bool reads = false;
  bool writes = false;
};

std::uint32_t sign_extended_12(std::uint32_t value) {
  return ((value & 0xFFFU) ^ 0x800U) - 0x800U;
}

// What the instruction `word` would access.
template <typename Register>
Access access_of(std::uint32_t word, Register reg) {
  const std::uint32_t base = reg(word >> 15U & 31U);
  const std::uint32_t bytes = 1U << (word >> 12U & 3U);
  switch (word & 0x7FU) {
    case kLoad:
    case kLoadFp:
      return {base + sign_extended_12(word >> 20U), bytes, true, false};
    case kStore:
    case kStoreFp:
      return {base + sign_extended_12((word >> 20U & 0xFE0U) | (word >> 7U & 31U)), bytes, false,
              true};
    case kAmo: {
      const unsigned funct5 = word >> 27U;
      return {base, bytes, funct5 != kFunct5Sc, funct5 != kFunct5Lr};
    }
    default:
      return {};
  }
}

std::string hex_number(std::uint32_t value) {
  std::string bytes;
  for (unsigned i = 4; i-- > 0;) bytes.push_back(static_cast<char>(value >> (8U * i) & 0xFFU));
  return to_hex(bytes);
}

unsigned signal_of_trap(std::uint32_t cause) {
  switch (cause) {
    case 1:
    case 5:
    case 7:
      return GdbStop::kSegmentation;
    case 2:
      return GdbStop::kIllegal;
    case 3:
      return GdbStop::kTrap;
    default:
      return GdbStop::kAbort;
  }
}

}  // namespace

GdbDebugger::GdbDebugger(HostCpu& cpu, GdbTransport& transport, Platform platform)
    : cpu_(cpu), transport_(transport), platform_(std::move(platform)) {}

void GdbDebugger::connect() {
  session_ = std::make_unique<GdbSession>(
      static_cast<GdbTarget&>(*this), [this](std::string_view bytes) { transport_.send(bytes); });
  bytes_.clear();
  told_ = true;  // it asks by itself
}

// The machine runs on as if there were no debugger; another one may come.
void GdbDebugger::detach() {
  transport_.close();
  session_.reset();
  mode_ = Mode::kFree;
  passing_ = halt_requested_ = false;
  cause_.reset();
  cpu_.hart().set_breakpoints({});
}

bool GdbDebugger::poll() {
  switch (transport_.poll(0, bytes_)) {
    case GdbTransport::Event::kConnected:
      connect();
      halt_requested_ = true;
      break;
    case GdbTransport::Event::kData:
      session_->feed(std::exchange(bytes_, {}));
      if (session_->interrupted()) {
        halt_requested_ = true;
        cause_ = GdbStop{GdbStop::kInterrupt, {}};
      }
      break;
    case GdbTransport::Event::kClosed:
      detach();
      break;
    case GdbTransport::Event::kNone:
      break;
  }
  return halt_requested_;
}

bool GdbDebugger::stop_because(std::string_view reason) {
  if (!connected()) return false;
  session_->print(std::string(reason) + "\n");
  halt_requested_ = true;
  return true;
}

void GdbDebugger::finish(std::optional<unsigned> status, std::string_view reason) {
  if (!connected()) return;
  if (!told_) {
    if (!status) session_->print(std::string(reason) + "\n");
    if (status) {
      session_->report_exit(*status);
    } else {
      session_->report_signal(GdbStop::kAbort);
    }
  }
  detach();
}

bool GdbDebugger::wants_halt() {
  if (!halt_requested_ && ++skipped_polls_ >= kStretchesPerPoll) {
    skipped_polls_ = 0;
    poll();
  }
  return halt_requested_;
}

bool GdbDebugger::stepping() const {
  return connected() && (mode_ == Mode::kStep || passing_ || !session_->watches().empty());
}

// Breakpoints are looked at here, not in the hart, so that one can be passed.
StopReason GdbDebugger::step(Hart& hart) {
  if (!std::exchange(passing_, false) && session_->breakpoints().count(hart.pc()) != 0) {
    return StopReason::kBreakpoint;
  }
  std::uint32_t address = 0;
  const GdbWatch* watch = watch_hit_by_next(address);
  const std::uint64_t before = hart.instructions();
  const StopReason reason = hart.run(hart.cycle() + 1);
  if (watch != nullptr && hart.instructions() != before) {
    const char* kind = !watch->on_read ? "watch:" : !watch->on_write ? "rwatch:" : "awatch:";
    cause_ = GdbStop{GdbStop::kTrap, kind + hex_number(address) + ";"};
    halt_requested_ = true;
  }
  if (mode_ == Mode::kStep) halt_requested_ = true;
  if (!stepping()) arm_breakpoints();
  return reason;
}

const GdbWatch* GdbDebugger::watch_hit_by_next(std::uint32_t& address) {
  if (session_->watches().empty()) return nullptr;
  const Hart& hart = cpu_.hart();
  std::array<std::uint8_t, 4> bytes{};
  read_memory(hart.pc(), bytes.data(), bytes.size());
  std::uint32_t word = 0;
  for (unsigned i = 0; i < 4; ++i) word |= static_cast<std::uint32_t>(bytes[i]) << (8U * i);
  if (is_compressed(word)) word = expand_compressed(static_cast<std::uint16_t>(word & 0xFFFFU));
  const Access access = access_of(word, [&hart](unsigned index) { return hart.reg(index); });
  if (access.bytes == 0) return nullptr;
  for (const GdbWatch& watch : session_->watches()) {
    if (watch.hit(access.address, access.bytes, access.reads, access.writes)) {
      address = watch.address;
      return &watch;
    }
  }
  return nullptr;
}

void GdbDebugger::arm_breakpoints() {
  const auto& addresses = session_->breakpoints();
  cpu_.hart().set_breakpoints({addresses.begin(), addresses.end()});
}

GdbStop GdbDebugger::stop_of(StopReason reason) const {
  if (cause_) return *cause_;
  if (reason == StopReason::kTrapUnhandled) {
    std::uint32_t cause = 0;
    read_csr(kMcause, cause);
    return {signal_of_trap(cause), {}};
  }
  return {GdbStop::kTrap, reason == StopReason::kBreakpoint ? "swbreak:;" : ""};
}

void GdbDebugger::halt(StopReason reason) {
  const GdbStop stop = stop_of(reason);
  halt_requested_ = false;
  cause_.reset();
  if (connected() && !told_) {
    if (reason == StopReason::kTrapUnhandled) {
      session_->print(cpu_.hart().trap_description() + "\n");
    }
    session_->report_stop(stop);
    told_ = true;
  }
  if (!connected() && started_) return;  // it is waited for only before the first instruction
  started_ = true;
  while (!platform_.cancelled()) {
    if (connected() && act(session_->serve())) return;
    switch (transport_.poll(kWaitMs, bytes_)) {
      case GdbTransport::Event::kConnected:
        connect();
        break;
      case GdbTransport::Event::kData:
        session_->feed(std::exchange(bytes_, {}));
        break;
      case GdbTransport::Event::kClosed:
        detach();
        return;
      case GdbTransport::Event::kNone:
        break;
    }
  }
  // Going on would be wrong, and at a breakpoint there is no going on.
  if (connected()) act(GdbAction::kContinue);
  platform_.kill();
}

// True when the machine goes on.
bool GdbDebugger::act(GdbAction action) {
  switch (action) {
    case GdbAction::kStay:
      return false;
    case GdbAction::kContinue:
    case GdbAction::kStep:
      mode_ = action == GdbAction::kStep ? Mode::kStep : Mode::kRun;
      told_ = false;
      passing_ = true;
      cpu_.hart().set_breakpoints({});  // until the next instruction has been executed
      return true;
    case GdbAction::kDetach:
      detach();
      return true;
    case GdbAction::kKill:
      detach();
      platform_.kill();
      return true;
  }
  return true;
}

std::uint32_t GdbDebugger::read_register(unsigned number) const {
  if (number >= GdbTarget::kFirstFloat)
    return cpu_.hart().float_reg(number - GdbTarget::kFirstFloat);
  return number == kPc ? cpu_.hart().pc() : cpu_.hart().reg(number);
}

void GdbDebugger::write_register(unsigned number, std::uint32_t value) {
  if (number >= GdbTarget::kFirstFloat) {
    cpu_.hart().set_float_reg(number - GdbTarget::kFirstFloat, value);
  } else if (number == kPc) {
    cpu_.hart().set_pc(value);
  } else {
    cpu_.hart().set_reg(number, value);
  }
}

bool GdbDebugger::read_csr(unsigned number, std::uint32_t& value) const {
  if (number != kPrivilege) return cpu_.hart().peek_csr(number, value);
  value = cpu_.hart().privilege();
  return true;
}

bool GdbDebugger::write_csr(unsigned number, std::uint32_t value) {
  if (number == kPrivilege) return cpu_.hart().set_privilege(value);
  return cpu_.hart().poke_csr(number, value);
}

std::size_t GdbDebugger::read_memory(std::uint32_t address, std::uint8_t* bytes,
                                     std::size_t count) {
  return cpu_.debug_read(address, bytes, count);
}

std::size_t GdbDebugger::write_memory(std::uint32_t address, const std::uint8_t* bytes,
                                      std::size_t count) {
  return cpu_.debug_write(address, bytes, count);
}

std::string GdbDebugger::monitor(std::string_view command) {
  if (command == "reset") {
    platform_.reset();
    return "reset; pc is " + hex_number(cpu_.hart().pc()) +
           ", gdb learns it by: maintenance flush register-cache\n";
  }
  if (command == "help") return std::string(kResetHelp) + platform_.help;
  if (platform_.monitor) {
    if (auto text = platform_.monitor(command)) return *text;
  }
  return "unknown monitor command '" + std::string(command) + "'; these are known:\n" +
         std::string(kResetHelp) + platform_.help;
}

}  // namespace aimc::riscv
