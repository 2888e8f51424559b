#include "models/nmpu/checks.h"

#include <string>

namespace aimc::nmpu {
namespace {

[[noreturn]] void reject(const std::string& text) {
  throw std::invalid_argument("nmpu: " + text);
}

/// The highest count of an array; all bits of all elements together decide faster than a search for
/// the maximum.
bool all_are_counts(const std::uint16_t* counts, unsigned columns) {
  unsigned all_bits = 0;
  for (unsigned i = 0; i < columns; ++i) all_bits |= counts[i];
  return all_bits >> format::kInW == 0;
}

void check_counts(const std::uint16_t* counts, const Vector& vector, const char* name) {
  if (counts == nullptr) reject(std::string(name) + " is a null pointer, expected counts");
  if (all_are_counts(counts, vector.columns)) return;
  for (unsigned i = 0; i < vector.columns; ++i) {
    if (counts[i] >> format::kInW == 0) continue;
    reject(std::string(name) + " of column " + std::to_string(vector.first_column + i) + " is " +
           std::to_string(counts[i]) + ", expected 0.." + std::to_string((1U << format::kInW) - 1));
  }
}

void check_cut(unsigned cut, const char* name) {
  if (cut >> format::kCutW != 0) {
    reject(std::string(name) + " is " + std::to_string(cut) + ", expected 0.." +
           std::to_string((1U << format::kCutW) - 1));
  }
}

}  // namespace

void check_format(const Format& format) {
  // acc must stay within ACC_W bits at its extremes; see nmpu_format.yaml for the terms.
  constexpr std::int64_t kProduct =
      std::int64_t{(1 << format::kInW) - 1} * ((1 << (format::kScaleI + format::kScaleF)) - 1);
  constexpr unsigned kOffsetBits = format::kOffsetI + format::kOffsetF;
  constexpr unsigned kMaxScaleFrac = (1U << format::kCutW) - 1;
  if (format.scale_frac_bits < 1 || format.scale_frac_bits > kMaxScaleFrac) {
    reject("scale_frac_bits is " + std::to_string(format.scale_frac_bits) + ", expected 1.." +
           std::to_string(kMaxScaleFrac));
  }
  if (format.offset_frac_bits > format.scale_frac_bits) {
    reject("offset_frac_bits is " + std::to_string(format.offset_frac_bits) +
           ", expected at most scale_frac_bits = " + std::to_string(format.scale_frac_bits));
  }
  const std::int64_t offset =
      std::int64_t{1} << (kOffsetBits - 1 + format.scale_frac_bits - format.offset_frac_bits);
  const std::int64_t addend = std::int64_t{1} << (format::kPsumW - 1 + format.scale_frac_bits);
  if (kProduct + offset + addend > std::int64_t{1} << (format::kAccW - 1)) {
    reject("scale_frac_bits = " + std::to_string(format.scale_frac_bits) +
           " with offset_frac_bits = " + std::to_string(format.offset_frac_bits) +
           " would overflow the accumulator of " + std::to_string(format::kAccW) + " bits");
  }
  if (format.stages < 1) reject("stages is 0, expected at least 1");
  constexpr unsigned kMaxLanes = 4096;
  if (format.lanes < 1 || format.lanes > kMaxLanes) {
    reject("lanes is " + std::to_string(format.lanes) + ", expected 1.." +
           std::to_string(kMaxLanes));
  }
}

void check_column(unsigned column, unsigned lanes) {
  if (column >= column_capacity(lanes)) {
    reject("column " + std::to_string(column) + " has no parameters, expected 0.." +
           std::to_string(column_capacity(lanes) - 1));
  }
}

void check_vector(const Vector& vector, const std::int16_t* out, unsigned lanes) {
  const unsigned capacity = column_capacity(lanes);
  if (vector.columns < 1 || vector.first_column >= capacity ||
      vector.columns > capacity - vector.first_column) {
    reject("a vector of " + std::to_string(vector.columns) + " columns from column " +
           std::to_string(vector.first_column) + ", expected 1 or more within 0.." +
           std::to_string(capacity - 1));
  }
  check_cut(vector.config.cut_pre, "cut_pre");
  check_cut(vector.config.cut_post, "cut_post");
  if (vector.config.addend > Addend::kPsum) {
    reject("addend is " + std::to_string(static_cast<unsigned>(vector.config.addend)) +
           ", expected 0 (nothing), 1 (bias) or 2 (partial sums)");
  }
  if (vector.config.addend == Addend::kPsum && vector.psum == nullptr) {
    reject("partial sums are to be added but psum is a null pointer");
  }
  if (out == nullptr) reject("the output is a null pointer");
  check_counts(vector.cp, vector, "cp");
  check_counts(vector.cn, vector, "cn");
}

}  // namespace aimc::nmpu
