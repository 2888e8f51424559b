#include "platform/cli/uart_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>

namespace aimc::cli {
namespace {

// The terminal goes as soon as the last byte is written, and its user comes to read later.
TEST(PseudoTerminal, ItsLastWordsReachASlowReader) {
  for (int round = 0; round < 100; ++round) {
    auto terminal = std::make_unique<PseudoTerminal>();
    const int user = ::open(terminal->name().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(user, 0);
    terminal->put('o');
    terminal->put('k');
    const auto closed = std::async(std::launch::async, [&] { terminal.reset(); });
    ::poll(nullptr, 0, 2);
    std::string received;
    char byte = 0;
    while (received.size() < 2 && ::read(user, &byte, 1) == 1) received += byte;
    closed.wait();
    ::close(user);
    ASSERT_EQ(received, "ok") << "in round " << round;
  }
}

}  // namespace
}  // namespace aimc::cli
