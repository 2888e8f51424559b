#include "models/riscv/pmp.h"
#include "platform/config/settings.h"

namespace aimc::platform {
namespace {

using riscv::InstructionClass;

/// Calls `visit` with the name and the class of every class of instructions.
template <class Visit>
void for_each_class(const Visit& visit) {
  visit("alu", InstructionClass::kAlu, "arithmetic, logic and shifts");
  visit("load", InstructionClass::kLoad, "a load from RAM, wait states excluded");
  visit("store", InstructionClass::kStore, "a store to RAM, wait states excluded");
  visit("branch_not_taken", InstructionClass::kBranchNotTaken, "a branch that is not taken");
  visit("branch_taken", InstructionClass::kBranchTaken, "a branch that is taken");
  visit("jump", InstructionClass::kJump, "jal and jalr");
  visit("mul", InstructionClass::kMul, "mul");
  visit("mul_high", InstructionClass::kMulHigh, "mulh, mulhsu and mulhu");
  visit("div", InstructionClass::kDiv, "div, divu, rem and remu by the largest divisors");
  visit("atomic", InstructionClass::kAtomic, "lr, sc and atomic memory operations");
  visit("csr", InstructionClass::kCsr, "access to a CSR that flushes the pipeline");
  visit("system", InstructionClass::kSystem, "ecall, ebreak, mret, wfi, fence, fence.i");
  visit("float_add_mul", InstructionClass::kFloatAddMul,
        "floating-point addition, subtraction, multiplication and fused ones");
  visit("float_div", InstructionClass::kFloatDiv, "fdiv.s and fsqrt.s");
  visit("float_other", InstructionClass::kFloatOther,
        "any other floating-point instruction that does not access memory");
}

// What instructions cost beyond their class; the energy does not depend on it.
void add_pipeline_settings(SettingList& list) {
  list.whole(
      "divisor_zero", [](auto& c) -> auto& { return c.host.hart.timing.divisor_zero; }, 0, 1000,
      "core cycles added to a division for each leading zero of the divisor");
  list.whole(
      "csr_unflushed", [](auto& c) -> auto& { return c.host.hart.timing.csr_unflushed; }, 1, 1000,
      "core cycles of an access to any other CSR");
  list.whole(
      "load_use", [](auto& c) -> auto& { return c.host.hart.timing.load_use; }, 0, 1000,
      "core cycles added to a load when the next instruction uses the value");
  list.whole(
      "jalr_use", [](auto& c) -> auto& { return c.host.hart.timing.jalr_use; }, 0, 1000,
      "core cycles added to an instruction when the jalr behind it uses the result");
  list.whole(
      "unaligned_target", [](auto& c) -> auto& { return c.host.hart.timing.unaligned_target; }, 0,
      1000, "core cycles added to a jump to a 32-bit instruction that is not word-aligned");
  list.whole(
      "ram_fetch", [](auto& c) -> auto& { return c.host.hart.timing.ram_fetch_wait; }, 0, 1000,
      "core cycles added for each word of instructions fetched from RAM");
  list.whole(
      "rom_fetch", [](auto& c) -> auto& { return c.host.hart.timing.rom_fetch_wait; }, 0, 1000,
      "core cycles added for each word of instructions fetched from the boot ROM");
}

void add_ram_and_bus(SettingList& list) {
  list.section("ram");
  list.whole(
      "size_mib", [](auto& c) -> auto& { return c.ram.size_mib; }, 1, 1024, "size of the RAM");
  list.whole(
      "access_ns", [](auto& c) -> auto& { return c.ram.access_ns; }, 0, 1000,
      "time of an access that comes over the network");
  list.whole(
      "host_wait_cycles", [](auto& c) -> auto& { return c.host.ram_wait_cycles; }, 0, 1000,
      "host cycles added to every load and store of the host");
  list.real(
      "read_pj", [](auto& c) -> auto& { return c.host.ram_read_pj; }, 0, 1e6,
      "energy of a 32-bit read");
  list.real(
      "write_pj", [](auto& c) -> auto& { return c.host.ram_write_pj; }, 0, 1e6,
      "energy of a 32-bit write");
  list.section("bus");
  list.whole(
      "cycles", [](auto& c) -> auto& { return c.bus.cycles; }, 1, 1000,
      "host cycles of an access to a local peripheral");
  list.real(
      "energy_pj", [](auto& c) -> auto& { return c.bus.energy_pj; }, 0, 1e6,
      "energy of one access over the host's local bus");
}

}  // namespace

void add_host_settings(SettingList& list) {
  list.section("host");
  list.positive(
      "clock_mhz", [](auto& c) -> auto& { return c.host.clock_mhz; }, 10000,
      "clock of the core and its local bus");
  list.positive(
      "quantum_us", [](auto& c) -> auto& { return c.host.quantum_us; }, 1e6,
      "longest stretch the core is simulated ahead; changes speed, never a result");
  list.flag(
      "trap_misaligned", [](auto& c) -> auto& { return c.host.hart.trap_misaligned; },
      "misaligned RAM accesses trap instead of being emulated");
  list.text(
      "isa", [](auto& c) -> auto& { return c.host.hart.extensions; }, std::string(riscv::kIsaForm),
      riscv::parse_isa, riscv::isa_name,
      "instruction set of the core, mirrored in misa; others are illegal instructions");
  list.whole(
      "pmp_entries", [](auto& c) -> auto& { return c.host.hart.pmp_entries; }, 0,
      riscv::Pmp::kMaxEntries, "entries of physical memory protection");
  list.section("host.cycles");
  for_each_class([&list](const char* name, InstructionClass which, const char* what) {
    const auto index = static_cast<std::size_t>(which);
    list.whole(
        name, [index](auto& c) -> auto& { return c.host.hart.timing.cycles[index]; }, 1, 1000,
        std::string("core cycles of ") + what);
  });
  add_pipeline_settings(list);
  list.section("host.energy_pj");
  for_each_class([&list](const char* name, InstructionClass which, const char* what) {
    const auto index = static_cast<std::size_t>(which);
    list.real(
        name, [index](auto& c) -> auto& { return c.host.hart.timing.energy_pj[index]; }, 0, 1e6,
        std::string("energy, fetch included, of ") + what);
  });
  add_ram_and_bus(list);
}

void add_leakage_settings(SettingList& list) {
  list.section("leakage");
  list.real(
      "host_mw", [](auto& c) -> auto& { return c.leakage.host_mw; }, 0, 1e6,
      "static power of the core with its peripherals");
  list.real(
      "ram_mw", [](auto& c) -> auto& { return c.leakage.ram_mw; }, 0, 1e6,
      "static power of the RAM");
  list.real(
      "noc_router_mw", [](auto& c) -> auto& { return c.leakage.noc_router_mw; }, 0, 1e6,
      "static power of one router with its links");
  list.real(
      "tile_mw", [](auto& c) -> auto& { return c.leakage.tile_mw; }, 0, 1e6,
      "static power of one tile");
}

}  // namespace aimc::platform
