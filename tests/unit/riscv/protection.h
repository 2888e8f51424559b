#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>

#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {

constexpr unsigned kUserMode = 0;
constexpr unsigned kMachineMode = 3;
constexpr std::uint32_t kR = 1, kW = 2, kX = 4, kTor = 0x08, kNa4 = 0x10, kNapot = 0x18, kL = 0x80;
constexpr std::uint32_t kMprv = 1U << 17U;
constexpr std::uint32_t kCode = kRamBase;  // 4 KiB of code
constexpr std::uint32_t kCodeSize = 0x1000;

/// A hart with a trap handler, no entry set, and s0 at data.
class Protection : public ::testing::Test {
 protected:
  Protection() {
    machine_.put_word(kHandler, assembler::jal(0, 0));
    hart().poke_csr(assembler::csrs::kMtvec, kHandler);
    hart().set_reg(assembler::kS0, kData);
    hart().set_reg(assembler::kA0, 0x12345678);
  }
  Hart& hart() { return machine_.hart; }

  void set_entry(unsigned entry, std::uint32_t address, std::uint32_t config) {
    hart().poke_csr(assembler::csrs::kPmpaddr0 + entry, address);
    const unsigned shift = 8 * (entry % 4);
    const assembler::Word number = assembler::csrs::kPmpcfg0 + entry / 4;
    hart().poke_csr(number, (machine_.csr(number) & ~(0xFFU << shift)) | config << shift);
  }
  void set_napot(unsigned entry, std::uint32_t base, std::uint32_t size, std::uint32_t config) {
    set_entry(entry, base >> 2U | (size / 8 - 1), config | kNapot);
  }
  void allow_code(unsigned entry = 15) { set_napot(entry, kCode, kCodeSize, kX); }
  void run_user(std::initializer_list<assembler::Word> words, unsigned steps,
                std::uint32_t pc = kCode) {
    machine_.put(pc, words);
    hart().invalidate(pc, static_cast<std::uint32_t>(4 * words.size()));
    hart().set_pc(pc);
    hart().set_privilege(kUserMode);
    machine_.step(steps);
  }
  void expect_trap(std::uint32_t cause, std::uint32_t epc, std::uint32_t value) {
    EXPECT_EQ(hart().pc(), kHandler);
    EXPECT_EQ(hart().privilege(), kMachineMode);
    EXPECT_EQ(machine_.csr(assembler::csrs::kMcause), cause);
    EXPECT_EQ(machine_.csr(assembler::csrs::kMepc), epc);
    EXPECT_EQ(machine_.csr(assembler::csrs::kMtval), value);
  }
  void expect_no_trap() {
    EXPECT_EQ(machine_.csr(assembler::csrs::kMcause), 0U);
    EXPECT_EQ(hart().privilege(), kUserMode);
  }
  Machine machine_;
};

}  // namespace aimc::riscv
