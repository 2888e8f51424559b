#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace aimc::isatest {

/// Numbers of CSRs the generator needs by name.
constexpr std::int32_t kMstatus = 0x300;
constexpr std::int32_t kMie = 0x304;
constexpr std::int32_t kMtvec = 0x305;
constexpr std::int32_t kMcounteren = 0x306;
constexpr std::int32_t kMcountinhibit = 0x320;
constexpr std::int32_t kMepc = 0x341;
constexpr std::int32_t kMcause = 0x342;
constexpr std::int32_t kMtval = 0x343;
constexpr std::int32_t kMip = 0x344;
constexpr std::int32_t kFrm = 0x002;
constexpr std::int32_t kFcsr = 0x003;
constexpr std::int32_t kPmpcfg = 0x3A0;
constexpr std::int32_t kPmpaddr = 0x3B0;

/// A CSR and what a program may do with it.
struct CsrSpec {
  std::int32_t number;
  std::string_view name;
  std::uint32_t writable;   ///< bits a program writes: those both machines treat alike
  bool readable;            ///< false where the value depends on time or on the machine
  bool preserve;            ///< the handler relies on it
  unsigned extensions = 0;  ///< those it belongs to

  bool read_only() const { return (number >> 10 & 3) == 3; }  ///< a write traps
};

/// Every CSR both machines have. What is written to frm and fcsr is a rounding mode that exists;
/// what is written to pmpcfg leaves no entry writable but not readable and switches none on, and
/// pmpaddr gets the bits QEMU keeps.
///
/// Not compared: what mstatus, mie, mip, mcounteren, mcountinhibit and menvcfg keep of bits that
/// exist for supervisor mode or a hypervisor, which QEMU 7.2 lets be written without either; the
/// reserved modes of mtvec; bit 0 of mepc, which it keeps; counters that run; and counters 3 to 31,
/// of which QEMU has some.
const std::vector<CsrSpec>& csr_table();

/// The entry of a number, or nullptr.
const CsrSpec* find_csr(std::int32_t number);

}  // namespace aimc::isatest
