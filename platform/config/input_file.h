#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace aimc::platform {

/// Why there is no file to be read at `path`, as the end of a sentence ("does not exist"); nothing
/// when there is one. Whether it may be read shows when it is opened. Never throws for the path's
/// sake: loops of links, names too long and closed folders are reasons too.
inline std::optional<std::string> why_no_file(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return "does not exist";
  if (error) return "cannot be opened: " + error.message();
  if (status.type() != std::filesystem::file_type::regular) return "is not a file";
  return std::nullopt;
}

}  // namespace aimc::platform
