#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace aimc::observe {

/// A file or directory that cannot be written; what() is one line for the user.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file that exists under its name only once it is complete.
///
/// It is written under a temporary name beside its place and renamed by commit(); without a commit
/// it disappears. Write errors are remembered and thrown by commit(), so that writing is safe
/// inside the simulation. What exists and is no regular file (a pipe, /dev/null) is written
/// directly.
class OutputFile {
 public:
  /// Creates the temporary file; throws OutputError.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Appends bytes.
  void write(std::string_view bytes);
  /// Appends one byte.
  void put(char byte);
  /// Completes the file; throws OutputError when anything could not be written.
  void commit();
  /// Final path.
  const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail(const std::string& what, int error) const;

  std::string path_;
  std::string temporary_;
  std::FILE* stream_ = nullptr;
  int error_ = 0;
};

/// Writes a whole file as an OutputFile.
void write_file(const std::string& path, std::string_view bytes);

}  // namespace aimc::observe
