#pragma once

#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "models/nmpu/backend.h"

namespace aimc::nmpu {

// Traces of what NMPUs were given and what they gave, in a compact binary form (docs/models_nmpu.md
// has the layout). A trace starts with a header, its records are in the order in which they
// happened, and an end record tells a whole trace from a cut one.

/// A trace that cannot be read or written; what() is one line with its name and the place.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Which NMPUs a trace is of.
struct TraceHeader {
  Format format;
};

/// A column's parameters were written.
struct TraceParams {
  unsigned tile = 0;
  unsigned column = 0;
  ColumnParams params;
};

/// A vector went through.
struct TraceVector {
  unsigned tile = 0;
  unsigned first_column = 0;
  std::uint64_t time_ps = 0;  ///< simulated time of its start
  VectorConfig config;
  unsigned cycles = 0;          ///< from the first beat in to the last beat out
  std::uint32_t saturated = 0;  ///< results that exceeded their range
  std::vector<std::uint16_t> cp, cn;
  std::vector<std::int16_t> psum;  ///< empty unless config.addend is kPsum
  std::vector<std::int16_t> out;

  /// The vector as a backend takes it; valid while this object is.
  Vector view() const;
};

using TraceRecord = std::variant<TraceParams, TraceVector>;

/// Writes a trace. finish() makes it whole; without it, readers find it cut.
class TraceWriter {
 public:
  /// @param out outlives the writer
  TraceWriter(std::ostream& out, const TraceHeader& header);
  void write(const TraceParams& record);
  void write(const TraceVector& record);
  /// @throws TraceError if something could not be written
  void finish();

 private:
  std::ostream& out_;
  std::vector<char> buffer_;
  std::uint64_t records_ = 0;
};

/// Reads a trace record by record; everything is checked against the formats in its header.
class TraceReader {
 public:
  /// @param in outlives the reader
  /// @param name for messages, e.g. the file's
  /// @throws TraceError if it is no trace, or of formats this program does not have
  TraceReader(std::istream& in, std::string name);
  const TraceHeader& header() const { return header_; }
  /// The next record; false after the last. @throws TraceError
  bool next(TraceRecord& record);

 private:
  [[noreturn]] void fail(const std::string& what) const;
  std::uint64_t number(unsigned bytes);
  void read_params(TraceParams& record);
  void read_vector(TraceVector& record);
  void read_end();

  std::istream& in_;
  std::string name_;
  TraceHeader header_;
  std::uint64_t offset_ = 0;
  std::uint64_t records_ = 0;
  bool ended_ = false;
};

/// A short trace in memory.
struct Recording {
  TraceHeader header;
  std::vector<TraceRecord> records;
};

/// Writes all of it, end record included. @throws TraceError
void write_recording(std::ostream& out, const Recording& recording);

}  // namespace aimc::nmpu
