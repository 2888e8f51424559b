#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "models/riscv/observer.h"
#include "platform/cli/cli.h"
#include "platform/cli/signature.h"
#include "tests/support/scratch_path.h"
#include "tests/unit/config/elf_builder.h"

namespace {

namespace fs = std::filesystem;
using aimc::platform::RunOptions;
using aimc::platform::RunResult;
using aimc::platform::RunStatus;
using aimc::test::ElfBuilder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The command line over a simulation that is none.
class CliRun : public ::testing::Test {
 public:
  ~CliRun() override { fs::remove_all(folder_); }
  CliRun(const CliRun&) = delete;
  CliRun& operator=(const CliRun&) = delete;

 protected:
  CliRun() : folder_(aimc::test::scratch_path("cli_run/")) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    ElfBuilder elf;
    elf.segment(0x80000000U, {1, 2, 3, 4}, 0x1000);
    elf.symbol("main", 0x80000000U, 0x20, STT_FUNC);
    elf.symbol("images", 0x80000100U, 16, STT_OBJECT);
    write("fw.elf", elf.build());
    result_.reason = "pass";
  }

  std::string write(const std::string& name, const std::vector<std::uint8_t>& bytes) const {
    std::ofstream(folder_ + name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return folder_ + name;
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ + name, std::ios::binary).rdbuf();
    return text.str();
  }
  std::vector<std::string> files(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ + name)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  /// `aimc-vp run fw.elf --out out` with more words; remembers status, options and messages.
  int run(std::vector<std::string> more, const std::string& firmware = "fw.elf") {
    std::vector<std::string> words{"run", folder_ + firmware, "--out", folder_ + "out"};
    words.insert(words.end(), more.begin(), more.end());
    return main(words);
  }
  int main(const std::vector<std::string>& words) {
    started_ = false;
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int status = aimc::cli::cli_main("aimc-vp", words, [this](const RunOptions& options) {
      started_ = true;
      options_ = options;
      if (simulation_) simulation_(options);
      RunResult result = result_;
      for (const auto& range : options.saves) {
        result.saved.emplace_back(range.bytes, std::uint8_t{0xA5});
      }
      return result;
    });
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return status;
  }

  /// Expects the words to be refused with status 2, one line that says `message`, and no trace
  /// left.
  void expect_refused(const std::vector<std::string>& more, const std::string& message) {
    EXPECT_EQ(run(more), 2) << message;
    EXPECT_THAT(err_, HasSubstr(message));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
    EXPECT_EQ(out_, "");
    EXPECT_FALSE(started_);
    EXPECT_FALSE(fs::exists(folder_ + "out"));
  }

  std::string folder_;
  RunResult result_;
  std::function<void(const RunOptions&)> simulation_;
  RunOptions options_;
  bool started_ = false;
  std::string out_;
  std::string err_;
};

