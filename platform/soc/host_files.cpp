#include "platform/soc/host_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace aimc::platform {
namespace {

namespace fs = std::filesystem;
using riscv::GuestError;

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

class ReadOnlyFile : public riscv::SemihostFile {
 public:
  ReadOnlyFile(Descriptor descriptor, std::uint32_t size)
      : descriptor_(std::move(descriptor)), size_(size) {}

  std::uint32_t size() const override { return size_; }

  std::size_t read(std::uint32_t offset, std::uint8_t* bytes, std::size_t count) override {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = ::pread(descriptor_.number(), bytes + done, count - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  Descriptor descriptor_;
  std::uint32_t size_;
};

GuestError guest_error(int error) {
  return error == ENOENT ? GuestError::kNotFound : GuestError::kAccess;
}

/// True when the name stays in the directory as far as its words tell.
bool stays_inside(const std::string& name) {
  if (name.find('\0') != std::string::npos) return false;
  const fs::path path(name);
  return path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

}  // namespace

HostFiles::HostFiles(const std::string& directory) {
  if (directory.empty()) return;
  std::error_code error;
  root_ = fs::canonical(directory, error).string();
  if (error) throw std::runtime_error("'" + directory + "': " + error.message());
  descriptor_ = ::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0) {
    throw std::runtime_error("'" + directory + "': " + std::generic_category().message(errno));
  }
}

HostFiles::~HostFiles() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::variant<std::unique_ptr<riscv::SemihostFile>, GuestError> HostFiles::open(
    const std::string& name) const {
  if (descriptor_ < 0 || !stays_inside(name)) return GuestError::kAccess;
  if (name.empty()) return GuestError::kNotFound;
  // Symbolic links that stay inside are resolved here. The walk below then follows none, so that a
  // directory that changes under it still leads nowhere else.
  std::error_code error;
  const fs::path resolved = fs::canonical(fs::path(root_) / name, error);
  if (error) return guest_error(error.value());
  const fs::path relative = resolved.lexically_relative(root_);
  if (relative == "." || !stays_inside(relative.string())) return GuestError::kAccess;

  const std::vector<fs::path> parts(relative.begin(), relative.end());
  Descriptor folder(::dup(descriptor_));
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    folder = Descriptor(
        ::openat(folder.number(), parts[i].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder.number() < 0) return guest_error(errno);
  }
  struct stat status {};
  const char* last = parts.back().c_str();
  // Opening what is no file may wait or do something, so it is looked at first.
  if (::fstatat(folder.number(), last, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return guest_error(errno);
  if (!S_ISREG(status.st_mode)) return GuestError::kAccess;
  Descriptor file(
      ::openat(folder.number(), last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file.number() < 0) return guest_error(errno);
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return GuestError::kAccess;
  if (status.st_size > std::numeric_limits<std::int32_t>::max()) return GuestError::kTooLarge;
  return std::make_unique<ReadOnlyFile>(std::move(file),
                                        static_cast<std::uint32_t>(status.st_size));
}

}  // namespace aimc::platform
