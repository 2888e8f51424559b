// The RTL at its pins: back-pressure, random stalls, parameter writes in between, reset in
// mid-operation.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <deque>
#include <iostream>
#include <memory>

#include "Vnmpu.h"
#include "tests/unit/nmpu/reference.h"

namespace aimc::nmpu {
namespace {

constexpr unsigned kLanes = format::kLanes;
constexpr unsigned kColumns = kLanes * format::kMaxBeats;

template <std::size_t kWords>
void put(VlWide<kWords>& port, unsigned width, unsigned index, unsigned value) {
  for (unsigned bit = 0; bit < width; ++bit) {
    const unsigned at = index * width + bit;
    const std::uint32_t mask = 1U << at % 32;
    if ((value >> bit & 1U) != 0) {
      port.at(at / 32) |= mask;
    } else {
      port.at(at / 32) &= ~mask;
    }
  }
}

/// What goes in with one beat, and what must come out.
struct Beat {
  unsigned row = 0;
  bool last = false;
  std::uint64_t keep = 0;
  VectorConfig config;
  std::array<std::uint16_t, kLanes> cp{};
  std::array<std::uint16_t, kLanes> cn{};
  std::array<std::int16_t, kLanes> psum{};
};
struct Result {
  bool last = false;
  std::array<std::int16_t, kLanes> value{};
  Saturation saturated;  // of this beat, in the lanes that have a column
  bool operator==(const Result& other) const { return last == other.last && value == other.value; }
};

/// The pins, a cycle at a time, with a scoreboard: whatever is accepted must come out, once, in
/// order and right.
class NmpuStream : public ::testing::Test {
 public:
  ~NmpuStream() override { top_.final(); }
  NmpuStream(const NmpuStream&) = delete;
  NmpuStream& operator=(const NmpuStream&) = delete;

 protected:
  NmpuStream() {
    top_.out_ready = 1;
    reset();
    for (unsigned c = 0; c < kColumns; ++c) {
      write_params(c, stimulus_.params());
      cycle();
    }
    top_.param_valid = 0;
  }

  void reset() {
    top_.in_valid = 0;
    top_.rst_n = 0;
    cycle();
    top_.rst_n = 1;
    expected_.clear();
  }

  /// Puts a parameter on the pins; the next cycle's edge writes it.
  void write_params(unsigned column, const ColumnParams& params) {
    top_.param_valid = 1;
    top_.param_column = static_cast<SData>(column);
    top_.param_sp = static_cast<CData>(params.scale_p);
    top_.param_sn = static_cast<CData>(params.scale_n);
    top_.param_offset = static_cast<CData>(params.offset);
    top_.param_bias = static_cast<SData>(params.bias);
    pending_ = {column, params};
  }

  Beat random_beat() {
    Beat beat;
    beat.row = stimulus_.below(format::kMaxBeats);
    beat.last = stimulus_.chance(4);
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      beat.keep |= std::uint64_t{stimulus_.below(2)} << lane;
    }
    beat.config = stimulus_.config();
    for (auto& v : beat.cp) v = stimulus_.count();
    for (auto& v : beat.cn) v = stimulus_.count();
    for (auto& v : beat.psum) v = stimulus_.psum();
    return beat;
  }

  void offer(const Beat& beat) {
    beat_ = beat;
    top_.in_valid = 1;
    top_.in_last = beat.last ? 1 : 0;
    top_.in_row = static_cast<CData>(beat.row);
    top_.in_addend = static_cast<CData>(beat.config.addend);
    top_.in_cut_pre = beat.config.cut_pre;
    top_.in_cut_post = beat.config.cut_post;
    top_.in_rounding = static_cast<CData>(beat.config.rounding);
    top_.in_keep = beat.keep;
    top_.in_relu = beat.config.relu ? 1 : 0;
    top_.in_zero_point = static_cast<CData>(beat.config.zero_point);
    top_.in_psum_out = beat.config.psum_out ? 1 : 0;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      put(top_.in_cp, format::kInW, lane, beat.cp[lane]);
      put(top_.in_cn, format::kInW, lane, beat.cn[lane]);
      put(top_.in_psum, format::kPsumW, lane, static_cast<std::uint16_t>(beat.psum[lane]));
    }
  }

