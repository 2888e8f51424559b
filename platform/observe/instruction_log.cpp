#include "platform/observe/instruction_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "models/riscv/csr_names.h"
#include "models/riscv/disassemble.h"

namespace aimc::observe {
namespace {

constexpr std::size_t kTexts = 16384;
constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;
/// Longer than any line but for the names of symbols, which are cut.
constexpr std::size_t kLongestLine = 1024;
constexpr std::size_t kLongestText = 512;
constexpr std::uint32_t kInterruptFlag = 0x80000000U;

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_hex(char* out, std::uint32_t value) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  *out++ = '0';
  *out++ = 'x';
  for (unsigned shift = 32; shift > 0; shift -= 4) *out++ = kDigits[value >> (shift - 4U) & 15U];
  return out;
}

/// " name=0x..."
char* put_value(char* out, std::string_view name, std::uint32_t value) {
  *out++ = ' ';
  out = put(out, name);
  *out++ = '=';
  return put_hex(out, value);
}

/// " r4@0x...=0x..."
char* put_access(char* out, char kind, const riscv::Step& step, std::uint32_t value) {
  *out++ = ' ';
  *out++ = kind;
  *out++ = static_cast<char>('0' + step.bytes);
  *out++ = '@';
  out = put_hex(out, step.address);
  *out++ = '=';
  return put_hex(out, value);
}

char mode_letter(riscv::Privilege privilege) {
  return privilege == riscv::Privilege::kMachine ? 'M' : 'U';
}

std::string hex_text(std::uint32_t value) {
  std::array<char, 10> text{};
  put_hex(text.data(), value);
  return {text.data(), text.size()};
}

}  // namespace

InstructionLog::InstructionLog(std::string path, const platform::ElfImage& image,
                               std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges,
                               core::TimePs period_ps)
    : file_(std::move(path)),
      image_(image),
      ranges_(std::move(ranges)),
      period_ps_(period_ps),
      texts_(kTexts),
      buffer_(kBufferBytes) {
  file_.write("# time_ps\tpc\tprivilege\tsymbol\tinstruction\teffects\n");
}

bool InstructionLog::wants(std::uint32_t pc) const {
  return ranges_.empty() || std::any_of(ranges_.begin(), ranges_.end(), [pc](const auto& range) {
           return pc >= range.first && pc < range.second;
         });
}

const InstructionLog::Text& InstructionLog::text_of(const riscv::Step& step) {
  Text& text = texts_[(step.pc >> 1U) % kTexts];
  if (text.pc == step.pc && text.word == step.word) return text;
  text.pc = step.pc;
  text.word = step.word;
  text.place = "\t" + hex_text(step.pc) + "\t";
  const riscv::Disassembly shown = riscv::disassemble(step.word, step.pc);
  text.instruction = "\t" + image_.describe(step.pc) + "\t" + shown.text;
  if (shown.target) text.instruction += " <" + image_.describe(*shown.target) + ">";
  text.instruction.resize(std::min(text.instruction.size(), kLongestText));
  return text;
}

char* InstructionLog::start_line(std::uint64_t cycle) {
  if (buffer_.size() - used_ < kLongestLine) flush();
  char* const out = buffer_.data() + used_;
  return std::to_chars(out, out + 20, cycle * period_ps_).ptr;
}

void InstructionLog::end_line(char* end) {
  *end++ = '\n';
  used_ = static_cast<std::size_t>(end - buffer_.data());
}

void InstructionLog::executed(const riscv::Step& step) {
  const Text& text = text_of(step);
  char* out = start_line(step.cycle);
  out = put(out, text.place);
  *out++ = mode_letter(step.privilege);
  out = put(out, text.instruction);
  char* const effects = out;  // the first space becomes a tab
  if (step.rd != 0) out = put_value(out, riscv::register_name(step.rd), step.rd_value);
  if (step.reads_memory) out = put_access(out, 'r', step, step.read_value);
  if (step.writes_memory) out = put_access(out, 'w', step, step.written_value);
  if (step.writes_csr) out = put_value(out, riscv::csr_name(step.csr), step.csr_value);
  if (out == effects) ++out;
  *effects = '\t';
  end_line(out);
}

void InstructionLog::trapped(const riscv::TrapEntry& trap) {
  if (!wants(trap.epc) && !wants(trap.handler)) return;
  char* out = start_line(trap.cycle);
  *out++ = '\t';
  out = put_hex(out, trap.epc);
  *out++ = '\t';
  *out++ = mode_letter(trap.privilege);
  *out++ = '\t';
  out = put(out, std::string_view(image_.describe(trap.epc)).substr(0, kLongestText));
  out = put(out, (trap.cause & kInterruptFlag) != 0 ? "\tinterrupt: " : "\texception: ");
  out = put(out, riscv::trap_cause_name(trap.cause));
  char* const effects = out;
  out = put_value(out, "mcause", trap.cause);
  out = put_value(out, "mtval", trap.value);
  out = put_value(out, "handler", trap.handler);
  *effects = '\t';
  end_line(out);
}

void InstructionLog::flush() {
  file_.write({buffer_.data(), used_});
  used_ = 0;
}

void InstructionLog::commit() {
  flush();
  file_.commit();
}

}  // namespace aimc::observe
