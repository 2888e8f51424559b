#include "models/riscv/htif.h"

#include <algorithm>
#include <array>
#include <utility>

namespace aimc::riscv {
namespace {

constexpr std::uint32_t kSystemCallDevice = 0;
constexpr std::uint32_t kConsoleDevice = 1;
constexpr std::uint32_t kReadCharacter = 0;
constexpr std::uint32_t kWriteCharacter = 1;
constexpr std::uint64_t kPayloadMask = (std::uint64_t{1} << 48U) - 1U;

constexpr std::uint32_t kWriteCall = 64;
constexpr std::uint32_t kExitCall = 93;

// Answers of system calls, as Linux numbers them.
constexpr std::uint64_t kBadFile = ~std::uint64_t{0} - 8U;      // -EBADF
constexpr std::uint64_t kBadAddress = ~std::uint64_t{0} - 13U;  // -EFAULT
constexpr std::uint64_t kNoCall = ~std::uint64_t{0} - 37U;      // -ENOSYS

constexpr std::uint32_t device_of(std::uint64_t command) {
  return static_cast<std::uint32_t>(command >> 56U);
}
constexpr std::uint32_t command_of(std::uint64_t command) {
  return static_cast<std::uint32_t>(command >> 48U) & 0xFFU;
}

}  // namespace

void Htif::stored(std::uint32_t address, unsigned bytes) {
  const auto touches = [address, bytes](std::uint32_t word) {
    return address < std::uint64_t{word} + 4 && word < std::uint64_t{address} + bytes;
  };
  const bool wide = layout_.tohost_bytes == 8;
  const bool lower = touches(layout_.tohost);
  const bool upper = wide && touches(layout_.tohost + 4);
  const std::uint32_t value = memory_.read_word(layout_.tohost).value_or(0);
  const bool repeated = lower && lower_ && value != 0 && value == lower_value_;
  lower_value_ = value;
  lower_ = lower_ || lower;
  upper_ = upper_ || upper;
  if ((lower_ && (upper_ || !wide)) || repeated) return serve();
  if (lower_ || upper_) services_.expect_more();
}

void Htif::expire() {
  if (lower_) return serve();
  reset();
}

void Htif::reset() {
  lower_ = upper_ = false;
}

void Htif::serve() {
  reset();
  const std::uint64_t lower = memory_.read_word(layout_.tohost).value_or(0);
  const std::uint64_t upper =
      layout_.tohost_bytes == 8 ? memory_.read_word(layout_.tohost + 4).value_or(0) : 0;
  const std::uint64_t command = upper << 32U | lower;
  if (command == 0) return;
  const std::uint64_t payload = command & kPayloadMask;
  if (device_of(command) == kSystemCallDevice && command_of(command) == 0) {
    if (payload % 2 == 0) return system_call(command);
    acknowledge(command, 1);
    return services_.exit(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(payload >> 1U, ~std::uint32_t{0})));
  }
  if (device_of(command) == kConsoleDevice && command_of(command) == kWriteCharacter) {
    const auto byte = static_cast<std::uint8_t>(payload);
    services_.put(byte);
    return acknowledge(command, 0x100U | byte);
  }
  if (device_of(command) == kConsoleDevice && command_of(command) == kReadCharacter) {
    return clear_tohost();
  }
  services_.refuse("device " + std::to_string(device_of(command)) + ", command " +
                   std::to_string(command_of(command)));
}

void Htif::clear_tohost() {
  memory_.write_word(layout_.tohost, 0);
  if (layout_.tohost_bytes == 8) memory_.write_word(layout_.tohost + 4, 0);
}

void Htif::acknowledge(std::uint64_t command, std::uint64_t answer) {
  clear_tohost();
  if (!layout_.fromhost) return;
  const std::uint64_t value = (command & ~kPayloadMask) | answer;
  memory_.write_word(*layout_.fromhost, static_cast<std::uint32_t>(value));
  if (layout_.fromhost_bytes == 8) {
    memory_.write_word(*layout_.fromhost + 4, static_cast<std::uint32_t>(value >> 32U));
  }
}

void Htif::system_call(std::uint64_t command) {
  const auto address = static_cast<std::uint32_t>(command);
  std::array<std::uint32_t, 4> words{};  // lower halves of number and three arguments
  bool readable = (command & kPayloadMask) <= ~std::uint32_t{0};
  for (std::uint32_t i = 0; readable && i < words.size(); ++i) {
    const auto word = memory_.read_word(address + 8 * i);
    readable = word.has_value();
    words.at(i) = word.value_or(0);
  }
  if (!readable) return services_.refuse("system call at an address that is not in RAM");
  if (words[0] == kExitCall) {
    acknowledge(command, 1);
    return services_.exit(words[1]);
  }
  const std::uint64_t result =
      words[0] == kWriteCall ? write_console(words[1], words[2], words[3]) : kNoCall;
  memory_.write_word(address, static_cast<std::uint32_t>(result));
  memory_.write_word(address + 4, static_cast<std::uint32_t>(result >> 32U));
  acknowledge(command, 1);
}

std::uint64_t Htif::write_console(std::uint32_t file, std::uint32_t address, std::uint32_t count) {
  if (file != 1 && file != 2) return kBadFile;
  std::array<std::uint8_t, 4096> chunk{};
  for (std::uint32_t done = 0; done < count;) {
    const std::size_t now = std::min<std::size_t>(count - done, chunk.size());
    if (!memory_.read(address + done, chunk.data(), now)) return done == 0 ? kBadAddress : done;
    std::for_each_n(chunk.begin(), now, [this](std::uint8_t byte) { services_.put(byte); });
    done += static_cast<std::uint32_t>(now);
  }
  return count;
}

}  // namespace aimc::riscv
