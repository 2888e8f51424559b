#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace aimc::noc {

/// Things to do at given cycles: a ring of the cycles just ahead, where putting and taking costs
/// the same however many there are, and a heap for what is further off. `T` needs operator<.
template <typename T>
class EventWheel {
 public:
  /// next() when there is nothing to do.
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  /// Puts something at `cycle`, or at the cycle taken last if that is later.
  void put(std::uint64_t cycle, const T& value) {
    cycle = std::max(cycle, base_);
    if (cycle - base_ < kSpan) {
      put_near(cycle, value);
    } else {
      far_.emplace(cycle, value);
    }
  }
  /// The earliest cycle at which there is something to do.
  std::uint64_t next() const {
    const std::uint64_t far = far_.empty() ? kNever : far_.top().first;
    const auto start = static_cast<unsigned>(base_ & (kSpan - 1));
    for (unsigned i = 0; i <= kWords; ++i) {
      const unsigned word = (start / 64 + i) % kWords;
      std::uint64_t bits = filled_[word];
      // The first word is looked at twice: what lies behind the start, at last what lies before.
      if (i == 0) bits &= ~std::uint64_t{0} << start % 64;
      if (i == kWords) bits &= ~(~std::uint64_t{0} << start % 64);
      if (bits == 0) continue;
      const unsigned slot = word * 64 + static_cast<unsigned>(__builtin_ctzll(bits));
      return std::min(far, base_ + ((slot - start) & (kSpan - 1)));
    }
    return far;
  }
  bool empty() const { return next() == kNever; }
  /// Moves what is to be done at next() to `out`, in order; that cycle becomes the earliest one.
  void take(std::vector<T>& out) {
    base_ = next();
    while (!far_.empty() && far_.top().first - base_ < kSpan) {
      put_near(far_.top().first, far_.top().second);
      far_.pop();
    }
    out.clear();
    const auto slot = static_cast<unsigned>(base_ & (kSpan - 1));
    out.swap(near_[slot]);
    filled_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    if (out.size() > 1) std::sort(out.begin(), out.end());
  }

 private:
  static constexpr std::uint64_t kSpan = 256;
  static constexpr unsigned kWords = kSpan / 64;

  void put_near(std::uint64_t cycle, const T& value) {
    const auto slot = static_cast<unsigned>(cycle & (kSpan - 1));
    near_[slot].push_back(value);
    filled_[slot / 64] |= std::uint64_t{1} << slot % 64;
  }

  using Far = std::pair<std::uint64_t, T>;
  std::array<std::vector<T>, kSpan> near_;  // cycles base_ to base_ + kSpan - 1, modulo kSpan
  std::array<std::uint64_t, kWords> filled_{};
  std::priority_queue<Far, std::vector<Far>, std::greater<>> far_;
  std::uint64_t base_ = 0;
};

}  // namespace aimc::noc