TEST_F(CliRun, PassesEverythingOn) {
  const std::string blob = write("blob.bin", {7, 8, 9});
  ASSERT_EQ(run({"--seed",
                 "42",
                 "--nmpu",
                 "lockstep",
                 "--threads",
                 "3",
                 "--analog",
                 "ideal",
                 "--max-sim-time",
                 "10ms",
                 "--set",
                 "noc.width=5",
                 "--set",
                 "noc.height=6",
                 "--load",
                 blob + "@0x80000200",
                 "--load",
                 blob + "@images",
                 "--save",
                 folder_ + "ram.bin@images",
                 "--",
                 "images=10",
                 "--seed",
                 "-q"}),
            0)
      << err_;
  EXPECT_EQ(options_.seed, 42U);
  EXPECT_EQ(options_.threads, 3U);
  EXPECT_EQ(options_.nmpu, aimc::nmpu::BackendKind::kLockstep);
  EXPECT_EQ(options_.config.tile.crossbar.mode, aimc::analog::AnalogMode::kIdeal);
  EXPECT_EQ(options_.max_sim_time_ps, 10'000'000'000U);
  EXPECT_EQ(options_.config.noc.width, 5U);
  EXPECT_EQ(options_.config.noc.height, 6U);
  EXPECT_THAT(options_.firmware_args, ElementsAre("images=10", "--seed", "-q"));
  ASSERT_EQ(options_.loads.size(), 2U);
  EXPECT_EQ(options_.loads[0].address, 0x80000200U);
  EXPECT_THAT(options_.loads[0].bytes, ElementsAre(7, 8, 9));
  EXPECT_EQ(options_.loads[1].address, 0x80000100U);
  EXPECT_EQ(options_.sink, nullptr);
  EXPECT_NE(options_.stop, nullptr);
  EXPECT_EQ(read("ram.bin"), std::string(16, '\xA5'));
}

TEST_F(CliRun, LeavesItsFiles) {
  simulation_ = [](const RunOptions& options) {
    for (const char c : std::string("hello\n")) options.uart(static_cast<std::uint8_t>(c));
  };
  ASSERT_EQ(run({}), 0) << err_;
  EXPECT_THAT(files("out"),
              ElementsAre("energy.csv", "layers.csv", "links.csv", "platform.yaml", "power.csv",
                          "summary.json", "tiles.csv", "timeline.csv", "uart.log"));
  EXPECT_EQ(read("out/uart.log"), "hello\n");
  EXPECT_THAT(out_, HasSubstr("hello\n"));
  const auto summary = nlohmann::json::parse(read("out/summary.json"));
  EXPECT_EQ(summary["firmware"], "fw.elf");
  EXPECT_EQ(summary["platform"], "default");
  EXPECT_EQ(summary["analog_model"], "physical");
  EXPECT_EQ(summary["exit"]["reason"], "pass");
  EXPECT_THAT(summary["run"]["command"].get<std::string>(), HasSubstr("aimc-vp run "));
  EXPECT_EQ(err_, "");
}

TEST_F(CliRun, TracesOnDemandAndLeavesNoOldTrace) {
  ASSERT_EQ(run({"--trace", "perfetto"}), 0) << err_;
  EXPECT_NE(options_.sink, nullptr);
  EXPECT_TRUE(fs::exists(folder_ + "out/trace.pftrace"));
  ASSERT_EQ(run({}), 0) << err_;
  EXPECT_FALSE(fs::exists(folder_ + "out/trace.pftrace")) << "it belongs to another run";
}

TEST_F(CliRun, UartGoesToAFile) {
  simulation_ = [](const RunOptions& options) { options.uart('x'); };
  ASSERT_EQ(run({"--uart", folder_ + "console.txt", "-q"}), 0) << err_;
  EXPECT_EQ(read("console.txt"), "x");
  EXPECT_EQ(read("out/uart.log"), "x");
  EXPECT_EQ(out_, "");
}

TEST_F(CliRun, ExitStatusIsTheFirmwaresAndNeverASuccessByAccident) {
  result_.exit_code = 7;
  EXPECT_EQ(run({"-q"}), 7);
  result_.exit_code = 256;
  EXPECT_EQ(run({"-q"}), 255);
  const auto summary = nlohmann::json::parse(read("out/summary.json"));
  EXPECT_EQ(summary["exit"]["code"], 256);
}

TEST_F(CliRun, StatusIsThreeWhenThePlatformStops) {
  result_.status = RunStatus::kPlatform;
  result_.reason = "WFI at 0x80000010 (main+0x10) that nothing can wake";
  EXPECT_EQ(run({"-q"}), 3);
  EXPECT_THAT(err_, HasSubstr("the platform stopped the run: WFI at 0x80000010 (main+0x10)"));
  const auto summary = nlohmann::json::parse(read("out/summary.json"));
  EXPECT_EQ(summary["exit"]["code"], 3);
  EXPECT_EQ(summary["exit"]["reason"], result_.reason);
}

TEST_F(CliRun, AFailingRunLeavesNothing) {
  simulation_ = [](const RunOptions& options) {
    options.uart('x');
    throw std::runtime_error("defect");
  };
  EXPECT_EQ(run({"--trace", "perfetto", "--save", folder_ + "ram.bin@images"}), 70);
  EXPECT_THAT(err_, HasSubstr("internal error: defect"));
  EXPECT_FALSE(fs::exists(folder_ + "out"));
  EXPECT_THAT(files(""), ElementsAre("fw.elf"));
}

TEST_F(CliRun, CtrlCRaisesTheFlagOfTheRun) {
  bool before = true;
  bool after = false;
  simulation_ = [&before, &after](const RunOptions& options) {
    before = *options.stop;
    std::raise(SIGINT);
    after = *options.stop;
  };
  EXPECT_EQ(run({"-q"}), 0);
  EXPECT_FALSE(before);
  EXPECT_TRUE(after);
}

TEST_F(CliRun, RefusesBadFirmware) {
  EXPECT_EQ(run({}, "none.elf"), 2);
  EXPECT_THAT(err_, HasSubstr("none.elf': does not exist"));
  write("text.elf", {'h', 'i'});
  EXPECT_EQ(run({}, "text.elf"), 2);
  EXPECT_THAT(err_, HasSubstr("text.elf': not an ELF file"));
  ElfBuilder far;
  far.segment(0x20000000U, {1, 2, 3, 4});
  write("far.elf", far.build());
  EXPECT_EQ(run({}, "far.elf"), 2);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("far.elf': segment 0x20000000..0x20000003 lies outside the RAM"),
                    HasSubstr("0x80000000..0x87ffffff")));
}

