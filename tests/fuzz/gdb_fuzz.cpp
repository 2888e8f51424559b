// The gdb server on any bytes: transport, framing, session, debugger and hart together, as the
// platform joins them, in a SystemC kernel of its own for each input.
//
// The first byte of an input says how the rest is delivered. Bit 0: 1 takes each line as the
// payload of a packet, framed here with a right checksum; 0 takes the rest as it is. Bits 1 to 3:
// in pieces of 1, 2, 4 ... 128 bytes a poll. A line of one of these characters is no packet: Ctrl-C
// and '-' are sent as they are, '.' lets one poll find nothing, '!' is a debugger that goes and
// comes back.

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <systemc>
#include <utility>
#include <vector>

#include "models/core/energy.h"
#include "models/riscv/gdb_debugger.h"
#include "models/riscv/gdb_packet.h"
#include "models/riscv/gdb_transport.h"
#include "models/riscv/host_cpu.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using aimc::riscv::GdbDebugger;
using aimc::riscv::GdbInput;
using aimc::riscv::GdbPacketReader;
using aimc::riscv::GdbTransport;
using aimc::riscv::HostConfig;
using aimc::riscv::HostCpu;
using aimc::riscv::HostStop;
using aimc::test::require;

constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::size_t kRamBytes = 0x2000;
constexpr std::uint32_t kDevice = 0x10000000U;
constexpr std::size_t kDeviceBytes = 16;
constexpr std::size_t kMaxEvents = 4096;
constexpr unsigned kMaxSlices = 24;

// Counts in memory, calls a function, reads a device, and takes a trap each time round; at
// 0x80000080 a WFI.
constexpr std::array<std::uint32_t, 20> kProgram{
    0x00000297U,  // auipc t0, 0
    0x04028293U,  // addi t0, t0, 0x40
    0x30529073U,  // csrw mtvec, t0
    0x80001137U,  // lui sp, 0x80001
    0x10000437U,  // lui s0, 0x10000
    0x00012503U,  // loop: lw a0, 0(sp)
    0x00150513U,  // addi a0, a0, 1
    0x00a12023U,  // sw a0, 0(sp)
    0x00042583U,  // lw a1, 0(s0)
    0x00c000efU,  // jal ra, work
    0x00000073U,  // ecall
    0xfe9ff06fU,  // j loop
    0x00a1262fU,  // work: amoadd.w a2, a0, (sp)   [0x30]
    0x00c12223U,  // sw a2, 4(sp)
    0x00008067U,  // ret
    0x00000013U,  // nop
    0x341022f3U,  // handler: csrr t0, mepc        [0x40]
    0x00428293U,  // addi t0, t0, 4
    0x34129073U,  // csrw mepc, t0
    0x30200073U,  // mret
};
constexpr std::size_t kWfiAt = 0x80;
constexpr std::uint32_t kWfi = 0x10500073U;

/// Events as the input has them; what is sent back must be framed well.
class ScriptedTransport final : public GdbTransport {
 public:
  ScriptedTransport(const std::uint8_t* data, std::size_t size) {
    events_.emplace_back(Event::kConnected, std::string());
    if (size == 0) return;
    piece_ = std::size_t{1} << (data[0] >> 1U & 7U);
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1U) == 0) {
      deliver(rest);
    } else {
      read_lines(rest);
    }
  }

  /// The last poll found nothing any more.
  bool done() const { return done_; }

  Event poll(int /*timeout_ms*/, std::string& bytes) override {
    done_ = events_.empty();
    if (done_) return Event::kNone;
    auto [event, text] = std::move(events_.front());
    events_.pop_front();
    if (event == Event::kConnected && connected_) return Event::kNone;
    if (event != Event::kConnected && !connected_) return Event::kNone;
    if (event == Event::kConnected) connected_ = true;
    if (event == Event::kClosed) connected_ = false;
    bytes += text;
    return event;
  }
  void send(std::string_view bytes) override {
    if (!connected_) return;
    answers_.feed(bytes);
    while (const auto input = answers_.next()) {
      require(input->kind == GdbInput::Kind::kPacket || input->kind == GdbInput::Kind::kNak,
              "what is sent is framed well and no longer than announced");
    }
  }
  void close() override { connected_ = false; }
  bool connected() const override { return connected_; }

 private:
  void deliver(std::string_view bytes) {
    while (!bytes.empty() && events_.size() < kMaxEvents) {
      events_.emplace_back(Event::kData, std::string(bytes.substr(0, piece_)));
      bytes.remove_prefix(std::min(piece_, bytes.size()));
    }
  }

  void read_lines(std::string_view text) {
    while (!text.empty() && events_.size() < kMaxEvents) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      if (line == "\x03" || line == "-") {
        deliver(line);
      } else if (line == ".") {
        events_.emplace_back(Event::kNone, std::string());
      } else if (line == "!") {
        events_.emplace_back(Event::kClosed, std::string());
        events_.emplace_back(Event::kConnected, std::string());
      } else {
        deliver(frame(line));
      }
    }
  }

  // Escapes are the input's own.
  static std::string frame(std::string_view payload) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    unsigned sum = 0;
    for (const char c : payload) sum += static_cast<unsigned char>(c);
    std::string packet = "$" + std::string(payload) + "#";
    packet.push_back(kDigits[sum >> 4U & 0xFU]);
    packet.push_back(kDigits[sum & 0xFU]);
    return packet;
  }

  std::deque<std::pair<Event, std::string>> events_;
  std::size_t piece_ = 128;
  bool connected_ = false;
  bool done_ = false;
  GdbPacketReader answers_;
};

