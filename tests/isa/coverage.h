#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/isa/coverage_classes.h"
#include "tests/isa/encoding.h"
#include "tests/isa/machine.h"

namespace aimc::isatest {

/// Counts what the hart executed, told from memory, registers and CSRs alone: not from what the
/// generator meant to make.
class Coverage : public Watcher {
 public:
  Coverage();

  void before(const riscv::Hart& hart, const Machine& machine) override;
  void after(riscv::Hart& hart, Machine& machine) override;

  /// Writes all rows: name, tab, count. std::runtime_error when the file cannot be written.
  void write(const std::string& path) const;

 private:
  void count(OperandClass cls);
  void count_row(const std::string& name);
  void count_execution(const riscv::Hart& hart);
  void count_operands(const riscv::Hart& hart);
  void count_float(const riscv::Hart& hart);
  void count_memory();
  void count_csr();
  void count_trap(const riscv::Hart& hart);
  void count_refusal(const riscv::Hart& hart, std::uint32_t cause);
  void count_flow(const riscv::Hart& hart);

  std::vector<std::array<std::uint64_t, kClassCount>> forms_;
  std::map<std::string, std::uint64_t> rows_;
  FormLookup lookup_;
  std::unordered_set<std::uint32_t> written_code_;  // halfwords a program stored to in code pages

  // The instruction that is being executed.
  const Form* form_ = nullptr;
  Operands operands_;
  std::uint32_t pc_ = 0;
  std::uint32_t word_ = 0;
  std::uint32_t a_ = 0;
  std::uint32_t b_ = 0;
  std::uint32_t c_ = 0;
  std::uint32_t address_ = 0;
  std::uint32_t fcsr_ = 0;
  std::uint64_t instructions_ = 0;
  bool user_ = false;             // the mode it is executed in
  bool returns_to_user_ = false;  // the mode an MRET would lead to
  bool in_program_ = false;
};

}  // namespace aimc::isatest
