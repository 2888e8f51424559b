#pragma once

#include <array>

#include "models/analog/device_config.h"
#include "models/analog/readout/readout_config.h"

namespace aimc::analog {

constexpr std::array<ReadoutKind, 6> kReadouts = {ReadoutKind::kCurrent,
                                                  ReadoutKind::kCharge,
                                                  ReadoutKind::kChargeRedistribution,
                                                  ReadoutKind::kCapacitiveDivision,
                                                  ReadoutKind::kResistiveDivision,
                                                  ReadoutKind::kTime};

/// Why devices of a kind cannot be read in a way, in words that follow "because"; nullptr when they
/// can. Devices of kind `other` are the user's own: every readout is allowed.
const char* why_not(DeviceKind device, ReadoutKind readout);

}  // namespace aimc::analog
