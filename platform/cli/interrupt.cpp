#include "platform/cli/interrupt.h"

#include <csignal>

namespace aimc::cli {
namespace {

/// A signal handler can reach nothing that is not static.
std::atomic<bool>& raised() {
  static std::atomic<bool> flag{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
  return flag;
}

void on_signal(int /*number*/) {
  raised() = true;
}

void install(int number) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(number, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  raised() = false;
  install(SIGINT);
  install(SIGTERM);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

const std::atomic<bool>* Interrupt::flag() const {
  return &raised();
}

}  // namespace aimc::cli
