#include "platform/observe/output_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace aimc::observe {

namespace {

/// True when the file cannot be replaced by renaming another one.
bool is_special(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
}

}  // namespace

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)), temporary_(is_special(path_) ? path_ : path_ + ".part") {
  stream_ = std::fopen(temporary_.c_str(), "wb");
  if (stream_ == nullptr) fail("cannot be written: ", errno);
}

OutputFile::~OutputFile() {
  if (stream_ == nullptr) return;
  std::fclose(stream_);
  if (temporary_ != path_) std::remove(temporary_.c_str());
}

void OutputFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream_) != bytes.size() && error_ == 0) {
    error_ = errno;
  }
}

void OutputFile::put(char byte) {
  if (std::putc(static_cast<unsigned char>(byte), stream_) == EOF && error_ == 0) error_ = errno;
}

void OutputFile::commit() {
  const int flushed = std::fflush(stream_) == 0 ? 0 : errno;
  if (error_ == 0) error_ = flushed;
  if (error_ != 0) fail("could not be written completely: ", error_);
  std::fclose(stream_);
  stream_ = nullptr;
  if (temporary_ == path_) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    std::remove(temporary_.c_str());
    fail("cannot be written: ", error);
  }
}

void OutputFile::fail(const std::string& what, int error) const {
  throw OutputError("output '" + path_ + "' " + what + std::generic_category().message(error));
}

void write_file(const std::string& path, std::string_view bytes) {
  OutputFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace aimc::observe
