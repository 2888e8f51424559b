#include "platform/observe/host_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "models/riscv/block_cache.h"

namespace {

using aimc::observe::HostProfile;
using aimc::riscv::InstructionClass;
using aimc::riscv::Opcode;
using aimc::riscv::Stretch;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t kMain = 0x1000;
constexpr std::uint32_t kWork = 0x2000;
constexpr std::uint32_t kLeaf = 0x3000;
constexpr std::uint32_t kHandler = 0x4000;
constexpr std::uint32_t kOther = 0x5000;
constexpr std::uint32_t kTimer = 0x80000007U;

/// A program that is told instead of executed: each stretch has two instructions of class alu and
/// takes three cycles; a trap takes one.
class Profile : public ::testing::Test {
 protected:
  Profile() : profile_(image(), timing()) {}

  static aimc::platform::ElfImage image() {
    aimc::platform::ElfImage image;
    const auto kind = aimc::platform::SymbolKind::kFunction;
    image.symbols = {{"main", kMain, 0x100, kind},
                     {"work", kWork, 0x100, kind},
                     {"leaf", kLeaf, 0x100, kind},
                     {"handler", kHandler, 0x100, kind},
                     {"other", kOther, 0x100, kind}};
    return image;
  }
  static aimc::riscv::HartTiming timing() {
    aimc::riscv::HartTiming timing;
    timing.energy_pj.fill(0.0);
    timing.energy_pj[static_cast<std::size_t>(InstructionClass::kAlu)] = 0.5;
    return timing;
  }

  void run(std::uint32_t pc, Opcode last = Opcode::kIllegal, std::uint8_t rd = 32,
           std::uint8_t rs1 = 0, std::uint32_t next = 0) {
    Stretch stretch;
    stretch.pc = pc;
    stretch.next_pc = next;
    stretch.sp = sp_;
    stretch.count = 2;
    stretch.cycle = cycle_ += 3;
    stretch.last = last;
    stretch.rd = rd;
    stretch.rs1 = rs1;
    stretch.last_end_pc = pc + 8;
    stretch.ops = ops_.data();
    // Half of the addresses are of a kind that is known to be the same code each time.
    stretch.kind = kind_ != 0 ? kind_ : pc % 8 == 0 ? pc : 0;
    profile_.executed(stretch);
  }
  void call(std::uint32_t from, std::uint32_t to) { run(from, Opcode::kJal, 1, 0, to); }
  void call_through_register(std::uint32_t from, std::uint32_t to, std::uint8_t rd,
                             std::uint8_t rs1) {
    run(from, Opcode::kJalr, rd, rs1, to);
  }
  void jump(std::uint32_t from, std::uint32_t to) { run(from, Opcode::kJal, 32, 0, to); }
  void ret(std::uint32_t from, std::uint32_t to, std::uint8_t link = 1) {
    run(from, Opcode::kJalr, 32, link, to);
  }
  void mret(std::uint32_t from, std::uint32_t to) { run(from, Opcode::kMret, 32, 0, to); }
  void trap(std::uint32_t epc, std::uint32_t cause = kTimer) {
    profile_.trapped(
        {cycle_, cycle_ + 1, cause, epc, 0, kHandler, sp_, aimc::riscv::Privilege::kMachine});
    ++cycle_;
  }

  static std::array<aimc::riscv::Op, 2> two_of_class_alu() {
    std::array<aimc::riscv::Op, 2> ops{};
    for (aimc::riscv::Op& op : ops) op.cls = InstructionClass::kAlu;
    return ops;
  }

  HostProfile profile_;
  const std::array<aimc::riscv::Op, 2> ops_ = two_of_class_alu();
  std::uint64_t kind_ = 0;  // of a stretch; 0: by its address
  std::uint32_t sp_ = 0x8000;
  std::uint64_t cycle_ = 0;
};

TEST_F(Profile, CallsAndReturns) {
  call(kMain, kWork);
  sp_ -= 16;
  call(kWork, kLeaf);
  ret(kLeaf, kWork + 8);
  call(kWork + 8, kLeaf);
  ret(kLeaf, kWork + 16);
  sp_ += 16;
  ret(kWork + 16, kMain + 8);
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(), "main 6\nmain;work 9\nmain;work;leaf 6\n");
  EXPECT_EQ(profile_.csv(),
            "function,calls,instructions,inclusive_instructions,cycles,inclusive_cycles,energy_pj,"
            "inclusive_energy_pj\n"
            "work,1,6,10,9,15,3,5\n"
            "leaf,2,4,4,6,6,2,2\n"
            "main,1,4,14,6,21,2,7\n");
}

TEST_F(Profile, CountsMoreKindsOfStretchesThanItRemembers) {
  constexpr std::uint64_t kKinds = 20'000;
  for (int i = 0; i < 2; ++i) {
    for (kind_ = 1; kind_ <= kKinds; ++kind_) {
      call(kMain, kWork);
      ret(kWork, kMain + 8);
    }
  }
  EXPECT_EQ(profile_.csv(),
            "function,calls,instructions,inclusive_instructions,cycles,inclusive_cycles,energy_pj,"
            "inclusive_energy_pj\n"
            "main,1,80000,160000,120000,240000,40000,80000\n"
            "work,40000,80000,80000,120000,120000,40000,40000\n");
}

