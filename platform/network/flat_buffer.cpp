#include "platform/network/flat_buffer.h"

#include <cstring>

#include "platform/network/network_error.h"

namespace aimc::network {
namespace {

constexpr std::size_t kOffsetBytes = 4;
constexpr std::uint64_t kCopiesOfFile = 8;  // far above any honest file, which is copied in part

float as_float(std::uint64_t word) {
  const auto bits = static_cast<std::uint32_t>(word);
  float value = 0.0F;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

FlatBuffer::FlatBuffer(const std::vector<std::uint8_t>& bytes, std::string file)
    : bytes_(&bytes),
      file_(std::move(file)),
      budget_(kCopiesOfFile * static_cast<std::uint64_t>(bytes.size())) {}

void FlatBuffer::refuse(const std::string& where, const std::string& why) const {
  throw NetworkError("model '" + file_ + "'" + (where.empty() ? "" : ", " + where) + ": " + why);
}

FlatTable FlatBuffer::root() const {
  require(0, kOffsetBytes, "root");
  return {*this, static_cast<std::size_t>(word(0, kOffsetBytes)), "root"};
}

std::uint64_t FlatBuffer::word(std::size_t position, std::size_t bytes) const {
  std::uint64_t value = 0;
  for (std::size_t i = bytes; i > 0; --i) value = value << 8U | (*bytes_)[position + i - 1];
  return value;
}

void FlatBuffer::require(std::uint64_t position, std::uint64_t bytes,
                         const std::string& where) const {
  if (position <= size() && bytes <= size() - position) return;
  refuse(where, std::to_string(bytes) + " bytes at " + std::to_string(position) +
                    " lie outside the file of " + std::to_string(size()) +
                    " bytes; is it cut short?");
}

void FlatBuffer::charge(std::uint64_t bytes, const std::string& where) const {
  charged_ += bytes;
  if (charged_ > budget_) refuse(where, "the file names its own parts too often");
}

std::vector<std::int32_t> FlatBuffer::int32s(const FlatVector& list,
                                             const std::string& where) const {
  charge(4 * list.count, where);
  std::vector<std::int32_t> values(list.count);
  for (std::size_t i = 0; i < list.count; ++i) {
    values[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(word(list.begin + 4 * i, 4)));
  }
  return values;
}

std::vector<std::int64_t> FlatBuffer::int64s(const FlatVector& list,
                                             const std::string& where) const {
  charge(8 * list.count, where);
  std::vector<std::int64_t> values(list.count);
  for (std::size_t i = 0; i < list.count; ++i) {
    values[i] = static_cast<std::int64_t>(word(list.begin + 8 * i, 8));
  }
  return values;
}

std::vector<float> FlatBuffer::floats(const FlatVector& list, const std::string& where) const {
  charge(4 * list.count, where);
  std::vector<float> values(list.count);
  for (std::size_t i = 0; i < list.count; ++i) values[i] = as_float(word(list.begin + 4 * i, 4));
  return values;
}

FlatTable FlatBuffer::table(const FlatVector& list, std::size_t index, std::string where) const {
  const std::size_t at = list.begin + kOffsetBytes * index;
  return {*this, at + static_cast<std::size_t>(word(at, kOffsetBytes)), std::move(where)};
}

FlatTable::FlatTable(const FlatBuffer& buffer, std::size_t position, std::string where)
    : buffer_(&buffer), position_(position), where_(std::move(where)) {
  buffer.require(position, kOffsetBytes, where_);
  const auto back =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(buffer.word(position, kOffsetBytes)));
  const std::int64_t vtable = static_cast<std::int64_t>(position) - back;
  if (vtable < 0) refuse("the table's fields are said to lie before the file");
  buffer.require(static_cast<std::uint64_t>(vtable), 4, where_);
  vtable_ = static_cast<std::size_t>(vtable);
  vtable_bytes_ = static_cast<std::size_t>(buffer.word(vtable_, 2));
  table_bytes_ = static_cast<std::size_t>(buffer.word(vtable_ + 2, 2));
  if (vtable_bytes_ < 4 || vtable_bytes_ % 2 != 0 || table_bytes_ < kOffsetBytes) {
    refuse("the sizes of the table's fields (" + std::to_string(vtable_bytes_) +
           ") and of the table (" + std::to_string(table_bytes_) +
           ") are none; expected even bytes, 4 and more");
  }
  buffer.require(vtable_, vtable_bytes_, where_);
  buffer.require(position_, table_bytes_, where_);
}

std::optional<std::size_t> FlatTable::position_of(unsigned field, std::size_t bytes) const {
  const std::size_t entry = 4 + 2 * static_cast<std::size_t>(field);
  if (entry + 2 > vtable_bytes_) return std::nullopt;
  const auto offset = static_cast<std::size_t>(buffer_->word(vtable_ + entry, 2));
  if (offset == 0) return std::nullopt;
  if (offset + bytes > table_bytes_) {
    refuse("field " + std::to_string(field) + " lies outside its table");
  }
  return position_ + offset;
}

std::optional<std::size_t> FlatTable::target_of(unsigned field) const {
  const auto at = position_of(field, kOffsetBytes);
  if (!at) return std::nullopt;
  return *at + static_cast<std::size_t>(buffer_->word(*at, kOffsetBytes));
}

std::uint8_t FlatTable::u8(unsigned field, std::uint8_t absent) const {
  const auto at = position_of(field, 1);
  return at ? static_cast<std::uint8_t>(buffer_->word(*at, 1)) : absent;
}

std::int8_t FlatTable::i8(unsigned field, std::int8_t absent) const {
  return static_cast<std::int8_t>(u8(field, static_cast<std::uint8_t>(absent)));
}

std::uint32_t FlatTable::u32(unsigned field, std::uint32_t absent) const {
  const auto at = position_of(field, 4);
  return at ? static_cast<std::uint32_t>(buffer_->word(*at, 4)) : absent;
}

std::int32_t FlatTable::i32(unsigned field, std::int32_t absent) const {
  return static_cast<std::int32_t>(u32(field, static_cast<std::uint32_t>(absent)));
}

std::uint64_t FlatTable::u64(unsigned field, std::uint64_t absent) const {
  const auto at = position_of(field, 8);
  return at ? buffer_->word(*at, 8) : absent;
}

float FlatTable::f32(unsigned field, float absent) const {
  const auto at = position_of(field, 4);
  return at ? as_float(buffer_->word(*at, 4)) : absent;
}

FlatVector FlatTable::vector(unsigned field, std::size_t element_bytes) const {
  const auto target = target_of(field);
  if (!target) return {};
  buffer_->require(*target, 4, where_);
  const auto count = static_cast<std::size_t>(buffer_->word(*target, 4));
  buffer_->require(*target + 4, static_cast<std::uint64_t>(count) * element_bytes, where_);
  return {*target + 4, count};
}

std::string FlatTable::text(unsigned field) const {
  const FlatVector list = vector(field, 1);
  buffer_->charge(list.count, where_);
  std::string text(list.count, '\0');
  for (std::size_t i = 0; i < list.count; ++i) {
    text[i] = static_cast<char>(buffer_->word(list.begin + i, 1));
  }
  return text;
}

std::optional<FlatTable> FlatTable::table(unsigned field, std::string where) const {
  const auto target = target_of(field);
  if (!target) return std::nullopt;
  return FlatTable(*buffer_, *target, std::move(where));
}

}  // namespace aimc::network
