// The whole FP16 unit at its pins: random parameters, settings and stalls, a scoreboard of the
// model's results.
#include <gtest/gtest.h>
#include <verilated.h>

#include <array>
#include <deque>
#include <random>
#include <type_traits>

#include "Vfp16_affine.h"
#include "models/fp16_affine/fp16.h"

namespace aimc::fp16_affine {
namespace {

constexpr unsigned kLanes = AIMC_TEST_LANES;
constexpr unsigned kColumns = 256;
constexpr unsigned kStages = 12;

/// Ports of up to 64 bits are integers, wider ones arrays of words.
template <typename Port>
void put(Port& port, unsigned width, unsigned index, unsigned value) {
  for (unsigned bit = 0; bit < width; ++bit) {
    const unsigned at = index * width + bit;
    if constexpr (std::is_integral_v<Port>) {
      port = static_cast<Port>((port & ~(std::uint64_t{1} << at)) | std::uint64_t{value >> bit & 1U}
                                                                        << at);
    } else {
      port.at(at / 32) = (port.at(at / 32) & ~(1U << at % 32)) | (value >> bit & 1U) << at % 32;
    }
  }
}

template <typename Port>
std::uint16_t word(const Port& port, unsigned index) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<std::uint16_t>(std::uint64_t{port} >> (16 * index));
  } else {
    return static_cast<std::uint16_t>(port.at(index / 2) >> (16 * (index % 2)));
  }
}

/// What goes in with one beat.
struct Beat {
  unsigned row = 0;
  bool last = false;
  bool use_psum = false;
  bool relu = false;
  bool psum_out = false;
  std::int8_t zero_point = 0;
  std::array<std::uint16_t, kLanes> cp{};
  std::array<std::uint16_t, kLanes> cn{};
  std::array<Half, kLanes> psum{};
};

struct Result {
  bool last = false;
  std::array<std::uint16_t, kLanes> value{};
};

class Fp16Unit : public ::testing::Test {
 public:
  ~Fp16Unit() override { top_.final(); }
  Fp16Unit(const Fp16Unit&) = delete;
  Fp16Unit& operator=(const Fp16Unit&) = delete;

 protected:
  Fp16Unit() {
    top_.rst_n = 0;
    step();
    top_.rst_n = 1;
    for (unsigned column = 0; column < kColumns; ++column) {
      write(column);
      step();
    }
    top_.param_valid = 0;
  }

  void step() {
    top_.clk = 0;
    top_.eval();
    top_.clk = 1;
    top_.eval();
    top_.clk = 0;
    top_.eval();
  }

  unsigned random(unsigned limit) { return static_cast<unsigned>(bits_() % limit); }

  /// Mostly of the size that scales, offsets and partial sums have; sometimes anything.
  Half random_half() {
    return static_cast<Half>(random(8) == 0
                                 ? random(0x10000)
                                 : random(2) << 15U | (8 + random(16)) << 10U | random(0x400));
  }

  /// Puts random parameters of a column on the pins, for the next edge.
  void write(unsigned column) {
    const ColumnParams params{random_half(), random_half(), random_half()};
    params_.at(column) = params;
    top_.param_valid = 1;
    top_.param_column = static_cast<CData>(column);
    top_.param_sp = params.scale_p;
    top_.param_sn = params.scale_n;
    top_.param_offset = params.offset;
  }

  /// Puts a random beat on the pins.
  Beat present() {
    Beat beat;
    beat.row = random(kColumns / kLanes);
    beat.last = random(2) != 0;
    beat.use_psum = random(2) != 0;
    beat.relu = random(2) != 0;
    beat.psum_out = random(2) != 0;
    beat.zero_point = static_cast<std::int8_t>(static_cast<int>(random(256)) - 128);
    top_.in_valid = 1;
    top_.in_last = beat.last;
    top_.in_row = static_cast<CData>(beat.row);
    top_.in_use_psum = beat.use_psum;
    top_.in_relu = beat.relu;
    top_.in_psum_out = beat.psum_out;
    top_.in_zero_point = static_cast<std::uint8_t>(beat.zero_point);
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      beat.cp.at(lane) = static_cast<std::uint16_t>(random(4096));
      beat.cn.at(lane) = static_cast<std::uint16_t>(random(4096));
      beat.psum.at(lane) = random_half();
      put(top_.in_cp, 12, lane, beat.cp.at(lane));
      put(top_.in_cn, 12, lane, beat.cn.at(lane));
      put(top_.in_psum, 16, lane, beat.psum.at(lane));
    }
    return beat;
  }

  Result expect(const Beat& beat) const {
    Result result;
    result.last = beat.last;
    for (unsigned lane = 0; lane < kLanes; ++lane) {
      const Half v = affine(params_.at(beat.row * kLanes + lane), beat.cp.at(lane),
                            beat.cn.at(lane), beat.use_psum ? beat.psum.at(lane) : kMinusZero);
      result.value.at(lane) =
          beat.psum_out ? v : static_cast<std::uint16_t>(to_int8(v, beat.relu, beat.zero_point));
    }
    return result;
  }

  Vfp16_affine top_;
  std::mt19937_64 bits_{99};
  std::array<ColumnParams, kColumns> params_{};
};

TEST_F(Fp16Unit, EveryBeatComesOutOnceInOrderAndRight) {
  for (const unsigned stall_percent : {0U, 4U, 50U}) {
    std::deque<Result> expected;
    Beat beat;
    unsigned taken = 0;
    for (unsigned cycle = 0; cycle < 40'000; ++cycle) {
      if (top_.in_valid == 0 && random(100) >= stall_percent) {
        beat = present();
      }
      top_.out_ready = random(100) >= stall_percent;
      top_.eval();
      const bool accepted = top_.in_valid != 0 && top_.in_ready != 0;
      if (top_.out_valid != 0 && top_.out_ready != 0) {
        ASSERT_FALSE(expected.empty());
        ASSERT_EQ(top_.out_last != 0, expected.front().last);
        for (unsigned lane = 0; lane < kLanes; ++lane) {
          ASSERT_EQ(word(top_.out_data, lane), expected.front().value.at(lane)) << "lane " << lane;
        }
        expected.pop_front();
        ++taken;
      }
      if (accepted) {
        expected.push_back(expect(beat));
      }
      // Written at the edge that takes the beat: only later ones see it.
      if (random(20) == 0) {
        write(random(kColumns));
      }
      step();
      top_.param_valid = 0;
      if (accepted) {
        top_.in_valid = 0;
      }
    }
    EXPECT_GT(taken, 40'000U * (100 - stall_percent) / 100 * (100 - stall_percent) / 110);
    EXPECT_LE(expected.size(), kStages);
    top_.in_valid = 0;
    top_.rst_n = 0;
    step();
    top_.rst_n = 1;
    top_.eval();
    EXPECT_EQ(top_.out_valid, 0) << "reset drops what is in flight";
  }
}

TEST_F(Fp16Unit, TakesAsManyCyclesAsItsLawSays) {
  top_.out_ready = 1;
  const unsigned beats = kColumns / kLanes;
  unsigned in = 0;
  unsigned out = 0;
  unsigned cycles = 0;
  while (out < beats) {
    if (in < beats) {
      present();
    } else {
      top_.in_valid = 0;
    }
    top_.eval();
    in += top_.in_valid != 0 && top_.in_ready != 0 ? 1 : 0;
    out += top_.out_valid != 0 ? 1 : 0;
    ++cycles;
    step();
  }
  EXPECT_EQ(cycles, beats + kStages);
}

}  // namespace
}  // namespace aimc::fp16_affine
