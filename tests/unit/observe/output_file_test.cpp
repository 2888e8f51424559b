#include "platform/observe/output_file.h"
#include "tests/support/scratch_path.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

namespace fs = std::filesystem;
using aimc::observe::OutputError;
using aimc::observe::OutputFile;

class OutputFiles : public ::testing::Test {
 public:
  ~OutputFiles() override { fs::remove_all(folder_); }
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;

 protected:
  OutputFiles() : folder_(aimc::test::scratch_path("output_files/")) {
    fs::create_directories(folder_);
  }

  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ + name).rdbuf();
    return text.str();
  }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  std::string folder_;
};

TEST_F(OutputFiles, AppearWhenComplete) {
  OutputFile file(folder_ + "a.txt");
  file.write("hello ");
  EXPECT_FALSE(fs::exists(folder_ + "a.txt"));
  file.put('!');
  file.commit();
  EXPECT_EQ(read("a.txt"), "hello !");
  EXPECT_EQ(count(), 1U);
}

TEST_F(OutputFiles, DisappearWhenAbandonedAndKeepTheOldContent) {
  aimc::observe::write_file(folder_ + "a.txt", "old");
  {
    OutputFile file(folder_ + "a.txt");
    file.write("new");
  }
  EXPECT_EQ(read("a.txt"), "old");
  EXPECT_EQ(count(), 1U);
}

TEST_F(OutputFiles, ThatCannotBeWrittenAreRefused) {
  EXPECT_THROW(OutputFile(folder_ + "no/such/a.txt"), OutputError);
  EXPECT_THROW(OutputFile{folder_}, OutputError);
}

TEST_F(OutputFiles, OfDevicesAreWrittenDirectly) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  OutputFile file("/dev/full");
  file.write("lost");
  EXPECT_THROW(file.commit(), OutputError);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

}  // namespace
