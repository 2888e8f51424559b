#include "models/tile/program.h"

#include <algorithm>
#include <cstring>

namespace aimc::tile {

namespace r = regs::tile;

std::optional<Refusal> Program::start(unsigned thread, std::uint32_t command) {
  Thread& state = threads_[thread];
  if (state.running) return Refusal{Error::kBusy, command};
  if (command >= kProgramCommands) return Refusal{Error::kBadValue, command};
  state = Thread{};
  state.running = true;
  state.pc = command;
  return std::nullopt;
}

void Program::request_stop(std::uint32_t threads) {
  for (unsigned i = 0; i < kThreads; ++i) {
    if ((threads >> i & 1U) != 0 && threads_[i].running) threads_[i].stop = true;
  }
}

void Program::end(unsigned thread, bool fault) {
  Thread& state = threads_[thread];
  state.running = state.waiting = state.stop = false;
  state.fault = fault;
}

std::uint32_t Program::running_threads() const {
  std::uint32_t mask = 0;
  for (unsigned i = 0; i < kThreads; ++i) mask |= threads_[i].running ? 1U << i : 0U;
  return mask;
}

std::vector<WaitingThread> Program::waiting() const {
  std::vector<WaitingThread> list;
  for (unsigned i = 0; i < kThreads; ++i) {
    const Thread& state = threads_[i];
    if (!state.waiting) continue;
    list.push_back({i, state.pc, state.semaphore, state.wanted, semaphores_[state.semaphore]});
  }
  return list;
}

CommandWords Program::words(std::uint32_t command) const {
  CommandWords words{};
  std::memcpy(words.data(), memory_.data() + std::size_t{command} * kCommandBytes, kCommandBytes);
  return words;
}

Decoded Program::fetch(unsigned thread, const TileGeometry& geometry) const {
  const std::uint32_t pc = threads_[thread].pc;
  Decoded decoded;
  if (pc >= kProgramCommands) {  // ran off the end
    decoded.refusal = Refusal{Error::kBadAddress, pc};
    return decoded;
  }
  return decode(words(pc), geometry, CommandSource::kProgram);
}

void Program::loop(unsigned thread, const Command& command) {
  Thread& state = threads_[thread];
  std::uint32_t& rounds = state.rounds[command.loop_counter];
  if (command.length == 0) {  // for ever
    state.pc = command.operand;
    return;
  }
  if (rounds == 0) rounds = command.length;
  --rounds;
  state.pc = rounds != 0 ? command.operand : state.pc + 1;
}

bool Program::take(unsigned thread, const Command& command) {
  Thread& state = threads_[thread];
  std::uint32_t& value = semaphores_[command.operand];
  state.waiting = value < command.length;
  state.semaphore = command.operand;
  state.wanted = command.length;
  if (state.waiting) return false;
  value -= command.length;
  return true;
}

std::optional<Refusal> Program::set_semaphore(unsigned index, std::uint32_t value) {
  if (value > kMaxSemaphore) return Refusal{Error::kBadValue, value};
  semaphores_[index] = value;
  return std::nullopt;
}

std::optional<Refusal> Program::post_semaphore(unsigned index, std::uint32_t amount) {
  if (amount > kMaxSemaphore - semaphores_[index]) return Refusal{Error::kBadValue, amount};
  semaphores_[index] += amount;
  return std::nullopt;
}

std::uint32_t Program::state_word(unsigned thread) const {
  const Thread& state = threads_[thread];
  return r::kProgramStateRunning.put(state.running ? 1 : 0) |
         r::kProgramStateWaiting.put(state.waiting ? 1 : 0) |
         r::kProgramStateFault.put(state.fault ? 1 : 0) |
         r::kProgramStateSemaphore.put(state.waiting ? state.semaphore : 0);
}

void Program::reset() {
  std::fill(memory_.begin(), memory_.end(), std::uint8_t{0});
  threads_.fill(Thread{});
  semaphores_.fill(0);
}

}  // namespace aimc::tile
