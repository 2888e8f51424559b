#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aimc::observe {

/// Builds one protobuf message in memory, field by field.
///
/// The wire format is the public one (protobuf.dev, "Encoding"): a field is a varint key of
/// (number << 3 | wire type), followed by a varint (wire type 0) or a length and bytes (2).
class ProtobufMessage {
 public:
  /// A whole number.
  void add(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3U);
    varint(value);
  }
  /// Text.
  void add(std::uint32_t field, std::string_view text) {
    varint((std::uint64_t{field} << 3U) | 2U);
    varint(text.size());
    bytes_.append(text);
  }
  /// A message within the message.
  void add(std::uint32_t field, const ProtobufMessage& message) { add(field, message.bytes()); }

  /// Forgets the content, keeps the memory.
  void clear() { bytes_.clear(); }
  /// The encoded message.
  std::string_view bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    while (value >= 0x80U) {
      bytes_.push_back(static_cast<char>(static_cast<unsigned char>(value) | 0x80U));
      value >>= 7U;
    }
    bytes_.push_back(static_cast<char>(value));
  }

  std::string bytes_;
};

/// Writes small protobuf messages, each at most 127 bytes long, into memory that has room for them.
class ProtobufCursor {
 public:
  explicit ProtobufCursor(char* at) : at_(at) {}

  /// A whole number.
  void add(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3U);
    varint(value);
  }
  /// A whole number of eight bytes, least significant first.
  void add_fixed(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3U | 1U);
    for (unsigned i = 0; i < 8; ++i) put(static_cast<unsigned>(value >> 8U * i & 0xFFU));
  }
  /// Begins a message within the message; what is returned is for close().
  char* open(std::uint32_t field) {
    varint(std::uint64_t{field} << 3U | 2U);
    return at_++;
  }
  /// Ends the innermost message.
  void close(char* opened) { *opened = static_cast<char>(at_ - opened - 1); }
  /// Behind what was written.
  const char* at() const { return at_; }

 private:
  void put(unsigned byte) { *at_++ = static_cast<char>(static_cast<unsigned char>(byte)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) put(static_cast<unsigned>(value & 0x7FU) | 0x80U);
    put(static_cast<unsigned>(value));
  }

  char* at_;
};

}  // namespace aimc::observe
