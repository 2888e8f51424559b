// The instructions: names and encodings.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "tests/isa/encoding.h"

namespace aimc::isatest {
namespace {

constexpr std::uint32_t kR = 0xFE00707F;           // funct7, funct3, opcode
constexpr std::uint32_t kI = 0x0000707F;           // funct3, opcode
constexpr std::uint32_t kU = 0x0000007F;           // opcode
constexpr std::uint32_t kA = 0xF800707F;           // funct5, funct3, opcode
constexpr std::uint32_t kOne = 0xFFF0707F;         // everything but rd and rs1
constexpr std::uint32_t kRounded = 0xFE00007F;     // funct7, opcode
constexpr std::uint32_t kRoundedOne = 0xFFF0007F;  // the same with rs2
constexpr std::uint32_t kFused = 0x0600007F;       // the size, opcode
constexpr std::uint32_t kAll = 0xFFFFFFFF;
constexpr std::uint32_t kQuadrant = 0xE003;  // funct3 and quadrant of a 16-bit instruction
constexpr unsigned kBits = kBitManipulation;

std::vector<Form> make_forms() {
  using F = Format;
  return {
      {"lui", F::kUpper, 0x37, kU, 0},
      {"auipc", F::kUpper, 0x17, kU, 0},
      {"jal", F::kJal, 0x6F, kU, 0},
      {"jalr", F::kJalr, 0x67, kI, 0},
      {"beq", F::kBranch, 0x0063, kI, 0},
      {"bne", F::kBranch, 0x1063, kI, 0},
      {"blt", F::kBranch, 0x4063, kI, 0},
      {"bge", F::kBranch, 0x5063, kI, 0},
      {"bltu", F::kBranch, 0x6063, kI, 0},
      {"bgeu", F::kBranch, 0x7063, kI, 0},
      {"lb", F::kLoad, 0x0003, kI, 0},
      {"lh", F::kLoad, 0x1003, kI, 0},
      {"lw", F::kLoad, 0x2003, kI, 0},
      {"lbu", F::kLoad, 0x4003, kI, 0},
      {"lhu", F::kLoad, 0x5003, kI, 0},
      {"sb", F::kStore, 0x0023, kI, 0},
      {"sh", F::kStore, 0x1023, kI, 0},
      {"sw", F::kStore, 0x2023, kI, 0},
      {"addi", F::kImmediate, 0x0013, kI, 0},
      {"slti", F::kImmediate, 0x2013, kI, 0},
      {"sltiu", F::kImmediate, 0x3013, kI, 0},
      {"xori", F::kImmediate, 0x4013, kI, 0},
      {"ori", F::kImmediate, 0x6013, kI, 0},
      {"andi", F::kImmediate, 0x7013, kI, 0},
      {"slli", F::kShift, 0x00001013, kR, 0},
      {"srli", F::kShift, 0x00005013, kR, 0},
      {"srai", F::kShift, 0x40005013, kR, 0},
      {"add", F::kRegister, 0x00000033, kR, 0},
      {"sub", F::kRegister, 0x40000033, kR, 0},
      {"sll", F::kRegister, 0x00001033, kR, 0},
      {"slt", F::kRegister, 0x00002033, kR, 0},
      {"sltu", F::kRegister, 0x00003033, kR, 0},
      {"xor", F::kRegister, 0x00004033, kR, 0},
      {"srl", F::kRegister, 0x00005033, kR, 0},
      {"sra", F::kRegister, 0x40005033, kR, 0},
      {"or", F::kRegister, 0x00006033, kR, 0},
      {"and", F::kRegister, 0x00007033, kR, 0},
      {"fence", F::kFence, 0x0000000F, kI, 0},
      {"fence.i", F::kFence, 0x0000100F, kI, 0},
      {"ecall", F::kWord, 0x00000073, kAll, 0},
      {"ebreak", F::kWord, 0x00100073, kAll, 0},
      {"mret", F::kWord, 0x30200073, kAll, 0},
      {"wfi", F::kWord, 0x10500073, kAll, 0},
      {"csrrw", F::kCsr, 0x1073, kI, 0},
      {"csrrs", F::kCsr, 0x2073, kI, 0},
      {"csrrc", F::kCsr, 0x3073, kI, 0},
      {"csrrwi", F::kCsrImmediate, 0x5073, kI, 0},
      {"csrrsi", F::kCsrImmediate, 0x6073, kI, 0},
      {"csrrci", F::kCsrImmediate, 0x7073, kI, 0},
      {"mul", F::kRegister, 0x02000033, kR, 0},
      {"mulh", F::kRegister, 0x02001033, kR, 0},
      {"mulhsu", F::kRegister, 0x02002033, kR, 0},
      {"mulhu", F::kRegister, 0x02003033, kR, 0},
      {"div", F::kRegister, 0x02004033, kR, 0},
      {"divu", F::kRegister, 0x02005033, kR, 0},
      {"rem", F::kRegister, 0x02006033, kR, 0},
      {"remu", F::kRegister, 0x02007033, kR, 0},
      {"lr.w", F::kLoadReserved, 0x1000202F, 0xF9F0707F, 0},
      {"sc.w", F::kStoreConditional, 0x1800202F, kA, 0},
      {"amoswap.w", F::kAtomic, 0x0800202F, kA, 0},
      {"amoadd.w", F::kAtomic, 0x0000202F, kA, 0},
      {"amoxor.w", F::kAtomic, 0x2000202F, kA, 0},
      {"amoand.w", F::kAtomic, 0x6000202F, kA, 0},
      {"amoor.w", F::kAtomic, 0x4000202F, kA, 0},
      {"amomin.w", F::kAtomic, 0x8000202F, kA, 0},
      {"amomax.w", F::kAtomic, 0xA000202F, kA, 0},
      {"amominu.w", F::kAtomic, 0xC000202F, kA, 0},
      {"amomaxu.w", F::kAtomic, 0xE000202F, kA, 0},
      {"sh1add", F::kRegister, 0x20002033, kR, kBits},
      {"sh2add", F::kRegister, 0x20004033, kR, kBits},
      {"sh3add", F::kRegister, 0x20006033, kR, kBits},
      {"andn", F::kRegister, 0x40007033, kR, kBits},
      {"orn", F::kRegister, 0x40006033, kR, kBits},
      {"xnor", F::kRegister, 0x40004033, kR, kBits},
      {"clz", F::kUnary, 0x60001013, kOne, kBits},
      {"ctz", F::kUnary, 0x60101013, kOne, kBits},
      {"cpop", F::kUnary, 0x60201013, kOne, kBits},
      {"sext.b", F::kUnary, 0x60401013, kOne, kBits},
      {"sext.h", F::kUnary, 0x60501013, kOne, kBits},
      {"zext.h", F::kUnary, 0x08004033, kOne, kBits},
      {"max", F::kRegister, 0x0A006033, kR, kBits},
      {"maxu", F::kRegister, 0x0A007033, kR, kBits},
      {"min", F::kRegister, 0x0A004033, kR, kBits},
      {"minu", F::kRegister, 0x0A005033, kR, kBits},
      {"rol", F::kRegister, 0x60001033, kR, kBits},
      {"ror", F::kRegister, 0x60005033, kR, kBits},
      {"rori", F::kShift, 0x60005013, kR, kBits},
      {"orc.b", F::kUnary, 0x28705013, kOne, kBits},
      {"rev8", F::kUnary, 0x69805013, kOne, kBits},
      {"bclr", F::kRegister, 0x48001033, kR, kBits},
      {"bclri", F::kShift, 0x48001013, kR, kBits},
      {"bext", F::kRegister, 0x48005033, kR, kBits},
      {"bexti", F::kShift, 0x48005013, kR, kBits},
      {"binv", F::kRegister, 0x68001033, kR, kBits},
      {"binvi", F::kShift, 0x68001013, kR, kBits},
      {"bset", F::kRegister, 0x28001033, kR, kBits},
      {"bseti", F::kShift, 0x28001013, kR, kBits},
      {"flw", F::kFloatLoad, 0x2007, kI, kFloat},
      {"fsw", F::kFloatStore, 0x2027, kI, kFloat},
      {"fmadd.s", F::kFloatFused, 0x43, kFused, kFloat},
      {"fmsub.s", F::kFloatFused, 0x47, kFused, kFloat},
      {"fnmsub.s", F::kFloatFused, 0x4B, kFused, kFloat},
      {"fnmadd.s", F::kFloatFused, 0x4F, kFused, kFloat},
      {"fadd.s", F::kFloatRegister, 0x00000053, kRounded, kFloat},
      {"fsub.s", F::kFloatRegister, 0x08000053, kRounded, kFloat},
      {"fmul.s", F::kFloatRegister, 0x10000053, kRounded, kFloat},
      {"fdiv.s", F::kFloatRegister, 0x18000053, kRounded, kFloat},
      {"fsqrt.s", F::kFloatUnary, 0x58000053, kRoundedOne, kFloat},
      {"fsgnj.s", F::kFloatPlain, 0x20000053, kR, kFloat},
      {"fsgnjn.s", F::kFloatPlain, 0x20001053, kR, kFloat},
      {"fsgnjx.s", F::kFloatPlain, 0x20002053, kR, kFloat},
      {"fmin.s", F::kFloatPlain, 0x28000053, kR, kFloat},
      {"fmax.s", F::kFloatPlain, 0x28001053, kR, kFloat},
      {"feq.s", F::kFloatCompare, 0xA0002053, kR, kFloat},
      {"flt.s", F::kFloatCompare, 0xA0001053, kR, kFloat},
      {"fle.s", F::kFloatCompare, 0xA0000053, kR, kFloat},
      {"fcvt.w.s", F::kFloatToInteger, 0xC0000053, kRoundedOne, kFloat},
      {"fcvt.wu.s", F::kFloatToInteger, 0xC0100053, kRoundedOne, kFloat},
      {"fcvt.s.w", F::kFloatFromInteger, 0xD0000053, kRoundedOne, kFloat},
      {"fcvt.s.wu", F::kFloatFromInteger, 0xD0100053, kRoundedOne, kFloat},
      {"fmv.x.w", F::kFloatOut, 0xE0000053, kOne, kFloat},
      {"fclass.s", F::kFloatOut, 0xE0001053, kOne, kFloat},
      {"fmv.w.x", F::kFloatIn, 0xF0000053, kOne, kFloat},
      {"c.flw", F::kCFloatLoad, 0x6000, kQuadrant, kFloat},
      {"c.fsw", F::kCFloatStore, 0xE000, kQuadrant, kFloat},
      {"c.flwsp", F::kCFloatLoadStack, 0x6002, kQuadrant, kFloat},
      {"c.fswsp", F::kCFloatStoreStack, 0xE002, kQuadrant, kFloat},
      {"c.addi4spn", F::kCiw, 0x0000, kQuadrant, 0},
      {"c.lw", F::kClWord, 0x4000, kQuadrant, 0},
      {"c.sw", F::kCsWord, 0xC000, kQuadrant, 0},
      {"c.nop", F::kHalf, 0x0001, 0xFFFF, 0},
      {"c.addi", F::kCi, 0x0001, kQuadrant, 0},
      {"c.jal", F::kCj, 0x2001, kQuadrant, 0},
      {"c.li", F::kCi, 0x4001, kQuadrant, 0},
      {"c.addi16sp", F::kCiStack, 0x6101, 0xEF83, 0},
      {"c.lui", F::kCiUpper, 0x6001, kQuadrant, 0},
      {"c.srli", F::kCbShift, 0x8001, 0xFC03, 0},
      {"c.srai", F::kCbShift, 0x8401, 0xFC03, 0},
      {"c.andi", F::kCbAnd, 0x8801, 0xEC03, 0},
      {"c.sub", F::kCa, 0x8C01, 0xFC63, 0},
      {"c.xor", F::kCa, 0x8C21, 0xFC63, 0},
      {"c.or", F::kCa, 0x8C41, 0xFC63, 0},
      {"c.and", F::kCa, 0x8C61, 0xFC63, 0},
      {"c.j", F::kCj, 0xA001, kQuadrant, 0},
      {"c.beqz", F::kCb, 0xC001, kQuadrant, 0},
      {"c.bnez", F::kCb, 0xE001, kQuadrant, 0},
      {"c.slli", F::kCiShift, 0x0002, 0xF003, 0},
      {"c.lwsp", F::kCiLoad, 0x4002, kQuadrant, 0},
      {"c.jr", F::kCrJump, 0x8002, 0xF07F, 0},
      {"c.mv", F::kCrMove, 0x8002, 0xF003, 0},
      {"c.ebreak", F::kHalf, 0x9002, 0xFFFF, 0},
      {"c.jalr", F::kCrJump, 0x9002, 0xF07F, 0},
      {"c.add", F::kCrAdd, 0x9002, 0xF003, 0},
      {"c.swsp", F::kCssStore, 0xC002, kQuadrant, 0},
  };
}

}  // namespace

const std::vector<Form>& all_forms() {
  static const std::vector<Form> forms = make_forms();
  return forms;
}

const Form& form(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Form*> result;
    for (const Form& f : all_forms()) result.emplace(f.name, &f);
    return result;
  }();
  const auto found = by_name.find(name);
  if (found == by_name.end()) throw std::logic_error("no instruction " + std::string(name));
  return *found->second;
}

const Form* find_form(std::uint32_t word) {
  if ((word & 3U) != 3U) word &= 0xFFFFU;
  const auto& forms = all_forms();
  const auto found = std::find_if(forms.begin(), forms.end(), [word](const Form& f) {
    return (word & f.mask) == f.match && f.compressed() == ((word & 3U) != 3U);
  });
  return found == forms.end() ? nullptr : &*found;
}

}  // namespace aimc::isatest
