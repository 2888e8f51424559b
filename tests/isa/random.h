#pragma once

#include <cstdint>

namespace aimc::isatest {

/// Random numbers that are the same on every machine (SplitMix64: Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next64() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ z >> 30U) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27U) * 0x94D049BB133111EBU;
    return z ^ z >> 31U;
  }
  std::uint32_t next() { return static_cast<std::uint32_t>(next64() >> 32U); }
  /// 0 to `count` - 1.
  unsigned below(unsigned count) {
    return static_cast<unsigned>(std::uint64_t{next()} * count >> 32U);
  }
  /// `first` to `last`.
  int between(int first, int last) {
    return first + static_cast<int>(below(static_cast<unsigned>(last - first + 1)));
  }
  bool percent(unsigned chance) { return below(100) < chance; }
  /// One of a container's elements.
  template <typename Container>
  const auto& pick(const Container& from) {
    return from[below(static_cast<unsigned>(from.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace aimc::isatest
