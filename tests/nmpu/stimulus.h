#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tests/nmpu/spec.h"

namespace aimc::nmpu::test {

static_assert(kLanes <= 64, "keep is one word");
static_assert(kRows >= 4, "every fourth row is a ruler");
constexpr unsigned kColumns = kShape.lanes * kShape.rows;

constexpr std::uint64_t kAllLanes = ~std::uint64_t{0} >> (64 - kLanes);

/// One beat as it is put on the pins.
struct Beat {
  unsigned row = 0;
  bool last = false;
  std::uint64_t keep = 0;  ///< bit i: lane i has a column
  Settings settings;
  alignas(64) std::array<std::uint16_t, kLanes> cp{};
  alignas(64) std::array<std::uint16_t, kLanes> cn{};
  alignas(64) std::array<std::int16_t, kLanes> psum{};
};

/// A fast source of 64-bit words that is a pure function of key and position: the finaliser of
/// splitmix64 over a Weyl sequence.
class Mix {
 public:
  explicit Mix(std::uint64_t key) : state_(key) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  /// 0 .. limit - 1, limit below 2^32
  unsigned below(unsigned limit) { return static_cast<unsigned>(((next() >> 32) * limit) >> 32); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }
  /// True with probability p / 65536.
  bool odds(unsigned p) { return (next() >> 48) < p; }

 private:
  std::uint64_t state_;
};

/// Makes the operands and settings of an episode. Every fourth parameter word is a "ruler": its
/// scales are such that counts and a partial sum can bring the accumulator to any chosen value, so
/// that a beat can be aimed at a tie or at the edge of a range.
class Stimulus {
 public:
  /// @param key      of this episode's random numbers
  /// @param reserved whether reserved codes may appear in the settings
  Stimulus(std::uint64_t key, bool reserved);

  /// Random parameters for a column, with many extremes among them.
  Params params(unsigned column);
  /// Fills everything of a beat.
  /// @param table the parameters that the beat will meet
  void make(Beat& beat, const std::vector<Params>& table);
  Mix& mix() { return mix_; }

 private:
  [[nodiscard]] bool is_ruler(unsigned row) const { return (row + phase_) % 4 == 0; }
  std::uint64_t keep();
  Settings settings(unsigned useful_bits);
  void uniform(Beat& beat);
  void extremes(Beat& beat);
  void small(Beat& beat);
  void aim(Beat& beat, const std::vector<Params>& table);
  std::int64_t target(const Settings& settings);
  std::int32_t edge_signed(unsigned bits);
  std::uint32_t edge_unsigned(unsigned bits);

  Mix mix_;
  unsigned phase_;
  bool reserved_;
};

}  // namespace aimc::nmpu::test
