#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aimc::riscv {

/// The stopped machine as a debugger sees it. Nothing here has side effects on simulated devices.
class GdbTarget {
 public:
  static constexpr unsigned kPc = 32;  ///< number of the pc behind x0..x31
  static constexpr unsigned kRegisters = 33;
  /// Number of the privilege mode, 0 user or 3 machine, among the CSRs: gdb has it behind them.
  static constexpr unsigned kPrivilege = 4096;

  static constexpr unsigned kFirstFloat = 33;

  virtual ~GdbTarget() = default;
  /// Register 0..32, or 33..64, which are f0..f31, where has_float() is true.
  virtual std::uint32_t read_register(unsigned number) const = 0;
  virtual void write_register(unsigned number, std::uint32_t value) = 0;
  /// False when there is no such CSR, or when it cannot be written.
  virtual bool read_csr(unsigned number, std::uint32_t& value) const = 0;
  virtual bool write_csr(unsigned number, std::uint32_t value) = 0;
  /// True when there are floating-point registers: when there is an fcsr.
  bool has_float() const;
  /// Bytes from an address on; returns how many of them there are.
  virtual std::size_t read_memory(std::uint32_t address, std::uint8_t* bytes,
                                  std::size_t count) = 0;
  virtual std::size_t write_memory(std::uint32_t address, const std::uint8_t* bytes,
                                   std::size_t count) = 0;
  /// Carries out the debugger's `monitor` command and returns what to print.
  virtual std::string monitor(std::string_view command) = 0;
};

/// Number of CSR 0 in gdb's numbering of RISC-V registers.
constexpr unsigned kGdbFirstCsr = 65;

/// The description of the target's registers that gdb asks for (GDB manual, "Target Descriptions",
/// "RISC-V Features"): x0..x31, pc, f0..f31, by name those CSRs that exist, and the privilege mode.
std::string gdb_target_xml(const GdbTarget& target);

}  // namespace aimc::riscv
