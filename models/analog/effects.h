#pragma once

#include "models/analog/crossbar.h"

namespace aimc::analog {

/// The configuration with every effect that is switched off replaced by parameters that have none
/// of it. The only place where switches are looked at.
CrossbarConfig without_disabled_effects(CrossbarConfig config);

/// How temperature and read voltage change devices.
struct OperatingPoint {
  double off_state_log = 0.0;  ///< ln of the factor on the off state's conductance; a device at
                               ///< level r has (1 - r) of it
  double ageing = 1.0;         ///< factor on the time since programming
};
/// Arrhenius factors against 25 degrees and sinh(V / V0) / V against the verify voltage.
OperatingPoint operating_point(const CrossbarConfig& config);
/// ln of the factor on the off state's conductance at `fraction` of the read voltage against the
/// read voltage itself; a device at level r has (1 - r) of it.
double voltage_log(const CrossbarConfig& config, double fraction);

}  // namespace aimc::analog
