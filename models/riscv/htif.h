#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/riscv/guest_memory.h"

namespace aimc::riscv {

/// Where the host-target interface of a program lies.
struct HtifLayout {
  std::uint32_t tohost = 0;
  std::optional<std::uint32_t> fromhost;  ///< nothing: answers are not written
  unsigned tohost_bytes = 8;              ///< 8, or 4 where the program keeps only the lower half
  unsigned fromhost_bytes = 8;            ///< likewise
};

/// What the host-target interface needs; the platform implements it.
class HtifServices {
 public:
  virtual ~HtifServices() = default;
  /// A byte for the console.
  virtual void put(std::uint8_t byte) = 0;
  /// Ends the run after this instruction with the program's own code.
  virtual void exit(std::uint32_t code) = 0;
  /// Ends the run because nobody is there to answer; one line that says who was asked.
  virtual void refuse(const std::string& command) = 0;
  /// The program has written half of a command. After a while Htif::expire shall be called; a
  /// later call of this starts the while again.
  virtual void expect_more() = 0;
};

/// The host-target interface of the RISC-V test suites: the program writes a 64-bit command to the
/// variable `tohost` (device << 56 | command << 48 | payload) and finds the answer in `fromhost`.
///
/// - device 0, command 0, payload odd: exit with code payload >> 1 (0: pass; otherwise the number
/// of
///   the failed test);
/// - device 0, command 0, payload even: the address of a system call, eight 64-bit words (number,
///   arguments; the first takes the result): write (64) to file 1 or 2, exit (93); others answer
///   -ENOSYS, bad pointers -EFAULT;
/// - device 1, command 1: a byte for the console; command 0, a byte from it, is never answered.
///
/// Anything else is refused. A command is taken when it is served: tohost becomes zero, then
/// fromhost device << 56 | command << 48 | answer.
///
/// A 32-bit program writes the halves one after the other, in either order, or only the lower one.
/// A command is complete when both were written; when the same lower one, not zero, was written
/// again (programs repeat it until they are stopped); or when the platform says, a while after it,
/// that nothing more has come. A zero is no command.
class Htif {
 public:
  /// Both must outlive it.
  Htif(const HtifLayout& layout, HtifServices& services, GuestMemory& memory)
      : layout_(layout), services_(services), memory_(memory) {}

  /// The program has stored to [address, address + bytes), which may touch tohost.
  void stored(std::uint32_t address, unsigned bytes);
  /// A while has passed since HtifServices::expect_more.
  void expire();
  /// Forgets half a command, as after a reset.
  void reset();

 private:
  void serve();
  void clear_tohost();
  void acknowledge(std::uint64_t command, std::uint64_t answer);
  void system_call(std::uint64_t command);
  std::uint64_t write_console(std::uint32_t file, std::uint32_t address, std::uint32_t count);

  HtifLayout layout_;
  HtifServices& services_;
  GuestMemory& memory_;
  bool lower_ = false;  // written since the last command
  bool upper_ = false;
  std::uint32_t lower_value_ = 0;
};

}  // namespace aimc::riscv
