// However a run is cut into limits, it is the same run: random programs with loops, accesses that
// take time, interrupts and code that changes, in one piece and in random pieces, observed or not.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>

#include "models/riscv/observer.h"
#include "tests/unit/riscv/machine.h"

namespace aimc::riscv {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace)

constexpr std::uint64_t kEnd = 6000;
constexpr std::uint32_t kBody = kRamBase + 0x100;
constexpr unsigned kBodyWords = 60;

// Random 32-bit words.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// Registers 16 to 31 are for the program to play with; s0, s1, a5 point to data, the device and the
// code.
Word random_instruction(Random& random, unsigned index) {
  const auto reg = [&] { return 16U + random() % 16U; };
  const auto forward = [&] {
    return static_cast<std::int32_t>(4 * (1 + random() % (kBodyWords - index)));
  };
  switch (random() % 18) {
    case 0:
      return mul(reg(), reg(), reg());
    case 1:
      return div(reg(), reg(), reg());
    case 2:
      return lw(reg(), static_cast<std::int32_t>(random() % 64), kS0);  // some of them misaligned
    case 3:
      return sh(reg(), static_cast<std::int32_t>(random() % 64), kS0);
    case 4:
      return lw(reg(), static_cast<std::int32_t>(4 * (random() % 16)), kS1);
    case 5:
      return sw(reg(), static_cast<std::int32_t>(4 * (random() % 16)), kS1);
    case 6:
    case 7:
      return b_type(random() % 2 == 0 ? 0 : 5, reg(), reg(), forward());
    case 8:
      return jal(reg(), forward());
    case 9:
      return csrr(reg(), random() % 2 == 0 ? csrs::kCycle : csrs::kInstret);
    case 10:
      return amoadd_w(reg(), reg(), kS0);
    case 11:  // into the code: another destination for the ADDI at the start of the body
      return sb(kA4, 0, kA5);
    case 12:
      return random() % 2 == 0 ? ecall() : fence_i();
    case 13:  // at its register's producer, to the instruction behind itself
      return jalr(reg(), kA3, static_cast<std::int32_t>(4 * index + 4));
    case 14:
      return 0x00010001U;  // two compressed NOPs
    default:
      return add(reg(), reg(), reg());
  }
}

// Even seeds have the default timing, odd ones everything that depends on a neighbour, doubled.
HartConfig config_of(std::uint32_t seed) {
  HartConfig config = Machine::default_config();
  if (seed % 2 == 0) return config;
  config.timing.load_use = 2;
  config.timing.jalr_use = 3;
  config.timing.unaligned_target = 2;
  config.timing.divisor_zero = 2;
  config.timing.csr_unflushed = 2;
  config.timing.ram_fetch_wait = seed % 4;
  return config;
}

void load_program(Machine& machine, std::uint32_t seed) {
  Random random(seed);
  // The handler counts in x3, adds up causes in x4, and goes on behind exceptions (ECALL only).
  machine.put(kHandler, {addi(3, 3, 1), csrr(kT0, csrs::kMcause), add(4, 4, kT0),
                         csrr(kT1, csrs::kMepc), b_type(4, kT0, kZero, 8), addi(kT1, kT1, 4),
                         csrw(csrs::kMepc, kT1), lw(kT2, 60, kS1), mret()});
  machine.put(kRamBase, {csrw(csrs::kMtvec, kA0), csrw(csrs::kMie, kA1), csrw(csrs::kMstatus, kA2),
                         jal(0, 0x100 - 12)});
  machine.put_word(kBody, addi(16, 16, 1));
  for (unsigned i = 1; i < kBodyWords; ++i) {
    machine.put_word(kBody + 4 * i, random_instruction(random, i));
  }
  machine.put_word(kBody + 4 * kBodyWords, jal(0, -static_cast<std::int32_t>(4 * kBodyWords)));
  machine.hart.set_reg(kA0, kHandler);
  machine.hart.set_reg(kA1, 0x888);
  machine.hart.set_reg(kA2, 0x1808);
  machine.hart.set_reg(kA4, 0x93);  // the low byte of an ADDI with an odd destination
  machine.hart.set_reg(kA3, kBody);
  machine.hart.set_reg(kA5, kBody);
  machine.hart.set_reg(kS0, kData);
  machine.hart.set_reg(kS1, kDevice);
  for (unsigned i = 16; i < 32; ++i) machine.hart.set_reg(i, random());
  machine.access_cycles = random() % 7;
  // Accesses raise and clear interrupts as a function of time; the handler's own access clears.
  machine.on_access = [](Machine& m, const BusAccess& access) {
    m.hart.set_interrupt(11, access.address != kDevice + 60 && access.cycle % 3 == 0);
    m.hart.set_interrupt(7, false);
    if (access.cycle % 5 == 0) m.hart.lower_limit(access.cycle + 8);
  };
}

