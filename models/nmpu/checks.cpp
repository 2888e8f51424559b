#include "models/nmpu/checks.h"

#include <string>

namespace aimc::nmpu {
namespace {

// What ColumnParams and the model's integers hold.
constexpr unsigned kMaxParamBits = 16;
constexpr unsigned kMaxAccBits = 32;

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

const char* name_of(Configuration configuration) {
  return configuration == Configuration::kWide ? "wide" : "paper";
}

Format make_format(Configuration configuration, unsigned lanes) {
  Format format = configuration == Configuration::kWide ? format::kWide : format::kPaper;
  format.lanes = lanes;
  return format;
}

void check_format(const Format& format) {
  // acc must stay within its bits at its extremes; see nmpu_format.yaml for the terms.
  constexpr unsigned kMaxScaleFrac = (1U << format::kCutW) - 1;
  if (format.scale_frac_bits < 1 || format.scale_frac_bits > kMaxScaleFrac) {
    reject("scale_frac_bits is " + std::to_string(format.scale_frac_bits) + ", expected 1.." +
           std::to_string(kMaxScaleFrac));
  }
  if (format.offset_frac_bits > format.scale_frac_bits) {
    reject("offset_frac_bits is " + std::to_string(format.offset_frac_bits) +
           ", expected at most scale_frac_bits = " + std::to_string(format.scale_frac_bits));
  }
  if (format.scale_bits() > kMaxParamBits || format.offset_bits() > kMaxParamBits ||
      format.offset_bits() < 1) {
    reject("a scale of " + std::to_string(format.scale_bits()) + " bits and an offset of " +
           std::to_string(format.offset_bits()) + ", expected 1.." + std::to_string(kMaxParamBits));
  }
  if (format.acc_bits > kMaxAccBits) {
    reject("acc_bits is " + std::to_string(format.acc_bits) + ", expected at most " +
           std::to_string(kMaxAccBits));
  }
  const std::int64_t product =
      std::int64_t{(1 << format::kInW) - 1} * ((1 << format.scale_bits()) - 1);
  const std::int64_t offset = std::int64_t{1} << (format.offset_bits() - 1 +
                                                  format.scale_frac_bits - format.offset_frac_bits);
  const std::int64_t addend = std::int64_t{1} << (format::kPsumW - 1 + format.scale_frac_bits);
  if (product + offset + addend > std::int64_t{1} << (format.acc_bits - 1)) {
    reject("scale_frac_bits = " + std::to_string(format.scale_frac_bits) +
           " with offset_frac_bits = " + std::to_string(format.offset_frac_bits) +
           " would overflow the accumulator of " + std::to_string(format.acc_bits) + " bits");
  }
  if (format.stages < 1) reject("stages is 0, expected at least 1");
  constexpr unsigned kMaxLanes = 4096;
  if (format.lanes < 1 || format.lanes > kMaxLanes) {
    reject("lanes is " + std::to_string(format.lanes) + ", expected 1.." +
           std::to_string(kMaxLanes));
  }
}

bool fits(const ColumnParams& params, const Format& format) {
  const int scale = (1 << format.scale_bits()) - 1;
  const int offset = 1 << (format.offset_bits() - 1);
  return params.scale_p <= scale && params.scale_n <= scale && params.offset >= -offset &&
         params.offset < offset;
}

void check_params(unsigned column, const ColumnParams& params, const Format& format) {
  if (column >= column_capacity(format.lanes)) {
    reject("column " + std::to_string(column) + " has no parameters, expected 0.." +
           std::to_string(column_capacity(format.lanes) - 1));
  }
  if (fits(params, format)) return;
  const auto refuse = [column](const char* name, int value, int low, int high) {
    reject(std::string(name) + " of column " + std::to_string(column) + " is " +
           std::to_string(value) + ", expected " + std::to_string(low) + ".." +
           std::to_string(high));
  };
  const int scale = (1 << format.scale_bits()) - 1;
  const int offset = 1 << (format.offset_bits() - 1);
  if (params.scale_p > scale) refuse("scale_p", params.scale_p, 0, scale);
  if (params.scale_n > scale) refuse("scale_n", params.scale_n, 0, scale);
  refuse("offset", params.offset, -offset, offset - 1);
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
  if (vector.config.rounding > Rounding::kTruncate) {
    reject("rounding is " + std::to_string(static_cast<unsigned>(vector.config.rounding)) +
           ", expected 0 (half up), 1 (half to even) or 2 (truncate)");
  }
  if (vector.config.addend == Addend::kPsum && vector.psum == nullptr) {
    reject("partial sums are to be added but psum is a null pointer");
  }
  if (out == nullptr) reject("the output is a null pointer");
  check_counts(vector.cp, vector, "cp");
  check_counts(vector.cn, vector, "cn");
}

}  // namespace aimc::nmpu
