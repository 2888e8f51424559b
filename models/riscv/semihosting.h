#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/riscv/guest_memory.h"

namespace aimc::riscv {

/// Error numbers the guest gets from SYS_ERRNO: those of the C library it is linked with (newlib
/// and picolibc; the file I/O protocol of gdb has the same).
enum class GuestError : std::uint32_t {
  kNone = 0,
  kNotFound = 2,
  kBadHandle = 9,
  kAccess = 13,
  kBadAddress = 14,
  kInvalid = 22,
  kTooManyFiles = 24,
  kTooLarge = 27,
  kNoSeek = 29,
  kReadOnly = 30,
  kNotThere = 88,
  kNameTooLong = 91
};

/// A file the guest has open for reading.
class SemihostFile {
 public:
  virtual ~SemihostFile() = default;
  virtual std::uint32_t size() const = 0;
  /// Reads up to `count` bytes at `offset`; the number read, 0 at the end or on an error.
  virtual std::size_t read(std::uint32_t offset, std::uint8_t* bytes, std::size_t count) = 0;
};

/// What SYS_HEAPINFO tells.
struct HeapInfo {
  std::uint32_t heap_base = 0;
  std::uint32_t heap_limit = 0;
  std::uint32_t stack_base = 0;   ///< highest address; the stack grows down
  std::uint32_t stack_limit = 0;  ///< lowest address
};

/// What semihosting is made of; the platform implements it.
class SemihostServices {
 public:
  virtual ~SemihostServices() = default;
  /// A byte for the console.
  virtual void put(std::uint8_t byte) = 0;
  /// The next byte typed at the console, after waiting for it if need be; nothing at its end.
  virtual std::optional<std::uint8_t> get() = 0;
  /// Opens a file for reading, or tells why not.
  virtual std::variant<std::unique_ptr<SemihostFile>, GuestError> open(const std::string& name) = 0;
  /// Ends the run after this instruction.
  virtual void exit(std::uint32_t code) = 0;
  /// Simulated time, ns.
  virtual std::uint64_t time_ns() = 0;
  virtual std::string command_line() = 0;
  virtual HeapInfo heap() = 0;
};

/// Serves the operations of semihosting ("Semihosting for AArch32 and AArch64", Arm IHI 0105;
/// "RISC-V Semihosting" says how RISC-V calls them) for a 32-bit guest.
///
/// Files are read-only: opening one for writing, SYS_REMOVE, SYS_RENAME, SYS_TMPNAM and SYS_SYSTEM
/// fail. Clocks tell simulated time; for SYS_TIME the run starts on 1 January 1970. A bad pointer,
/// handle or name is an error return with a number for SYS_ERRNO; names, command lines and
/// SYS_WRITE0 texts are read up to a limit.
class Semihosting {
 public:
  static constexpr std::uint32_t kMaxName = 1024;         ///< bytes of a file's name
  static constexpr std::uint32_t kMaxText = 1024 * 1024;  ///< bytes of one SYS_WRITE0
  static constexpr std::size_t kMaxHandles = 64;          ///< open at the same time
  static constexpr std::uint32_t kTicksPerSecond = 1'000'000'000;

  /// Both must outlive it.
  Semihosting(SemihostServices& services, GuestMemory& memory)
      : services_(services), memory_(memory) {}

  /// Serves one call: a0 = operation, a1 = parameter. Returns what a0 becomes.
  std::uint32_t call(std::uint32_t operation, std::uint32_t parameter);
  /// Closes everything, as after a reset.
  void reset();

 private:
  enum class Kind : std::uint8_t { kFree, kInput, kOutput, kFile, kFeatures };
  struct Handle {
    Kind kind = Kind::kFree;
    std::uint32_t position = 0;
    std::unique_ptr<SemihostFile> file;
  };
  using Words = std::array<std::uint32_t, 3>;

  std::uint32_t fail(GuestError error);
  std::optional<Words> arguments(std::uint32_t block, std::size_t count);
  Handle* handle(std::uint32_t number);
  std::uint32_t size_of(const Handle& handle) const;
  std::size_t read_at(Handle& handle, std::uint8_t* bytes, std::size_t count);

  std::uint32_t open(std::uint32_t block);
  std::uint32_t close(std::uint32_t block);
  std::uint32_t write_character(std::uint32_t address);
  std::uint32_t write_text(std::uint32_t address);
  std::uint32_t write(std::uint32_t block);
  std::uint32_t read(std::uint32_t block);
  std::uint32_t read_input(std::uint32_t address, std::uint32_t count);
  std::uint32_t read_character();
  std::uint32_t is_error(std::uint32_t block);
  std::uint32_t is_terminal(std::uint32_t block);
  std::uint32_t seek(std::uint32_t block);
  std::uint32_t length(std::uint32_t block);
  std::uint32_t command_line(std::uint32_t block);
  std::uint32_t heap_info(std::uint32_t block);
  std::uint32_t elapsed(std::uint32_t block);
  std::uint32_t exit(std::uint32_t reason, std::uint32_t code);
  std::uint32_t exit_extended(std::uint32_t block);

  SemihostServices& services_;
  GuestMemory& memory_;
  std::vector<Handle> handles_;  // number - 1
  GuestError error_ = GuestError::kNone;
};

}  // namespace aimc::riscv
