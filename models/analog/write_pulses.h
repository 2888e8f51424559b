#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace aimc::analog {

/// How many program-and-verify iterations a cell takes: P(n) proportional to q^(n-1), n = 1 ..
/// maximum (a geometric distribution cut off at the maximum), with q such that the mean is the one
/// asked for.
class WritePulses {
 public:
  /// @param mean 1 <= mean <= maximum; @param maximum >= 1
  WritePulses(double mean, unsigned maximum);
  /// The number of iterations for a uniform 32-bit word.
  unsigned draw(std::uint32_t word) const {
    unsigned n = guide_[word >> 24];
    while (n < thresholds_.size() && word >= thresholds_[n]) ++n;
    return n + 1;
  }

 private:
  std::vector<std::uint64_t> thresholds_;  // 2^32 P(n <= i + 1)
  std::array<unsigned, 256> guide_{};      // where the search starts, by the word's upper byte
};

}  // namespace aimc::analog