TEST_F(CliRun, RefusesBadConfigurations) {
  expect_refused({"--platform", "defualt"}, "did you mean 'default'?");
  expect_refused({"--set", "tile.count=17"}, "tile 16 lies outside the 4x4 mesh");
  expect_refused({"--set", "tile.nmpu.lanes=32", "--nmpu", "rtl"},
                 "the RTL has 64 lanes, key 'tile.nmpu.lanes' is 32");
}

TEST_F(CliRun, RefusesBadOptions) {
  expect_refused({"--bogus"}, "--bogus");
  expect_refused({"--nmpu", "fast"},
                 "--nmpu: value 'fast' is not known; expected one of model, rtl, lockstep");
  expect_refused({"--analog", "perfect"}, "--analog: value 'perfect' is not known");
  expect_refused({"--seed", "-1"}, "--seed: value '-1' is not a whole number");
  expect_refused({"--threads", "0"}, "--threads: value '0' is out of range, expected 1..256");
  expect_refused({"--threads", "257"}, "--threads: value '257' is out of range");
  expect_refused({"--threads", "two"}, "--threads: value 'two' is not a whole number");
  expect_refused({"--max-sim-time", "10"}, "expected a number with unit ps, ns, us, ms or s");
  expect_refused({"--set"}, "--set");
  expect_refused({"extra"}, "extra");
  expect_refused({"-q", "-v"}, "excludes");
  expect_refused({"--uart", folder_ + "no/such/folder.txt"}, "cannot be written");
  expect_refused({"--gdb", "0.0.0.0:1234"}, "--gdb: value '0.0.0.0:1234' is not a port");
  expect_refused({"--gdb", "65536"}, "the server listens on 127.0.0.1 only");
}

TEST_F(CliRun, RefusesAgesThatAreNone) {
  expect_refused({"--age", "1fortnight"}, "--age: value '1fortnight' is not an age");
  expect_refused({"--age", "-1day"}, "--age: value '-1day' is out of range");
}

TEST_F(CliRun, RefusesWhatItDoesNotKnow) {
  expect_refused(
      {"--trace", "dot"},
      "--trace: value 'dot' is not known; expected one of perfetto, vcd, fst, csv, instr");
  EXPECT_EQ(main({"rum"}), 2);
  EXPECT_EQ(main({}), 2);
}

