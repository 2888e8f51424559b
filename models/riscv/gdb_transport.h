#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aimc::riscv {

/// The line between debugger and machine.
class GdbTransport {
 public:
  enum class Event : std::uint8_t {
    kNone,
    kConnected,  ///< a debugger has come
    kData,       ///< bytes were appended
    kClosed      ///< the debugger has gone
  };

  virtual ~GdbTransport() = default;
  /// Looks what has happened, for up to `timeout_ms` of wall time; 0 looks and does not wait.
  virtual Event poll(int timeout_ms, std::string& bytes) = 0;
  /// Sends bytes; a debugger that has gone shows in the next poll.
  virtual void send(std::string_view bytes) = 0;
  /// Ends the connection; another may come.
  virtual void close() = 0;
  virtual bool connected() const = 0;
};

/// One TCP connection at a time on a port of 127.0.0.1; no other interface is ever listened to.
class GdbTcpServer final : public GdbTransport {
 public:
  /// @param port 1..65535, or 0 for any free one
  /// @param send_timeout_ms a debugger that takes nothing for so long is taken to have gone
  /// @throws std::runtime_error when the port cannot be had
  explicit GdbTcpServer(std::uint16_t port, int send_timeout_ms = 5000);
  ~GdbTcpServer() override;
  GdbTcpServer(const GdbTcpServer&) = delete;
  GdbTcpServer& operator=(const GdbTcpServer&) = delete;

  std::uint16_t port() const { return port_; }

  Event poll(int timeout_ms, std::string& bytes) override;
  void send(std::string_view bytes) override;
  void close() override;
  bool connected() const override { return connection_ >= 0; }

 private:
  int listener_ = -1;
  int connection_ = -1;
  std::uint16_t port_ = 0;
  int send_timeout_ms_;
};

}  // namespace aimc::riscv
