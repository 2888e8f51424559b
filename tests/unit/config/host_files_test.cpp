// What a guest can read of the host, and what not.

#include "platform/soc/host_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/scratch_path.h"

namespace aimc::platform {
namespace {

namespace fs = std::filesystem;
using riscv::GuestError;

class HostFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(top_);
    fs::create_directories(root_ + "/sub/deep");
    write(root_ + "/inside.txt", "inside");
    write(root_ + "/sub/deep/file.txt", "deep");
    write(top_ + "/secret.txt", "secret");
    fs::create_directories(top_ + "/root-twin");
    write(top_ + "/root-twin/secret.txt", "secret");
  }
  void TearDown() override { fs::remove_all(top_); }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  /// The content of a file, or the error as "!number".
  static std::string read(const HostFiles& files, const std::string& name) {
    const auto opened = files.open(name);
    if (const auto* error = std::get_if<GuestError>(&opened)) {
      return "!" + std::to_string(static_cast<unsigned>(*error));
    }
    const auto& file = std::get<std::unique_ptr<riscv::SemihostFile>>(opened);
    std::string text(file->size() + 8, '\0');
    text.resize(file->read(0, reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
    return text;
  }

  std::string top_ = test::scratch_path("host_files");
  std::string root_ = top_ + "/root";
};

constexpr const char* kNotFound = "!2";
constexpr const char* kRefused = "!13";

TEST_F(HostFilesTest, FilesBelowAreRead) {
  const HostFiles files(root_);
  EXPECT_EQ(read(files, "inside.txt"), "inside");
  EXPECT_EQ(read(files, "./sub//deep/./file.txt"), "deep");
  const auto opened = files.open("inside.txt");
  const auto& file = std::get<std::unique_ptr<riscv::SemihostFile>>(opened);
  EXPECT_EQ(file->size(), 6U);
  std::uint8_t byte = 0;
  EXPECT_EQ(file->read(5, &byte, 1), 1U);
  EXPECT_EQ(byte, 'e');
  EXPECT_EQ(file->read(6, &byte, 1), 0U);
}

TEST_F(HostFilesTest, WhatIsNotThereIsNotFound) {
  const HostFiles files(root_);
  EXPECT_EQ(read(files, "none.txt"), kNotFound);
  EXPECT_EQ(read(files, "sub/none/file.txt"), kNotFound);
  EXPECT_EQ(read(files, ""), kNotFound);
}

TEST_F(HostFilesTest, NothingOutsideIsRead) {
  const HostFiles files(root_);
  for (const std::string& name :
       {std::string("../secret.txt"), std::string("sub/../../secret.txt"), std::string(".."),
        std::string("sub/../inside.txt"), top_ + "/secret.txt", root_ + "/inside.txt",
        std::string("/etc/passwd"), std::string("inside.txt\0x", 12),
        std::string("../root-twin/secret.txt")}) {
    EXPECT_EQ(read(files, name), kRefused) << name;
  }
}

TEST_F(HostFilesTest, LinksMayNotLeadOut) {
  fs::create_symlink("../secret.txt", root_ + "/relative");
  fs::create_symlink(top_ + "/secret.txt", root_ + "/absolute");
  fs::create_directory_symlink("..", root_ + "/up");
  fs::create_directory_symlink("../root-twin", root_ + "/twin");
  fs::create_symlink("loop", root_ + "/loop");
  fs::create_symlink("sub/deep/file.txt", root_ + "/within");
  fs::create_directory_symlink("sub", root_ + "/folder");
  const HostFiles files(root_);
  for (const char* name :
       {"relative", "absolute", "up/secret.txt", "twin/secret.txt", "loop", "up"}) {
    EXPECT_EQ(read(files, name), kRefused) << name;
  }
  EXPECT_EQ(read(files, "within"), "deep");
  EXPECT_EQ(read(files, "folder/deep/file.txt"), "deep");
}

TEST_F(HostFilesTest, OnlyRegularFiles) {
  ASSERT_EQ(::mkfifo((root_ + "/pipe").c_str(), 0600), 0);
  const HostFiles files(root_);
  EXPECT_EQ(read(files, "sub"), kRefused);
  EXPECT_EQ(read(files, "."), kRefused);
  EXPECT_EQ(read(files, "pipe"), kRefused);
  EXPECT_EQ(read(files, "inside.txt/x"), kRefused);
}

TEST_F(HostFilesTest, RootMayBeALink) {
  fs::create_directory_symlink("root", top_ + "/link");
  const HostFiles files(top_ + "/link");
  EXPECT_EQ(read(files, "inside.txt"), "inside");
  EXPECT_EQ(read(files, "../secret.txt"), kRefused);
}

TEST_F(HostFilesTest, SlashAsRoot) {
  const HostFiles files("/");
  EXPECT_EQ(read(files, (root_ + "/inside.txt").substr(1)), "inside");
}

TEST_F(HostFilesTest, WithoutADirectoryThereIsNothing) {
  const HostFiles files("");
  EXPECT_EQ(read(files, "inside.txt"), kRefused);
}

TEST_F(HostFilesTest, DirectoryMustBeOne) {
  EXPECT_THROW(HostFiles(top_ + "/none"), std::runtime_error);
  EXPECT_THROW(HostFiles(root_ + "/inside.txt"), std::runtime_error);
}

TEST_F(HostFilesTest, LargeFileIsRefused) {
  write(root_ + "/large", "");
  fs::resize_file(root_ + "/large", std::uintmax_t{1} << 31U);  // takes no space
  EXPECT_EQ(read(HostFiles(root_), "large"), "!27");
}

}  // namespace
}  // namespace aimc::platform
