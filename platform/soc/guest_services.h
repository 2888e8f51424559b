#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <systemc>

#include "models/riscv/htif.h"
#include "models/riscv/semihosting.h"
#include "platform/soc/host_files.h"
#include "platform/soc/simulation.h"
#include "platform/soc/soc.h"

namespace aimc::platform {

/// What a program asks of the platform by other means than devices: semihosting when the options
/// say so, the host-target interface when the ELF has a symbol `tohost` in RAM. Both reach RAM
/// only, and the same console as the UART.
class GuestServices : public sc_core::sc_module,
                      private riscv::GuestMemory,
                      private riscv::SemihostServices,
                      private riscv::HtifServices {
 public:
  /// @param exit called when the program ends the run with its own code
  /// @param stop called when the platform has to, with the reason
  /// `options` and `soc` must outlive it. std::runtime_error for a directory that cannot be opened.
  GuestServices(const sc_core::sc_module_name& name, const RunOptions& options, Soc& soc,
                std::function<void(std::uint32_t)> exit,
                std::function<void(const std::string&)> stop);

  /// The SoC is reset: files are closed, half commands forgotten.
  void reset();

 private:
  bool read(std::uint32_t address, std::uint8_t* bytes, std::size_t count) override;
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count) override;
  void put(std::uint8_t byte) override;
  std::optional<std::uint8_t> get() override;
  std::variant<std::unique_ptr<riscv::SemihostFile>, riscv::GuestError> open(
      const std::string& name) override;
  void exit(std::uint32_t code) override;
  std::uint64_t time_ns() override;
  std::string command_line() override;
  riscv::HeapInfo heap() override;
  void refuse(const std::string& command) override;
  void expect_more() override;

  bool in_ram(std::uint32_t address, std::size_t count) const;
  std::optional<riscv::HtifLayout> find_htif() const;
  void expire();

  const RunOptions& options_;
  Soc& soc_;
  std::function<void(std::uint32_t)> exit_;
  std::function<void(const std::string&)> stop_;
  HostFiles files_;
  riscv::Semihosting semihosting_;
  std::optional<riscv::Htif> htif_;
  sc_core::sc_event expired_{"expired"};
};

}  // namespace aimc::platform