TEST_F(CliRun, TracesInstructionsAndProfiles) {
  simulation_ = [](const RunOptions& options) {
    ASSERT_NE(options.step_observer, nullptr);
    ASSERT_NE(options.stretch_observer, nullptr);
    EXPECT_TRUE(options.step_observer->wants(0x80000004U));
    EXPECT_FALSE(options.step_observer->wants(0x80000008U));
    aimc::riscv::Step step;
    step.pc = 0x80000004U;
    step.word = 0x00100073U;
    options.step_observer->executed(step);
  };
  ASSERT_EQ(run({"--trace", "instr", "--trace-window", "1us:2us", "--trace-filter",
                 "range=0x80000004:0x80000008", "--profile"}),
            0)
      << err_;
  EXPECT_EQ(options_.steps_from_ps, 1'000'000U);
  EXPECT_EQ(options_.steps_to_ps, 2'000'000U);
  EXPECT_THAT(read("out/instr.log"), HasSubstr("\tebreak\t"));
  EXPECT_THAT(files("out"), ::testing::IsSupersetOf({"profile.csv", "profile.folded"}));
  simulation_ = nullptr;
  ASSERT_EQ(run({}), 0);
  EXPECT_EQ(options_.step_observer, nullptr);
  EXPECT_EQ(options_.stretch_observer, nullptr);
  for (const char* name : {"instr.log", "profile.csv", "profile.folded"}) {
    EXPECT_FALSE(fs::exists(folder_ + "out/" + name)) << "it belongs to another run";
  }
}

TEST_F(CliRun, RefusesBadTraceOptions) {
  expect_refused({"--trace-window", "1us:"},
                 "--trace-window: only with --trace perfetto, vcd, fst or instr");
  expect_refused({"--trace", "perfetto", "--trace-filter", "range=1:2"}, "only with --trace instr");
  expect_refused({"--trace", "instr", "--trace-filter", "component=noc"},
                 "component= only with --trace perfetto, vcd or fst");
  expect_refused({"--trace", "vcd", "--trace-filter", "component=tile16"},
                 "no component 'tile16'; expected host, dma, noc, interrupts, power, utilisation, "
                 "or tile0 to tile15");
  const auto refused = [this](const char* option, const char* value, const char* message) {
    expect_refused({"--trace", "instr", option, value}, message);
  };
  refused("--trace-window", "1us", "'1us' is not a stretch of time; expected FROM:TO");
  refused("--trace-window", "1us:2us:3us", "expected FROM:TO");
  refused("--trace-window", "1:2us", "'1' is not a time");
  refused("--trace-window", "2us:1us", "is empty; expected FROM before TO");
  refused("--trace-filter", "function=nowhere", "no function 'nowhere' in");
  refused("--trace-filter", "function=images", "no function 'images' in");
  refused("--trace-filter", "function=", "is no filter");
  refused("--trace-filter", "main", "'main' is no filter; expected component=NAME");
  refused("--trace-filter", "task=3", "filter 'task' is not known; expected component=NAME");
  refused("--trace-filter", "range=1", "range '1' is not BEGIN:END");
  refused("--trace-filter", "range=0x20:0x10", "holds no address");
  refused("--trace-filter", "range=0:x", "'x' is not a whole number");
  refused("--trace-filter", "range=0:0x10+", "'' is no filter");
}

TEST_F(CliRun, ShowsWhereThePlatformStoppedTheHost) {
  result_.status = aimc::platform::RunStatus::kPlatform;
  result_.backtrace = {"#0 0x80000000 in inner", "#1 0x80000010 in outer"};
  EXPECT_EQ(run({}), 3);
  EXPECT_THAT(err_, HasSubstr("\n#0 0x80000000 in inner\n#1 0x80000010 in outer\n"));
  EXPECT_THAT(read("out/summary.json"), HasSubstr("\"#1 0x80000010 in outer\""));
}

TEST_F(CliRun, LoadsCompressedFiles) {
  const std::string name = folder_ + "blob.gz";
  gzFile file = gzopen(name.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, "abc", 3), 3);
  gzclose(file);
  ASSERT_EQ(run({"--load", name + "@images"}), 0) << err_;
  EXPECT_THAT(options_.loads.at(0).bytes, ElementsAre('a', 'b', 'c'));
}