struct Outcome {
  std::uint32_t regs[32] = {};
  std::uint32_t pc = 0;
  std::uint64_t cycle = 0;
  std::uint64_t instructions = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(InstructionClass::kCount)> counts{};
  std::uint64_t loads = 0;
  std::uint64_t stores = 0;
  std::vector<BusAccess> accesses;
  std::vector<std::uint8_t> ram;
};

// Runs up to kEnd, with a timer interrupt at every multiple of 1000 cycles; the stretches in
// between are cut by `next`.
template <typename Cut, typename Prepare>
Outcome run(std::uint32_t seed, Cut next, Prepare prepare) {
  Machine machine(config_of(seed));
  load_program(machine, seed);
  prepare(machine);
  for (std::uint64_t event = 1000; event <= kEnd; event += 1000) {
    while (machine.hart.cycle() < event) {
      const StopReason reason = machine.hart.run(std::min(event, machine.hart.cycle() + next()));
      EXPECT_EQ(reason, StopReason::kLimit) << machine.hart.trap_description();
      if (reason != StopReason::kLimit) return {};
    }
    machine.hart.set_interrupt(7, true);
  }
  Outcome outcome;
  for (unsigned i = 0; i < 32; ++i) outcome.regs[i] = machine.hart.reg(i);
  outcome.pc = machine.hart.pc();
  outcome.cycle = machine.hart.cycle();
  outcome.instructions = machine.hart.instructions();
  outcome.counts = machine.hart.class_counts();
  outcome.loads = machine.hart.direct_loads();
  outcome.stores = machine.hart.direct_stores();
  outcome.accesses = machine.accesses;
  outcome.ram = machine.ram;
  return outcome;
}

template <typename Cut>
Outcome run(std::uint32_t seed, Cut next) {
  return run(seed, next, [](Machine&) {});
}

void expect_equal(const Outcome& whole, const Outcome& other) {
  for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(whole.regs[i], other.regs[i]) << "x" << i;
  EXPECT_EQ(whole.pc, other.pc);
  EXPECT_EQ(whole.cycle, other.cycle);
  EXPECT_EQ(whole.instructions, other.instructions);
  EXPECT_EQ(whole.counts, other.counts);
  EXPECT_EQ(whole.loads, other.loads);
  EXPECT_EQ(whole.stores, other.stores);
  EXPECT_TRUE(whole.accesses == other.accesses);
  EXPECT_TRUE(whole.ram == other.ram);
}

