#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/core/time.h"
#include "models/riscv/observer.h"
#include "platform/observe/output_file.h"
#include "platform/soc/elf_image.h"

namespace aimc::observe {

/// instr.log: a line for each executed instruction and each trap, in the order of execution.
///
/// Columns are separated by tabs: time in ps when it starts, pc, privilege (M or U), symbol+offset,
/// the instruction in the notation of GNU binutils, and what it changed, separated by spaces:
/// `a0=0x...` a register, `mstatus=0x...` a CSR, `r4@0x...=0x...` and `w4@0x...=0x...` a memory
/// access of so many bytes. A trap has `exception: ...` or `interrupt: ...` in the place of the
/// instruction, then `mcause=`, `mtval=` and `handler=`. The first line, behind a '#', names the
/// columns.
class InstructionLog : public riscv::StepObserver {
 public:
  /// @param ranges addresses [begin, end) of instructions to be shown; none: all.
  /// @param period_ps of the hart's clock. Throws OutputError.
  InstructionLog(std::string path, const platform::ElfImage& image,
                 std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges,
                 core::TimePs period_ps);

  bool wants(std::uint32_t pc) const override;
  void executed(const riscv::Step& step) override;
  void trapped(const riscv::TrapEntry& trap) override;

  /// Completes the file; throws OutputError.
  void commit();

 private:
  // What a line shows of an instruction whenever it is executed.
  struct Text {
    std::uint32_t pc = 1;  // never an instruction's
    std::uint32_t word = 0;
    std::string place;        // tab, pc, tab
    std::string instruction;  // tab, symbol, tab, disassembly
  };

  const Text& text_of(const riscv::Step& step);
  char* start_line(std::uint64_t cycle);
  void end_line(char* end);
  void flush();

  OutputFile file_;
  const platform::ElfImage& image_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_;
  core::TimePs period_ps_;
  std::vector<Text> texts_;  // by a hash of pc
  std::vector<char> buffer_;
  std::size_t used_ = 0;
};

}  // namespace aimc::observe
