#pragma once

#include <string>
#include <vector>

#include "platform/config/soc_config.h"

namespace aimc::platform {

/// Area of one kind of component, all of them together.
struct AreaShare {
  std::string component;  ///< "tile/adc": the converters of all tiles
  double mm2 = 0.0;
};

/// Area by component: the parts of all tiles, network, host, RAM.
std::vector<AreaShare> area_of(const SocConfig& config);

/// Sum of all shares, or of those whose component starts with `prefix`.
double total_mm2(const std::vector<AreaShare>& shares, const std::string& prefix = "");

}  // namespace aimc::platform
