#include "models/riscv/gdb_target.h"

#include <array>
#include <utility>
#include <vector>

namespace aimc::riscv {
namespace {

constexpr std::array<const char*, 32> kIntegerNames{
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "fp", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

/// Names of the CSRs a core of this kind may have (privileged manual, chapter "CSR Listing").
std::vector<std::pair<unsigned, std::string>> csr_names() {
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

std::string reg_line(const std::string& name, unsigned number, const char* type) {
  return R"(<reg name=")" + name + R"(" bitsize="32" regnum=")" + std::to_string(number) +
         R"(" type=")" + type + "\"/>\n";
}

}  // namespace

std::string gdb_target_xml(const GdbTarget& target) {
  std::string xml =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
      "<architecture>riscv:rv32</architecture>\n<feature name=\"org.gnu.gdb.riscv.cpu\">\n";
  for (unsigned i = 0; i < kIntegerNames.size(); ++i) {
    xml += reg_line(kIntegerNames[i], i, i == 1 ? "code_ptr" : i == 2 ? "data_ptr" : "int");
  }
  xml += reg_line("pc", GdbTarget::kPc, "code_ptr");
  xml += "</feature>\n<feature name=\"org.gnu.gdb.riscv.csr\">\n";
  for (const auto& [number, name] : csr_names()) {
    std::uint32_t value = 0;
    if (target.read_csr(number, value)) xml += reg_line(name, kGdbFirstCsr + number, "int");
  }
  xml += "</feature>\n";
  std::uint32_t mode = 0;
  if (target.read_csr(GdbTarget::kPrivilege, mode)) {
    xml += "<feature name=\"org.gnu.gdb.riscv.virtual\">\n" +
           reg_line("priv", kGdbFirstCsr + GdbTarget::kPrivilege, "int") + "</feature>\n";
  }
  return xml + "</target>\n";
}

}  // namespace aimc::riscv
