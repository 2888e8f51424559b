#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aimc::network {

class FlatTable;

/// A list inside a FlatBuffer whose elements all lie inside the file.
struct FlatVector {
  std::size_t begin = 0;  ///< position of the first element in the file
  std::size_t count = 0;  ///< elements
};

/// The bytes of a FlatBuffers file. Nothing is read that was not checked to lie inside; a mistake
/// is a NetworkError that names the file and what was being read.
///
/// What is copied out of the file is counted: parts of a file may be named any number of times, so
/// a small hostile one could otherwise grow without limit.
/// Source of the format: "FlatBuffers Internals" of the FlatBuffers documentation.
class FlatBuffer {
 public:
  /// @param bytes must outlive the reader  @param file its name, for messages
  FlatBuffer(const std::vector<std::uint8_t>& bytes, std::string file);

  std::size_t size() const { return bytes_->size(); }
  /// The table the file begins with.
  FlatTable root() const;
  /// Throws a NetworkError about a part of the file.
  [[noreturn]] void refuse(const std::string& where, const std::string& why) const;

  /// Unsigned little-endian number of 1, 2, 4 or 8 bytes; the range must have been checked.
  std::uint64_t word(std::size_t position, std::size_t bytes) const;
  /// Throws unless `bytes` bytes from `position` on lie inside the file.
  void require(std::uint64_t position, std::uint64_t bytes, const std::string& where) const;
  /// Counts bytes copied out of the file; throws when they are several times the file.
  void charge(std::uint64_t bytes, const std::string& where) const;

  /// Elements of a checked list.
  std::vector<std::int32_t> int32s(const FlatVector& list, const std::string& where) const;
  std::vector<std::int64_t> int64s(const FlatVector& list, const std::string& where) const;
  std::vector<float> floats(const FlatVector& list, const std::string& where) const;
  /// The table that element `index` of a list of tables names.
  FlatTable table(const FlatVector& list, std::size_t index, std::string where) const;

 private:
  const std::vector<std::uint8_t>* bytes_;
  std::string file_;
  std::uint64_t budget_;
  mutable std::uint64_t charged_ = 0;
};

/// A table of a FlatBuffers file. Fields are named by their number in the schema.
class FlatTable {
 public:
  /// Throws NetworkError when the table or its vtable does not lie inside the file.
  FlatTable(const FlatBuffer& buffer, std::size_t position, std::string where);

  const std::string& where() const { return where_; }
  /// Throws a NetworkError about this table.
  [[noreturn]] void refuse(const std::string& why) const { buffer_->refuse(where_, why); }

  bool has(unsigned field) const { return position_of(field, 1).has_value(); }
  std::uint8_t u8(unsigned field, std::uint8_t absent) const;
  std::int8_t i8(unsigned field, std::int8_t absent) const;
  std::int32_t i32(unsigned field, std::int32_t absent) const;
  std::uint32_t u32(unsigned field, std::uint32_t absent) const;
  std::uint64_t u64(unsigned field, std::uint64_t absent) const;
  float f32(unsigned field, float absent) const;
  /// A list of elements of `element_bytes`; empty when the field is absent.
  FlatVector vector(unsigned field, std::size_t element_bytes) const;
  std::string text(unsigned field) const;
  /// A table that this one names; nothing when the field is absent.
  std::optional<FlatTable> table(unsigned field, std::string where) const;

 private:
  std::optional<std::size_t> position_of(unsigned field, std::size_t bytes) const;
  std::optional<std::size_t> target_of(unsigned field) const;

  const FlatBuffer* buffer_;
  std::size_t position_;
  std::size_t vtable_ = 0;
  std::size_t vtable_bytes_ = 0;
  std::size_t table_bytes_ = 0;
  std::string where_;
};

}  // namespace aimc::network
