#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/riscv/gdb_packet.h"
#include "models/riscv/gdb_target.h"

namespace aimc::riscv {

/// What the debugger wants next.
enum class GdbAction : std::uint8_t { kStay, kContinue, kStep, kDetach, kKill };

/// Why the machine stopped, as the debugger is told.
struct GdbStop {
  static constexpr unsigned kInterrupt = 2;      ///< Ctrl-C
  static constexpr unsigned kIllegal = 4;        ///< illegal instruction
  static constexpr unsigned kTrap = 5;           ///< step, breakpoint, watchpoint
  static constexpr unsigned kAbort = 6;          ///< any other end
  static constexpr unsigned kSegmentation = 11;  ///< access fault

  unsigned signal = kTrap;
  std::string detail;  ///< a pair as in stop replies, e.g. "watch:80001000;", or nothing
};

/// A stretch of memory whose accesses stop the machine.
struct GdbWatch {
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  bool on_read = false;
  bool on_write = false;

  /// True when a read or write of [first, first + bytes) touches it.
  bool hit(std::uint32_t first, std::uint32_t bytes, bool reads, bool writes) const {
    const bool kind = (reads && on_read) || (writes && on_write);
    return kind && (first - address < size || address - first < bytes);
  }
  bool operator==(const GdbWatch& other) const {
    return address == other.address && size == other.size && on_read == other.on_read &&
           on_write == other.on_write;
  }
};

/// One debugger's conversation with the machine by gdb's remote serial protocol. Plain C++: bytes
/// go in by `feed`, replies come out through `send`. Takes any bytes without harm.
class GdbSession {
 public:
  static constexpr std::size_t kMaxPoints = 1024;   ///< breakpoints, and watchpoints
  static constexpr std::size_t kMaxWaiting = 1024;  ///< packets that came while the machine ran

  GdbSession(GdbTarget& target, std::function<void(std::string_view)> send);

  /// Bytes from the debugger.
  void feed(std::string_view bytes) { reader_.feed(bytes); }
  /// The machine is stopped: answers what has come, up to a command that lets it go on.
  GdbAction serve();
  /// The machine runs: true when the debugger wants it to stop. Everything else that has come waits
  /// for serve(), up to kMaxWaiting packets; gdb sends none, more is somebody's flood and dropped.
  bool interrupted();

  /// The machine, which the debugger had let go on, has stopped.
  void report_stop(const GdbStop& stop);
  /// The program has ended with an exit status of its own.
  void report_exit(unsigned status);
  /// Somebody else ended the program.
  void report_signal(unsigned signal);
  /// Shows a text to the user; only while the machine runs.
  void print(std::string_view text);

  const std::set<std::uint32_t>& breakpoints() const { return breakpoints_; }
  const std::vector<GdbWatch>& watches() const { return watches_; }

 private:
  void reply(std::string_view payload);
  GdbAction handle(std::string_view packet);
  std::string query(std::string_view packet);
  std::string features(std::string_view range) const;
  bool is_register(std::uint32_t number) const;
  std::string read_all_registers() const;
  std::string write_all_registers(std::string_view digits);
  std::string read_register(std::string_view text) const;
  std::string write_register(std::string_view text);
  std::string read_memory(std::string_view text);
  std::string write_memory(std::string_view text, bool binary);
  std::string change_point(bool insert, std::string_view text);
  std::string stop_reply() const;
  GdbAction resume(std::string_view text, bool with_signal, GdbAction action);
  GdbAction resume_threads(std::string_view actions);
  void refuse();

  GdbTarget& target_;
  std::function<void(std::string_view)> send_;
  GdbPacketReader reader_;
  std::deque<GdbInput> waiting_;
  std::string last_sent_;
  bool acknowledge_ = true;
  bool end_acknowledgements_ = false;
  GdbStop stop_;
  std::string description_;
  std::set<std::uint32_t> software_;
  std::set<std::uint32_t> hardware_;
  std::set<std::uint32_t> breakpoints_;  // both kinds
  std::vector<GdbWatch> watches_;
};

}  // namespace aimc::riscv
