#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/runtime/network_image.h"
#include "platform/cli/blobs.h"
#include "platform/soc/simulation.h"

namespace aimc::cli {

/// What of an image of a network the outside has to know.
struct ImageTensors {
  aimc_net_tensor input{}, output{}, logits{};
  bool same = false;              ///< output and logits are one tensor
  std::uint64_t end_address = 0;  ///< behind image and workspace
};

/// Reads an image that the compiler made.
ImageTensors read_image(const std::vector<std::uint8_t>& image);

/// Elements of an activation as the runtime stores it: channels filled up with the zero point.
std::vector<std::uint8_t> pitched(const aimc_net_tensor& tensor, const std::int8_t* elements);
/// The elements of a stored activation.
std::vector<std::int8_t> unpitched(const aimc_net_tensor& tensor, const std::uint8_t* stored);

/// Where samples and results lie in RAM, behind the image.
struct InferMemory {
  std::uint32_t image = 0, inputs = 0, outputs = 0, logits = 0, labels = 0;
};

/// Lays `count` samples and their results out behind the image. Throws UsageError, which says how
/// many samples would fit, when they do not.
InferMemory lay_out(const ImageTensors& tensors, std::uint32_t image_address, std::size_t count,
                    const RamRange& ram);

}  // namespace aimc::cli
