#include "tests/isa/csr_table.h"

#include <algorithm>

#include "tests/isa/encoding.h"

namespace aimc::isatest {

const std::vector<CsrSpec>& csr_table() {
  constexpr std::uint32_t kInterrupts = 0x888;
  constexpr std::uint32_t kAddress = 0x3FFFFFFF;
  static const std::vector<CsrSpec> table{
      {kMstatus, "mstatus", 0x00220088, true, false},  // MIE, MPIE, MPRV, TW; MPP apart
      {0x301, "misa", 0xFFFFFFFF, true, false},
      {kMie, "mie", kInterrupts, true, false},
      {kMtvec, "mtvec", 0xFFFFFFFC, true, true},
      {kMcounteren, "mcounteren", 7, true, false},
      {0x30A, "menvcfg", 1, true, false},
      {0x310, "mstatush", 0, true, false},
      {0x31A, "menvcfgh", 0, true, false},
      {kMcountinhibit, "mcountinhibit", 5, true, false},
      {0x340, "mscratch", 0xFFFFFFFF, true, true},
      {kMepc, "mepc", 0xFFFFFFFE, true, false},
      {kMcause, "mcause", 0xFFFFFFFF, true, false},
      {kMtval, "mtval", 0xFFFFFFFF, true, false},
      {kMip, "mip", kInterrupts, true, false},
      {0xB00, "mcycle", 0xFFFFFFFF, false, false},
      {0xB02, "minstret", 0xFFFFFFFF, false, false},
      {0xB80, "mcycleh", 0xFFFFFFFF, false, false},
      {0xB82, "minstreth", 0xFFFFFFFF, false, false},
      {0xC00, "cycle", 0, false, false},
      {0xC01, "time", 0, false, false},
      {0xC02, "instret", 0, false, false},
      {0xC80, "cycleh", 0, false, false},
      {0xC81, "timeh", 0, false, false},
      {0xC82, "instreth", 0, false, false},
      {0xF11, "mvendorid", 0, true, false},
      {0xF12, "marchid", 0, true, false},
      {0xF13, "mimpid", 0, true, false},
      {0xF14, "mhartid", 0, true, false},
      {0xF15, "mconfigptr", 0, true, false},
      {0x001, "fflags", 0x1F, true, false, kFloat},
      {kFrm, "frm", 3, true, false, kFloat},
      {kFcsr, "fcsr", 0x7F, true, false, kFloat},
      {0x3A0, "pmpcfg0", 0x05050505, true, true, kProtection},
      {0x3A1, "pmpcfg1", 0x05050505, true, true, kProtection},
      {0x3A2, "pmpcfg2", 0x05050505, true, true, kProtection},
      {0x3A3, "pmpcfg3", 0x04050505, true, true, kProtection},
      {0x3B0, "pmpaddr0", kAddress, true, false, kProtection},
      {0x3B1, "pmpaddr1", kAddress, true, false, kProtection},
      {0x3B2, "pmpaddr2", kAddress, true, false, kProtection},
      {0x3B3, "pmpaddr3", kAddress, true, false, kProtection},
      {0x3B4, "pmpaddr4", kAddress, true, false, kProtection},
      {0x3B5, "pmpaddr5", kAddress, true, false, kProtection},
      {0x3B6, "pmpaddr6", kAddress, true, false, kProtection},
      {0x3B7, "pmpaddr7", kAddress, true, false, kProtection},
      {0x3B8, "pmpaddr8", kAddress, true, false, kProtection},
      {0x3B9, "pmpaddr9", kAddress, true, false, kProtection},
      {0x3BA, "pmpaddr10", kAddress, true, false, kProtection},
      {0x3BB, "pmpaddr11", kAddress, true, false, kProtection},
      {0x3BC, "pmpaddr12", kAddress, true, false, kProtection},
      {0x3BD, "pmpaddr13", kAddress, true, false, kProtection},
      {0x3BE, "pmpaddr14", kAddress, true, false, kProtection},
      {0x3BF, "pmpaddr15", kAddress, true, true, kProtection},
  };
  return table;
}

const CsrSpec* find_csr(std::int32_t number) {
  const auto& table = csr_table();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [number](const CsrSpec& c) { return c.number == number; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace aimc::isatest