// Does what it is told was done: ends with the hart's registers and memory, if nothing is missing.
class Replay : public StepObserver {
 public:
  explicit Replay(const Machine& machine) : ram(machine.ram) {
    for (unsigned i = 0; i < 32; ++i) regs[i] = machine.hart.reg(i);
  }
  bool wants(std::uint32_t /*pc*/) const override { return true; }
  void executed(const Step& step) override {
    EXPECT_GE(step.cycle, cycle);
    cycle = step.cycle;
    ++instructions;
    text += std::to_string(step.cycle) + " " + std::to_string(step.pc) + " " +
            std::to_string(step.word) + " " + std::to_string(step.rd) + "\n";
    if (step.rd != 0) regs[step.rd] = step.rd_value;
    if (step.writes_memory && step.address - kRamBase < kRamSize) {
      for (unsigned i = 0; i < step.bytes; ++i) {
        ram.at(step.address - kRamBase + i) =
            static_cast<std::uint8_t>(step.written_value >> 8U * i);
      }
    }
  }
  void trapped(const TrapEntry& trap) override {
    ++traps;
    text += std::to_string(trap.cycle) + " trap " + std::to_string(trap.cause) + "\n";
  }

  std::uint32_t regs[32] = {};
  std::vector<std::uint8_t> ram;
  std::uint64_t cycle = 0;
  std::uint64_t instructions = 0;
  std::uint64_t traps = 0;
  std::string text;
};

// Adds up what it is told.
class Sums : public StretchObserver {
 public:
  bool begins(std::uint32_t pc) const override { return pc % 16 == 0; }
  void executed(const Stretch& stretch) override {
    std::uint32_t count = 0;
    const Stretch::Classes classes = stretch.classes();
    if (stretch.kind != 0) {
      EXPECT_EQ(kinds.try_emplace(stretch.kind, classes).first->second, classes);
      EXPECT_LT(stretch.kind, std::uint64_t{1} << 40U);
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] += classes[i];
      count += classes[i];
    }
    EXPECT_EQ(count, stretch.count);
    EXPECT_TRUE(stretch.count < 2 || stretch.pc % 16 + 2 * (stretch.count - 1) < 16);
    EXPECT_GE(stretch.cycle, cycle);
    cycle = stretch.cycle;
    instructions += stretch.count;
  }
  void trapped(const TrapEntry& trap) override {
    EXPECT_EQ(trap.cycle, cycle) << "what was before has been reported";
    cycle = trap.end_cycle;
    ++traps;
  }
  void waited(std::uint64_t /*cycle*/) override { ADD_FAILURE() << "there is no WFI"; }
  void reset() override {}

  decltype(Outcome::counts) counts{};
  std::map<std::uint64_t, Stretch::Classes> kinds;
  std::uint64_t cycle = 0;
  std::uint64_t instructions = 0;
  std::uint64_t traps = 0;
};

// Writes down calls, returns, traps and ways from one function into another; a function is a
// naturally aligned piece of 32 bytes.
class Journey : public StretchObserver {
 public:
  explicit Journey(bool only_calls) : only_calls_(only_calls) {}
  bool begins(std::uint32_t pc) const override { return pc % 32 == 0; }
  bool only_calls() const override { return only_calls_; }
  bool changes_function(std::uint32_t pc, std::uint32_t next) const override {
    return pc / 32 != next / 32;
  }
  void passed(std::uint32_t pc, std::uint64_t cycle) override {
    EXPECT_TRUE(only_calls_);
    EXPECT_GT(cycle, cycle_);
    be_in(pc);
    cycle_ = cycle;
  }
  void executed(const Stretch& stretch) override {
    ++reports;
    be_in(stretch.pc);
    cycle_ = stretch.cycle;
    if (stretch.last == Opcode::kIllegal) return;
    if (stretch.last == Opcode::kJal && stretch.rd == kSinkRegister) return;
    text += std::to_string(cycle_) + " jump from " + std::to_string(stretch.last_end_pc) + " to " +
            std::to_string(stretch.next_pc) + " at " + std::to_string(stretch.sp) + "\n";
  }
  void trapped(const TrapEntry& trap) override {
    EXPECT_EQ(trap.cycle, cycle_) << "what was before has been reported";
    cycle_ = trap.end_cycle;
    text += std::to_string(trap.cycle) + " trap " + std::to_string(trap.epc) + "\n";
  }
  void waited(std::uint64_t /*cycle*/) override { ADD_FAILURE() << "there is no WFI"; }
  void reset() override {}
  std::uint64_t cycle() const { return cycle_; }

