#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/core/simd.h"

namespace aimc::core {

/// Four 32-bit words of Philox4x32-10 for a counter and a key.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, table 2 and
/// figure 5.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// A stream of random numbers that is a pure function of (seed, component path, purpose, index).
///
/// There is no state: any sample can be asked for in any order, by any thread, and is always the
/// same.
///
/// The stream's name is hashed as h = FNV-1a-64(component, zero byte, purpose). With mix = the
/// finaliser of splitmix64, the Philox key is mix(mix(seed) ^ h) and the counter is (index low,
/// index high, lane, kind) with lane = the upper half of mix(h); kind is 0 for `bits`, `words` and
/// `uniform`, 1 for normals, so that they never share a block.
class RandomStream {
 public:
  /// @param seed      seed of the run
  /// @param component hierarchical path of the component that draws
  /// @param purpose   what for, e.g. "programming"; different purposes are independent streams
  RandomStream(std::uint64_t seed, std::string_view component, std::string_view purpose);

  /// Four independent uniform 32-bit words at `index`.
  std::array<std::uint32_t, 4> bits(std::uint64_t index) const;
  /// Fills `out[0..n)` with uniform 32-bit words first, first + 1, ...; word k is bits(k / 4)[k %
  /// 4].
  void words(std::uint64_t first, std::uint32_t* out, std::size_t n) const;
  /// Uniform in [0, 1), 24 bits, at `index`; made of the first word of bits(index).
  float uniform(std::uint64_t index) const;
  /// Standard normal at `index`, by Box-Muller; |z| < 6. Identical on every compiler and
  /// instruction set.
  float normal(std::uint64_t index) const;
  /// Fills `out[0..n)` with standard normals at indices 4 * block, 4 * block + 1, ...; the bulk
  /// form of `normal`. The result does not depend on the instruction set, which this processor has
  /// to have.
  void normals(std::uint64_t block, float* out, std::size_t n,
               InstructionSet set = widest_instruction_set()) const;

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t lane_;
};

}  // namespace aimc::core