/// RAM with DMI, and a device of a few bytes.
class Target : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Target, 32> socket{"socket"};

  explicit Target(const sc_core::sc_module_name& name) : sc_module(name), ram_(kRamBytes) {
    socket.register_b_transport(this, &Target::transport);
    socket.register_transport_dbg(this, &Target::debug);
    socket.register_get_direct_mem_ptr(this, &Target::get_dmi);
    std::memcpy(ram_.data(), kProgram.data(), sizeof kProgram);
    std::memcpy(ram_.data() + kWfiAt, &kWfi, sizeof kWfi);
  }

 private:
  std::pair<std::uint8_t*, std::size_t> find(std::uint64_t address) {
    if (address - kRamBase < kRamBytes) {
      return {ram_.data() + (address - kRamBase), kRamBytes - (address - kRamBase)};
    }
    if (address - kDevice < kDeviceBytes) {
      return {device_.data() + (address - kDevice), kDeviceBytes - (address - kDevice)};
    }
    return {nullptr, 0};
  }
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(20, sc_core::SC_NS);
    const bool whole = debug(payload) == payload.get_data_length();
    payload.set_response_status(whole ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  unsigned debug(tlm::tlm_generic_payload& payload) {
    const auto [bytes, space] = find(payload.get_address());
    const std::size_t count = std::min<std::size_t>(payload.get_data_length(), space);
    if (count == 0) return 0;
    if (payload.is_write()) std::memcpy(bytes, payload.get_data_ptr(), count);
    if (payload.is_read()) std::memcpy(payload.get_data_ptr(), bytes, count);
    return static_cast<unsigned>(count);
  }
  bool get_dmi(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
    if (payload.get_address() - kRamBase >= kRamBytes) return false;
    dmi.set_start_address(kRamBase);
    dmi.set_end_address(kRamBase + kRamBytes - 1);
    dmi.set_dmi_ptr(ram_.data());
    dmi.allow_read_write();
    return true;
  }

  std::vector<std::uint8_t> ram_;
  std::array<std::uint8_t, kDeviceBytes> device_{};
};

/// A kernel for one input; SystemC has one elaboration a context.
class Kernel {
 public:
  Kernel() : previous_(sc_core::sc_curr_simcontext), context_(new sc_core::sc_simcontext) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context_.get();
  }
  ~Kernel() {
    context_.reset();
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = previous_;
  }
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

 private:
  sc_core::sc_simcontext* previous_;
  std::unique_ptr<sc_core::sc_simcontext> context_;
};

HostConfig config() {
  HostConfig config;
  config.quantum_us = 0.5;
  config.hart.reset_pc = kRamBase;
  return config;
}

/// The platform in small.
class Platform {
 public:
  Platform(const std::uint8_t* data, std::size_t size) : transport_(data, size) {
    cpu_.socket.bind(target_.socket);
    cpu_.timer_irq(line_);
    cpu_.external_irq(line_);
    cpu_.software_irq(line_);
    cpu_.set_debugger(debugger_);
    cpu_.set_stop_handler([this](const HostStop&) { ended_ = thread_ended_ = true; });
  }

  void run() {
    for (unsigned i = 0; i < kMaxSlices && !ended_; ++i) {
      sc_core::sc_start(sc_core::sc_time(500, sc_core::SC_NS));
      if (!cpu_.waiting()) continue;
      const bool starved = !sc_core::sc_pending_activity();
      if (debugger_.poll() || (starved && debugger_.stop_because("nothing can wake it"))) {
        cpu_.ask_debugger();
      }
    }
    // A thread that is not left in the middle leaves nothing on its stack, which is used again.
    const bool failed = ended_;
    if (!thread_ended_) {
      cpu_.request_stop();
      sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    }
    require(thread_ended_, "the hart stops when it is told to");
    debugger_.finish(failed ? std::nullopt : std::optional<unsigned>(7), "ended");
    require(!debugger_.connected() && !transport_.connected(), "the line is closed at the end");
  }

 private:
  GdbDebugger::Platform services() {
    return {[this] { return transport_.done(); }, [this] { ended_ = true; },
            [this] { cpu_.request_reset(); },
            [](std::string_view command) -> std::optional<std::string> {
              if (command == "long") return std::string(40000, 'x');
              if (command == "silent") return std::string();
              return std::nullopt;
            },
            "long\nsilent\n"};
  }

  Kernel kernel_;
  aimc::core::EnergyMeter energy_;
  ScriptedTransport transport_;
  sc_core::sc_signal<bool> line_{"line"};
  Target target_{"target"};
  HostCpu cpu_{"cpu", config(), energy_};
  GdbDebugger debugger_{cpu_, transport_, services()};
  bool ended_ = false;
  bool thread_ended_ = false;
};

}  // namespace

// The SystemC library expects the program to define it.
extern "C" int sc_main(int /*argc*/, char* /*argv*/[]) {
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool quiet = ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1) == 0;
  require(quiet, "the environment can be set");
  Platform(data, size).run();
  return 0;
}
