#include "platform/soc/backtrace.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace aimc::platform {
namespace {

using Registers = std::array<std::uint32_t, 32>;

constexpr std::size_t kMaxFrames = 64;
constexpr unsigned kRa = 1;
constexpr unsigned kSp = 2;

struct EndDwarf {
  void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};
struct EndCfi {
  void operator()(Dwarf_CFI* cfi) const { dwarf_cfi_end(cfi); }
};
struct FreeFrame {
  void operator()(Dwarf_Frame* frame) const { std::free(frame); }
};
using Frame = std::unique_ptr<Dwarf_Frame, FreeFrame>;

class File {
 public:
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// The debugging information of a file; empty where there is none.
class DebugInfo {
 public:
  explicit DebugInfo(const std::string& path) : file_(path) {
    if (file_.descriptor() < 0) return;
    dwarf_.reset(dwarf_begin(file_.descriptor(), DWARF_C_READ));
    if (dwarf_ == nullptr) return;
    exception_frames_.reset(dwarf_getcfi_elf(dwarf_getelf(dwarf_.get())));
  }

  /// How to get from the function at `address` to its caller.
  Frame frame_at(std::uint32_t address) const {
    if (dwarf_ == nullptr) return nullptr;
    for (Dwarf_CFI* cfi : {dwarf_getcfi(dwarf_.get()), exception_frames_.get()}) {
      Dwarf_Frame* frame = nullptr;
      if (cfi != nullptr && dwarf_cfi_addrframe(cfi, address, &frame) == 0) return Frame(frame);
    }
    return nullptr;
  }

  /// " (file.c:42)", or nothing.
  std::string line_at(std::uint32_t address) const {
    if (dwarf_ == nullptr) return "";
    // Unit by unit: the table of address ranges has entries libdw refuses where the linker dropped
    // unused sections.
    Dwarf_Off next = 0;
    std::size_t header = 0;
    for (Dwarf_Off unit = 0;
         dwarf_nextcu(dwarf_.get(), unit, &next, &header, nullptr, nullptr, nullptr) == 0;
         unit = next) {
      Dwarf_Die die;
      if (dwarf_offdie(dwarf_.get(), unit + header, &die) == nullptr) continue;
      if (dwarf_haspc(&die, address) != 1) continue;
      Dwarf_Line* line = dwarf_getsrc_die(&die, address);
      int number = 0;
      if (line == nullptr || dwarf_lineno(line, &number) != 0) continue;
      const char* file = dwarf_linesrc(line, nullptr, nullptr);
      if (file != nullptr) return std::string(" (") + file + ":" + std::to_string(number) + ")";
    }
    return "";
  }

 private:
  File file_;
  std::unique_ptr<Dwarf, EndDwarf> dwarf_;
  std::unique_ptr<Dwarf_CFI, EndCfi> exception_frames_;
};

/// A line of its own, whatever a damaged file has for names.
std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

/// What is known of the function an unwinding step starts in.
struct Context {
  const Registers& registers;
  const ReadWord& read;
  std::uint32_t cfa = 0;
};

std::optional<std::uint32_t> register_value(const Context& context, std::uint64_t number) {
  if (number >= context.registers.size()) return std::nullopt;
  return context.registers[number];
}

/// Evaluates the operations compilers use to say where a register was saved (DWARF 5, section
/// 2.5); nothing for any other. What comes out is the value itself.
class Expression {
 public:
  explicit Expression(const Context& context) : context_(context) {}

  std::optional<std::uint32_t> value(const Dwarf_Op* ops, std::size_t count, bool is_location) {
    for (std::size_t i = 0; i < count; ++i) {
      if (!apply(ops[i])) return std::nullopt;
    }
    if (!top_) return std::nullopt;
    return is_location && !is_value_ ? context_.read(*top_) : top_;
  }

 private:
  bool apply(const Dwarf_Op& op) {
    if (op.atom >= DW_OP_breg0 && op.atom <= DW_OP_breg31) {
      return push(register_value(context_, op.atom - DW_OP_breg0), op.number);
    }
    if (op.atom >= DW_OP_reg0 && op.atom <= DW_OP_reg31) {
      is_value_ = true;
      return push(register_value(context_, op.atom - DW_OP_reg0), 0);
    }
    switch (op.atom) {
      case DW_OP_bregx:
        return push(register_value(context_, op.number), op.number2);
      case DW_OP_regx:
        is_value_ = true;
        return push(register_value(context_, op.number), 0);
      case DW_OP_call_frame_cfa:
        return push(context_.cfa, 0);
      case DW_OP_plus_uconst:
        return push(top_, op.number);
      case DW_OP_deref:
        if (!top_) return false;
        return push(context_.read(*top_), 0);
      case DW_OP_stack_value:
        is_value_ = true;
        return true;
      default:
        return false;
    }
  }

  bool push(std::optional<std::uint32_t> base, std::uint64_t offset) {
    if (!base) return false;
    top_ = *base + static_cast<std::uint32_t>(offset);
    return true;
  }

  const Context& context_;
  std::optional<std::uint32_t> top_;
  bool is_value_ = false;
};

/// The value register `number` had in the caller; what nothing is known of is unchanged.
std::optional<std::uint32_t> caller_value(Dwarf_Frame* frame, unsigned number,
                                          const Context& context) {
  std::array<Dwarf_Op, 3> memory{};
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_register(frame, static_cast<int>(number), memory.data(), &ops, &count) != 0) {
    return std::nullopt;
  }
  if (count == 0) return register_value(context, number);
  return Expression(context).value(ops, count, true);
}

/// Turns the registers into those of the caller; the return address, or nothing where the chain
/// ends.
std::optional<std::uint32_t> unwind(Dwarf_Frame* frame, Registers& registers,
                                    const ReadWord& read) {
  Context context{registers, read};
  Dwarf_Op* ops = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame, &ops, &count) != 0 || count == 0) return std::nullopt;
  const std::optional<std::uint32_t> cfa = Expression(context).value(ops, count, false);
  if (!cfa) return std::nullopt;
  context.cfa = *cfa;
  Registers caller{};
  for (unsigned i = 1; i < caller.size(); ++i) {
    caller[i] = caller_value(frame, i, context).value_or(0);
  }
  caller[kSp] = *cfa;
  registers = caller;
  return registers[kRa];
}

}  // namespace

std::vector<std::string> backtrace(const ElfImage& image, std::uint32_t pc, Registers registers,
                                   const ReadWord& read) {
  const DebugInfo info(image.path);
  std::vector<std::string> lines;
  while (lines.size() < kMaxFrames) {
    // A return address may lie behind the end of the function that called.
    const bool innermost = lines.empty();
    const std::uint32_t inside = innermost ? pc : pc - 1U;
    lines.push_back("#" + std::to_string(lines.size()) + " " + hex_address(pc) + " in " +
                    printable(image.describe(pc, !innermost) + info.line_at(inside)));
    const Frame frame = info.frame_at(inside);
    if (frame == nullptr && !innermost) break;
    const std::uint32_t sp = registers[kSp];
    const std::optional<std::uint32_t> caller =
        frame != nullptr ? unwind(frame.get(), registers, read) : registers[kRa];
    if (!caller || *caller == 0 || (*caller == pc && registers[kSp] == sp)) break;
    if (!read(*caller & ~3U)) break;  // leads nowhere
    pc = *caller;
  }
  return lines;
}

}  // namespace aimc::platform
