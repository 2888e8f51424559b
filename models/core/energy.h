#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/time.h"

namespace aimc::core {

/// Names one (component, activity) account of an EnergyMeter.
struct EnergyAccount {
  std::size_t index = 0;
};

/// Told of energy that was spent over a stretch of time and posted at its end.
class EnergyObserver {
 public:
  virtual ~EnergyObserver() = default;
  /// `joules`, posted just now, were spent evenly from `begin_ps` to `end_ps`.
  virtual void on_energy(EnergyAccount account, double joules, TimePs begin_ps, TimePs end_ps) = 0;
};

/// Collects the energy of a whole SoC as (component path, activity, count, joules).
///
/// Components open their accounts once, at construction, and post to them while they run; posting
/// is two additions. A component that would rather count events and multiply later registers a
/// provider, which is called before anything is read. Leakage is such a provider: power times the
/// time that has passed.
class EnergyMeter {
 public:
  /// One account as it stands.
  struct Entry {
    std::string component;    ///< hierarchical path, e.g. "tile3/adc"
    std::string activity;     ///< what it did, e.g. "conversion"
    std::uint64_t count = 0;  ///< how often
    double joules = 0.0;      ///< energy of all of them
  };

  /// Opens an account, or returns the one that already has this component and activity.
  EnergyAccount open(std::string_view component, std::string_view activity);

  /// Adds `joules` for `count` events.
  void post(EnergyAccount account, double joules, std::uint64_t count = 1) {
    Entry& entry = entries_[account.index];
    entry.joules += joules;
    entry.count += count;
  }

  /// Adds `joules` for `count` events that took from `begin_ps` to `end_ps`, which is now.
  void post_over(EnergyAccount account, double joules, std::uint64_t count, TimePs begin_ps,
                 TimePs end_ps) {
    post(account, joules, count);
    if (observer_ != nullptr && end_ps - begin_ps >= observed_ps_) {
      observer_->on_energy(account, joules, begin_ps, end_ps);
    }
  }

  /// Who is told of what took at least `shortest_ps`; nullptr: nobody.
  void observe(EnergyObserver* observer, TimePs shortest_ps) {
    observer_ = observer;
    observed_ps_ = shortest_ps;
  }

  /// Replaces what an account holds; for providers, which know their totals.
  void set(EnergyAccount account, double joules, std::uint64_t count) {
    Entry& entry = entries_[account.index];
    entry.joules = joules;
    entry.count = count;
  }

  /// Registers a function that brings its component's accounts up to date (by `set`) before they
  /// are read.
  void add_provider(std::function<void()> provider) { providers_.push_back(std::move(provider)); }

  /// All accounts in the order they were opened, brought up to date.
  const std::vector<Entry>& entries();
  /// Sum over all accounts in joules, brought up to date.
  double total_j();

 private:
  std::vector<Entry> entries_;
  std::vector<std::function<void()>> providers_;
  EnergyObserver* observer_ = nullptr;
  TimePs observed_ps_ = 0;
};

}  // namespace aimc::core
