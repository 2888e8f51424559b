#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/analog/crossbar.h"
#include "models/core/random.h"

namespace aimc::analog {

/// Devices that do not take what they are programmed to: those that never did (yield) and those
/// that have been written too often (endurance).
class DeviceFaults {
 public:
  /// @param seed, path key the streams "yield" and "endurance"
  DeviceFaults(const CrossbarConfig& config, std::uint64_t seed, std::string_view path);

  /// True when no device can be stuck after so many write cycles of the run.
  bool none(std::uint32_t cycles) const;
  /// The magnitude a device is stuck at, if it is.
  /// @param device index of the device, the same whatever it is programmed with
  /// @param cycles write cycles of the run, the one under way included
  std::optional<unsigned> stuck_at(std::size_t device, std::uint32_t cycles) const;

 private:
  DeviceConfig config_;
  core::RandomStream yield_;
  core::RandomStream endurance_;
  double shortest_life_;
};

}  // namespace aimc::analog