  std::string text;
  unsigned reports = 0;

 private:
  void be_in(std::uint32_t pc) {
    if (function_ == pc / 32) return;
    function_ = pc / 32;
    text += std::to_string(cycle_) + " in " + std::to_string(function_) + "\n";
  }

  bool only_calls_;
  std::uint32_t function_ = 0;
  std::uint64_t cycle_ = 0;
};

class Limits : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(Limits, DoNotChangeTheRun) {
  const std::uint32_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Outcome whole = run(seed, [] { return kEnd; });
  Random random(seed + 1);
  const auto compare = [&](const Outcome& other) { expect_equal(whole, other); };
  EXPECT_GT(whole.instructions, 500U);
  EXPECT_GE(whole.regs[3], 5U) << "traps";
  std::uint64_t total = 0;
  for (const std::uint64_t count : whole.counts) total += count;
  EXPECT_EQ(total, whole.instructions);
  compare(run(seed, [] { return std::uint64_t{1}; }));
  compare(run(seed, [&] { return std::uint64_t{random() % 6}; }));
  compare(run(seed, [&] { return std::uint64_t{random() % 300}; }));
}

TEST_P(Limits, ObservationDoesNotChangeTheRunAndMissesNothing) {
  const std::uint32_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed + 2);
  const Outcome plain = run(seed, [] { return kEnd; });
  std::string text;
  for (unsigned pass = 0; pass < 4; ++pass) {
    std::unique_ptr<Replay> replay;
    Sums sums;
    const Outcome observed = run(
        seed, [&] { return pass == 0 ? kEnd : 1 + random() % (pass == 1 ? 5U : 200U); },
        [&](Machine& machine) {
          replay = std::make_unique<Replay>(machine);
          machine.hart.observe_steps(replay.get());
          if (pass != 2) machine.hart.observe_stretches(&sums);
        });
    expect_equal(plain, observed);
    EXPECT_EQ(replay->instructions, plain.instructions);
    EXPECT_GE(replay->traps, 5U);
    for (unsigned i = 0; i < 32; ++i) EXPECT_EQ(replay->regs[i], plain.regs[i]) << "x" << i;
    EXPECT_TRUE(replay->ram == plain.ram);
    if (pass == 0) text = replay->text;
    EXPECT_EQ(replay->text, text);
    if (pass == 2) continue;
    EXPECT_EQ(sums.counts, plain.counts);
    EXPECT_EQ(sums.cycle, plain.cycle);
    EXPECT_EQ(sums.traps, replay->traps);
  }
  Sums sums;
  expect_equal(plain, run(
                          seed, [&] { return 1 + random() % 100U; },
                          [&](Machine& machine) { machine.hart.observe_stretches(&sums); }));
  EXPECT_EQ(sums.counts, plain.counts);
  EXPECT_EQ(sums.cycle, plain.cycle);
  EXPECT_EQ(sums.instructions, plain.instructions);
}

TEST_P(Limits, WhoSeesOnlyCallsMissesNoChangeOfFunction) {
  const std::uint32_t seed = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed + 3);
  const auto observe = [&](Journey& journey, unsigned longest) {
    return run(
        seed, [&] { return longest == 0 ? kEnd : 1 + random() % longest; },
        [&](Machine& machine) { machine.hart.observe_stretches(&journey); });
  };
  Journey all(false);
  const Outcome plain = observe(all, 0);
  for (const unsigned longest : {0U, 5U, 200U}) {
    Journey calls(true);
    expect_equal(plain, observe(calls, longest));
    EXPECT_EQ(calls.text, all.text);
    EXPECT_EQ(calls.cycle(), plain.cycle);
    if (longest == 0) {
      EXPECT_LT(calls.reports, all.reports);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Limits, ::testing::Range(1U, 41U));

}  // namespace
}  // namespace aimc::riscv