TEST_F(Profile, RecursionIsIncludedOnce) {
  call(kMain, kWork);
  sp_ -= 16;
  call(kWork, kWork);
  sp_ -= 16;
  run(kWork);
  sp_ += 16;
  ret(kWork + 20, kWork + 8);
  sp_ += 16;
  ret(kWork + 8, kMain + 8);
  run(kMain + 8);
  EXPECT_THAT(profile_.csv(), HasSubstr("\nwork,2,8,8,12,12,4,4\n"));
  EXPECT_EQ(profile_.folded(), "main 6\nmain;work 6\nmain;work;work 6\n");
}

TEST_F(Profile, ATailCallReturnsToTheCaller) {
  call(kMain, kWork);
  jump(kWork, kLeaf);
  ret(kLeaf, kMain + 8);
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(), "main 6\nmain;leaf 3\nmain;work 3\n");
  EXPECT_THAT(profile_.csv(), HasSubstr("\nleaf,1,"));
}

TEST_F(Profile, LinkRegistersTellCallsFromReturns) {
  call_through_register(kMain, kWork, 1, 1);      // link and source the same: a call
  call_through_register(kWork, kMain + 8, 5, 1);  // both, different: return and call
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(), "main 3\nmain;main 3\nmain;work 3\n");
}

TEST_F(Profile, RoutinesThatBuildTheFrameMoveTheStackPointer) {
  call(kMain, kWork);
  run(kWork, Opcode::kJal, 5, 0, kLeaf);
  sp_ -= 32;
  ret(kLeaf, kWork + 8, 5);
  run(kWork + 8);
  sp_ += 32;
  ret(kWork + 16, kMain + 8);
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(), "main 6\nmain;work 9\nmain;work;leaf 3\n");
}

TEST_F(Profile, LongjmpUnwinds) {
  call(kMain, kWork);
  sp_ -= 16;
  call(kWork, kLeaf);
  sp_ = 0x8000;
  ret(kLeaf, kMain + 64);  // where setjmp had returned to
  call(kMain + 64, kLeaf);
  EXPECT_EQ(profile_.folded(), "main 6\nmain;work 3\nmain;work;leaf 3\n");
  run(kLeaf);
  EXPECT_THAT(profile_.folded(), HasSubstr("main;leaf 3\n"));
}

TEST_F(Profile, AHandlerIsBelowWhatItInterrupts) {
  call(kMain, kWork);
  run(kWork);
  trap(kWork + 4);
  sp_ -= 64;
  run(kHandler);
  sp_ += 64;
  mret(kHandler + 8, kWork + 4);
  ret(kWork + 4, kMain + 8);
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(),
            "main 6\nmain;work 6\nmain;work;[machine timer interrupt] 1\n"
            "main;work;[machine timer interrupt];handler 6\n");
}

TEST_F(Profile, TasksKeepTheirStacks) {
  // Two tasks in the same place of the same function, told apart by their stack pointers.
  call(kMain, kWork);
  run(kWork);
  trap(kWork + 4, 11);
  sp_ = 0x9000;
  mret(kHandler, kOther);  // a new task
  call(kOther, kWork);
  run(kWork);
  trap(kWork + 4, 11);
  sp_ = 0x8000;
  mret(kHandler, kWork + 8);  // behind the ECALL
  ret(kWork + 8, kMain + 8);
  trap(kMain + 8, 11);
  sp_ = 0x9000;
  mret(kHandler, kWork + 8);
  ret(kWork + 8, kOther + 8);
  run(kOther + 8);
  const std::string folded = profile_.folded();
  EXPECT_THAT(folded, HasSubstr("main;work 6\n"));
  EXPECT_THAT(folded, HasSubstr("\nother 6\n"));
  EXPECT_THAT(folded, HasSubstr("\nother;work 6\n"));
  EXPECT_THAT(folded, Not(HasSubstr("\nwork")));
}

TEST_F(Profile, SwitchesByReturn) {
  call(kMain, kWork);  // work switches stacks
  sp_ = 0x9000;
  ret(kWork, kOther);
  call(kOther, kWork);
  sp_ = 0x8000;
  ret(kWork, kMain + 8);
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(), "main 6\nmain;work 3\nother 3\nother;work 3\n");
}

TEST_F(Profile, WaitingHasItsOwnLine) {
  run(kMain);
  profile_.waited(cycle_ += 100);
  run(kMain + 8);
  EXPECT_EQ(profile_.folded(), "main 6\nmain;[waiting for interrupt] 100\n");
  EXPECT_THAT(profile_.csv(), HasSubstr("[waiting for interrupt],1,0,0,100,100,0,0\n"));
}

TEST_F(Profile, AResetStartsAgain) {
  call(kMain, kWork);
  run(kWork);
  profile_.reset();
  run(kOther);
  EXPECT_EQ(profile_.folded(), "main 3\nmain;work 3\nother 3\n");
}

TEST_F(Profile, EndlessRecursionStaysBounded) {
  run(kMain);
  for (unsigned i = 0; i < 300'000; ++i) {
    sp_ -= 16;
    call(i % 2 == 0 ? kWork : kLeaf, i % 2 == 0 ? kLeaf : kWork);
  }
  const std::string csv = profile_.csv();
  EXPECT_THAT(csv, HasSubstr("leaf,"));
  EXPECT_LT(profile_.folded().size(), 1'000'000U);
  std::uint64_t cycles = 0;
  for (std::size_t at = csv.find('\n'); at + 1 < csv.size(); at = csv.find('\n', at + 1)) {
    std::size_t field = at;
    for (unsigned i = 0; i < 4; ++i) field = csv.find(',', field + 1);
    cycles += std::stoull(csv.substr(field + 1));
  }
  EXPECT_EQ(cycles, cycle_);
}

}  // namespace
