#pragma once

#include <ostream>
#include <streambuf>
#include <string>

#include "models/nmpu/trace_format.h"
#include "platform/observe/output_file.h"

namespace aimc::cli {

/// The file of --record-nmpu: a trace of all NMPU traffic of a run. Like every output file it is
/// there once it is complete.
class NmpuRecording {
 public:
  /// Throws observe::OutputError.
  NmpuRecording(const std::string& path, const nmpu::Format& format);

  nmpu::TraceWriter& writer() { return writer_; }
  /// Throws observe::OutputError when anything could not be written.
  void commit();

 private:
  /// Hands what is written to the file, which remembers errors until it is committed.
  class Buffer final : public std::streambuf {
   public:
    explicit Buffer(observe::OutputFile& file) : file_(file) {}

   private:
    int_type overflow(int_type byte) override;
    std::streamsize xsputn(const char* bytes, std::streamsize count) override;

    observe::OutputFile& file_;
  };

  observe::OutputFile file_;
  Buffer buffer_;
  std::ostream stream_;
  nmpu::TraceWriter writer_;
};

}  // namespace aimc::cli