TEST_F(CliRun, RefusesBadLoads) {
  const std::string blob = write("blob.bin", std::vector<std::uint8_t>(17));
  expect_refused({"--load", blob}, "expected FILE@ADDRESS or FILE@SYMBOL");
  expect_refused({"--load", folder_ + "none@images"}, "none' does not exist");
  expect_refused({"--load", folder_ + "@images"}, "is not a file");
  expect_refused({"--load", blob + "@imgaes"}, "(did you mean 'images'?)");
  expect_refused({"--load", blob + "@images"}, "17 bytes do not fit into 'images' of 16 bytes");
  expect_refused({"--load", blob + "@0x10000000"}, "17 bytes at 0x10000000 lie outside the RAM");
  expect_refused({"--load", blob + "@0x87fffff0"}, "lie outside the RAM 0x80000000..0x87ffffff");
  expect_refused({"--load", write("fake.gz", {1, 2, 3}) + "@images"}, "is not a gzip file");
  expect_refused(
      {"--load", write("cut.gz", {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b}) + "@images"},
      "cannot be decompressed");
}

// Of a firmware, a blob and a platform file alike. None may be waited for, as opening a pipe would.
TEST_F(CliRun, RefusesWhatIsNoFileToRead) {
  fs::create_directory(folder_ + "folder");
  fs::create_symlink("loop", folder_ + "loop");
  ASSERT_EQ(::mkfifo((folder_ + "pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", folder_ + "to_pipe");
  const std::string too_long(300, 'a');
  std::vector<std::pair<std::string, std::string>> cases{
      {"folder", "is not a file"},
      {"pipe", "is not a file"},
      {"to_pipe", "is not a file"},
      {"loop", "cannot be opened: Too many levels of symbolic links"},
      {too_long, "cannot be opened: File name too long"},
      {"fw.elf/x", "does not exist"}};
  if (::geteuid() != 0) {  // who may read everything
    fs::permissions(write("secret", {1}), fs::perms::none);
    cases.emplace_back("secret", "cannot be");
    fs::create_directory(folder_ + "closed");
    fs::permissions(folder_ + "closed", fs::perms::none);
    cases.emplace_back("closed/x", "cannot be opened: Permission denied");
  }
  for (const auto& [name, message] : cases) {
    const std::string quoted = folder_ + name + "'";
    const std::string what = std::string(quoted).append(" ").append(message);
    expect_refused({"--load", folder_ + name + "@images"}, "file '" + what);
    expect_refused({"--platform", folder_ + name}, "platform file '" + what);
    EXPECT_EQ(run({}, name), 2);
    EXPECT_THAT(err_,
                HasSubstr(std::string("firmware '").append(quoted).append(": ").append(message)));
    EXPECT_EQ(std::count(err_.begin(), err_.end(), '\n'), 1) << err_;
  }
  if (fs::exists(folder_ + "closed")) fs::permissions(folder_ + "closed", fs::perms::owner_all);
}

TEST_F(CliRun, RefusesEmptyFiles) {
  expect_refused({"--load", write("empty.bin", {}) + "@images"}, "empty.bin' is empty");
  const std::string name = folder_ + "empty.gz";
  ASSERT_EQ(gzclose(gzopen(name.c_str(), "wb")), Z_OK);
  expect_refused({"--load", name + "@images"}, "empty.gz' is empty");
  expect_refused({"--load", write("nothing.gz", {}) + "@images"}, "nothing.gz' is not a gzip file");
  expect_refused({"--platform", write("empty.yaml", {})}, "expected settings");
  write("empty.elf", {});
  EXPECT_EQ(run({}, "empty.elf"), 2);
  EXPECT_THAT(err_, HasSubstr("not an ELF file"));
}

TEST_F(CliRun, RefusesBadSaves) {
  const std::string file = folder_ + "ram.bin";
  expect_refused({"--save", file + "@0x80000000"}, "expected :BYTES");
  expect_refused({"--save", file + "@images:0"}, "nothing to save");
  expect_refused({"--save", file + "@0x87fffff0:17"}, "lie outside the RAM");
  expect_refused({"--save", file + "@nowhere"}, "is neither an address nor a symbol");
  expect_refused({"--save", folder_ + "no/such/ram.bin@images"}, "cannot be written");
}

TEST_F(CliRun, SignatureIsWordsInHexadecimal) {
  ElfBuilder elf;
  elf.segment(0x80000000U, {1, 2, 3, 4}, 0x1000);
  elf.symbol("begin_signature", 0x80000010U, 0, STT_NOTYPE);
  elf.symbol("end_signature", 0x80000018U, 0, STT_NOTYPE);
  write("signed.elf", elf.build());
  result_.exit_code = 3;
  EXPECT_EQ(run({"--save", folder_ + "raw.bin@0x80000000:2", "--signature", folder_ + "words.txt"},
                "signed.elf"),
            3)
      << err_;
  EXPECT_EQ(options_.saves.at(1).address, 0x80000010U);
  EXPECT_EQ(options_.saves.at(1).bytes, 8U);
  EXPECT_EQ(read("words.txt"), "a5a5a5a5\na5a5a5a5\n");
  EXPECT_EQ(read("raw.bin"), "\xA5\xA5");
  EXPECT_EQ(aimc::cli::signature_text({0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0xF0}),
            "12345678\nf0000001\n");
}

TEST_F(CliRun, RefusesBadSignatures) {
  expect_refused({"--signature", folder_ + "words.txt"}, "has no symbol 'begin_signature'");
  const auto refuse = [this](std::uint32_t begin, std::uint32_t end, const std::string& message) {
    ElfBuilder elf;
    elf.segment(0x80000000U, {1, 2, 3, 4}, 0x1000);
    elf.symbol("begin_signature", begin, 0, STT_NOTYPE);
    elf.symbol("end_signature", end, 0, STT_NOTYPE);
    write("signed.elf", elf.build());
    EXPECT_EQ(run({"--signature", folder_ + "words.txt"}, "signed.elf"), 2) << message;
    EXPECT_THAT(err_, HasSubstr(message));
    EXPECT_FALSE(started_);
    EXPECT_FALSE(fs::exists(folder_ + "words.txt"));
  };
  refuse(0x80000010U, 0x80000010U, "holds nothing");
  refuse(0x80000010U, 0x8000000CU, "holds nothing");
  refuse(0x80000010U, 0x80000016U, "has 6 bytes; expected a multiple of 4");
  refuse(0x7FFFFFF0U, 0x80000010U, "lies outside the RAM");
  refuse(0x80000010U, 0xF0000000U, "lies outside the RAM");
}

TEST_F(CliRun, SemihostingWithAndWithoutADirectory) {
  EXPECT_EQ(run({}), 0);
  EXPECT_FALSE(options_.semihosting);
  EXPECT_EQ(run({"--semihosting", "-q"}), 0);
  EXPECT_EQ(options_.semihosting, std::string());
  EXPECT_EQ(run({"--semihosting", folder_}), 0);
  EXPECT_EQ(options_.semihosting, folder_);
  EXPECT_EQ(main({"run", "--out", folder_ + "out", "--semihosting", folder_ + "fw.elf"}), 0);
  EXPECT_EQ(options_.semihosting, std::string());
  fs::remove_all(folder_ + "out");
  expect_refused({"--semihosting", folder_ + "none"}, "No such file or directory; expected a");
  expect_refused({"--semihosting", folder_ + "fw.elf"}, "Not a directory; expected a directory");
}

TEST_F(CliRun, RefusesAnOutputThatIsAFile) {
  EXPECT_EQ(main({"run", folder_ + "fw.elf", "--out", folder_ + "fw.elf"}), 2);
  EXPECT_THAT(err_, HasSubstr("output folder"));
  EXPECT_FALSE(started_);
}

TEST_F(CliRun, ShowsASummaryUnlessQuiet) {
  result_.reported = {{"accuracy", 0.891}};
  result_.simulated_ps = 1'500'000'000;
  result_.energy = {{"tile0/adc", "conversion", 2, 2e-9},
                    {"tile1/adc", "conversion", 2, 1e-9},
                    {"host", "instructions", 10, 1e-9}};
  ASSERT_EQ(run({}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("accuracy     0.891"), HasSubstr("1.5 ms simulated"),
                          HasSubstr("tiles/adc"), HasSubstr("75.0 %"), HasSubstr("4 nJ")));
  ASSERT_EQ(run({"-q"}), 0);
  EXPECT_EQ(out_, "");
}

}  // namespace
