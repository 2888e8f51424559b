#include "platform/observe/perfetto_writer.h"
#include "tests/support/scratch_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

namespace {

using aimc::core::ActivityName;
using aimc::core::Probe;
using aimc::core::TimePs;
using aimc::core::Track;
using aimc::observe::PerfettoWriter;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A slice as a reader of the trace sees it.
struct SeenSlice {
  std::string track;  ///< "tile0/nmpu"
  std::string name;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  std::size_t depth = 0;

  friend bool operator==(const SeenSlice& a, const SeenSlice& b) {
    return a.track == b.track && a.name == b.name && a.begin_ns == b.begin_ns &&
           a.end_ns == b.end_ns && a.depth == b.depth;
  }
  friend std::ostream& operator<<(std::ostream& out, const SeenSlice& s) {
    return out << s.track << ' ' << s.name << " [" << s.begin_ns << ", " << s.end_ns << "] depth "
               << s.depth;
  }
};

/// `protoc --decode` of a trace.
std::string decode(const std::string& path) {
  const std::string command = std::string(AIMC_PROTOC) + " --proto_path=" + AIMC_PROTO_DIR +
                              " --decode=Trace perfetto_subset.proto < " + path + " 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 65536> block{};
  for (std::size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe.get())) > 0;) {
    text.append(block.data(), n);
  }
  return text;
}

/// Reads decoded packets the way Perfetto does: events sorted by time, equal ones as in the file;
/// an end closes the innermost open slice of its track.
class Reader {
 public:
  explicit Reader(const std::string& decoded) {
    std::istringstream lines(decoded);
    std::string line;
    std::map<std::string, std::string> fields;
    while (std::getline(lines, line)) {
      if (line == "packet {") {
        fields.clear();
      } else if (line == "}") {
        take(fields);
      } else {
        const auto begin = line.find_first_not_of(' ');
        const auto colon = line.find(": ");
        if (colon != std::string::npos) {
          fields.emplace(line.substr(begin, colon - begin), line.substr(colon + 2));
        }
      }
    }
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
  }

  std::vector<SeenSlice> slices() const {
    std::vector<SeenSlice> done;
    std::map<std::string, std::vector<SeenSlice>> open;
    for (const Event& event : events_) {
      auto& stack = open[event.track];
      if (event.begin) {
        stack.push_back({event.track, event.name, event.time_ns, 0, stack.size()});
        continue;
      }
      if (stack.empty()) throw std::runtime_error("an end without a begin on " + event.track);
      stack.back().end_ns = event.time_ns;
      done.push_back(stack.back());
      stack.pop_back();
    }
    for (const auto& [track, stack] : open) {
      if (!stack.empty()) throw std::runtime_error("a begin without an end on " + track);
    }
    return done;
  }

 private:
  struct Event {
    std::uint64_t time_ns;
    std::string track;
    bool begin;
    std::string name;
  };

  static std::string unquoted(const std::string& text) { return text.substr(1, text.size() - 2); }

  void take(const std::map<std::string, std::string>& fields) {
    const auto get = [&fields](const char* key) {
      const auto found = fields.find(key);
      return found == fields.end() ? std::string() : found->second;
    };
    if (fields.count("process_name") != 0) {
      processes_[get("uuid")] = unquoted(get("process_name"));
    } else if (fields.count("thread_name") != 0) {
      tracks_[get("uuid")] = processes_.at(get("parent_uuid")) + "/" + unquoted(get("thread_name"));
    } else if (fields.count("iid") != 0) {
      names_[get("iid")] = unquoted(get("name"));
    } else if (fields.count("type") != 0) {
      const bool begin = get("type") == "TYPE_SLICE_BEGIN";
      const std::string time = get("timestamp");
      events_.push_back({time.empty() ? 0 : std::stoull(time), tracks_.at(get("track_uuid")), begin,
                         begin ? names_.at(get("name_iid")) : ""});
    }
  }

  std::map<std::string, std::string> processes_;
  std::map<std::string, std::string> tracks_;
  std::map<std::string, std::string> names_;
  std::vector<Event> events_;
};

class Perfetto : public ::testing::Test {
 public:
  ~Perfetto() override { std::remove(path_.c_str()); }
  Perfetto(const Perfetto&) = delete;
  Perfetto& operator=(const Perfetto&) = delete;

 protected:
  Perfetto() : path_(aimc::test::scratch_path("perfetto_test.pftrace")), writer_(path_) {
    probe_.attach(&writer_);
  }

