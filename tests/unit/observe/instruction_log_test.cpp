#include "platform/observe/instruction_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/scratch_path.h"

namespace {

using aimc::observe::InstructionLog;
using aimc::riscv::Privilege;
using aimc::riscv::Step;
using aimc::riscv::TrapEntry;

class Log : public ::testing::Test {
 public:
  ~Log() override { std::filesystem::remove(path_); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

 protected:
  using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  Log() {
    image_.symbols = {{"main", 0x80000000U, 0x100, aimc::platform::SymbolKind::kFunction},
                      {"handler", 0x80000200U, 0x100, aimc::platform::SymbolKind::kFunction}};
  }

  /// The lines behind the first one.
  std::string written(const std::vector<Step>& steps, const std::vector<TrapEntry>& traps = {},
                      const Ranges& ranges = {}) {
    InstructionLog log(path_, image_, ranges, 2000);
    for (const Step& step : steps) log.executed(step);
    for (const TrapEntry& trap : traps) log.trapped(trap);
    log.commit();
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    const std::string all = text.str();
    EXPECT_EQ(all.substr(0, all.find('\n')),
              "# time_ps\tpc\tprivilege\tsymbol\tinstruction\teffects");
    return all.substr(all.find('\n') + 1);
  }

  std::string path_ = aimc::test::scratch_path("instr.log");
  aimc::platform::ElfImage image_;
};

Step step(std::uint32_t pc, std::uint32_t word) {
  Step step;
  step.cycle = 7;
  step.pc = pc;
  step.word = word;
  return step;
}

TEST_F(Log, ShowsWhatChanged) {
  Step add = step(0x80000004U, 0x00B50533U);
  add.rd = 10;
  add.rd_value = 0xDEADBEEFU;
  Step store = step(0x80000008U, 0x00A58023U);
  store.privilege = Privilege::kUser;
  store.writes_memory = true;
  store.bytes = 1;
  store.address = 0x1000U;
  store.written_value = 0xFFU;
  Step swap = step(0x8000000CU, 0x30051573U);
  swap.rd = 10;
  swap.rd_value = 1;
  swap.writes_csr = true;
  swap.csr = 0x300;
  swap.csr_value = 2;
  Step amo = step(0x80000010U, 0x00B6262FU);
  amo.rd = 12;
  amo.rd_value = amo.read_value = 3;
  amo.written_value = 4;
  amo.reads_memory = amo.writes_memory = true;
  amo.bytes = 4;
  amo.address = 0x2000U;
  EXPECT_EQ(written({add, store, swap, amo, step(0x80000014U, 0xFE0796E3U)}),
            "14000\t0x80000004\tM\tmain+0x4\tadd a0,a0,a1\ta0=0xdeadbeef\n"
            "14000\t0x80000008\tU\tmain+0x8\tsb a0,0(a1)\tw1@0x00001000=0x000000ff\n"
            "14000\t0x8000000c\tM\tmain+0xc\tcsrrw a0,mstatus,a0\ta0=0x00000001 "
            "mstatus=0x00000002\n"
            "14000\t0x80000010\tM\tmain+0x10\tamoadd.w a2,a1,(a2)\ta2=0x00000003 "
            "r4@0x00002000=0x00000003 w4@0x00002000=0x00000004\n"
            "14000\t0x80000014\tM\tmain+0x14\tbne a5,zero,0x80000000 <main>\t\n");
}

TEST_F(Log, ShowsWhatTheCodeIsNow) {
  EXPECT_EQ(written({step(0x80000000U, 0x0001U), step(0x80000000U, 0x8082U)}),
            "14000\t0x80000000\tM\tmain\tc.addi zero,0\t\n"
            "14000\t0x80000000\tM\tmain\tc.jr ra\t\n");
}

TEST_F(Log, GivesTrapsLinesOfTheirOwn) {
  const TrapEntry fault{5, 9, 7, 0x80000004U, 0x50000000U, 0x80000200U, 0, Privilege::kUser};
  const TrapEntry timer{6, 10, 0x80000007U, 0x90000000U, 0, 0x80000200U, 0, Privilege::kMachine};
  EXPECT_EQ(written({}, {fault, timer}),
            "10000\t0x80000004\tU\tmain+0x4\texception: store/AMO access fault\t"
            "mcause=0x00000007 mtval=0x50000000 handler=0x80000200\n"
            "12000\t0x90000000\tM\t0x90000000\tinterrupt: machine timer interrupt\t"
            "mcause=0x80000007 mtval=0x00000000 handler=0x80000200\n");
}

TEST_F(Log, FiltersTrapsByBothEnds) {
  const TrapEntry timer{6, 10, 0x80000007U, 0x80000010U, 0, 0x80000200U, 0, Privilege::kMachine};
  EXPECT_EQ(written({}, {timer}, {{0x80000010U, 0x80000012U}}),
            written({}, {timer}, {{0x80000000U, 0x80000004U}, {0x80000200U, 0x80000202U}}));
  EXPECT_EQ(written({}, {timer}, {{0x80000012U, 0x80000014U}}), "");
}

TEST_F(Log, StreamsHowMuchItMayBe) {
  constexpr std::size_t kLines = 100'000;  // several buffers
  const std::string text = written(std::vector<Step>(kLines, step(0x80000000U, 0x0001U)));
  EXPECT_EQ(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), kLines);
  EXPECT_EQ(text.size() % kLines, 0U);
}

TEST_F(Log, CutsEndlessNames) {
  image_.symbols[0].name = std::string(5000, 'x');
  const TrapEntry fault{5, 9, 7, 0x80000000U, 0, 0x80000000U, 0, Privilege::kUser};
  EXPECT_LT(written({step(0x80000000U, 0x0001U)}, {fault}).size(), 1400U);
}

}  // namespace
