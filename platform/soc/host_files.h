#pragma once

#include <memory>
#include <string>
#include <variant>

#include "models/riscv/semihosting.h"

namespace aimc::platform {

/// A directory of the host whose regular files a guest may read, and nothing outside it.
///
/// Names are relative to the directory. Absolute names, "..", symbolic links that lead out of it,
/// and whatever is no regular file are refused, also when somebody changes the directory meanwhile.
class HostFiles {
 public:
  /// The directory; empty: there are no files at all. std::runtime_error, one line, when it cannot
  /// be opened or is no directory.
  explicit HostFiles(const std::string& directory);
  ~HostFiles();
  HostFiles(const HostFiles&) = delete;
  HostFiles& operator=(const HostFiles&) = delete;

  /// Opens a file of at most 2 GiB - 1 for reading, or tells why not.
  std::variant<std::unique_ptr<riscv::SemihostFile>, riscv::GuestError> open(
      const std::string& name) const;

 private:
  std::string root_;  // without symbolic links
  int descriptor_ = -1;
};

}  // namespace aimc::platform
