#pragma once

#include "platform/config/soc_config.h"

namespace aimc::platform {

/// The platform at its supplies (SocConfig::voltage): energies of a domain times
/// (voltage / nominal)^2, the energy of charging a capacitance; its leakage times voltage /
/// nominal, a leakage current that does not depend on the supply. Clocks stay as they are set. The
/// crossbar's array and programming have voltages of their own and are not scaled.
///
/// At the nominal voltages the result is the same, bit by bit.
SocConfig at_voltages(SocConfig config);

}  // namespace aimc::platform
