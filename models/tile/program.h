#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/tile/command.h"

namespace aimc::tile {

/// A thread that waits at a semaphore.
struct WaitingThread {
  unsigned thread = 0;
  std::uint32_t command = 0;  ///< its index in the program
  unsigned semaphore = 0;
  std::uint32_t wanted = 0;
  std::uint32_t present = 0;
};

/// The program of a tile: its memory, its threads and the semaphores they wait at. Plain C++; who
/// executes the commands, and when, is not its business.
///
/// Threads begin at any command and share memory and semaphores, but each has its own loop
/// counters. Commands of different threads overlap; what one needs of another is told by
/// semaphores.
class Program {
 public:
  Program() : memory_(regs::tile::kProgramWindowSize) {}

  std::uint8_t* memory() { return memory_.data(); }
  std::uint32_t memory_bytes() const { return static_cast<std::uint32_t>(memory_.size()); }

  /// Starts a thread at a command; refused when it runs already or there is no such command.
  std::optional<Refusal> start(unsigned thread, std::uint32_t command);
  /// Asks threads to end, a bit each.
  void request_stop(std::uint32_t threads);
  /// Ends a thread; with a fault when a command was refused.
  void end(unsigned thread, bool fault);
  bool running(unsigned thread) const { return threads_[thread].running; }
  bool stop_requested(unsigned thread) const { return threads_[thread].stop; }
  /// Threads that run or wait, a bit each.
  std::uint32_t running_threads() const;
  /// The threads that wait at a semaphore.
  std::vector<WaitingThread> waiting() const;

  /// The words of a command, index < kProgramCommands.
  CommandWords words(std::uint32_t command) const;
  /// The command a thread is at.
  Decoded fetch(unsigned thread, const TileGeometry& geometry) const;
  /// Goes on to the next command.
  void advance(unsigned thread) { ++threads_[thread].pc; }
  /// Carries out a LOOP.
  void loop(unsigned thread, const Command& command);
  /// Carries out a WAIT if the semaphore has what it takes; otherwise the thread waits.
  bool take(unsigned thread, const Command& command);

  std::uint32_t semaphore(unsigned index) const { return semaphores_[index]; }
  std::optional<Refusal> set_semaphore(unsigned index, std::uint32_t value);
  std::optional<Refusal> post_semaphore(unsigned index, std::uint32_t amount);

  /// PROGRAM_PC and PROGRAM_STATE of a thread.
  std::uint32_t pc(unsigned thread) const { return threads_[thread].pc; }
  std::uint32_t state_word(unsigned thread) const;

  /// Ends all threads and clears memory and semaphores.
  void reset();

 private:
  struct Thread {
    bool running = false;
    bool waiting = false;
    bool fault = false;
    bool stop = false;
    std::uint32_t pc = 0;
    unsigned semaphore = 0;
    std::uint32_t wanted = 0;
    std::array<std::uint32_t, kLoopCounters> rounds{};  // still to go; 0: not inside the loop
  };

  std::vector<std::uint8_t> memory_;
  std::array<Thread, kThreads> threads_;
  std::array<std::uint32_t, kSemaphores> semaphores_{};
};

}  // namespace aimc::tile