  void SetUp() override {
    if (std::string(AIMC_PROTOC).empty()) GTEST_SKIP() << "protoc is not installed";
  }
  std::string decoded() {
    writer_.commit();
    return decode(path_);
  }
  std::vector<SeenSlice> read() { return Reader(decoded()).slices(); }

  std::string path_;
  Probe probe_;
  PerfettoWriter writer_;
};

TEST_F(Perfetto, DecodesWithoutUnknownFields) {
  const Track track = probe_.track("tile0", "nmpu");
  probe_.slice(track, probe_.name("post"), 5000, 12000);
  const std::string text = decoded();
  EXPECT_THAT(text, HasSubstr("process_name: \"tile0\""));
  EXPECT_THAT(text, HasSubstr("thread_name: \"nmpu\""));
  EXPECT_THAT(text, HasSubstr("name: \"post\""));
  EXPECT_THAT(text, HasSubstr("timestamp: 5\n"));
  EXPECT_THAT(text, Not(HasSubstr("Failed")));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto key = line.find_first_not_of(' ');
    EXPECT_FALSE(line[key] >= '0' && line[key] <= '9') << "unknown field: " << line;
  }
}

TEST_F(Perfetto, KeepsTracksApart) {
  const Track dac = probe_.track("tile0", "dac");
  const Track adc = probe_.track("tile0", "adc");
  const Track host = probe_.track("host", "code");
  const ActivityName activity = probe_.name("work");
  probe_.slice(dac, activity, 0, 10'000);
  probe_.slice(adc, activity, 5'000, 15'000);
  probe_.slice(host, probe_.name("main"), 1'000, 20'000);
  EXPECT_THAT(read(), ElementsAre(SeenSlice{"tile0/dac", "work", 0, 10, 0},
                                  SeenSlice{"tile0/adc", "work", 5, 15, 0},
                                  SeenSlice{"host/code", "main", 1, 20, 0}));
}

TEST_F(Perfetto, NestsChildrenReportedFirstEvenWhenTheyBeginTogether) {
  const Track track = probe_.track("host", "code");
  const ActivityName inner = probe_.name("inner");
  const ActivityName outer = probe_.name("outer");
  probe_.slice(track, inner, 1'000, 2'000);
  probe_.slice(track, inner, 2'000, 4'000);
  probe_.slice(track, outer, 1'000, 4'000);
  probe_.slice(track, outer, 4'000, 5'000);
  EXPECT_THAT(read(), ElementsAre(SeenSlice{"host/code", "inner", 1, 2, 1},
                                  SeenSlice{"host/code", "inner", 2, 4, 1},
                                  SeenSlice{"host/code", "outer", 1, 4, 0},
                                  SeenSlice{"host/code", "outer", 4, 5, 0}));
}

TEST_F(Perfetto, NestsWhatBeginsOrEndsInTheSameNanosecond) {
  const Track track = probe_.track("tile0", "command");
  const ActivityName inner = probe_.name("inner");
  const ActivityName outer = probe_.name("outer");
  probe_.slice(track, inner, 1'200, 1'500);
  probe_.slice(track, outer, 1'100, 1'900);
  probe_.slice(track, inner, 5'200, 5'400);
  probe_.slice(track, outer, 3'000, 5'900);
  EXPECT_THAT(read(), ElementsAre(SeenSlice{"tile0/command", "inner", 1, 1, 1},
                                  SeenSlice{"tile0/command", "outer", 1, 1, 0},
                                  SeenSlice{"tile0/command", "inner", 5, 5, 1},
                                  SeenSlice{"tile0/command", "outer", 3, 5, 0}));
}

TEST_F(Perfetto, WritesBeginsAndEndsAsTheyCome) {
  const Track track = probe_.track("host", "functions");
  const ActivityName caller = probe_.name("caller");
  const ActivityName called = probe_.name("called");
  writer_.on_begin(track, caller, 1'000);
  writer_.on_begin(track, called, 1'500);
  writer_.on_end(track, 1'900);
  writer_.on_begin(track, called, 1'900);
  writer_.on_end(track, 2'000);
  writer_.on_end(track, 2'000);
  EXPECT_THAT(read(), ElementsAre(SeenSlice{"host/functions", "called", 1, 1, 1},
                                  SeenSlice{"host/functions", "called", 1, 2, 1},
                                  SeenSlice{"host/functions", "caller", 1, 2, 0}));
}

TEST_F(Perfetto, RoundsDownAndStaysOrderedBelowANanosecond) {
  const Track track = probe_.track("noc", "request");
  const ActivityName hop = probe_.name("hop");
  const ActivityName packet = probe_.name("packet");
  probe_.slice(track, hop, 1'100, 1'400);
  probe_.slice(track, hop, 1'400, 1'900);
  probe_.slice(track, hop, 1'900, 2'100);
  probe_.slice(track, packet, 1'100, 2'100);
  probe_.slice(track, packet, 2'100, 2'100);
  const std::vector<SeenSlice> slices = read();
  ASSERT_EQ(slices.size(), 5U);
  std::map<std::string, int> names;
  for (const SeenSlice& slice : slices) {
    ++names[slice.name];
    EXPECT_GE(slice.begin_ns, 1U);
    EXPECT_LE(slice.end_ns, 2U);
    EXPECT_LE(slice.begin_ns, slice.end_ns);
  }
  EXPECT_EQ(names["hop"], 3);
  EXPECT_EQ(names["packet"], 2);
}

TEST_F(Perfetto, LongRunsKeepEverySlice) {
  const Track track = probe_.track("host", "code");
  const ActivityName step = probe_.name("step");
  const ActivityName stage = probe_.name("stage");
  constexpr std::size_t kStages = 5;
  constexpr std::size_t kSteps = 3 * PerfettoWriter::kHeldBack;
  TimePs now = 0;
  for (std::size_t i = 0; i < kStages; ++i) {
    const TimePs begin = now;
    for (std::size_t k = 0; k < kSteps; ++k) {
      now += 1'000;
      probe_.slice(track, step, now, now + 500);
    }
    now += 1'000;
    probe_.slice(track, stage, begin, now);
  }
  std::size_t steps = 0;
  std::vector<std::uint64_t> stage_ends;
  for (const SeenSlice& slice : read()) {
    if (slice.name == "step") {
      ++steps;
      EXPECT_EQ(slice.depth, 1U);
    } else {
      stage_ends.push_back(slice.end_ns);
    }
  }
  EXPECT_EQ(steps, kStages * kSteps);
  EXPECT_THAT(stage_ends, ElementsAre(3073, 6146, 9219, 12292, 15365));
}

TEST_F(Perfetto, ShowsCountersAndFlows) {
  const Track from = probe_.track("noc", "from host");
  const Track to = probe_.track("noc", "from tile5");
  const ActivityName request = probe_.name("request");
  probe_.slice(from, request, 1'000, 2'000, {77, false});
  probe_.slice(to, request, 3'000, 4'000, {77, true});
  probe_.value(probe_.counter("tile5", "semaphore 2", 16), 5'000, 300);
  const std::uint64_t power = writer_.open_series("power", "total", "W");
  writer_.write_series(power, 6'000, 0.125);
  const std::string text = decoded();
  EXPECT_THAT(text, HasSubstr(" flow_ids: 77\n"));
  EXPECT_THAT(text, HasSubstr(" terminating_flow_ids: 77\n"));
  EXPECT_THAT(text, HasSubstr("    name: \"semaphore 2\"\n"));
  EXPECT_THAT(text, HasSubstr("    counter_value: 300\n"));
  EXPECT_THAT(text, HasSubstr("    name: \"total\"\n"));
  EXPECT_THAT(text, HasSubstr("unit_name: \"W\"\n"));
  EXPECT_THAT(text, HasSubstr("    double_counter_value: 0.125\n"));
}

TEST(PerfettoMemory, StaysBoundedWithTenMillionEvents) {
  if (std::getenv("AIMC_FULL") == nullptr) GTEST_SKIP() << "writes 250 MB; AIMC_FULL=1 runs it";
  const std::string path = aimc::test::scratch_path("perfetto_memory.pftrace");
  PerfettoWriter writer(path);
  Probe probe;
  probe.attach(&writer);
  constexpr unsigned kTracks = 500;
  std::vector<Track> tracks;
  for (unsigned i = 0; i < kTracks; ++i) {
    tracks.push_back(probe.track("tile" + std::to_string(i / 7), "track " + std::to_string(i % 7)));
  }
  const ActivityName name = probe.name("work");
  for (TimePs i = 0; i < 10'000'000 / 2; ++i) {
    probe.slice(tracks[i % kTracks], name, i * 1000, i * 1000 + 500, {i, (i & 1U) != 0});
  }
  writer.commit();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 300 * 1024);  // KiB
  EXPECT_GT(std::filesystem::file_size(path), 100'000'000U);
  std::filesystem::remove(path);
}

TEST_F(Perfetto, WithoutCommitThereIsNoFile) {
  probe_.slice(probe_.track("a", "b"), probe_.name("c"), 0, 1);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
