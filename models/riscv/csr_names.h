#pragma once

#include <string>
#include <utility>
#include <vector>

namespace aimc::riscv {

/// Numbers and names of the CSRs a core of this kind may have (privileged manual, chapter "CSR
/// Listing"), without the counters 3 to 31 and their event selectors.
inline std::vector<std::pair<unsigned, std::string>> csr_names() {
  std::vector<std::pair<unsigned, std::string>> names{
      {0x001, "fflags"},   {0x002, "frm"},           {0x003, "fcsr"},      {0x300, "mstatus"},
      {0x301, "misa"},     {0x302, "medeleg"},       {0x303, "mideleg"},   {0x304, "mie"},
      {0x305, "mtvec"},    {0x306, "mcounteren"},    {0x30A, "menvcfg"},   {0x310, "mstatush"},
      {0x31A, "menvcfgh"}, {0x320, "mcountinhibit"}, {0x340, "mscratch"},  {0x341, "mepc"},
      {0x342, "mcause"},   {0x343, "mtval"},         {0x344, "mip"},       {0x747, "mseccfg"},
      {0xB00, "mcycle"},   {0xB02, "minstret"},      {0xB80, "mcycleh"},   {0xB82, "minstreth"},
      {0xC00, "cycle"},    {0xC01, "time"},          {0xC02, "instret"},   {0xC80, "cycleh"},
      {0xC81, "timeh"},    {0xC82, "instreth"},      {0xF11, "mvendorid"}, {0xF12, "marchid"},
      {0xF13, "mimpid"},   {0xF14, "mhartid"},       {0xF15, "mconfigptr"}};
  for (unsigned i = 0; i < 16; ++i) names.emplace_back(0x3B0 + i, "pmpaddr" + std::to_string(i));
  for (unsigned i = 0; i < 4; ++i) names.emplace_back(0x3A0 + i, "pmpcfg" + std::to_string(i));
  return names;
}

/// The name of a CSR as assemblers know it, or its number, "0x7c0", when it has none here.
std::string csr_name(unsigned number);

}  // namespace aimc::riscv
