#include "platform/cli/uart_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "platform/cli/usage_error.h"

namespace aimc::cli {
namespace {

constexpr int kPipePauseMs = 1000;
constexpr int kPtyReaderMs = 200;  // for a reader who is there but slow
constexpr int kPtyDrainMs = 2000;  // at the end, for what nobody has read yet
constexpr int kPtyDrainStepMs = 5;

bool ready(int descriptor, short events, int timeout_ms) {
  pollfd watched{descriptor, events, 0};
  return ::poll(&watched, 1, timeout_ms) > 0;
}

}  // namespace

StreamInput::StreamInput(int descriptor)
    : descriptor_(descriptor), terminal_(::isatty(descriptor) != 0) {
  struct stat status {};
  ended_ = ::fstat(descriptor, &status) != 0;
  const bool pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
  live_ = terminal_ || (pipe && !ready(descriptor, POLLIN, 0));
}

std::optional<std::uint8_t> StreamInput::next() {
  if (position_ == size_ && !fill(live_ ? 0 : kPipePauseMs)) {
    live_ = true;  // if it has not ended
    return std::nullopt;
  }
  return buffer_[position_++];
}

bool StreamInput::wait(int timeout_ms) {
  std::fflush(stdout);  // who shall answer must see the question
  return position_ < size_ || fill(timeout_ms);
}

// A process in the background that reads from its terminal is stopped.
bool StreamInput::may_read() const {
  if (!terminal_) return true;
  const pid_t foreground = ::tcgetpgrp(descriptor_);
  return foreground <= 0 || foreground == ::getpgrp();  // a pseudo terminal's near end has none
}

bool StreamInput::fill(int timeout_ms) {
  if (ended_ || !ready(descriptor_, POLLIN, timeout_ms)) return false;
  if (!may_read()) {
    if (timeout_ms > 0) ::poll(nullptr, 0, timeout_ms);
    return false;
  }
  const ssize_t count = ::read(descriptor_, buffer_.data(), buffer_.size());
  ended_ = count <= 0;
  position_ = 0;
  size_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  return size_ > 0;
}

PseudoTerminal::PseudoTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  std::array<char, 128> name{};
  termios settings{};
  const bool made = master_ >= 0 && ::grantpt(master_) == 0 && ::unlockpt(master_) == 0 &&
                    ::ptsname_r(master_, name.data(), name.size()) == 0 &&
                    (slave_ = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC)) >= 0 &&
                    ::tcgetattr(slave_, &settings) == 0;
  if (made) {
    ::cfmakeraw(&settings);
    ::tcsetattr(slave_, TCSANOW, &settings);
    ::fcntl(master_, F_SETFL, O_NONBLOCK);
    name_ = name.data();
    return;
  }
  if (slave_ >= 0) ::close(slave_);
  if (master_ >= 0) ::close(master_);
  throw UsageError(
      "--uart: value 'pty': the system gives no pseudo terminal; expected stdio or a file");
}

// Closing discards what has not been read: the last words of the firmware, when the run ends at
// once. Only poll() also counts bytes that the kernel has yet to carry from one end to the other.
PseudoTerminal::~PseudoTerminal() {
  for (int waited = 0; waited < kPtyDrainMs && ready(slave_, POLLIN, 0); waited += kPtyDrainStepMs)
    ::poll(nullptr, 0, kPtyDrainStepMs);
  ::close(slave_);
  ::close(master_);
}

void PseudoTerminal::put(std::uint8_t byte) {
  if (!ready(master_, POLLOUT, stuck_ ? 0 : kPtyReaderMs)) {
    stuck_ = true;
    return;
  }
  stuck_ = ::write(master_, &byte, 1) != 1;
}

}  // namespace aimc::cli
