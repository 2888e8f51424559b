#include "models/core/energy.h"

#include <algorithm>

namespace aimc::core {

EnergyAccount EnergyMeter::open(std::string_view component, std::string_view activity) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.component == component && entry.activity == activity;
  });
  if (found != entries_.end()) {
    return {static_cast<std::size_t>(found - entries_.begin())};
  }
  entries_.push_back({std::string(component), std::string(activity), 0, 0.0});
  return {entries_.size() - 1};
}

const std::vector<EnergyMeter::Entry>& EnergyMeter::entries() {
  for (const auto& provider : providers_) provider();
  return entries_;
}

double EnergyMeter::total_j() {
  double total = 0.0;
  for (const Entry& entry : entries()) total += entry.joules;
  return total;
}

}  // namespace aimc::core
