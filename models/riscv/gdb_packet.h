#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace aimc::riscv {

// Framing of gdb's remote serial protocol (GDB manual, appendix "Remote Protocol").

/// Something whole that came from the debugger.
struct GdbInput {
  enum class Kind : std::uint8_t {
    kPacket,     ///< with a right checksum; `payload` is as it was sent, escapes included
    kBadPacket,  ///< damaged or too long
    kInterrupt,  ///< Ctrl-C
    kNak         ///< the last packet is to be sent again
  };
  Kind kind = Kind::kPacket;
  std::string payload;
};

/// Finds packets in a stream of bytes; takes any bytes.
class GdbPacketReader {
 public:
  static constexpr std::size_t kMaxPayload = 0x4000;

  void feed(std::string_view bytes);
  /// The next input in the order of arrival, if there is one.
  std::optional<GdbInput> next();

 private:
  void take(char byte);

  enum class State : std::uint8_t { kOutside, kPayload, kChecksumHigh, kChecksumLow };
  State state_ = State::kOutside;
  std::string payload_;
  bool too_long_ = false;
  char checksum_high_ = 0;
  std::deque<GdbInput> inputs_;
};

/// A payload with framing, escapes and checksum.
std::string gdb_packet(std::string_view payload);
/// Binary data of a packet without its escapes.
std::string gdb_unescape(std::string_view data);

/// Bytes as pairs of hexadecimal digits.
std::string to_hex(std::string_view bytes);
/// The other way round; nothing when a digit is wrong or missing.
std::optional<std::string> from_hex(std::string_view digits);
/// Takes a hexadecimal number of 1 to 8 digits from the front of `text`.
std::optional<std::uint32_t> take_number(std::string_view& text);
/// Takes one character from the front of `text` if it is `expected`.
bool take_character(std::string_view& text, char expected);
/// Takes `prefix` from the front of `text` if it is there.
bool take_prefix(std::string_view& text, std::string_view prefix);

}  // namespace aimc::riscv