  /// Runs one clock cycle with the pins as they are; returns whether the offered beat was accepted.
  bool cycle() {
    top_.clk = 0;
    top_.eval();
    const bool accepted = top_.in_valid != 0 && top_.in_ready != 0;
    if (accepted) expected_.push_back(expect(beat_));
    if (top_.param_valid != 0) params_[pending_.column] = pending_.params;
    const bool clears = top_.rst_n == 0 || top_.saturated_clear != 0;
    if (clears) saturated_ = {};
    if (top_.rst_n != 0 && top_.out_valid != 0 && top_.out_ready != 0) take();
    top_.clk = 1;
    top_.eval();
    EXPECT_EQ(top_.saturated_psums, saturated_.psums);
    EXPECT_EQ(top_.saturated_activations, saturated_.activations);
    if (accepted) top_.in_valid = 0;
    return accepted;
  }

  Result expect(const Beat& beat) const {
    Result result;
    result.last = beat.last;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      bool saturates = false;
      result.value[lane] = static_cast<std::int16_t>(
          test::reference_column(beat.cp[lane], beat.cn[lane], beat.psum[lane],
                                 params_[beat.row * kLanes + lane], beat.config, {}, &saturates));
      if (saturates && (beat.keep >> lane & 1U) != 0) {
        ++(beat.config.psum_out ? result.saturated.psums : result.saturated.activations);
      }
    }
    return result;
  }

  Result output() const {
    Result result;
    result.last = top_.out_last != 0;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      result.value[lane] =
          static_cast<std::int16_t>(top_.out_data.at(lane / 2) >> (lane % 2 * format::kPsumW));
    }
    return result;
  }

  void take() {
    ASSERT_FALSE(expected_.empty()) << "a beat came out that did not go in, or came out twice";
    ASSERT_TRUE(output() == expected_.front()) << "output beat " << taken_;
    saturated_.psums += expected_.front().saturated.psums;
    saturated_.activations += expected_.front().saturated.activations;
    expected_.pop_front();
    ++taken_;
  }

  /// Lets everything out; the pipeline must be empty in as many cycles as it has stages.
  void drain() {
    top_.in_valid = 0;
    top_.out_ready = 1;
    for (unsigned i = 0; i < format::kStages; ++i) cycle();
    EXPECT_TRUE(expected_.empty()) << expected_.size() << " beats were lost";
    EXPECT_EQ(top_.out_valid, 0);
  }

  /// Streams beats with random gaps and stalls, one in `in_one_in` cycles without input, one in
  /// `out_one_in` without a taker (0: never), parameters being written all the while if wanted.
  void stream(unsigned beats, unsigned in_one_in, unsigned out_one_in, bool write) {
    const std::uint64_t before = taken_;
    for (unsigned sent = 0; sent < beats && !HasFatalFailure();) {
      if (top_.in_valid == 0 && (in_one_in == 0 || !stimulus_.chance(in_one_in))) {
        offer(random_beat());
      }
      top_.out_ready = out_one_in == 0 || !stimulus_.chance(out_one_in) ? 1 : 0;
      top_.param_valid = 0;
      if (write && stimulus_.chance(2)) {
        // Often a column of the very beat on the pins, so that both meet at one edge.
        const unsigned row = stimulus_.chance(2) ? beat_.row : stimulus_.below(format::kMaxBeats);
        write_params(row * kLanes + stimulus_.below(kLanes), stimulus_.params());
      }
      top_.saturated_clear = write && stimulus_.chance(64) ? 1 : 0;
      sent += cycle() ? 1 : 0;
    }
    top_.param_valid = 0;
    top_.saturated_clear = 0;
    drain();
    EXPECT_EQ(taken_ - before, beats);
    EXPECT_FALSE(context_->gotError()) << "an assertion of the RTL failed";
  }

  static std::unique_ptr<VerilatedContext> make_context() {
    auto context = std::make_unique<VerilatedContext>();
    context->threads(1);
    context->fatalOnError(false);  // a failed assertion is looked for by the tests
    return context;
  }

  struct Write {
    unsigned column = 0;
    ColumnParams params;
  };

  test::Stimulus stimulus_{2025};
  std::unique_ptr<VerilatedContext> context_ = make_context();
  Vnmpu top_{context_.get(), "nmpu"};
  std::array<ColumnParams, kColumns> params_{};
  std::deque<Result> expected_;
  std::uint64_t taken_ = 0;
  Saturation saturated_;
  Beat beat_;
  Write pending_;
};

