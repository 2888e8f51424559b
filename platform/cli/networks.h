#pragma once

#include <string>
#include <vector>

#include "platform/compiler/compiler.h"
#include "platform/config/soc_config.h"

namespace aimc::cli {

/// What of a platform the compiler of networks needs to know.
compiler::Chip chip_of(const platform::SocConfig& config);

/// Samples out of files, as the image of a compiled network takes them: after the network's first
/// QUANTIZE, if it begins with one. Throws network::NetworkError.
/// @param most samples that are taken, spread evenly over all there are: files are often sorted
std::vector<std::vector<std::int8_t>> image_samples(const network::Network& network,
                                                    const std::vector<std::string>& files,
                                                    std::size_t most);

/// How many copies `--copies` allows: "auto" is 0. Throws UsageError.
std::size_t parse_copies(const std::string& text);

}  // namespace aimc::cli
