#include <fstapi.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "platform/observe/output_file.h"
#include "platform/observe/wave_recorder.h"
#include "tests/support/scratch_path.h"

namespace {

namespace fs = std::filesystem;
using aimc::core::ActivityName;
using aimc::core::Counter;
using aimc::core::Probe;
using aimc::core::TimePs;
using aimc::core::Track;
using aimc::observe::WaveRecorder;
using aimc::observe::WaveWriter;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Changes by signal ("tile0.command"), each as "time=value".
using Changes = std::map<std::string, std::vector<std::string>>;

class Waves : public ::testing::Test {
 public:
  ~Waves() override { fs::remove_all(folder_); }
  Waves(const Waves&) = delete;
  Waves& operator=(const Waves&) = delete;

 protected:
  Waves() : folder_(aimc::test::scratch_path("waves_test")) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    recorder_ = std::make_unique<WaveRecorder>(folder_);
    probe_.attach(recorder_.get());
  }

  void write(TimePs end_ps) {
    const auto vcd = aimc::observe::make_vcd_writer(folder_ + "/waves.vcd");
    const auto fst = aimc::observe::make_fst_writer(folder_ + "/waves.fst");
    recorder_->write({vcd.get(), fst.get()}, end_ps);
  }

  std::string text() const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/waves.vcd").rdbuf();
    return text.str();
  }

  /// Reads the VCD file as any tool would.
  Changes vcd() const {
    Changes changes;
    std::map<std::string, std::string> names;
    std::vector<std::string> scopes;
    std::istringstream words(text());
    std::string word;
    std::string time = "none";
    while (words >> word) {
      if (word == "$scope") {
        std::string kind;
        std::string name;
        words >> kind >> name >> word;
        scopes.push_back(name);
      } else if (word == "$upscope") {
        scopes.pop_back();
        words >> word;
      } else if (word == "$var") {
        std::string kind;
        std::string bits;
        std::string identifier;
        std::string name;
        words >> kind >> bits >> identifier >> name >> word;
        std::string path;
        for (const std::string& scope : scopes) path += scope + ".";
        names[identifier] = path + name;
      } else if (word == "$version" || word == "$comment" || word == "$timescale") {
        while (word != "$end") words >> word;
      } else if (word[0] == '#') {
        time = word.substr(1);
      } else if (word[0] == 'b') {
        std::string identifier;
        words >> identifier;
        changes[names.at(identifier)].push_back(
            time + "=" + std::to_string(std::stoul(word.substr(1), nullptr, 2)));
      } else if (word[0] == '0' || word[0] == '1') {
        changes[names.at(word.substr(1))].push_back(time + "=" + word[0]);
      }
    }
    EXPECT_TRUE(scopes.empty());
    return changes;
  }

  /// Reads the FST file with fstapi's reader.
  Changes fst() const {
    Changes changes;
    void* const reader = fstReaderOpen((folder_ + "/waves.fst").c_str());
    EXPECT_NE(reader, nullptr);
    if (reader == nullptr) return changes;
    std::map<fstHandle, std::string> names;
    std::vector<std::string> scopes;
    while (const fstHier* entry = fstReaderIterateHier(reader)) {
      if (entry->htyp == FST_HT_SCOPE) scopes.emplace_back(entry->u.scope.name);
      if (entry->htyp == FST_HT_UPSCOPE) scopes.pop_back();
      if (entry->htyp != FST_HT_VAR) continue;
      std::string path;
      for (const std::string& scope : scopes) path += scope + ".";
      names[entry->u.var.handle] = path + entry->u.var.name;
    }
    struct Context {
      Changes& changes;
      std::map<fstHandle, std::string>& names;
    } context{changes, names};
    fstReaderSetFacProcessMaskAll(reader);
    fstReaderIterBlocks(
        reader,
        [](void* user, std::uint64_t time, fstHandle handle, const unsigned char* value) {
          auto* c = static_cast<Context*>(user);
          const std::string bits(reinterpret_cast<const char*>(value));
          const std::string number = bits.find_first_not_of("01") == std::string::npos
                                         ? std::to_string(std::stoul(bits, nullptr, 2))
                                         : bits;
          c->changes[c->names.at(handle)].push_back(std::to_string(time) + "=" + number);
        },
        &context, nullptr);
    EXPECT_EQ(fstReaderGetEndTime(reader), end_of_vcd());
    fstReaderClose(reader);
    return changes;
  }

  std::uint64_t end_of_vcd() const {
    const std::string all = text();
    return std::stoull(all.substr(all.rfind('#') + 1));
  }

  std::string folder_;
  Probe probe_;
  std::unique_ptr<WaveRecorder> recorder_;
};

