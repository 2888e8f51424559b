#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aimc::core {

/// Names one (component, activity) account of an EnergyMeter.
struct EnergyAccount {
  std::size_t index = 0;
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
};

}  // namespace aimc::core
