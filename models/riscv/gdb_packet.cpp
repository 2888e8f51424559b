#include "models/riscv/gdb_packet.h"

#include <numeric>

namespace aimc::riscv {
namespace {

constexpr char kInterruptByte = 0x03;
constexpr unsigned kEscapeBit = 0x20;
constexpr std::string_view kDigits = "0123456789abcdef";

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

unsigned checksum(std::string_view payload) {
  return std::accumulate(payload.begin(), payload.end(), 0U,
                         [](unsigned sum, char c) { return sum + static_cast<unsigned char>(c); }) &
         0xFFU;
}

char escaped(char byte) {
  return static_cast<char>(static_cast<unsigned char>(byte) ^ kEscapeBit);
}

}  // namespace

void GdbPacketReader::feed(std::string_view bytes) {
  for (const char byte : bytes) take(byte);
}

std::optional<GdbInput> GdbPacketReader::next() {
  if (inputs_.empty()) return std::nullopt;
  GdbInput input = std::move(inputs_.front());
  inputs_.pop_front();
  return input;
}

void GdbPacketReader::take(char byte) {
  switch (state_) {
    case State::kOutside:
      if (byte == kInterruptByte) inputs_.push_back({GdbInput::Kind::kInterrupt, {}});
      if (byte == '-') inputs_.push_back({GdbInput::Kind::kNak, {}});
      if (byte != '$') return;  // acknowledgements, and noise between packets
      break;
    case State::kPayload:
      if (byte == '#') {
        state_ = State::kChecksumHigh;
        return;
      }
      if (byte != '$') {
        too_long_ = too_long_ || payload_.size() == kMaxPayload;
        if (!too_long_) payload_.push_back(byte);
        return;
      }
      break;  // the sender began again
    case State::kChecksumHigh:
      checksum_high_ = byte;
      state_ = State::kChecksumLow;
      return;
    case State::kChecksumLow: {
      const int sent = digit_value(checksum_high_) * 16 + digit_value(byte);
      const bool digits = digit_value(checksum_high_) >= 0 && digit_value(byte) >= 0;
      const bool good = digits && !too_long_ && static_cast<unsigned>(sent) == checksum(payload_);
      inputs_.push_back({good ? GdbInput::Kind::kPacket : GdbInput::Kind::kBadPacket,
                         good ? payload_ : std::string()});
      state_ = State::kOutside;
      return;
    }
  }
  state_ = State::kPayload;
  payload_.clear();
  too_long_ = false;
}

std::string gdb_packet(std::string_view payload) {
  std::string body;
  body.reserve(payload.size() + 4);
  for (const char byte : payload) {
    if (byte == '#' || byte == '$' || byte == '}' || byte == '*') {
      body.push_back('}');
      body.push_back(escaped(byte));
    } else {
      body.push_back(byte);
    }
  }
  const unsigned sum = checksum(body);
  return "$" + body + "#" + kDigits[sum >> 4U] + kDigits[sum & 0xFU];
}

std::string gdb_unescape(std::string_view data) {
  std::string bytes;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const bool escape = data[i] == '}' && i + 1 < data.size();
    bytes.push_back(escape ? escaped(data[++i]) : data[i]);
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  std::string digits;
  digits.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    digits.push_back(kDigits[byte >> 4U]);
    digits.push_back(kDigits[byte & 0xFU]);
  }
  return digits;
}

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_value(digits[i]);
    const int low = digit_value(digits[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::optional<std::uint32_t> take_number(std::string_view& text) {
  constexpr std::size_t kMaxDigits = 8;
  std::uint32_t value = 0;
  std::size_t count = 0;
  for (; count < text.size() && digit_value(text[count]) >= 0; ++count) {
    if (count == kMaxDigits) return std::nullopt;
    value = value << 4U | static_cast<std::uint32_t>(digit_value(text[count]));
  }
  if (count == 0) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool take_character(std::string_view& text, char expected) {
  return take_prefix(text, {&expected, 1});
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace aimc::riscv