TEST_F(Waves, ShowTimelinesCommandsAndLevels) {
  const Track command = probe_.track("tile0", "command");
  const Track nmpu = probe_.track("tile0", "nmpu sram");
  const ActivityName mvm = probe_.name("mvm");
  const ActivityName post = probe_.name("post");
  const Counter line = probe_.counter("interrupts", "external_irq", 1);
  const Counter semaphore = probe_.counter("tile0", "semaphore 3", 16);
  probe_.value(line, 700, 1);
  probe_.slice(nmpu, post, 250, 300);  // reported before the command it belongs to
  probe_.slice(command, mvm, 100, 200);
  probe_.slice(command, post, 200, 400);
  probe_.value(line, 800, 0);
  probe_.value(semaphore, 300, 5);
  probe_.value(semaphore, 310, 5);  // no change
  probe_.value(semaphore, 320, 300);
  write(1000);
  const Changes expected{{"tile0.command", {"0=0", "100=1", "400=0"}},
                         {"tile0.command_code", {"0=0", "100=1", "200=2", "400=0"}},
                         {"tile0.nmpu_sram", {"0=0", "250=1", "300=0"}},
                         {"tile0.semaphore_3", {"0=0", "300=5", "320=300"}},
                         {"interrupts.external_irq", {"0=0", "700=1", "800=0"}}};
  EXPECT_EQ(vcd(), expected);
  EXPECT_EQ(fst(), expected);
  EXPECT_EQ(end_of_vcd(), 1000U);
  EXPECT_THAT(text(), HasSubstr("$comment codes: 1 mvm, 2 post $end"));
  EXPECT_THAT(text(), HasSubstr("$timescale 1 ps $end"));
}

TEST_F(Waves, AreOneWhileAnyOfSeveralNestedOrTouchingActivitiesLasts) {
  const Track track = probe_.track("host", "firmware");
  const ActivityName name = probe_.name("x");
  probe_.slice(track, name, 20, 30);
  probe_.slice(track, name, 30, 40);
  probe_.slice(track, name, 10, 50);
  probe_.slice(track, name, 60, 60);  // takes no time
  write(60);
  EXPECT_THAT(vcd().at("host.firmware"), ElementsAre("0=0", "10=1", "50=0"));
}

TEST_F(Waves, OfLongRunsAreSortedInBoundedMemory) {
  // More than what is sorted in memory, reported in an order far from that of time.
  constexpr unsigned kTracks = 4;
  constexpr std::uint64_t kSlices = 100'000;
  const ActivityName name = probe_.name("x");
  for (unsigned i = 0; i < kTracks; ++i) {
    const Track track = probe_.track("tile" + std::to_string(i), "adc");
    for (std::uint64_t n = 0; n < kSlices; ++n)
      probe_.slice(track, name, n * 10 + i, n * 10 + i + 5);
  }
  write(kSlices * 10);
  const Changes from_vcd = vcd();
  for (unsigned i = 0; i < kTracks; ++i) {
    const auto& changes = from_vcd.at("tile" + std::to_string(i) + ".adc");
    EXPECT_EQ(changes.size(), 1 + 2 * kSlices) << i;
    EXPECT_EQ(changes.back(), std::to_string((kSlices - 1) * 10 + i + 5) + "=0");
  }
  EXPECT_EQ(fst(), from_vcd);
}

TEST_F(Waves, ThatAreAbandonedLeaveNothing) {
  {
    const auto vcd = aimc::observe::make_vcd_writer(folder_ + "/waves.vcd");
    const auto fst = aimc::observe::make_fst_writer(folder_ + "/waves.fst");
  }
  recorder_.reset();
  EXPECT_TRUE(fs::is_empty(folder_));
  EXPECT_THROW(aimc::observe::make_fst_writer(folder_ + "/none/waves.fst"),
               aimc::observe::OutputError);
  EXPECT_THROW(WaveRecorder(folder_ + "/none"), aimc::observe::OutputError);
}

}  // namespace
