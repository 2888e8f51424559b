#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "models/riscv/host_cpu.h"
#include "tests/support/systemc_fixture.h"
#include "tests/unit/riscv/assembler.h"

namespace aimc::riscv {

constexpr std::uint32_t kRamBase = 0x80000000U;
constexpr std::uint32_t kRamSize = 0x10000U;
constexpr std::uint32_t kHandler = kRamBase + 0x1000U;
constexpr std::uint32_t kLog = kRamBase + 0x8000U;
constexpr std::uint32_t kDevices = 0x10000000U;
constexpr std::uint32_t kUnmapped = 0x50000000U;

/// Registers of the devices, in bytes from kDevices.
enum Device : std::uint32_t {
  kCompare = 0x0,    ///< arms the timer at this time in ns; clears its interrupt
  kTicks = 0x4,      ///< a count that a process of its own increases every 7 ns
  kDelayed = 0x8,    ///< answers after 35 ns by annotation
  kWaiting = 0xC,    ///< answers after 13.5 ns of waiting
  kSoftware = 0x10,  ///< raises or clears the software interrupt, two signals away
  kNow = 0x14,       ///< time in ns, as of the access
  kStop = 0x18,      ///< ends the run
  kNotify = 0x1C     ///< raises the external interrupt this number of ns after the access
};

/// Memory with DMI and the devices above behind one socket.
class Devices : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Devices, 32> socket{"socket"};
  sc_core::sc_out<bool> timer_irq{"timer_irq"};
  sc_core::sc_out<bool> external_irq{"external_irq"};
  sc_core::sc_out<bool> software_irq{"software_irq"};

  SC_HAS_PROCESS(Devices);
  explicit Devices(const sc_core::sc_module_name& name) : sc_module(name), ram(kRamSize) {
    socket.register_b_transport(this, &Devices::transport);
    socket.register_get_direct_mem_ptr(this, &Devices::get_dmi);
    SC_METHOD(on_timer);
    sensitive << timer_event_;
    dont_initialize();
    SC_METHOD(on_external);
    sensitive << external_event_;
    dont_initialize();
    SC_METHOD(forward_software);
    sensitive << software_request_;
    SC_THREAD(count);
  }

  std::vector<std::uint8_t> ram;
  std::function<void()> on_stop;
  bool ticking = true;
  unsigned dmi_requests = 0;

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const std::uint64_t address = payload.get_address();
    if (address - kRamBase < kRamSize) {
      access(payload, ram.data() + (address - kRamBase));
      return;
    }
    if (address - kDevices >= 0x20) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    const auto reg = static_cast<std::uint32_t>(address - kDevices);
    std::uint32_t value = 0;
    std::memcpy(&value, payload.get_data_ptr(), payload.get_data_length());
    if (payload.is_write()) {
      write(reg, value, delay);
    } else {
      value = read(reg, delay);
      std::memcpy(payload.get_data_ptr(), &value, payload.get_data_length());
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  static void access(tlm::tlm_generic_payload& payload, std::uint8_t* bytes) {
    if (payload.is_write()) std::memcpy(bytes, payload.get_data_ptr(), payload.get_data_length());
    if (payload.is_read()) std::memcpy(payload.get_data_ptr(), bytes, payload.get_data_length());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  std::uint32_t read(std::uint32_t reg, sc_core::sc_time& delay) {
    switch (reg) {
      case kTicks:
        return ticks_;
      case kDelayed:
        delay += sc_core::sc_time(35, sc_core::SC_NS);
        return ticks_;
      case kWaiting:
        wait(sc_core::sc_time(13.5, sc_core::SC_NS));
        return ticks_;
      case kNow:
        return static_cast<std::uint32_t>((sc_core::sc_time_stamp() + delay).value() / 1000);
      default:
        return 0;
    }
  }

  void write(std::uint32_t reg, std::uint32_t value, const sc_core::sc_time& delay) {
    switch (reg) {
      case kCompare:
        timer_irq.write(false);
        timer_event_.cancel();
        timer_event_.notify(sc_core::sc_time(value, sc_core::SC_NS) - sc_core::sc_time_stamp());
        break;
      case kSoftware:
        software_request_.write(value != 0);
        break;
      case kNotify:
        external_irq.write(false);
        if (value != 0) external_event_.notify(delay + sc_core::sc_time(value, sc_core::SC_NS));
        break;
      case kStop:
        if (on_stop) on_stop();
        break;
      default:
        break;
    }
  }

  bool get_dmi(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
    ++dmi_requests;
    if (payload.get_address() - kRamBase >= kRamSize) return false;
    dmi.set_start_address(kRamBase);
    dmi.set_end_address(kRamBase + kRamSize - 1);
    dmi.set_dmi_ptr(ram.data());
    dmi.allow_read_write();
    return true;
  }

  void on_timer() { timer_irq.write(true); }
  void on_external() { external_irq.write(true); }
  void forward_software() { software_irq.write(software_request_.read()); }
  void count() {
    while (ticking) {
      wait(sc_core::sc_time(7, sc_core::SC_NS));
      ++ticks_;
    }
  }

  std::uint32_t ticks_ = 0;
  sc_core::sc_event timer_event_;
  sc_core::sc_event external_event_;
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> software_request_{"software_request"};
};

/// A kernel that lasts as long as the object.
class Kernel : public test::SystemCTest {
  void TestBody() override {}
};

inline HostConfig config_with_quantum(double quantum_us) {
  HostConfig config;
  config.quantum_us = quantum_us;
  config.hart.reset_pc = kRamBase;
  return config;
}

/// A host CPU with its devices in a kernel of their own.
struct System : Kernel {
  explicit System(const HostConfig& config) : cpu("cpu", config, energy) {
    cpu.socket.bind(devices.socket);
    cpu.timer_irq(timer);
    devices.timer_irq(timer);
    cpu.external_irq(external);
    devices.external_irq(external);
    cpu.software_irq(software);
    devices.software_irq(software);
    devices.on_stop = [this] { cpu.request_stop(); };
    cpu.set_stop_handler([this](const HostStop& s) {
      stop = s;
      sc_core::sc_stop();
    });
  }
  void put(std::uint32_t address, std::initializer_list<assembler::Word> words) {
    for (const assembler::Word word : words) {
      std::memcpy(devices.ram.data() + (address - kRamBase), &word, 4);
      address += 4;
    }
  }
  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, devices.ram.data() + (address - kRamBase), 4);
    return value;
  }
  void run(double max_us = 1000) { sc_core::sc_start(sc_core::sc_time(max_us, sc_core::SC_US)); }

  core::EnergyMeter energy;
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> timer{"timer"};
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> external{"external"};
  sc_core::sc_signal<bool, sc_core::SC_MANY_WRITERS> software{"software"};
  Devices devices{"devices"};
  HostCpu cpu;
  std::optional<HostStop> stop;
};

}  // namespace aimc::riscv
