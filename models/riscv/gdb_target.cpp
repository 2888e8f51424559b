#include "models/riscv/gdb_target.h"

#include <array>
#include <utility>

#include "models/riscv/csr_names.h"

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
