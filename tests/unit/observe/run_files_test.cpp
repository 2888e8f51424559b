#include "platform/observe/run_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/scratch_path.h"
#include "tests/unit/observe/fake_run.h"

namespace {

namespace fs = std::filesystem;
using aimc::observe::RunFiles;
using aimc::test::fake_record;
using aimc::test::fake_result;

class RunFolder : public ::testing::Test {
 public:
  ~RunFolder() override { fs::remove_all(folder_); }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

 protected:
  RunFolder() : folder_(aimc::test::scratch_path("run_folder/")) { fs::remove_all(folder_); }

  static aimc::observe::Traces traces() {
    aimc::observe::Traces traces;
    traces.perfetto = true;
    return traces;
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ + name, std::ios::binary).rdbuf();
    return text.str();
  }
  /// A run into `name`.
  void run(const std::string& name, const aimc::observe::RunRecord& record) const {
    RunFiles files(folder_ + name, traces());
    files.uart('h');
    files.uart('i');
    aimc::core::Probe probe;
    const aimc::core::Track track = probe.track("tile0", "nmpu");
    const aimc::core::ActivityName activity = probe.name("post");
    probe.attach(files.sink());
    probe.slice(track, activity, 1000, 8000);
    files.commit(record, fake_result(), "name: default\n");
  }
  std::string folder_;
};

TEST_F(RunFolder, OfEqualRunsHoldsEqualBytesButForTheRunSection) {
  run("a", fake_record());
  aimc::observe::RunRecord other = fake_record();
  other.wall_s = 99.0;
  other.command = "elsewhere";
  other.output = "b";
  run("b", other);
  for (const char* name : {"uart.log", "energy.csv", "trace.pftrace", "platform.yaml"}) {
    const std::string path = name;
    EXPECT_FALSE(read("a/" + path).empty()) << name;
    EXPECT_EQ(read("a/" + path), read("b/" + path)) << name;
  }
  auto a = nlohmann::ordered_json::parse(read("a/summary.json"));
  auto b = nlohmann::ordered_json::parse(read("b/summary.json"));
  EXPECT_NE(a["run"], b["run"]);
  a.erase("run");
  b.erase("run");
  EXPECT_EQ(a.dump(), b.dump());
}

TEST_F(RunFolder, IsUntouchedByAnAbandonedRun) {
  run("a", fake_record());
  const std::string before = read("a/uart.log");
  {
    RunFiles files(folder_ + "a", {});
    files.uart('?');
  }
  EXPECT_EQ(read("a/uart.log"), before);
  EXPECT_TRUE(fs::exists(folder_ + "a/trace.pftrace"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ + "a"), fs::directory_iterator()), 10);
  { const RunFiles files(folder_ + "b", traces()); }
  EXPECT_FALSE(fs::exists(folder_ + "b"));
}

}  // namespace
