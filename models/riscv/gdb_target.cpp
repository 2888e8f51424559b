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

// In the ABI's names, as gdb prefers them.
constexpr std::array<const char*, 32> kFloatNames{
    "ft0", "ft1", "ft2", "ft3", "ft4",  "ft5",  "ft6", "ft7", "fs0",  "fs1", "fa0",
    "fa1", "fa2", "fa3", "fa4", "fa5",  "fa6",  "fa7", "fs2", "fs3",  "fs4", "fs5",
    "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11"};

constexpr unsigned kFcsr = 0x003;

/// Names of the CSRs a core of this kind may have (privileged manual, chapter "CSR Listing").
std::vector<std::pair<unsigned, std::string>> csr_names() {
  std::vector<std::pair<unsigned, std::string>> names{
      {0x300, "mstatus"},   {0x301, "misa"},     {0x302, "medeleg"},       {0x303, "mideleg"},
      {0x304, "mie"},       {0x305, "mtvec"},    {0x306, "mcounteren"},    {0x30A, "menvcfg"},
      {0x310, "mstatush"},  {0x31A, "menvcfgh"}, {0x320, "mcountinhibit"}, {0x340, "mscratch"},
      {0x341, "mepc"},      {0x342, "mcause"},   {0x343, "mtval"},         {0x344, "mip"},
      {0x747, "mseccfg"},   {0xB00, "mcycle"},   {0xB02, "minstret"},      {0xB80, "mcycleh"},
      {0xB82, "minstreth"}, {0xC00, "cycle"},    {0xC01, "time"},          {0xC02, "instret"},
      {0xC80, "cycleh"},    {0xC81, "timeh"},    {0xC82, "instreth"},      {0xF11, "mvendorid"},
      {0xF12, "marchid"},   {0xF13, "mimpid"},   {0xF14, "mhartid"},       {0xF15, "mconfigptr"}};
  for (unsigned i = 0; i < 16; ++i) names.emplace_back(0x3B0 + i, "pmpaddr" + std::to_string(i));
  for (unsigned i = 0; i < 4; ++i) names.emplace_back(0x3A0 + i, "pmpcfg" + std::to_string(i));
  return names;
}

std::string reg_line(const std::string& name, unsigned number, const char* type) {
  return R"(<reg name=")" + name + R"(" bitsize="32" regnum=")" + std::to_string(number) +
         R"(" type=")" + type + "\"/>\n";
}

}  // namespace

bool GdbTarget::has_float() const {
  std::uint32_t value = 0;
  return read_csr(kFcsr, value);
}

std::string gdb_target_xml(const GdbTarget& target) {
  std::string xml =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target>\n"
      "<architecture>riscv:rv32</architecture>\n<feature name=\"org.gnu.gdb.riscv.cpu\">\n";
  for (unsigned i = 0; i < kIntegerNames.size(); ++i) {
    xml += reg_line(kIntegerNames[i], i, i == 1 ? "code_ptr" : i == 2 ? "data_ptr" : "int");
  }
  xml += reg_line("pc", GdbTarget::kPc, "code_ptr");
  if (target.has_float()) {
    xml += "</feature>\n<feature name=\"org.gnu.gdb.riscv.fpu\">\n";
    for (unsigned i = 0; i < kFloatNames.size(); ++i) {
      xml += reg_line(kFloatNames[i], GdbTarget::kFirstFloat + i, "ieee_single");
    }
    xml += reg_line("fflags", kGdbFirstCsr + 1, "int") + reg_line("frm", kGdbFirstCsr + 2, "int") +
           reg_line("fcsr", kGdbFirstCsr + kFcsr, "int");
  }
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
