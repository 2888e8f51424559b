#pragma once

#include <string>

#include "models/analog/device_config.h"

namespace aimc::platform {

/// A user's own measurements of a device: lines `level,time_s,mean_us,std_us` behind a header of
/// these names; empty lines and lines that begin with # are skipped. Times ascend; every time has
/// the same levels, ascending from 0 to 1. Throws ConfigError naming file, line and column.
analog::DeviceTable load_device_table(const std::string& file);

/// The same from text; `file` is used in messages.
analog::DeviceTable parse_device_table(const std::string& text, const std::string& file);

}  // namespace aimc::platform
