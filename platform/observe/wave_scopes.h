#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "platform/observe/wave_recorder.h"

namespace aimc::observe {

/// Visits signals scope by scope, as both formats want them declared: `enter(name)` and `leave()`
/// a scope, `declare(number)` a signal.
template <class Enter, class Leave, class Declare>
void walk_scopes(const std::vector<WaveSignal>& signals, Enter enter, Leave leave,
                 Declare declare) {
  std::vector<std::size_t> order(signals.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // "tile2" before "tile10": shorter names first among scopes that share all but a number.
  std::stable_sort(order.begin(), order.end(), [&signals](std::size_t a, std::size_t b) {
    const std::string& x = signals[a].scope;
    const std::string& y = signals[b].scope;
    return x.size() != y.size() ? x.size() < y.size() : x < y;
  });
  std::string open;
  bool is_open = false;
  for (const std::size_t number : order) {
    const std::string& scope = signals[number].scope;
    if (!is_open || scope != open) {
      if (is_open) {
        for (auto parts = std::count(open.begin(), open.end(), '.') + 1; parts > 0; --parts)
          leave();
      }
      for (std::size_t begin = 0; begin <= scope.size();) {
        const std::size_t end = std::min(scope.find('.', begin), scope.size());
        enter(scope.substr(begin, end - begin));
        begin = end + 1;
      }
      open = scope;
      is_open = true;
    }
    declare(number);
  }
  if (is_open) {
    for (auto parts = std::count(open.begin(), open.end(), '.') + 1; parts > 0; --parts) leave();
  }
}

}  // namespace aimc::observe