TEST_F(NmpuStream, FullRateTakesABeatACycle) {
  top_.out_ready = 1;
  for (unsigned i = 0; i < 1000; ++i) {
    offer(random_beat());
    ASSERT_TRUE(cycle());
    ASSERT_EQ(taken_, i < format::kStages ? 0 : i + 1 - format::kStages);
  }
  drain();
  EXPECT_EQ(taken_, 1000U);
}

TEST_F(NmpuStream, RandomGapsAndStallsLoseNothing) {
  std::cout << "seed 2025\n";
  for (const unsigned in : {0U, 2U, 5U}) {
    for (const unsigned out : {0U, 2U, 3U, 5U}) {
      SCOPED_TRACE(testing::Message() << "gaps 1/" << in << ", stalls 1/" << out);
      stream(1000, in, out, false);
    }
  }
}

TEST_F(NmpuStream, ParameterWritesTakeEffectForLaterBeats) {
  stream(4000, 3, 3, true);
}

TEST_F(NmpuStream, BlockedOutputFillsThePipelineAndHolds) {
  top_.out_ready = 0;
  unsigned accepted = 0;
  Result held;
  for (unsigned i = 0; i < 50; ++i) {
    // A gap after each beat: bubbles must not take up room.
    if (top_.in_valid == 0 && i % 2 == 0) offer(random_beat());
    accepted += cycle() ? 1 : 0;
    if (i == 10) held = output();
    if (i > 10) {
      ASSERT_TRUE(output() == held) << "a waiting beat changed";
    }
  }
  EXPECT_EQ(accepted, format::kStages);
  EXPECT_EQ(top_.in_ready, 0);
  EXPECT_EQ(top_.in_valid, 1);
  EXPECT_EQ(taken_, 0U);
  top_.out_ready = 1;
  EXPECT_TRUE(cycle()) << "a beat that leaves makes room for one that enters in the same cycle";
  drain();
  EXPECT_EQ(taken_, format::kStages + 1U);
}

TEST_F(NmpuStream, ResetDropsWhatIsInFlightAndKeepsParameters) {
  for (unsigned filled = 0; filled <= format::kStages; ++filled) {
    for (const bool blocked : {false, true}) {
      top_.out_ready = blocked ? 0 : 1;
      for (unsigned i = 0; i < filled; ++i) {
        offer(random_beat());
        cycle();
      }
      // A beat offered during reset is not accepted.
      const std::uint64_t before = taken_;
      offer(random_beat());
      top_.rst_n = 0;
      ASSERT_FALSE(cycle());
      reset();
      top_.out_ready = 1;
      for (unsigned i = 0; i < 5; ++i) {
        cycle();
        ASSERT_EQ(top_.out_valid, 0);
      }
      ASSERT_EQ(taken_, before);
      stream(20, 0, 3, false);
    }
  }
}

TEST_F(NmpuStream, AssertionsCatchAWithdrawnBeat) {
  top_.out_ready = 0;
  for (unsigned i = 0; i < format::kStages + 1; ++i) {
    offer(random_beat());
    cycle();
  }
  ASSERT_EQ(top_.in_ready, 0);
  EXPECT_FALSE(context_->gotError());
  top_.in_valid = 0;
  cycle();
  EXPECT_TRUE(context_->gotError());
}

TEST_F(NmpuStream, AssertionsCatchTheReservedRounding) {
  offer(random_beat());
  top_.in_rounding = 3;
  cycle();
  EXPECT_TRUE(context_->gotError());
}

TEST_F(NmpuStream, AssertionsCatchTheReservedAddend) {
  offer(random_beat());
  top_.in_addend = 3;
  cycle();
  EXPECT_TRUE(context_->gotError());
}

}  // namespace
}  // namespace aimc::nmpu
