#include "models/riscv/gdb_transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace aimc::riscv {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

GdbTcpServer::GdbTcpServer(std::uint16_t port, int send_timeout_ms)
    : send_timeout_ms_(send_timeout_ms) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool listening = listener_ >= 0 &&
                         ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                         ::bind(listener_, generic, size) == 0 && ::listen(listener_, 1) == 0 &&
                         ::getsockname(listener_, generic, &size) == 0;
  if (!listening) {
    const std::string reason = std::strerror(errno);
    if (listener_ >= 0) ::close(listener_);
    throw std::runtime_error("port " + std::to_string(port) +
                             " of 127.0.0.1 cannot be had: " + reason);
  }
  port_ = ntohs(address.sin_port);
}

GdbTcpServer::~GdbTcpServer() {
  close();
  ::close(listener_);
}

GdbTransport::Event GdbTcpServer::poll(int timeout_ms, std::string& bytes) {
  pollfd watched{connected() ? connection_ : listener_, POLLIN, 0};
  if (::poll(&watched, 1, timeout_ms) <= 0) return Event::kNone;
  if (!connected()) {
    connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection_ < 0) return Event::kNone;
    const int on = 1;
    ::setsockopt(connection_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return Event::kConnected;
  }
  std::array<char, 4096> buffer{};
  const ssize_t count = ::recv(connection_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    return Event::kData;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Event::kNone;
  close();
  return Event::kClosed;
}

void GdbTcpServer::send(std::string_view bytes) {
  while (connected() && !bytes.empty()) {
    const ssize_t count =
        ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd writable{connection_, POLLOUT, 0};
      // Whoever does not read is gone, and an interrupt shall not wait for them.
      if (::poll(&writable, 1, send_timeout_ms_) <= 0) ::shutdown(connection_, SHUT_RDWR);
    } else if (errno != EINTR) {
      return;
    }
  }
}

void GdbTcpServer::close() {
  if (connected()) ::close(connection_);
  connection_ = -1;
}

}  // namespace aimc::riscv
