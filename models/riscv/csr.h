#pragma once

#include <cstdint>

namespace aimc::riscv {

/// Fields of mstatus that exist here.
constexpr std::uint32_t kMstatusMie = 1U << 3U;
constexpr std::uint32_t kMstatusMpie = 1U << 7U;
constexpr std::uint32_t kMstatusMpp = 3U << 11U;
constexpr std::uint32_t kMstatusFs = 3U << 13U;  ///< off, initial, clean, dirty
constexpr std::uint32_t kMstatusMprv = 1U << 17U;
constexpr std::uint32_t kMstatusTw = 1U << 21U;
constexpr std::uint32_t kMstatusSd = 1U << 31U;  ///< read-only: FS is dirty

/// Machine software, timer and external interrupt in mip and mie.
constexpr std::uint32_t kInterruptBits = 1U << 3U | 1U << 7U | 1U << 11U;

/// True for fflags, frm and fcsr.
constexpr bool is_float_csr(unsigned number) {
  return number >= 1 && number <= 3;
}

/// Privilege modes, numbered as in mstatus.MPP.
enum class Privilege : std::uint32_t { kUser = 0, kMachine = 3 };

/// A 64-bit event counter that software can write and stop; it follows a count that never stops.
class EventCounter {
 public:
  /// Its value when the count it follows stands at `now`.
  std::uint64_t value(std::uint64_t now) const { return inhibited_ ? frozen_ : now + offset_; }
  /// Sets the value it has when the count stands at `now`.
  void set(std::uint64_t value, std::uint64_t now) {
    frozen_ = value;
    offset_ = value - now;
  }
  /// Stops it or lets it go on.
  void inhibit(bool inhibited, std::uint64_t now) {
    set(value(now), now);
    inhibited_ = inhibited;
  }

 private:
  std::uint64_t offset_ = 0;  // modulo 2^64
  std::uint64_t frozen_ = 0;
  bool inhibited_ = false;
};

/// State behind the control and status registers; reset values as constructed.
struct CsrState {
  Privilege privilege = Privilege::kMachine;
  std::uint32_t mstatus = 0;
  std::uint32_t mie = 0;
  std::uint32_t mip = 0;
  std::uint32_t mtvec = 0;
  std::uint32_t mscratch = 0;
  std::uint32_t mepc = 0;
  std::uint32_t mcause = 0;
  std::uint32_t mtval = 0;
  std::uint32_t mcounteren = 0;
  std::uint32_t mcountinhibit = 0;
  std::uint32_t menvcfg = 0;
  std::uint32_t fflags = 0;
  std::uint32_t frm = 0;
  EventCounter mcycle;
  EventCounter minstret;
};

}  // namespace aimc::riscv
