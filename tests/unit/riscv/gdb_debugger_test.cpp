// The debugger between a line that is scripted here and a host CPU in a small SystemC system.

#include "models/riscv/gdb_debugger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "tests/unit/riscv/host_system.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)
using ::testing::EndsWith;
using ::testing::HasSubstr;

/// Gives one event a poll and keeps what is sent.
class ScriptedTransport final : public GdbTransport {
 public:
  Event poll(int /*timeout_ms*/, std::string& bytes) override {
    at_end = script.empty();
    if (at_end) return Event::kNone;
    const auto [event, text] = script.front();
    script.pop_front();
    if (event == Event::kConnected) connected_ = true;
    if (event == Event::kClosed) connected_ = false;
    bytes += text;
    return event;
  }
  void send(std::string_view bytes) override { sent += bytes; }
  void close() override { connected_ = false; }
  bool connected() const override { return connected_; }

  ScriptedTransport& connects() { return add(Event::kConnected, {}); }
  ScriptedTransport& goes() { return add(Event::kClosed, {}); }
  ScriptedTransport& says(const std::string& payload) {
    return add(Event::kData, gdb_packet(payload));
  }
  ScriptedTransport& interrupts() { return add(Event::kData, "\x03"); }

  std::deque<std::pair<Event, std::string>> script;
  std::string sent;
  bool at_end = false;  ///< the last poll found nothing any more

 private:
  ScriptedTransport& add(Event event, std::string bytes) {
    script.emplace_back(event, std::move(bytes));
    return *this;
  }
  bool connected_ = false;
};

/// A system with a debugger on a scripted line; the wait for a debugger is cancelled, if wanted,
/// when the script is at its end.
struct DebuggedSystem : System {
  DebuggedSystem() : System(config_with_quantum(10)) {
    devices.ticking = false;
    cpu.set_debugger(debugger);
  }
  GdbDebugger::Platform services() {
    return {[this] { return cancel_at_end && line.at_end; },
            [this] {
              killed = true;
              cpu.request_stop();
            },
            [this] { cpu.request_reset(); }, nullptr, "none\n"};
  }

  ScriptedTransport line;
  bool cancel_at_end = true;
  bool killed = false;
  GdbDebugger debugger{cpu, line, services()};
};

TEST(GdbDebugger, ADebuggerThatComesLateFindsTheHartInItsWfi) {
  DebuggedSystem system;
  system.put(kRamBase, {wfi(), nop(), jal(0, 0)});
  system.line.connects().says("D");
  system.run(1);
  ASSERT_TRUE(system.cpu.waiting());
  EXPECT_FALSE(system.debugger.connected());
  EXPECT_FALSE(system.debugger.poll()) << "nobody there";
  EXPECT_FALSE(system.debugger.stop_because("a reason nobody hears"));
  system.line.connects();
  ASSERT_TRUE(system.debugger.poll());
  system.cpu.ask_debugger();
  system.line.says("?").says("c").interrupts();
  system.line.sent.clear();
  system.cancel_at_end = false;
  system.run(1);
  EXPECT_THAT(system.line.sent, HasSubstr(gdb_packet("T05thread:1;")));
  ASSERT_TRUE(system.cpu.waiting()) << "it goes on waiting";
  ASSERT_TRUE(system.debugger.poll()) << "Ctrl-C";
  system.cpu.ask_debugger();
  system.line.says("P20=04000080").says("k");
  system.run(1);
  EXPECT_THAT(system.line.sent, HasSubstr(gdb_packet("T02thread:1;")));
  EXPECT_TRUE(system.killed);
  EXPECT_TRUE(system.stop.has_value());
  EXPECT_EQ(system.cpu.hart().pc(), kRamBase + 4);
}

TEST(GdbDebugger, BreakpointIsSeenWhileInstructionsAreSteppedForAWatchpoint) {
  DebuggedSystem system;
  system.put(kRamBase, {addi(kA0, kA0, 1), addi(kA1, kA1, 1), jal(0, -8)});
  system.line.connects().says("Z2,80008000,4").says("Z0,80000004,4");
  system.line.says("c").says("c").says("k");
  system.run(1);
  EXPECT_THAT(system.line.sent, HasSubstr(gdb_packet("T05swbreak:;thread:1;")));
  EXPECT_EQ(system.cpu.hart().reg(kA0), 2U);
  EXPECT_EQ(system.cpu.hart().reg(kA1), 1U) << "stopped before it";
  EXPECT_TRUE(system.killed);
}

// The line is looked at between two steps of one stretch.
TEST(GdbDebugger, ADebuggerMayGoWhileInstructionsAreStepped) {
  DebuggedSystem system;
  system.put(kRamBase, {addi(kA0, kA0, 1), jal(0, -4)});
  system.line.connects().says("Z2,80008000,4").says("c").goes();
  system.run(10);
  EXPECT_FALSE(system.debugger.connected());
  EXPECT_FALSE(system.debugger.stepping());
  EXPECT_GT(system.cpu.hart().reg(kA0), 256U) << "it runs on";
  EXPECT_FALSE(system.stop.has_value());
}

TEST(GdbDebugger, AWaitThatIsCancelledAtABreakpointEndsTheRun) {
  DebuggedSystem system;
  system.put(kRamBase, {nop(), jal(0, 0)});
  system.line.connects().says("Z0,80000004,4").says("c");
  system.run(1);
  EXPECT_TRUE(system.killed);
  ASSERT_TRUE(system.stop.has_value());
  EXPECT_EQ(system.stop->reason, StopReason::kStopRequested);
  system.line.sent.clear();
  system.debugger.finish(std::nullopt, "interrupted");
  EXPECT_THAT(system.line.sent, EndsWith(gdb_packet("X06"))) << "the debugger is told";
  EXPECT_FALSE(system.line.connected());
}

TEST(GdbDebugger, SignalOfATrapNobodyHandles) {
  const std::vector<std::pair<std::vector<Word>, std::string>> cases{
      {{lui(kS0, kUnmapped >> 12U), lw(kA0, 0, kS0)}, "T0b"},
      {{lui(kS0, kUnmapped >> 12U), sw(kA0, 0, kS0)}, "T0b"},
      {{lui(kS0, kUnmapped >> 12U), jalr(0, kS0, 0)}, "T0b"},
      {{0}, "T04"},
      {{ebreak()}, "T05"},
      {{ecall()}, "T06"}};
  for (const auto& [program, signal] : cases) {
    DebuggedSystem system;
    std::uint32_t address = kRamBase;
    for (const Word word : program) {
      system.put(address, {word});
      address += 4;
    }
    system.line.connects().says("c");
    system.run(1);
    EXPECT_THAT(system.line.sent, HasSubstr("$" + signal + "thread:1;"));
    EXPECT_TRUE(system.stop.has_value());
  }
}

TEST(GdbDebugger, UnknownMonitorCommandsNameThoseThatAreKnown) {
  DebuggedSystem system;
  system.put(kRamBase, {jal(0, 0)});
  system.line.connects().says("qRcmd," + to_hex("nonsense")).says("qRcmd," + to_hex("help"));
  system.line.says("qRcmd," + to_hex("reset")).says("k");
  system.run(1);
  EXPECT_THAT(system.line.sent, HasSubstr(to_hex("unknown monitor command 'nonsense'")));
  EXPECT_THAT(system.line.sent, HasSubstr(to_hex("none\n")));
  EXPECT_THAT(system.line.sent, HasSubstr(to_hex("reset; pc is 80000000")));
  EXPECT_TRUE(system.killed);
}

}  // namespace
}  // namespace aimc::riscv
