#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/isa/csr_table.h"
#include "tests/isa/program.h"
#include "tests/isa/random.h"

namespace aimc::isatest {

/// Addresses of the machine both sides have.
constexpr std::uint32_t kNowhere = 0x11000000U;  ///< nothing answers here
constexpr std::uint32_t kMsip = 0x02000000U;
constexpr std::uint32_t kMtimecmp = 0x02004000U;
constexpr std::uint32_t kMtime = 0x0200BFF8U;

/// Values at which arithmetic changes its behaviour.
constexpr std::array<std::uint32_t, 5> kCorners{0, 1, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF};

/// Makes one program of random units.
///
/// Programs end: jumps go forwards but for loops with a counter of their own. sp points to the
/// start of the program's data, s0 to its middle, s1 and s2 count loops; all other registers are
/// free.
class Generator {
 public:
  explicit Generator(const Settings& settings);
  Program make();

 private:
  // generator.cpp: the whole, its structure, and values
  void initial_state(Program& program);
  void stretch(unsigned units, unsigned depth);
  void any_unit();
  void loop(unsigned depth);
  void hot_loop();
  void close_loop(unsigned counter, Code::Label top);
  unsigned free_register();
  unsigned free_register(unsigned other);
  unsigned source();
  unsigned target();
  unsigned compact();
  bool has(Extensions extension) const { return (settings_.extensions & extension) != 0; }
  const CsrSpec& any_csr();
  std::uint32_t value();
  std::uint32_t corner();
  std::int32_t immediate(const Form& form);
  const Form& one_of(std::initializer_list<Format> formats);
  void op(std::string_view name, unsigned rd, unsigned rs1, std::int32_t imm = 0) {
    code_.add(name, {rd, rs1, 0, imm});
  }
  void store_word(unsigned rs2, unsigned rs1, std::int32_t offset) {
    code_.add("sw", {0, rs1, rs2, offset});
  }

  // units_plain.cpp: what neither traps nor touches a CSR
  void plain();
  void arithmetic();
  void compressed();
  void memory();
  void compressed_memory();
  void atomic();
  void reserved();
  void drop_reservation();
  void corner_pair();
  void corner_operation();
  void forward();
  void computed_jump();
  void call();
  void fence();

  // units_system.cpp: traps, CSRs, modes, interrupts
  void trapping();
  void trapping_in_user_mode();
  void illegal();
  void access_fault(bool atomics);
  void fetch_fault();
  void misaligned_reservation();
  void misaligned_atomic();
  void tolerated(const Form& form, unsigned address);
  void csr_access();
  void stopped_counter();
  void missing_csr();
  void patch();
  void enter_user();
  void user_mode();
  void denied();

  // units_float.cpp: floating point, where the set has it
  void float_plain();
  void float_operation();
  void float_corners();
  void float_memory();
  void float_rounding();
  void float_off();
  const Form& float_arithmetic();
  std::uint32_t float_value();

  // units_protection.cpp: physical memory protection, where the set has it
  void protection();
  void protected_user(bool readable);
  void protected_machine();
  void write_entry(unsigned entry, std::int32_t place, std::uint32_t size, unsigned configuration);

  // units_interrupt.cpp
  void interrupt();
  void wait_for_interrupt();
  void timer();
  void set_csr(std::string_view operation, unsigned number, std::uint32_t value);
  void raise_software();
  void raise_timer();
  void withdraw_interrupts();
  void forget_trap();

  Settings settings_;
  Random random_;
  Code code_;
  bool may_reserve_ = true;  // false where an interrupt may come at any time
};

}  // namespace aimc::isatest
