#include "models/riscv/semihosting.h"

#include <algorithm>
#include <utility>

namespace aimc::riscv {
namespace {

enum Operation : std::uint32_t {
  kOpen = 0x01,
  kClose = 0x02,
  kWriteC = 0x03,
  kWrite0 = 0x04,
  kWrite = 0x05,
  kRead = 0x06,
  kReadC = 0x07,
  kIsError = 0x08,
  kIsTty = 0x09,
  kSeek = 0x0A,
  kFlen = 0x0C,
  kTmpnam = 0x0D,
  kRemove = 0x0E,
  kRename = 0x0F,
  kClock = 0x10,
  kTime = 0x11,
  kSystem = 0x12,
  kErrno = 0x13,
  kGetCommandLine = 0x15,
  kHeapInfo = 0x16,
  kExit = 0x18,
  kExitExtended = 0x20,
  kElapsed = 0x30,
  kTickFrequency = 0x31
};

constexpr std::uint32_t kFailure = ~0U;
constexpr std::uint32_t kApplicationExit = 0x20026;  // ADP_Stopped_ApplicationExit
constexpr std::uint32_t kAbnormalExit = 1;           // the code when the reason is another one
constexpr std::uint32_t kNsPerSecond = 1'000'000'000;
constexpr std::uint32_t kNsPerCentisecond = 10'000'000;

// What ":semihosting-features" holds: magic, then SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR.
constexpr std::array<std::uint8_t, 5> kFeatures{'S', 'H', 'F', 'B', 0x03};

// Modes of SYS_OPEN are those of fopen, in the order r rb r+ r+b w wb w+ w+b a ab a+ a+b.
constexpr std::uint32_t kFirstUpdateMode = 2;
constexpr std::uint32_t kFirstWriteMode = 4;
constexpr std::uint32_t kModes = 12;

using Chunk = std::array<std::uint8_t, 4096>;

}  // namespace

std::uint32_t Semihosting::call(std::uint32_t operation, std::uint32_t parameter) {
  switch (operation) {
    case kOpen:
      return open(parameter);
    case kClose:
      return close(parameter);
    case kWriteC:
      return write_character(parameter);
    case kWrite0:
      return write_text(parameter);
    case kWrite:
      return write(parameter);
    case kRead:
      return read(parameter);
    case kReadC:
      return read_character();
    case kIsError:
      return is_error(parameter);
    case kIsTty:
      return is_terminal(parameter);
    case kSeek:
      return seek(parameter);
    case kFlen:
      return length(parameter);
    case kTmpnam:
    case kRemove:
    case kRename:
      return fail(GuestError::kReadOnly);
    case kClock:
      return static_cast<std::uint32_t>(services_.time_ns() / kNsPerCentisecond);
    case kTime:
      return static_cast<std::uint32_t>(services_.time_ns() / kNsPerSecond);
    case kSystem:
      return fail(GuestError::kAccess);
    case kErrno:
      return static_cast<std::uint32_t>(error_);
    case kGetCommandLine:
      return command_line(parameter);
    case kHeapInfo:
      return heap_info(parameter);
    case kExit:
      return exit(parameter, 0);
    case kExitExtended:
      return exit_extended(parameter);
    case kElapsed:
      return elapsed(parameter);
    case kTickFrequency:
      return kTicksPerSecond;
    default:
      return fail(GuestError::kNotThere);
  }
}

void Semihosting::reset() {
  handles_.clear();
  error_ = GuestError::kNone;
}

std::uint32_t Semihosting::fail(GuestError error) {
  error_ = error;
  return kFailure;
}

std::optional<Semihosting::Words> Semihosting::arguments(std::uint32_t block, std::size_t count) {
  Words words{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = memory_.read_word(block + static_cast<std::uint32_t>(4 * i));
    if (!word) {
      error_ = GuestError::kBadAddress;
      return std::nullopt;
    }
    words.at(i) = *word;
  }
  return words;
}

Semihosting::Handle* Semihosting::handle(std::uint32_t number) {
  if (number - 1U < handles_.size() && handles_[number - 1U].kind != Kind::kFree) {
    return &handles_[number - 1U];
  }
  error_ = GuestError::kBadHandle;
  return nullptr;
}

std::uint32_t Semihosting::size_of(const Handle& handle) const {
  return handle.kind == Kind::kFile ? handle.file->size() : std::uint32_t{kFeatures.size()};
}

std::size_t Semihosting::read_at(Handle& handle, std::uint8_t* bytes, std::size_t count) {
  if (handle.kind == Kind::kFile) return handle.file->read(handle.position, bytes, count);
  const std::size_t begin = std::min<std::size_t>(handle.position, kFeatures.size());
  const std::size_t available = std::min(count, kFeatures.size() - begin);
  std::copy_n(kFeatures.begin() + static_cast<std::ptrdiff_t>(begin), available, bytes);
  return available;
}

std::uint32_t Semihosting::open(std::uint32_t block) {
  const auto words = arguments(block, 3);
  if (!words) return kFailure;
  const auto [address, mode, name_bytes] = *words;
  if (mode >= kModes) return fail(GuestError::kInvalid);
  if (name_bytes > kMaxName) return fail(GuestError::kNameTooLong);
  std::vector<std::uint8_t> bytes(name_bytes);
  if (name_bytes != 0 && !memory_.read(address, bytes.data(), bytes.size())) {
    return fail(GuestError::kBadAddress);
  }
  const std::string name(bytes.begin(), bytes.end());
  Handle opened;
  if (name == ":tt") {
    opened.kind = mode < kFirstWriteMode ? Kind::kInput : Kind::kOutput;
  } else if (mode >= kFirstUpdateMode) {
    return fail(GuestError::kReadOnly);
  } else if (name == ":semihosting-features") {
    opened.kind = Kind::kFeatures;
  } else {
    auto file = services_.open(name);
    if (const auto* error = std::get_if<GuestError>(&file)) return fail(*error);
    opened.kind = Kind::kFile;
    opened.file = std::move(std::get<std::unique_ptr<SemihostFile>>(file));
  }
  auto place = std::find_if(handles_.begin(), handles_.end(),
                            [](const Handle& h) { return h.kind == Kind::kFree; });
  if (place == handles_.end()) {
    if (handles_.size() >= kMaxHandles) return fail(GuestError::kTooManyFiles);
    place = handles_.insert(handles_.end(), Handle{});
  }
  *place = std::move(opened);
  return static_cast<std::uint32_t>(place - handles_.begin()) + 1U;
}

std::uint32_t Semihosting::close(std::uint32_t block) {
  const auto words = arguments(block, 1);
  Handle* const open = words ? handle((*words)[0]) : nullptr;
  if (open == nullptr) return kFailure;
  *open = Handle{};
  return 0;
}

// No result is defined for these two; 0 or -1 tells more than nothing.
std::uint32_t Semihosting::write_character(std::uint32_t address) {
  std::uint8_t byte = 0;
  if (!memory_.read(address, &byte, 1)) return fail(GuestError::kBadAddress);
  services_.put(byte);
  return 0;
}

std::uint32_t Semihosting::write_text(std::uint32_t address) {
  for (std::uint32_t i = 0; i < kMaxText; ++i) {
    std::uint8_t byte = 0;
    if (!memory_.read(address + i, &byte, 1)) return fail(GuestError::kBadAddress);
    if (byte == 0) return 0;
    services_.put(byte);
  }
  return fail(GuestError::kInvalid);
}

// Returns the number of bytes that were not written.
std::uint32_t Semihosting::write(std::uint32_t block) {
  const auto words = arguments(block, 3);
  if (!words) return kFailure;
  const auto [number, address, count] = *words;
  const Handle* const open = handle(number);
  if (open == nullptr) return kFailure;
  if (open->kind != Kind::kOutput) {
    fail(GuestError::kBadHandle);
    return count;
  }
  Chunk chunk;
  for (std::uint32_t done = 0; done < count;) {
    const std::size_t now = std::min<std::size_t>(count - done, chunk.size());
    if (!memory_.read(address + done, chunk.data(), now)) {
      fail(GuestError::kBadAddress);
      return count - done;
    }
    for (std::size_t i = 0; i < now; ++i) services_.put(chunk.at(i));
    done += static_cast<std::uint32_t>(now);
  }
  return 0;
}

// Returns the number of bytes that were not read.
std::uint32_t Semihosting::read(std::uint32_t block) {
  const auto words = arguments(block, 3);
  if (!words) return kFailure;
  const auto [number, address, count] = *words;
  Handle* const open = handle(number);
  if (open == nullptr) return kFailure;
  if (open->kind == Kind::kOutput) {
    fail(GuestError::kBadHandle);
    return count;
  }
  if (open->kind == Kind::kInput) return read_input(address, count);
  Chunk chunk;
  for (std::uint32_t done = 0; done < count;) {
    const std::size_t wanted = std::min<std::size_t>(count - done, chunk.size());
    const std::size_t got = read_at(*open, chunk.data(), wanted);
    if (got != 0 && !memory_.write(address + done, chunk.data(), got)) {
      fail(GuestError::kBadAddress);
      return count - done;
    }
    done += static_cast<std::uint32_t>(got);
    open->position += static_cast<std::uint32_t>(got);
    if (got < wanted) return count - done;
  }
  return 0;
}

// Up to the end of a line, as a terminal gives it: what is read does not depend on how fast
// somebody types. The address is checked before anything is taken from the console.
std::uint32_t Semihosting::read_input(std::uint32_t address, std::uint32_t count) {
  for (std::uint32_t done = 0; done < count; ++done) {
    std::uint8_t byte = 0;
    if (!memory_.read(address + done, &byte, 1)) {
      fail(GuestError::kBadAddress);
      return count - done;
    }
    const auto typed = services_.get();
    if (!typed) return count - done;
    if (!memory_.write(address + done, &*typed, 1)) {
      fail(GuestError::kBadAddress);
      return count - done;
    }
    if (*typed == '\n') return count - done - 1U;
  }
  return 0;
}

std::uint32_t Semihosting::read_character() {
  const auto typed = services_.get();
  return typed ? *typed : kFailure;
}

std::uint32_t Semihosting::is_error(std::uint32_t block) {
  const auto words = arguments(block, 1);
  if (!words) return kFailure;
  return ((*words)[0] & 0x80000000U) != 0 ? 1 : 0;
}

std::uint32_t Semihosting::is_terminal(std::uint32_t block) {
  const auto words = arguments(block, 1);
  const Handle* const open = words ? handle((*words)[0]) : nullptr;
  if (open == nullptr) return kFailure;
  return open->kind == Kind::kInput || open->kind == Kind::kOutput ? 1 : 0;
}

std::uint32_t Semihosting::seek(std::uint32_t block) {
  const auto words = arguments(block, 2);
  Handle* const open = words ? handle((*words)[0]) : nullptr;
  if (open == nullptr) return kFailure;
  if (open->kind != Kind::kFile && open->kind != Kind::kFeatures) return fail(GuestError::kNoSeek);
  const std::uint32_t position = (*words)[1];
  if (position > size_of(*open)) return fail(GuestError::kInvalid);
  open->position = position;
  return 0;
}

std::uint32_t Semihosting::length(std::uint32_t block) {
  const auto words = arguments(block, 1);
  const Handle* const open = words ? handle((*words)[0]) : nullptr;
  if (open == nullptr) return kFailure;
  if (open->kind != Kind::kFile && open->kind != Kind::kFeatures) return fail(GuestError::kNoSeek);
  return size_of(*open);
}

std::uint32_t Semihosting::command_line(std::uint32_t block) {
  const auto words = arguments(block, 2);
  if (!words) return kFailure;
  const auto [buffer, bytes, unused] = *words;
  const std::string line = services_.command_line();
  if (line.size() >= bytes) return fail(GuestError::kInvalid);
  const auto* text = reinterpret_cast<const std::uint8_t*>(line.c_str());
  if (!memory_.write(buffer, text, line.size() + 1) ||
      !memory_.write_word(block + 4, static_cast<std::uint32_t>(line.size()))) {
    return fail(GuestError::kBadAddress);
  }
  return 0;
}

std::uint32_t Semihosting::heap_info(std::uint32_t block) {
  const auto words = arguments(block, 1);
  if (!words) return kFailure;
  const HeapInfo info = services_.heap();
  std::uint32_t address = (*words)[0];
  for (const std::uint32_t value :
       {info.heap_base, info.heap_limit, info.stack_base, info.stack_limit}) {
    if (!memory_.write_word(address, value)) return fail(GuestError::kBadAddress);
    address += 4;
  }
  return 0;
}

std::uint32_t Semihosting::elapsed(std::uint32_t block) {
  const std::uint64_t now = services_.time_ns();
  const bool written = memory_.write_word(block, static_cast<std::uint32_t>(now)) &&
                       memory_.write_word(block + 4, static_cast<std::uint32_t>(now >> 32U));
  return written ? 0 : fail(GuestError::kBadAddress);
}

std::uint32_t Semihosting::exit(std::uint32_t reason, std::uint32_t code) {
  services_.exit(reason == kApplicationExit ? code : kAbnormalExit);
  return 0;
}

std::uint32_t Semihosting::exit_extended(std::uint32_t block) {
  const auto words = arguments(block, 2);
  return words ? exit((*words)[0], (*words)[1]) : kFailure;
}

}  // namespace aimc::riscv
